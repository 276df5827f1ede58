/** Figures of one direction, taken from its scoreboard, its meter and the counters of its ports. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { Counters } from "./counters.ts";
import type { Direction } from "./direction.ts";
import type { WireCounts } from "./pair-wire.ts";
import type { Figures, LatencyNs, PortResult } from "./results.ts";

export interface PortSources {
  /** The direction that ends at the port, and the one that begins there. */
  readonly into: Direction;
  readonly outOf: Direction;
  readonly counters: Counters;
  /** Of the direction that ends at the port. */
  readonly channel: WireCounts;
}

/** Rounded for reading: more digits mean nothing. */
function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

export function portResult(design: LinkDesign, { into, outOf, counters, channel }: PortSources): PortResult {
  const board = into.board.result();
  const { min, median, p99, count } = board.latencyCycles;
  const ns = (cycles: number): number => round((cycles * 1000) / design.clockMHz, 1);
  const gbps = into.meter.gbps(design.clockMHz);
  const counted = (name: string): number => counters[name] ?? 0;
  return {
    lost: board.lost,
    duplicated: board.duplicated,
    reordered: board.reordered,
    corrupted: board.corrupted,
    goodputGbps: round(gbps, 3),
    goodputPercent: round((100 * gbps) / design.rateGbps, 3),
    latencyNs: count === 0 ? null : { min: ns(min), median: ns(median), p99: ns(p99) },
    sent: outOf.sent,
    received: into.received,
    errored: board.errored,
    dropped: board.dropped,
    unfinished: board.excused,
    nacksSent: counted("LLR_TX_NACK_CTL_OS"),
    nacksReceived: counted("LLR_RX_NACK_CTL_OS"),
    replays: counted("LLR_TX_REPLAY"),
    creditStallCycles: counted("PORT_XMIT_WAIT"),
    channel,
    counters,
  };
}

/** What a channel did between two looks at it. */
export function channelBetween(before: WireCounts, after: WireCounts): WireCounts {
  const rows = Object.entries(after) as [keyof WireCounts, number][];
  return Object.fromEntries(
    rows.map(([key, value]) => [key, value - (before[key] ?? 0)]),
  ) as unknown as WireCounts;
}

/** Both directions in one: faults added up, the lower goodput, the longer latencies. */
export function worse(one: Figures, other: Figures): Figures {
  const slower = one.goodputGbps <= other.goodputGbps ? one : other;
  return {
    lost: one.lost + other.lost,
    duplicated: one.duplicated + other.duplicated,
    reordered: one.reordered + other.reordered,
    corrupted: one.corrupted + other.corrupted,
    goodputGbps: slower.goodputGbps,
    goodputPercent: slower.goodputPercent,
    latencyNs: longer(one.latencyNs, other.latencyNs),
  };
}

function longer(one: LatencyNs | null, other: LatencyNs | null): LatencyNs | null {
  if (one === null || other === null) return one ?? other;
  return {
    min: Math.min(one.min, other.min),
    median: Math.max(one.median, other.median),
    p99: Math.max(one.p99, other.p99),
  };
}
