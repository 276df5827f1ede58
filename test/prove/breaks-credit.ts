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
];
