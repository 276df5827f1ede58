/** What a run of a link pair found; `results.json` is a {@link RunResult}. */
import type { WireCounts } from "./pair-wire.ts";

export interface LatencyNs {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
}

/** Figures that a direction, a phase and a run have in common. */
export interface Figures {
  /** Packets that never came; those of lanes without flow control (VL15) are `dropped` instead. */
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  /**
   * Payload bytes (no headers, no CRCs, no pad) delivered in the window, over the time of the window. The window opens
   * with the end of the first packet that is delivered after the warm-up (two round trips, at most half of the cycles).
   * It closes where the offered load ends; in a phase of counted packets, with the last delivery.
   * A phase has the figure of its slower direction.
   */
  readonly goodputGbps: number;
  /** The same in per cent of the port's rate. */
  readonly goodputPercent: number;
  /**
   * From the transfer of a packet's first beat into the sending port to the transfer of its first beat out of the
   * receiving port, the time in the transmit queue included; null when no packet came.
   */
  readonly latencyNs: LatencyNs | null;
}

export interface Amount {
  readonly packets: number;
  /** LRH … ICRC, also where the ports add and strip the ICRC. */
  readonly bytes: number;
}

/** One direction, under the name of the port that receives. */
export interface PortResult extends Figures {
  /** Packets that this port took from its client, for the other port. */
  readonly sent: Amount;
  /** Packets that this port delivered right and in order. */
  readonly received: Amount & { readonly payloadBytes: number };
  /** Packets that came marked as errors. */
  readonly errored: number;
  /** Packets of lanes without flow control that were dropped. */
  readonly dropped: number;
  /** Packets under way when the run was interrupted. */
  readonly unfinished: number;
  readonly nacksSent: number;
  readonly nacksReceived: number;
  /** Replays that this port's transmitter completed. */
  readonly replays: number;
  /** Cycles in which a packet was ready in this port and none could go for want of credit. */
  readonly creditStallCycles: number;
  /** What the cable did to the beats that arrive at this port. */
  readonly channel: WireCounts;
  /** Every counter of this port's registers that counted, by its name in the register map. */
  readonly counters: Readonly<Record<string, number>>;
}

export type Ports<T> = { readonly p0: T; readonly p1: T };

export interface PhaseResult extends Figures {
  readonly name: string;
  readonly title: string;
  readonly faults: { readonly ber: number; readonly burstBits: number; readonly burstsPerBeat: number };
  /** Cycle of the run in which the phase began. */
  readonly firstCycle: number;
  /** Cycles of offered traffic, and of waiting until all of it had come. */
  readonly offeredCycles: number;
  readonly drainCycles: number;
  readonly ports: Ports<PortResult>;
  /** Why the phase failed; null when it did not. */
  readonly failure: string | null;
  /** Cycle in which the first fault was noticed (a lost packet: in which it was sent); null when all is well. */
  readonly firstProblemCycle: number | null;
  readonly interrupted: boolean;
}

export interface RunResult extends Figures {
  readonly name: string;
  readonly passed: boolean;
  /** False when the run was interrupted: the figures are those so far. */
  readonly complete: boolean;
  readonly rateGbps: number;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly cableMeters: number;
  /** Decides every random choice of the run. */
  readonly seed: number;
  readonly cycles: number;
  /** Simulated cycles of the pair in a second of wall time; the only figure that another run does not repeat. */
  readonly cyclesPerSecond: number;
  /** Phase that goodput and latency of the run are taken from: the first one without faults that saturates, else the last. */
  readonly headline: string;
  readonly ports: Ports<Omit<PortResult, "channel" | "counters">>;
  readonly phases: readonly PhaseResult[];
}
