/** What a run of two adapters found; `results.json` is a {@link NicRunResult}. */
import type { Counters } from "../run/counters.ts";
import type { WireCounts } from "../run/pair-wire.ts";
import type { Amount, Figures, PhaseResult, Ports, RunResult } from "../run/results.ts";

/** Figures count messages: a WRITE, READ, SEND or atomic with all of its packets. */
export interface NicFigures extends Figures {
  readonly messages: number;
  /** Completed with an error. */
  readonly failed: number;
}

/** One adapter: what it asked of the other one, and what its port did. */
export interface NicPortResult extends NicFigures {
  /** Packets of the adapter, with their payload. */
  readonly sent: Amount;
  readonly received: Amount;
  /** Times that a queue pair of this adapter sent packets again, and of these those for a peer that was not ready. */
  readonly retries: number;
  readonly notReady: number;
  readonly nacksSent: number;
  readonly nacksReceived: number;
  /** Replays that this port's transmitter completed. */
  readonly replays: number;
  readonly creditStallCycles: number;
  /** What the cable did to the beats that arrive at this port. */
  readonly channel: WireCounts;
  /** Every counter that counted, those of the link port with `link.` in front. */
  readonly counters: Counters;
}

export interface NicPhaseResult extends NicFigures, Omit<PhaseResult, "ports"> {
  readonly ports: Ports<NicPortResult>;
}

export interface NicRunResult extends NicFigures, Omit<RunResult, "ports" | "phases"> {
  readonly kind: "nic";
  readonly phases: readonly NicPhaseResult[];
}
