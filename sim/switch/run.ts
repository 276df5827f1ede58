/** A whole run of a switch: its ports come up, tables are filled, phases follow each other, results are summed up. */
import { dropReasons } from "../reference/switch.ts";
import { BringUpError, type RunPhasesOptions } from "../run/run.ts";
import type { SwitchNetwork } from "./network.ts";
import type { SwitchPhase } from "./phase.ts";
import type { SwitchFigures, SwitchPhaseResult, SwitchPortResult, SwitchRunResult } from "./results.ts";
import { runSwitchPhase } from "./run-phase.ts";

export interface RunSwitchOptions extends Omit<RunPhasesOptions, "onPhase" | "onResult"> {
  /** Called when a phase begins. */
  readonly onPhase?: (phase: SwitchPhase) => void;
  /** Called when a phase has ended. */
  readonly onResult?: (result: SwitchPhaseResult) => void;
}

/** Runs phases one after the other on one switch with a host at each port; a failure or an interrupt ends the run. */
export async function runSwitchPhases(
  network: SwitchNetwork,
  phases: readonly SwitchPhase[],
  options: RunSwitchOptions = {},
): Promise<SwitchRunResult> {
  const begin = performance.now();
  try {
    network.activate();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BringUpError(reason, network.seed, "the switch", { cause });
  }
  leadToHosts(network);
  const results: SwitchPhaseResult[] = [];
  for (const phase of phases) {
    if (options.signal?.aborted === true) break;
    options.onPhase?.(phase);
    const result = await runSwitchPhase(network, phase, options);
    results.push(result);
    options.onResult?.(result);
    if (result.failure !== null || result.interrupted) break;
  }
  return summarise(network, phases, results, (performance.now() - begin) / 1000);
}

/** Every host's LID leads to its port; for one switch. */
export function leadToHosts({ topology, hosts, nodes }: SwitchNetwork): void {
  const unicast = new Map(topology.hosts.map(({ port }, index) => [hosts[index]!.lid, port]));
  nodes[0]!.control.program({ unicast });
}

const faultKinds = ["lost", "duplicated", "reordered", "corrupted", "misrouted"] as const;

const noFigures: SwitchFigures = {
  ...{ lost: 0, duplicated: 0, reordered: 0, corrupted: 0, misrouted: 0 },
  ...{ goodputGbps: 0, goodputPercent: 0, offeredPercent: 0, deliveredPercent: 0 },
  latencyNs: null,
  wireLatencyNs: null,
};

function summarise(
  network: SwitchNetwork,
  phases: readonly SwitchPhase[],
  results: readonly SwitchPhaseResult[],
  seconds: number,
): SwitchRunResult {
  const { name, clockMHz, datapathBits, ports, port, scheduler } = network.design;
  const headline = headlineOf(results);
  return {
    kind: "switch",
    name,
    passed: results.every((result) => result.failure === null),
    complete: results.length === phases.length && results.every((result) => !result.interrupted),
    portCount: ports,
    rateGbps: port.rateGbps,
    ...{ clockMHz, datapathBits, scheduler },
    cableMeters: port.cableMeters,
    seed: network.seed,
    cycles: network.cycle,
    cyclesPerSecond: Math.round(network.cycle / seconds),
    headline: headline?.name ?? "",
    ...ratesOf(headline ?? noFigures),
    ...faultsOf(results),
    ports: Object.fromEntries(
      Object.keys(results[0]?.ports ?? {}).map((key) => [key, portSum(results, headline, key)]),
    ),
    phases: results,
  };
}

/** The first phase without faults that offers all that the wire takes, else the last. */
function headlineOf(results: readonly SwitchPhaseResult[]): SwitchPhaseResult | undefined {
  const full = results.find(({ load, faults }) => {
    return load !== null && load >= 1 && faults.ber === 0 && faults.burstBits === 0;
  });
  return full ?? results.at(-1);
}

type Rates = Omit<SwitchFigures, (typeof faultKinds)[number]>;

function ratesOf(figures: SwitchFigures): Rates {
  const { goodputGbps, goodputPercent, latencyNs, wireLatencyNs, offeredPercent, deliveredPercent } = figures;
  return { goodputGbps, goodputPercent, latencyNs, wireLatencyNs, offeredPercent, deliveredPercent };
}

function faultsOf(
  parts: readonly Pick<SwitchFigures, (typeof faultKinds)[number]>[],
): Pick<SwitchFigures, (typeof faultKinds)[number]> {
  const sums = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0, misrouted: 0 };
  for (const part of parts) for (const kind of faultKinds) sums[kind] += part[kind];
  return sums;
}

/** Counts of all phases; rates and latencies of the headline's. */
function portSum(
  results: readonly SwitchPhaseResult[],
  headline: SwitchPhaseResult | undefined,
  key: string,
): SwitchPortResult {
  const parts = results.map(({ ports }) => ports[key]!);
  const sum = (pick: (part: SwitchPortResult) => number): number =>
    parts.reduce((total, part) => total + pick(part), 0);
  const drops = dropReasons.map((reason) => [reason, sum((part) => part.drops[reason])]);
  return {
    ...ratesOf(headline?.ports[key] ?? noFigures),
    ...faultsOf(parts),
    sent: { packets: sum((part) => part.sent.packets), bytes: sum((part) => part.sent.bytes) },
    received: {
      packets: sum((part) => part.received.packets),
      bytes: sum((part) => part.received.bytes),
      payloadBytes: sum((part) => part.received.payloadBytes),
    },
    errored: sum((part) => part.errored),
    dropped: sum((part) => part.dropped),
    unfinished: sum((part) => part.unfinished),
    drops: Object.fromEntries(drops) as SwitchPortResult["drops"],
    nacksSent: sum((part) => part.nacksSent),
    nacksReceived: sum((part) => part.nacksReceived),
    replays: sum((part) => part.replays),
    creditStallCycles: sum((part) => part.creditStallCycles),
    bitErrors: sum((part) => part.bitErrors),
  };
}
