/** Figures of ports and of all of them together, from the scoreboard, the hosts and the counters. */
import type { Distribution } from "../scoreboard/histogram.ts";
import type { FlowBoardResult } from "./flow-board.ts";
import type { Delivered } from "./flow-figures.ts";
import type { SwitchNetwork } from "./network.ts";
import { noCounts, type PortCounts } from "./port-counters.ts";
import type { LatencySummaryNs, SwitchFigures, SwitchPortResult } from "./results.ts";

/** What the hosts had generated and sent, and the cables had damaged, at one moment. */
export interface Snapshot {
  readonly hosts: readonly {
    readonly framedBytes: number;
    readonly packets: number;
    readonly sent: { readonly packets: number; readonly bytes: number };
    readonly backlog: number;
    readonly bitErrors: number;
  }[];
  readonly counts: readonly PortCounts[];
  /** Deliveries that may still come. */
  readonly pending: number;
}

export interface Measured {
  readonly network: SwitchNetwork;
  /** At the begin of the phase, where measuring began and where offering ended. */
  readonly begin: Snapshot;
  readonly open: Snapshot;
  readonly close: Snapshot;
  /** At the end of the phase. */
  readonly end: Snapshot;
  readonly cycles: number;
}

export function snapshot(network: SwitchNetwork, counts: readonly PortCounts[]): Snapshot {
  const hosts = network.hosts.map(({ generated, sent, backlog }, index) => {
    const { ab, ba } = network.cables[index]!;
    const errors = [ab.counts, ba.counts].reduce((sum, one) => sum + one.bitErrors + one.burstBitErrors, 0);
    const { framedBytes, packets } = generated;
    return { framedBytes, packets, sent: { ...sent }, backlog, bitErrors: errors };
  });
  return { hosts, counts, pending: network.board.pending };
}

/** Rounded for reading: more digits mean nothing. */
export function rounded(value: number, digits = 3): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** Figures of the host at a port; port 0: the management client. */
export function portResult(measured: Measured, port: number): SwitchPortResult {
  const { network, begin, end } = measured;
  const { board } = network;
  const judged = board.result(port);
  const total = board.figures.total[port]!;
  const since = <T>(pick: (one: Snapshot["hosts"][number]) => number, none: T): number | T => {
    const host = end.hosts[port - 1];
    return host === undefined ? none : pick(host) - pick(begin.hosts[port - 1]!);
  };
  const counts = end.counts[port] ?? noCounts;
  const { nacksSent, nacksReceived, replays, creditStallCycles } = counts.link;
  return {
    ...figures(
      measured,
      board.figures.window({ end: port }),
      [port],
      judged,
      board.figures.latency[port]!.summary(),
      board.figures.wireLatency[port]!.summary(),
    ),
    sent: { packets: since((host) => host.sent.packets, 0), bytes: since((host) => host.sent.bytes, 0) },
    received: { packets: total.packets, bytes: total.bytes, payloadBytes: total.payloadBytes },
    errored: judged.errored,
    dropped: judged.dropped,
    unfinished: judged.excused,
    drops: counts.drops,
    ...{ nacksSent, nacksReceived, replays, creditStallCycles },
    bitErrors: since((host) => host.bitErrors, 0),
  };
}

/** Figures of everything together: rates are those of all external ports. */
export function figuresOfAll(measured: Measured): SwitchFigures {
  const { board, hosts } = measured.network;
  const ports = hosts.map(({ end }) => end);
  const { latencyOfAll, wireLatencyOfAll } = board.figures;
  const window = { packets: 0, bytes: 0, payloadBytes: 0, framedBytes: 0 };
  for (const end of ports) {
    const one = board.figures.window({ end });
    window.payloadBytes += one.payloadBytes;
    window.framedBytes += one.framedBytes;
  }
  const latencies = [latencyOfAll.summary(), wireLatencyOfAll.summary()] as const;
  return figures(measured, window, ports, board.result(), ...latencies);
}

function figures(
  { network, open, close, cycles }: Measured,
  window: Delivered,
  ports: readonly number[],
  judged: FlowBoardResult,
  latency: Distribution,
  wireLatency: Distribution,
): SwitchFigures {
  const { design } = network;
  const rate = design.port.rateGbps * ports.length;
  const gbps = (bytes: number): number => (cycles > 0 ? (bytes * 8 * design.clockMHz) / (cycles * 1000) : 0);
  const percent = (bytes: number): number => rounded((100 * gbps(bytes)) / rate);
  const offered = ports.reduce((sum, port) => {
    const [before, after] = [open.hosts[port - 1], close.hosts[port - 1]];
    return sum + (after?.framedBytes ?? 0) - (before?.framedBytes ?? 0);
  }, 0);
  return {
    lost: judged.lost,
    duplicated: judged.duplicated,
    reordered: judged.reordered,
    corrupted: judged.corrupted,
    misrouted: judged.misrouted,
    goodputGbps: rounded(gbps(window.payloadBytes)),
    goodputPercent: percent(window.payloadBytes),
    latencyNs: inNs(latency, design.clockMHz),
    wireLatencyNs: inNs(wireLatency, design.clockMHz),
    offeredPercent: percent(offered),
    deliveredPercent: percent(window.framedBytes),
  };
}

function inNs(
  { count, min, median, mean, p99, max }: Distribution,
  clockMHz: number,
): LatencySummaryNs | null {
  if (count === 0) return null;
  const ns = (cycles: number): number => rounded((cycles * 1000) / clockMHz, 1);
  return { min: ns(min), median: ns(median), mean: ns(mean), p99: ns(p99), max: ns(max) };
}
