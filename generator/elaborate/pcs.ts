import type { Derived } from "../design/link.ts";
import {
  type FecKind,
  type Lanes,
  type PcsDerivedId,
  type PcsDesign,
  type PcsFormat,
  type PcsStage,
  pcsDerivedIds,
} from "../design/pcs.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import { formatOf } from "./pcs-formats.ts";
import { pcsStages } from "./pcs-latency.ts";
import { pcsMemories } from "./pcs-memories.ts";
import { pcsLinkNs, pcsRules } from "./pcs-rules.ts";
import { type Basis, derive, type Rule, rule } from "./rule.ts";

/** What a PCS follows from. */
export interface PcsBasis {
  readonly rateGbps: number;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly lanes: Lanes;
  readonly fec: FecKind;
}

/** The numbers that the formulas of a PCS start from. */
export function pcsBasisOf(link: Omit<PcsBasis, "fec">, format: PcsFormat): Basis {
  const { rateGbps, clockMHz, datapathBits, lanes } = link;
  const { pcsLanes, codewords, codewordSymbols, messageSymbols, groups, markerPeriodGroups } = format;
  const ofFormat = { pcsLanes, codewords, codewordSymbols, messageSymbols, groups, markerPeriodGroups };
  return { rateGbps, clockMHz, datapathBits, laneCount: lanes.count, ...ofFormat };
}

/**
 * A PCS with everything decided; undefined when there is no such format.
 * @param overrides derived numbers set by hand
 */
export function elaboratePcs(
  link: PcsBasis,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>> = {},
): PcsDesign | undefined {
  const format = formatOf(link.rateGbps, link.fec);
  if (format === undefined) return undefined;
  const basis = pcsBasisOf(link, format);
  const known = new Map<AnyDerivedId, Derived>();
  for (const one of pcsRules) known.set(one.id, derive(one, basis, known, overrides[one.id]));
  const numbers = Object.fromEntries([...known].map(([id, { value }]) => [id, value]));
  const stages = pcsStages(format, numbers as Readonly<Record<PcsDerivedId, number>>);
  const laneClockMHz = known.get("laneClockMHz")?.value ?? Number.NaN;
  const timed = (way: "tx" | "rx"): PcsStage[] =>
    stages[way].map((stage) => ({
      ...stage,
      ns: (stage.cycles * 1000) / (stage.clock === "clk" ? link.clockMHz : laneClockMHz),
    }));
  const latencyBudget = { tx: timed("tx"), rx: timed("rx") };
  for (const one of [latencyRule("tx", stages.tx), latencyRule("rx", stages.rx), pcsLinkNs])
    known.set(one.id, derive(one, basis, known, overrides[one.id]));
  return {
    lanes: link.lanes,
    format,
    derived: Object.fromEntries(known) as PcsDesign["derived"],
    latencyBudget,
    memories: pcsMemories(format, numbers as Readonly<Record<PcsDerivedId, number>>),
  };
}

/** Every rule of a PCS of this format, for documents: cycles of the stages are those of no particular width. */
export function pcsRulesOf(format: PcsFormat): readonly Rule<PcsDerivedId>[] {
  const numbers = Object.fromEntries(pcsDerivedIds.map((id) => [id, 0])) as Record<PcsDerivedId, number>;
  const { tx, rx } = pcsStages(format, numbers);
  return [...pcsRules, latencyRule("tx", tx), latencyRule("rx", rx), pcsLinkNs];
}

type Stage = Omit<PcsStage, "ns">;

function latencyRule(way: "tx" | "rx", stages: readonly Stage[]) {
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
