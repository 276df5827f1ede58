/** Figures of a phase of load on two adapters, from its flows and from the counters. */
import type { Counters } from "../run/counters.ts";
import type { WireCounts } from "../run/pair-wire.ts";
import { channelBetween, worse } from "../run/port-result.ts";
import type { LatencyNs } from "../run/results.ts";
import type { NicPair } from "./nic-pair.ts";
import type { NicPhase } from "./workload-bed.ts";
import type { Flow } from "./workload-flow.ts";
import type { NicPhaseResult, NicPortResult } from "./workload-results.ts";

export interface PhaseSources {
  /** By the side that asks. */
  readonly flows: readonly (readonly Flow[])[];
  readonly firstCycle: number;
  /** Cycle in which the load ends. */
  readonly end: number;
  readonly offeredCycles: number;
  readonly drainCycles: number;
  readonly failure: string | null;
  readonly firstProblemCycle: number | null;
  readonly interrupted: boolean;
  readonly counters: readonly Counters[];
  readonly channel: readonly [
    before: readonly [WireCounts, WireCounts],
    after: readonly [WireCounts, WireCounts],
  ];
  /** What is not complete is lost. */
  readonly lose: boolean;
}

/** Part of the offered cycles before goodput is measured. */
const warmUp = 0.25;

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

export function phaseResult(pair: NicPair, phase: NicPhase, sources: PhaseSources): NicPhaseResult {
  const [p0, p1] = [portResult(pair, 0, sources), portResult(pair, 1, sources)];
  const { faults } = phase;
  const { firstCycle, offeredCycles, drainCycles, failure, firstProblemCycle, interrupted } = sources;
  return {
    ...{ name: phase.name, title: phase.title },
    ...worse(p0, p1),
    messages: p0.messages + p1.messages,
    failed: p0.failed + p1.failed,
    faults: {
      ber: faults?.ber ?? 0,
      burstBits: faults?.burst?.bits ?? 0,
      burstsPerBeat: faults?.burst?.perBeat ?? 0,
    },
    ...{ firstCycle, offeredCycles, drainCycles, failure, firstProblemCycle, interrupted },
    ports: { p0, p1 },
  };
}

function portResult({ design }: NicPair, side: 0 | 1, sources: PhaseSources): NicPortResult {
  const flows = sources.flows[side]!;
  const sum = (of: (flow: Flow) => number): number => flows.reduce((total, flow) => total + of(flow), 0);
  const gbps = goodput(flows, sources, design.clockMHz);
  const counters = sources.counters[side]!;
  const counted = (name: string): number => counters[name] ?? 0;
  const [before, after] = sources.channel;
  const other = side === 0 ? 1 : 0;
  return {
    messages: sum(({ counts }) => counts.messages),
    lost: sources.lose ? sum(({ pending }) => pending) : 0,
    duplicated: sum(({ counts }) => counts.duplicated),
    reordered: sum(({ counts }) => counts.reordered),
    corrupted: sum(({ counts }) => counts.corrupted),
    failed: sum(({ counts }) => counts.failed),
    goodputGbps: round(gbps, 3),
    goodputPercent: round((100 * gbps) / design.port.rateGbps, 3),
    latencyNs: latency(flows, design.clockMHz),
    sent: { packets: counted("TX_PACKET"), bytes: 4 * counted("TX_WORDS") },
    received: { packets: counted("RX_PACKET"), bytes: 4 * counted("RX_WORDS") },
    retries: counted("RETRY"),
    notReady: counted("RNR"),
    nacksSent: counted("link.LLR_TX_NACK_CTL_OS"),
    nacksReceived: counted("link.LLR_RX_NACK_CTL_OS"),
    replays: counted("link.LLR_TX_REPLAY"),
    creditStallCycles: counted("link.PORT_XMIT_WAIT"),
    channel: channelBetween(before[other], after[other]),
    counters,
  };
}

/**
 * Bytes of complete messages over time, Gb/s: from the first message that is complete after the warm-up to the last one
 * while there was load, without the bytes of the first one.
 */
function goodput(
  flows: readonly Flow[],
  { firstCycle, offeredCycles, end }: PhaseSources,
  MHz: number,
): number {
  const begin = firstCycle + warmUp * offeredCycles;
  const inside = flows
    .flatMap(({ done }) => done)
    .filter(({ at }) => at >= begin && at <= end)
    .sort((a, b) => a.at - b.at);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  const bytes = inside.slice(1).reduce((sum, one) => sum + one.bytes, 0);
  return (8 * bytes * MHz) / (last.at - first.at) / 1000;
}

/** From the posting of a message by software to its completion in host memory. */
function latency(flows: readonly Flow[], clockMHz: number): LatencyNs | null {
  const cycles = flows.flatMap(({ done }) => done.map((one) => one.cycles)).sort((a, b) => a - b);
  if (cycles.length === 0) return null;
  const at = (part: number): number =>
    round((cycles[Math.max(0, Math.ceil(part * cycles.length) - 1)]! * 1000) / clockMHz, 1);
  return { min: at(0), median: at(0.5), p99: at(0.99) };
}
