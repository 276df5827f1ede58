import type { DerivedId } from "../design/link.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, log2, max } = Math;

const counterBits = rule(
  "counterBits",
  {
    unit: "bits",
    formula:
      "ceil(log2(yearSeconds * rateGbps * 1e9 / (columnBits * max(columnsPerBeat, 1 + ceil((smallestBytes + 1) / 8)))))",
    source: "a packet counter does not wrap within a year of smallest packets",
  },
  ["rateGbps", "columnsPerBeat"],
  { yearSeconds: [31_557_600, "s"], columnBits: [64, "bits"], smallestBytes: [26, "bytes"] },
  (n) => {
    const columns = max(n.columnsPerBeat, 1 + ceil((n.smallestBytes + 1) / 8));
    return ceil(log2((n.yearSeconds * n.rateGbps * 1e9) / (n.columnBits * columns)));
  },
);

/** Widths of event counters. */
export const counterRules: readonly Rule<DerivedId>[] = [counterBits];
