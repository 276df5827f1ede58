import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const list: readonly Change[] = [
  ["delivered_in_time", "age_reg + (sent_reg && !taken_reg)", "age_reg + sent_reg"],
  ["times_in_range", "place_reg + replay_reg;", "place_reg + 1'b1;"],
  ["more_is_bounded", "nacked_reg <= nacked_reg || asked;", "nacked_reg <= asked;"],
  ["left_is_rest", "limit_reg <= limit_reg + extra;", "limit_reg <= limit_reg + added;"],
  ["limit_is_sum", "lost_reg  <= lost_reg + added;", "lost_reg  <= lost_reg;"],
  ["left_for_all", "left_reg - 4'd1 + extra;", "left_reg - 4'd2 + extra;"],
  ["passes_in_time", "(old_nack && before);", "old_nack;"],
  ["more_is_within", "asked ? ask_most", "asked ? period"],
  ["limit_is_bounded", "asked ? ask_most", "asked ? {period, 1'b0}"],
  ["taken_later", "wire try     = replay_reg", "wire try     = 1'b0 && replay_reg"],
];

/** Breaks of the harness of both ports: when a frame is delivered. */
export const deliveryBreaks: readonly Break[] = list.map(([property, from, to]) => ({
  ...{ proof: "llr_delivery", module: "llr_delivery", property, from, to },
}));
