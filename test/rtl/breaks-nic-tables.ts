/** Single changes of the tables of an adapter and the bench that each one must make fail; for `npm run mutate`. */
import { cqWriterModules } from "../../generator/views/nic/cq-writer.ts";
import { managementModules } from "../../generator/views/nic/management.ts";
import { mrTableModules } from "../../generator/views/nic/mr-table.ts";
import { qpStateModules } from "../../generator/views/nic/qp-state.ts";
import { nicRegisterModules } from "../../generator/views/nic/registers.ts";
import { benchNic } from "../nic/nic-bench.ts";
import type { Breaks } from "./breaks.ts";

const design = benchNic({ memoryProtection: "secded", memoryRegions: 64, clockMHz: 8 });

/** Where the changed text is looked for. */
export const files = [
  ...mrTableModules(design),
  ...qpStateModules(design),
  ...cqWriterModules(design),
  ...nicRegisterModules(design),
  ...managementModules(design),
].map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

export const breaks: readonly Breaks[] = [
  {
    bench: "../nic/management",
    only: "at 128 bits",
    module: "nic/management",
    changes: [
      ["s_tdata[71:64] == 8'h64 && ", ""],
      ["dlid == 16'hffff || own_lid", "own_lid"],
      [">> own_lmc", ""],
      ["&& s_tkeep == LAST_KEEP", ""],
      ["!s_tuser[4];", "1'b1;"],
      ["open_reg <= !(tx_tready && q_tlast);", "open_reg <= tx_tready && !q_tlast;"],
      ["mine_reg <= !last_reg;", "mine_reg <= 1'b0;"],
    ],
  },
  {
    bench: "../nic/mr-table",
    only: "protection none",
    module: "nic/mr_table",
    changes: [
      ["mrt_ready = state_reg == RUN && !inv_held_reg;", "mrt_ready = state_reg == RUN;"],
      ["= state_reg == RUN && !inv_held_reg;", "= state_reg == RUN;"],
      ["= state_reg == RUN && !inv_held_reg;", "= !inv_held_reg;"],
      ["row_end[64] && row_end[63:0] != 64'd0", "row_end[64]"],
      ["row_end[64] && row_end[63:0] != 64'd0", "1'b0"],
      ["!below_reg && ask_end_reg", "ask_end_reg"],
      ["ask_end_reg <= row_end_reg", "ask_end_reg < row_end_reg"],
      ["ask_end_reg <= row_end_reg", "ask_end_reg[63:0] <= row_end_reg[63:0]"],
      ["row_ask_reg[31:8+IB] == {(24-IB){1'b0}}", "1'b1"],
      ["(ask_right & ~row_right) == 4'b0000", "(ask_right & row_right) == ask_right || ask_right[3]"],
      ["row_valid && row_variant == ask_variant", "row_variant == ask_variant"],
      ["known_reg && pd_reg && allows_reg", "known_reg && allows_reg"],
      ["{row_reg[RW-1:9], 1'b0, row_reg[7:0]}", "row_reg"],
      ["host_reg + offset_reg", "host_reg | offset_reg"],
      ["held_reg[2] ? 3'b100 : held_reg[0] ? 3'b001", "held_reg[0] ? 3'b001 : held_reg[2] ? 3'b100"],
      ["refused && known_reg && !pd_reg", "refused && !pd_reg"],
    ],
  },
  {
    bench: "../nic/mr-table",
    only: "protection secded",
    module: "nic/mr_table",
    changes: [
      ["exists && !row_bad_reg", "exists"],
      ["row_bad_reg    <= rd_bad", "row_bad_reg    <= 1'b0"],
    ],
  },
  {
    bench: "../nic/qp-state",
    only: "protection none",
    module: "nic/qp_state",
    changes: [
      ["beside_reg ? written_reg :", ""],
      ["beside_reg  <= clash", "beside_reg  <= clash || beside_reg"],
      ["error && old != RESET", "error"],
      ["next == ERR && (lost || old != ERR)", "next == ERR"],
      ["next == ERR && (lost || old != ERR)", "error && (lost || old != ERR)"],
      ["(!tell || told)", "1'b1"],
      ["client_reg & {4{decide}}", "client_reg & {4{step_reg == DECIDE}}"],
      ["e_valid & (~e_valid + 4'd1)", "e_valid"],
      ["query_done <= decide && !row_reg && !error", "query_done <= decide && !row_reg"],
      ["row_reg ? new_reg : ERR", "new_reg"],
      ["ask_reg <= query || (ask_reg &&", "ask_reg <= query || (ask_reg && step_reg != IDLE &&"],
      ["assign ready     = step_reg != FILL", "assign ready     = 1'b1"],
    ],
  },
  {
    bench: "../nic/qp-state",
    only: "protection secded",
    module: "nic/qp_state",
    changes: [
      ["rd_bad[n] ? ERR : stored", "stored"],
      ["next == ERR && (lost || old", "next == ERR && (old"],
      ["evt_uncorrectable = |uncorrectable", "evt_uncorrectable = 1'b0"],
    ],
  },
  {
    bench: "../nic/cq-writer",
    only: "protection none",
    module: "nic/cq_writer",
    changes: [
      ["(left == 16'd0 || left[15])", "1'b1"],
      ["(left == 16'd0 || left[15])", "left[15]"],
      ["(left == 16'd0 || left[15])", "left <= 16'd4"],
      ["(behind_left == 16'd0 || behind_left[15])", "1'b1"],
      ["{1'b0, unread} < entries", "{1'b0, unread} <= entries"],
      ["{1'b0, unread} < entries", "1'b1"],
      ["ring != 58'd0 && ", ""],
      ["!no_cq_reg && ", ""],
      ["7'd0, !second", "7'd0, second"],
      ["entries[15:0] - 16'd1", "entries[15:0]"],
      ["armed == ARMED || (armed == ARMED_SOLICITED && loud)", "armed != ARMED_NOT"],
      ["failed || entry_flags[2]", "failed"],
      ["failed || entry_flags[2]", "entry_flags[2]"],
      ["enough   = failed ||", "enough   = "],
      ["count == 16'd0 ? period == 16'd0 :", "count == 16'd0 ? 1'b1 :"],
      ["gathered + 16'd1 >= count", "gathered >= count"],
      ["timed && {2'b00, period} <= waited", "timed"],
      ["timed && {2'b00, period} <= waited", "1'b0"],
      ["is_cqe ? writable && wanted && enough", "is_cqe ? wanted && enough"],
      ["entry_reg[0] && armed != ARMED ", "entry_reg[0] "],
      ["fires ? !list_room : untold", "untold"],
      ["fires ? !list_room : untold", "1'b0"],
      ["(timed || (gathers && period != 16'd0))", "(timed || gathers)"],
      ["gathers && !timed ? now_reg", "gathers ? now_reg"],
      ["fires ? 16'd0 : gathers", "gathers"],
      ["!msg_valid && !told_reg && !cq_error_valid", "!told_reg && !cq_error_valid"],
      ["!msg_valid && !told_reg && !cq_error_valid", "!msg_valid && !told_reg"],
      ["act && (is_cqe || is_look)", "act"],
      ["turn_reg  <= !choose_1", "turn_reg  <= 1'b0"],
      ["look && (!cqe || since_reg == 2'd3)", "look && !cqe"],
      ["!fires && (timed", "(timed"],
      ["- {{CB{1'b0}}, waited_reg}", ""],
      ["entry_reg[3:0], entry_reg[63:6]", "entry_reg[3:0], entry_reg[64:7]"],
    ],
  },
  {
    bench: "../nic/cq-writer",
    only: "protection secded",
    module: "nic/cq_writer",
    changes: [["rd_bad ? {RW{1'b0}} : rd_data", "rd_data"]],
  },
  {
    bench: "../nic/registers",
    only: "nic_registers",
    module: "nic/registers",
    changes: [
      ["hold = |full", "hold = 1'b0"],
      ["s_axil_awvalid && !hold", "s_axil_awvalid"],
      ["csr_wready && !hold", "csr_wready"],
      ["(rq_write && rq_is)", "(rq_write)"],
      ["(arm_write && arm_is)", "(ci_write && arm_is)"],
      [
        "table_write && !busy && table_select == MEMORY_REGION",
        "table_write && table_select == MEMORY_REGION",
      ],
      ["qpc_valid ? !qpc_ready : table_qp && row_is", "qpc_valid ? !qpc_ready : table_qp"],
      ["if (table_write && !busy) begin", "if (table_write) begin"],
      ["|| (table_write && !busy && !row_is)", ""],
      ["(sq_write && !sq_is) ||", ""],
      ["query_write || (query_pending_reg && !query_done)", "query_pending_reg && !query_done"],
      ["irq_status || (event_irq && event_valid)", "irq_status || event_valid"],
      ["irq_status || (event_irq && event_valid)", "event_irq && event_valid"],
    ],
  },
  {
    bench: "../nic/registers",
    only: "nic_registers",
    module: "nic/doorbell_fifo",
    changes: [
      ["(1 << AW) - 3", "(1 << AW)"],
      ["full      <= level >= FULL", "full      <= level == FULL"],
      ["read_reg + {{AW{1'b0}}, pop}", "read_reg + {{AW{1'b0}}, pop_ready}"],
    ],
  },
];
