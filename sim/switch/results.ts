/** What a run of a switch found; `results.json` is a {@link SwitchRunResult}. */
import type { DropReason } from "../reference/switch.ts";
import type { Amount, Figures } from "../run/results.ts";
import type { Stall } from "./deadlock.ts";

export interface LatencySummaryNs {
  readonly min: number;
  readonly median: number;
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/** Figures that a port, a phase and a run have in common; those of a run of a link, and more. */
export interface SwitchFigures extends Figures {
  /** Whole packets at a port or on a lane that is not theirs. */
  readonly misrouted: number;
  /** From the generation of a packet at its host to its first beat at the destination's client; waiting times included. */
  readonly latencyNs: LatencySummaryNs | null;
  /** From the start of a packet on the wire of its host to its first beat at the destination's client. */
  readonly wireLatencyNs: LatencySummaryNs | null;
  /** Part of the wire's time, framing included, that was generated for it, and that came out of it, in per cent. */
  readonly offeredPercent: number;
  readonly deliveredPercent: number;
}

/** An external port with the host behind it, under `p1`, `p2` …; `p0` is the management port. */
export interface SwitchPortResult extends SwitchFigures {
  /** Packets that the host gave to its device, for any port. */
  readonly sent: Amount;
  /** Packets that came to the host right and in order. */
  readonly received: Amount & { readonly payloadBytes: number };
  /** Packets that came marked as errors: fragments of damaged ones. */
  readonly errored: number;
  /** Packets of lanes without flow control that did not come. */
  readonly dropped: number;
  /** Packets under way when the run was interrupted. */
  readonly unfinished: number;
  /** Packets that came in at this port and were dropped by the tables. */
  readonly drops: Readonly<Record<DropReason, number>>;
  /** Of the switch's port. */
  readonly nacksSent: number;
  readonly nacksReceived: number;
  readonly replays: number;
  /** Cycles in which a packet was ready at this output and none could go for want of credit. */
  readonly creditStallCycles: number;
  /** Bit errors on both directions of its cable. */
  readonly bitErrors: number;
}

export interface SwitchPhaseResult extends SwitchFigures {
  readonly name: string;
  readonly title: string;
  /** Part of each host's wire time that was asked for; null where packets were given. */
  readonly load: number | null;
  /** Less came out than was generated: packets pile up at the hosts, and latencies grow with time. */
  readonly saturated: boolean;
  readonly faults: { readonly ber: number; readonly burstBits: number; readonly burstsPerBeat: number };
  readonly firstCycle: number;
  /** Cycles of offered traffic, those of them that were measured, and of waiting until all of it had come. */
  readonly offeredCycles: number;
  readonly measuredCycles: number;
  readonly drainCycles: number;
  readonly ports: Readonly<Record<string, SwitchPortResult>>;
  /** Why the phase failed; null when it did not. */
  readonly failure: string | null;
  /** The wait that nothing ends, when that is the reason. */
  readonly stall: Stall | null;
  readonly firstProblemCycle: number | null;
  readonly interrupted: boolean;
}

export interface SwitchRunResult extends SwitchFigures {
  readonly kind: "switch";
  readonly name: string;
  readonly passed: boolean;
  /** False when the run was interrupted: the figures are those so far. */
  readonly complete: boolean;
  readonly portCount: number;
  readonly rateGbps: number;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly cableMeters: number;
  readonly scheduler: { readonly kind: string; readonly iterations: number };
  /** Decides every random choice of the run. */
  readonly seed: number;
  readonly cycles: number;
  /** Simulated cycles of everything in a second of wall time; the only figure that another run does not repeat. */
  readonly cyclesPerSecond: number;
  /** Phase that goodput and latency of the run are taken from: the first one without faults that saturates, else the last. */
  readonly headline: string;
  readonly ports: Readonly<Record<string, SwitchPortResult>>;
  readonly phases: readonly SwitchPhaseResult[];
}
