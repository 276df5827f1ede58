import type { Break } from "./break.ts";

const module = "credit_tx";
const proof = "credit_tx";

/** One change: module, property, text, and what takes its place. */
type Change = readonly [module: string, property: string, from: string, to: string];

const made = "(fcp_select[i] ? fcp_fctbs : abr_reg)";
const heardInReach = "{2'd0, heard} <= f_back";

/** Of the two ends in a loop; those of the harness are in what the cable may do, and in the account itself. */
const loop: readonly Change[] = [
  ["credit_loop", "begins_empty", "f_fly, f_lost} <= 70'd0;", "f_fly, f_lost} <= 70'd1;"],
  ["credit_loop", "conserved_on", "f_open - f_may + f_room;", "f_open;"],
  ["credit_loop", "credits_conserved", "f_open - f_may + f_room;", "f_open;"],
  ["credit_rx", "receiver_agrees_on", "lane_fccl[turn][7:0], turn_reg", "lane_fctbs[turn][7:0], turn_reg"],
  ["credit_rx", "receiver_agrees", "lane_fccl[turn][7:0], turn_reg", "lane_fctbs[turn][7:0], turn_reg"],
  ["credit_loop", "sender_agrees_on", "f_may - f_sent;", "f_may;"],
  ["credit_loop", "sender_agrees", "f_may - f_sent;", "f_may;"],
  ["credit_rx", "told_is_promise_on", "? arrived : 12'd0)", "? arrived : 12'd1)"],
  ["credit_rx", "told_is_promise", "? arrived : 12'd0)", "? arrived : 12'd1)"],
  ["credit_tx", "heard_is_ahead", "fcp_valid && fcp_vl == VL", "fcp_valid && fcp_vl == VL && !consume"],
  ["credit_tx", "sent_is_ahead_on", "consume_vl == LANE) begin", "consume_vl == LANE && !fcp_valid) begin"],
  ["credit_tx", "sent_is_ahead", "consume_vl == LANE) begin", "consume_vl == LANE && !fcp_valid) begin"],
  ["credit_rx", "lost_is_ahead", made, "(fcp_select[i] ? fcp_fctbs + 12'd1 : abr_reg)"],
  ["credit_tx", "told_is_ahead", "cl_reg <= fcp_fccl;", "cl_reg <= fcp_fccl + 12'd1;"],
  ["credit_rx", "room_within", "fccl_reg <= abr_reg + free", "fccl_reg <= abr_reg + 12'd2049"],
  ["credit_loop", "fly_within", "f_past <= f_fly", "1'b1"],
  ["credit_loop", "lost_within", "f_past <= f_fly", "1'b1"],
  ["credit_loop", "all_within", "f_past <= f_fly", "1'b1"],
  ["credit_loop", "back_positive", heardInReach, "1'b1"],
  ["credit_loop", "back_within", heardInReach, "1'b1"],
  ["credit_rx", "promise_adds", made, "(fcp_select[i] ? fcp_fctbs + 12'd1 : abr_reg)"],
  ["credit_loop", "promise_heard", heardInReach, "1'b1"],
  ["credit_loop", "mark_in_order", "mark_reg <= f_fctbs;", "mark_reg <= f_fctbs + 12'd1;"],
  ["credit_loop", "sync_makes_up", "mark_reg <= f_fctbs;", "mark_reg <= f_fctbs + 12'd1;"],
  ["credit_loop", "buffer_grows", "f_beats <= f_limit", "1'b1"],
  ["credit_rx", "buffer_never_overflows", "CREDITS - taken", "CREDITS - taken + 12'd1"],
  ["credit_rx", "lost_credit_returns", "CREDITS - taken", "12'd0"],
];

/** Of the scheduler: what goes without credit, without a window, or as something else than it is. */
const scheduler: readonly Change[] = [
  ["tx_scheduler", "consumes_with_credit", "(credit_ok | {N{discard}})", "{N{1'b1}}"],
  ["tx_scheduler", "consumes_its_blocks", "assign pop_lane       = pick_lane;", "assign pop_lane = 0;"],
  ["tx_scheduler", "reserves_in_window", "session_ready && window_open;", "session_ready;"],
  ["tx_scheduler", "flow_when_due", "choose && open && fcp_due;", "choose && open;"],
  ["tx_scheduler", "one_choice", "choose && !pick_fcp && (open", "choose && (open"],
  ["tx_scheduler", "data_goes", "pick && !arb_is15 && !discard;", "pick && arb_is15 && !discard;"],
];

const changesOf = (name: string, changes: readonly Change[]): readonly Break[] =>
  changes.map(([module, property, from, to]) => ({ proof: name, module, property, from, to }));

export const creditBreaks: readonly Break[] = [
  {
    ...{ proof, module, property: "never_beyond_credit" },
    from: "left <= 12'd2048",
    to: "left <= 12'd2049 || left > 12'd4000",
  },
  {
    ...{ proof, module, property: "blocks_counted_once" },
    from: "consume && consume_vl == LANE",
    to: "consume && consume_vl == LANE && !fcp_valid",
  },
  {
    ...{ proof, module, property: "promise_is_kept" },
    from: "fcp_valid && fcp_vl == VL",
    to: "fcp_valid && fcp_vl == VL && !consume",
  },
  { ...{ proof, module, property: "gate_is_exact" }, from: "left <= 12'd2048", to: "left < 12'd2047" },
  {
    ...{ proof, module, property: "shut_before_promise" },
    from: "left <= 12'd2048",
    to: "left <= 12'd2048 || cl_reg == 12'd0",
  },
  {
    ...{ proof, module, property: "credit_used_up" },
    from: "left <= 12'd2048",
    to: "left <= 12'd2048 && 1'b0",
  },
  ...changesOf("credit_rx", [
    [
      "credit_rx",
      "abr_is_counted",
      "(accept_here ? arrived : 12'd0)",
      "(accept_here && !fcp_valid ? arrived : 12'd0)",
    ],
    ["credit_rx", "promise_is_legal", "fccl_reg <= abr_reg + free", "fccl_reg <= abr_reg + 12'd2049"],
    ["credit_rx", "told_has_room", "CREDITS - taken", "CREDITS - taken + 12'd1"],
    ["credit_rx", "promise_has_room", "fccl_reg <= abr_reg + free", "fccl_reg <= abr_reg + CREDITS"],
    ["credit_rx", "promise_is_room", "fccl_reg <= abr_reg + free", "fccl_reg <= abr_reg + (free >> 1)"],
    [
      "credit_rx",
      "promise_grows",
      "fccl_reg <= abr_reg + free",
      "fccl_reg <= abr_reg + (fcp_valid ? 12'd0 : free)",
    ],
    ["credit_rx", "turn_is_lane", "turn_reg == LAST_VL ?", "turn_reg == LAST_VL + 4'd1 ?"],
    ["credit_rx", "packet_is_right", "lane_fccl[turn][7:0], turn_reg", "lane_fctbs[turn][7:0], turn_reg"],
    ["credit_rx", "due_until_taken", "if (fcp_take) begin", "if (fcp_take || refresh) begin"],
    ["credit_rx", "promise_used_up", "CREDITS - taken", "12'd0"],
  ]),
  ...changesOf("credit_loop", loop),
  ...changesOf("tx_scheduler", scheduler),
];
