import type { PcsDerivedId, PcsDesign, PcsFormat } from "../design/pcs.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import { fec91FormatOf, fec91LaneCounts } from "./fec91-formats.ts";
import { fec91Memories, fec91Stages } from "./fec91-latency.ts";
import { nextPow2 } from "./formula-functions.ts";
import { type PcsBasis, pcsBasisOf } from "./pcs.ts";
import { derivePcs, latencyRules } from "./pcs-budget.ts";
import { pcsRules } from "./pcs-rules.ts";
import { type Rule, rule } from "./rule.ts";

/** Where rules that are those of clause 119 have another source. */
const sources: Readonly<Partial<Record<PcsDerivedId, string>>> = {
  lineGbps:
    "IEEE Std 802.3 clauses 91 and 108: 256 bits become 257, then parity is added; 33/32 of the MAC's rate with 528 symbols",
  markerPeriodCodewords:
    "IEEE Std 802.3 clauses 91 and 108: from one group of alignment markers to the next, in codewords",
  groupsPerWord:
    "256 bits of columns that cross between the clocks together: what the faster side needs in a clock",
};

/** No word is wider than 16 symbols of the narrowest lanes; a single lane of 25 Gb/s is in reach of small FPGAs. */
const symbolsPerClock = rule(
  "symbolsPerClock",
  {
    unit: "symbols",
    formula: "min(nextPow2(lineGbps * 1000 / (symbolBits * usualMHz)), 16)",
    source: "the narrowest word that keeps the lanes' clock in reach, a divisor of the codeword",
  },
  ["lineGbps"],
  { symbolBits: [10, "bits"], usualMHz: [400, "MHz"] },
  (n) => Math.min(nextPow2((n.lineGbps * 1000) / (n.symbolBits * n.usualMHz)), 16),
);

const rules = pcsRules.map((one) =>
  one.id === "symbolsPerClock" ? symbolsPerClock : { ...one, source: sources[one.id] ?? one.source },
);

/**
 * A PCS with the RS-FEC of clause 91 or 108 with everything decided: one stream of codewords, dealt symbol by symbol to the
 * FEC lanes, which are the `pcsLanes` of the design. A word that crosses between the clocks has 4 * groupsPerWord blocks of
 * 66 bits. Undefined when the rate has no such FEC, or not over so many lanes.
 * @param overrides derived numbers set by hand
 */
export function elaborateFec91(
  link: PcsBasis,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>> = {},
): PcsDesign | undefined {
  const { lanes } = link;
  const format = fec91FormatOf(link.rateGbps, link.fec);
  if (format === undefined || !fec91LaneCounts(format).includes(lanes.count)) return undefined;
  const { numbers, derived, latencyBudget } = derivePcs<PcsDerivedId>(
    rules,
    (n) => fec91Stages(format, n),
    pcsBasisOf(link, format),
    overrides,
  );
  const memories = fec91Memories(format, numbers);
  return { kind: "clause91", lanes, format, derived, latencyBudget, memories };
}

/** Every rule of such a PCS, for documents: cycles of the stages are those of no particular width. */
export function fec91RulesOf(format: PcsFormat): readonly Rule<PcsDerivedId>[] {
  const none = Object.fromEntries(rules.map(({ id }) => [id, 0])) as Record<PcsDerivedId, number>;
  return [...rules, ...latencyRules(fec91Stages(format, none), format.pcsLanes)];
}
