import type { Derived } from "../design/link.ts";
import type { PcsDerivedId, PcsDesign, PcsFormat, PcsStage } from "../design/pcs.ts";
import { fec91FormatOf, fec91LaneCounts, fec91SymbolsPerClock } from "./fec91-formats.ts";
import { fec91Memories, fec91Stages } from "./fec91-latency.ts";
import { type PcsBasis, pcsBasisOf } from "./pcs.ts";
import { pcsLinkNs, pcsRules } from "./pcs-rules.ts";
import { derive, type Rule, rule } from "./rule.ts";

/** Where rules that are those of clause 119 have another source. */
const sources: Readonly<Partial<Record<PcsDerivedId, string>>> = {
  lineGbps:
    "IEEE Std 802.3 clauses 91 and 108: 256 bits become 257, then parity is added; 33/32 of the MAC's rate with 528 symbols",
  markerPeriodCodewords:
    "IEEE Std 802.3 clauses 91 and 108: from one group of alignment markers to the next, in codewords",
  groupsPerWord:
    "256 bits of columns that cross between the clocks together: what the faster side needs in a clock",
};

const rules = pcsRules.map((one) => ({ ...one, source: sources[one.id] ?? one.source }));

type Stage = Omit<PcsStage, "ns">;
type Numbers = Readonly<Record<PcsDerivedId, number>>;

/**
 * A PCS with the RS-FEC of clause 91 or 108 with everything decided: one stream of codewords, dealt symbol by symbol to the
 * FEC lanes, which are the `pcsLanes` of the design. A word that crosses between the clocks has 4 * groupsPerWord blocks of
 * 66 bits. Undefined when the rate has no such FEC, or not over so many lanes, or no such word of symbols.
 * @param overrides derived numbers set by hand
 */
export function elaborateFec91(
  link: PcsBasis,
  overrides: Readonly<Partial<Record<PcsDerivedId, number>>> = {},
): PcsDesign | undefined {
  const { clockMHz, lanes } = link;
  const format = fec91FormatOf(link.rateGbps, link.fec);
  if (format === undefined || !fec91LaneCounts(format).includes(lanes.count)) return undefined;
  const basis = pcsBasisOf(link, format);
  const known = new Map<PcsDerivedId, Derived>();
  for (const one of rules) known.set(one.id, derive(one, basis, known, overrides[one.id]));
  const numbers = Object.fromEntries([...known].map(([id, { value }]) => [id, value])) as Numbers;
  if (!fec91SymbolsPerClock(format).includes(numbers.symbolsPerClock)) return undefined;
  const stages = fec91Stages(format, numbers);
  for (const one of [latencyRule("tx", stages.tx), latencyRule("rx", stages.rx), pcsLinkNs])
    known.set(one.id, derive(one, basis, known, overrides[one.id]));
  const timed = (way: "tx" | "rx"): PcsStage[] =>
    stages[way].map((stage) => ({
      ...stage,
      ns: (stage.cycles * 1000) / (stage.clock === "clk" ? clockMHz : numbers.laneClockMHz),
    }));
  return {
    lanes,
    format,
    derived: Object.fromEntries(known) as PcsDesign["derived"],
    latencyBudget: { tx: timed("tx"), rx: timed("rx") },
    memories: fec91Memories(format, numbers),
  };
}

/** Every rule of such a PCS, for documents: cycles of the stages are those of no particular width. */
export function fec91RulesOf(format: PcsFormat): readonly Rule<PcsDerivedId>[] {
  const none = Object.fromEntries(rules.map(({ id }) => [id, 0])) as Record<PcsDerivedId, number>;
  const { tx, rx } = fec91Stages(format, none);
  return [...rules, latencyRule("tx", tx), latencyRule("rx", rx), pcsLinkNs];
}

function latencyRule(way: "tx" | "rx", stages: readonly Stage[]): Rule<"pcsTxNs" | "pcsRxNs"> {
  const cycles = (clock: Stage["clock"]): number =>
    stages.filter((one) => one.clock === clock).reduce((sum, one) => sum + one.cycles, 0);
  return rule(
    way === "tx" ? "pcsTxNs" : "pcsRxNs",
    {
      unit: "ns",
      formula: "deviceStages * 1000 / clockMHz + laneStages * 1000 / laneClockMHz",
      source:
        way === "tx" ? "latency budget: MII to lanes" : "latency budget: lanes to MII, lanes without skew",
    },
    ["clockMHz", "laneClockMHz"],
    { deviceStages: [cycles("clk"), "cycles"], laneStages: [cycles("lane_clk"), "cycles"] },
    (n) => (n.deviceStages * 1000) / n.clockMHz + (n.laneStages * 1000) / n.laneClockMHz,
  );
}
