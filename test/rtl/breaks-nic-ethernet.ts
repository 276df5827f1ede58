/** Single changes of the Ethernet port and of the limiter of rates, and the bench that each one must make fail; for `npm run mutate`. */
import { ethModules } from "../../generator/views/eth/index.ts";
import { limiterModules, notifyModules } from "../../generator/views/nic/congestion.ts";
import { coreModules } from "../../generator/views/nic/core.ts";
import { benchNic } from "../nic/nic-bench.ts";
import type { Breaks } from "./breaks.ts";

/** Of 1024 bits, where two frames may start in a row. */
const wide = benchNic({ bits: 1024, mtuBytes: 256, queuePairs: 16, clockMHz: 402.83, frame: "ethernet" });
const design = benchNic({ mtuBytes: 256, queuePairs: 16, clockMHz: 402.83, frame: "ethernet" });

/** Where the changed text is looked for. */
export const files = [
  ...ethModules(design),
  ...limiterModules(design),
  ...notifyModules(design),
  ...coreModules(design).filter(([name]) => name === "nic_held"),
  ...ethModules(wide).filter(([name]) => name === "eth_rx_rows"),
].map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

export const breaks: readonly Breaks[] = [
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/roce_deframer",
    changes: [
      ["v1_mac_reg     <= mac == own_mac;", "v1_mac_reg     <= mac[47:8] == own_mac[47:8];"],
      ["v1_ip_reg || !checksum_ok", "v1_ip_reg"],
      ["udp[127:112] == ip_bytes", "1'b1"],
      ["v2_past_reg && !icrc_good", "1'b0"],
      ["(v1_source_reg != row_source || v1_six_reg != row[48])", "1'b0"],
      ["c_eop && content > c_shift", "content > c_shift"],
      ["joined[103:64] | {prev_mark_reg, 39'd0}", "joined[103:64]"],
    ],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/roce_framer",
    changes: [["drain_reg <= wants && s_eop && over;", "drain_reg <= 1'b0;"]],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/roce_header",
    changes: [
      ["checksum_reg <= ~(folded[15:0] + {15'd0, folded[16]});", "checksum_reg <= ~folded[15:0];"],
      ["{cnp_reg ? cnp_dscp : row_dscp, row_ect, 1'b0}", "{row_dscp, 2'b10}"],
    ],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/tx_frames",
    changes: [["back ? commit_reg : write_reg + 1'b1", "write_reg + 1'b1"]],
  },
  {
    bench: "../nic/eth-lanes",
    only: "256 bits",
    module: "eth/tx_frames",
    changes: [
      ["may = some & ~stopped;", "may = some;"],
      ["cnp_room = room[LANES]", "cnp_room = 1'b1"],
      ["cnp_first ? cnp_priority : s_tdata[14:12]", "s_tdata[14:12]"],
      ["may[n] && n[QB-1:0] > last_lane_reg", "may[n] && n[QB-1:0] < last_lane_reg"],
      ["read_now && from == NUMBER", "read_now && next_queue_reg == NUMBER"],
    ],
  },
  {
    bench: "../nic/eth-lanes",
    only: "256 bits",
    module: "eth/tx_room",
    changes: [
      ["taken <= ROW_LIMIT && packets_reg <= PACKET_LIMIT", "packets_reg <= PACKET_LIMIT"],
      ["- {5'd0, left[n]}", ""],
      ["- {5'd0, taken_back[n]}", "- {5'd0, taken_back[n] && !left[n]}"],
      ["- (out ? {1'b0, end_rows} : {RB+2{1'b0}})", ""],
    ],
  },
  {
    bench: "../nic/eth-pause",
    only: "256 bits",
    module: "eth/pause",
    changes: [
      ["used >= cfg_xoff && cfg_send", "used >= cfg_xoff + 100 && cfg_send"],
      ["asked_reg ? 16'hffff : 16'd0", "16'hffff"],
      ["rst || !link_up", "rst"],
      ["due && link_up", "due"],
      ["!above && (used <= cfg_xon || !cfg_send)", "used <= cfg_xon || !cfg_send"],
      ["(used <= cfg_xon || !cfg_send)", "used <= cfg_xon"],
      ["pause_valid && cfg_obey && pause_priorities", "pause_valid && pause_priorities"],
    ],
  },
  {
    bench: "../nic/eth-fuzz",
    only: "256 bits",
    module: "eth/roce_deframer",
    changes: [
      ["ip_bytes[1:0] == 2'd0", "1'b1"],
      ["{frame_end, 1'b0} <= b_least", "1'b1"],
      ["udp[127:112] == ip_bytes", "1'b1"],
      ["ip_bytes >= LEAST_BYTES", "1'b1"],
    ],
  },
  {
    bench: "../nic/eth-pause",
    only: "256 bits",
    module: "eth/roce_deframer",
    changes: [["!rst && b_least >= LEAST_FRAME", "!rst"]],
  },
  {
    bench: "../nic/eth-pause",
    only: "256 bits",
    module: "eth/port",
    changes: [["|pause_xoff[15:9] ? {9{1'b1}} :", ""]],
  },
  {
    bench: "../nic/held",
    only: "come back",
    module: "nic/held",
    changes: [
      ["(lane_open[n] && !open_reg) || row_written", "lane_open[n] && !open_reg"],
      ["(lane_open[n] && !open_reg) || row_written", "(|lane_open && !open_reg) || row_written"],
      ["wake ? count :", "wake ? count_reg :"],
      ["valid && awake", "valid"],
    ],
  },
  {
    bench: "../nic/eth-rows",
    only: "rows of 1024 bits",
    module: "eth/rx_rows",
    changes: [
      ["row_late[i] == second_reg", "row_late[i] || !second_reg"],
      ["two && !parts && control", "1'b0"],
      ["{new_controls_reg[0], old_controls_reg[C-1:1]}", "{1'b0, old_controls_reg[C-1:1]}"],
      ["old_quiet_reg && work_reg > FEW", "1'b0"],
      ["both && work_reg < MOST", "1'b0"],
      ["control && |(old_starts_reg & ~(begun << 1) & behind)", "control"],
    ],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/tx_align",
    changes: [["!enough && short_by > 4'd7", "1'b0"]],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/fcs_check",
    changes: [["!error1_reg && state_next == residue", "!error1_reg || state_next == residue"]],
  },
  {
    bench: "../nic/notify",
    only: "notifications",
    module: "nic/notify",
    changes: [
      ["elapsed >= {16'd0, cfg_least}", "1'b1"],
      ["&& said_slid == row_peer", ""],
      ["!s_tuser[4] && (is_cnp || is_fecn || is_becn)", "(is_cnp || is_fecn || is_becn)"],
      ["out_valid_reg && cnp_room && !midway_reg", "out_valid_reg && cnp_room"],
      ["out_valid_reg && cnp_room && !midway_reg", "out_valid_reg && !midway_reg"],
      ["cfg_send && due && !owes", "cfg_send && due"],
      ["tell_reg ? OWE : DONE", "DONE"],
      ["tell_reg ? OWE : DONE", "OWE"],
      ["step_reg == FETCH && !(alive && cfg_send)", "1'b0"],
      ["owe && !sent && !drop && !clear_reg", "!sent && !clear_reg"],
      ["(qpc_ready || sent)", "(sent)"],
      ["alive   = !row_ud &&", "alive   ="],
    ],
  },
  {
    bench: "../nic/limiter",
    only: "rates of queue pairs",
    module: "nic/rates",
    changes: [
      ["until_reg - {39'd0, early_reg}", "until_reg"],
      ["cut_due || task_reg == TASK_SLOW", "cut_due"],
      ["cut_due || task_reg == TASK_SLOW", "task_reg == TASK_SLOW"],
      ["remainder} + {16'd0, alpha_time}", "remainder}"],
      ["remainder} + {16'd0, rise_time}", "remainder} + {16'd0, rise_time} + 40'd64"],
      ["quotient[31:0] + 32'd1", "quotient[31:0]"],
      ["cfg_time_reset == 24'd0 ? 24'd1 :", "cfg_time_reset == 24'd0 ? 24'd0 :"],
      ["chosen < {1'b0, rate_reg} ? chosen[29:0] : rate_reg", "lowered[29:0]"],
      ["byte_steps_reg  <= 5'd0;", "byte_steps_reg  <= byte_steps_reg;"],
      ["past_time && past_bytes ? cfg_hai_rate", "past_time || past_bytes ? cfg_hai_rate"],
      ["(by_bytes_reg ? past_time : past_bytes) ? cfg_hai_rate", "1'b0 ? cfg_hai_rate"],
      ["{2'd0, distance} - {2'd0, constant}", "{2'd0, distance}"],
      ["can_step = stride_reg <= {1'b0, room} &&", "can_step ="],
      ["|steps_reg[31:5] ? 30'd0 : distance >> steps_reg[4:0]", "distance >> steps_reg[4:0]"],
      ["{4'd0, quotient} + {39'd0, remainder != 30'd0}", "40'd0"],
      ["active_reg && !fresh_reg", "active_reg"],
      ["scan_reg && scan_limited ? TASK_SCAN", "scan_limited ? TASK_SCAN"],
      ["send_after_reg <= earliest;", "send_after_reg <= send_after_reg;"],
      ["send_after_reg  <= at_reg;", "send_after_reg  <= send_after_reg;"],
      ["slow_valid && (slow_turn_reg || !event_valid)", "slow_valid"],
      ["cut_late[39] ? next_cut_reg : at_reg", "next_cut_reg"],
      ["bytes_reg >= {1'b0, cfg_byte_reset}", "bytes_reg[23:0] >= cfg_byte_reset"],
      ["first_least > LINE_KBPS ? LINE_KBPS : first_least", "first_least"],
    ],
  },
  {
    bench: "../nic/alpha",
    only: "updates of alpha",
    module: "nic/alpha",
    changes: [
      ["!(answer_reg && first_reg && notified) ? decayed", "!(answer_reg && notified) ? decayed"],
      ["|more[31:10] ? 10'h3ff", "|more[31:11] ? 10'h3ff"],
      ["made_reg != HIGHEST", "1'b1"],
      ["{made[1:0], row_reg}", "{made_reg[1:0], row_reg}"],
      ["raised[10] ? 10'h3ff : raised[9:0]", "raised[9:0]"],
    ],
  },
  {
    bench: "../nic/limiter",
    only: "rates of queue pairs",
    module: "nic/divide",
    changes: [
      ["!less2[32]", "!less2[32] && |less2[31:0]"],
      ["{2'd0, divisor_reg, 1'b0}", "{2'd0, divisor, 1'b0}"],
    ],
  },
  {
    bench: "../nic/limiter",
    only: "rates of queue pairs",
    module: "nic/limiter",
    changes: [
      ["ring_valid && ring_due && !(", "ring_valid && !("],
      ["!ring_late[39] || !ring_limited", "!ring_late[39]"],
      ["!(ring_answer ? bypass_answer : bypass)", "1'b1"],
      ["(release_it && ring_answer)", "release_it"],
      ["!(answer_give_data && answer_limited)", "!answer_limited"],
      ["!(answer_give_data && answer_limited)", "1'b1"],
      ["answer_sent_valid && answer_limited", "1'b0"],
      ["answer_valid && (turn_reg || !request_valid)", "answer_valid && !request_valid && turn_reg"],
      ["event_answer ? !answer_sent_waits : !sent_waits", "event_answer ? answer_give_waits : give_waits"],
    ],
  },
];
