/** Single changes of the tables of an adapter and the bench that each one must make fail; for `npm run mutate`. */
import { mrTableModules } from "../../generator/views/nic/mr-table.ts";
import { qpStateModules } from "../../generator/views/nic/qp-state.ts";
import { benchNic } from "../nic/nic-bench.ts";
import type { Breaks } from "./breaks.ts";

const design = benchNic({ memoryProtection: "secded", memoryRegions: 64 });

/** Where the changed text is looked for. */
export const files = [...mrTableModules(design), ...qpStateModules(design)].map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

export const breaks: readonly Breaks[] = [
  {
    bench: "../nic/mr-table",
    only: "protection none",
    module: "nic/mr_table",
    changes: [
      ["state_reg == RUN && !inv_held_reg;", "state_reg == RUN;"],
      ["free      = state_reg == RUN && !inv_held_reg", "free      = state_reg == RUN"],
      ["free      = state_reg == RUN && !inv_held_reg", "free      = !inv_held_reg"],
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
      ["(lost || (old != RESET && old != ERR))", "(lost || old != ERR)"],
      ["(lost || (old != RESET && old != ERR))", "(lost || old != RESET)"],
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
      ["error && (lost || (", "error && (("],
      ["next == ERR && (lost || old", "next == ERR && (old"],
      ["evt_uncorrectable = |uncorrectable", "evt_uncorrectable = 1'b0"],
    ],
  },
];
