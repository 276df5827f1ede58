import type { AnyPcsDerivedId } from "../design/any-pcs.ts";
import type { Derived } from "../design/link.ts";
import type { PcsStage } from "../design/pcs.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import { type Basis, derive, type Rule, rule } from "./rule.ts";

export type Stage = Omit<PcsStage, "ns">;

/** Stages from the MII to the lanes and back, in the order in which a column meets them. */
export interface Stages {
  readonly tx: readonly Stage[];
  readonly rx: readonly Stage[];
}

type Latency = "pcsTxNs" | "pcsRxNs" | "pcsLinkNs";
type Numbers<Id extends string> = Readonly<Record<Id, number>>;

/** Longest skew of lanes that are several, ns. */
const skewNs = 180;

/**
 * The numbers of a PCS and its latency budget: its rules, then the sums over its stages, which depend on the numbers.
 * @param overrides derived numbers set by hand
 */
export function derivePcs<Id extends AnyPcsDerivedId>(
  rules: readonly Rule<Exclude<Id, Latency>>[],
  stagesOf: (numbers: Numbers<Id>) => Stages,
  basis: Basis,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>>,
) {
  const known = new Map<AnyDerivedId, Derived>();
  const add = (one: Rule): unknown => known.set(one.id, derive(one, basis, known, overrides[one.id]));
  for (const one of rules) add(one);
  const numbers = Object.fromEntries([...known].map(([id, { value }]) => [id, value])) as Numbers<Id>;
  const stages = stagesOf(numbers);
  for (const one of latencyRules(stages, basis.pcsLanes ?? 1)) add(one);
  const mhz = (clock: Stage["clock"]): number =>
    (clock === "clk" ? basis.clockMHz : known.get("laneClockMHz")?.value) ?? Number.NaN;
  const timed = (way: readonly Stage[]): readonly PcsStage[] =>
    way.map((stage) => ({ ...stage, ns: (stage.cycles * 1000) / mhz(stage.clock) }));
  return {
    numbers,
    derived: Object.fromEntries(known) as unknown as Readonly<Record<Id, Derived>>,
    latencyBudget: { tx: timed(stages.tx), rx: timed(stages.rx) },
  };
}

/** Sums over stages: each way, and from the MII of a transmitter to that of its receiver. */
export function latencyRules({ tx, rx }: Stages, pcsLanes: number): readonly Rule<Latency>[] {
  return [wayRule("tx", tx), wayRule("rx", rx), linkRule(pcsLanes)];
}

function wayRule(way: "tx" | "rx", stages: readonly Stage[]): Rule<"pcsTxNs" | "pcsRxNs"> {
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

/** The cable is left out. A single lane has no skew. */
function linkRule(pcsLanes: number): Rule<"pcsLinkNs"> {
  return rule(
    "pcsLinkNs",
    {
      unit: "ns",
      formula: "ceil(pcsTxNs + pcsRxNs + skewNs + serdesNs)",
      source:
        "phyLatencyNs, unless that is given: both PCS, the longest skew, and a serializer and a deserializer",
    },
    ["pcsTxNs", "pcsRxNs"],
    { skewNs: [pcsLanes > 1 ? skewNs : 0, "ns"], serdesNs: [50, "ns"] },
    (n) => Math.ceil(n.pcsTxNs + n.pcsRxNs + n.skewNs + n.serdesNs),
  );
}
