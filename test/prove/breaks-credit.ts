import type { Break } from "./break.ts";

const module = "credit_tx";
const proof = "credit_tx";

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
  ...creditRx([
    ["abr_is_counted", "(accept_here ? arrived : 12'd0)", "(accept_here && !fcp_valid ? arrived : 12'd0)"],
    ["promise_is_legal", "fccl_reg <= abr_reg + free", "fccl_reg <= abr_reg + 12'd2049"],
    ["told_has_room", "CREDITS - taken", "CREDITS - taken + 12'd1"],
    ["promise_has_room", "fccl_reg <= abr_reg + free", "fccl_reg <= abr_reg + CREDITS"],
    [
      "promise_grows",
      "(fcp_select[i] ? fcp_fctbs : abr_reg)",
      "(fcp_select[i] ? fcp_fctbs + 12'd1 : abr_reg)",
    ],
    ["turn_is_lane", "turn_reg == LAST_VL ?", "turn_reg == LAST_VL + 4'd1 ?"],
    ["packet_is_right", "lane_fccl[turn][7:0], turn_reg", "lane_fctbs[turn][7:0], turn_reg"],
    ["due_until_taken", "if (fcp_take) begin", "if (fcp_take || refresh) begin"],
    ["promise_used_up", "CREDITS - taken", "12'd0"],
  ]),
];

/** Breaks of `credit_rx`: property, text, and what takes its place. */
function creditRx(changes: readonly (readonly [string, string, string])[]): readonly Break[] {
  return changes.map(([property, from, to]) => ({
    ...{ proof: "credit_rx", module: "credit_rx", property, from, to },
  }));
}
