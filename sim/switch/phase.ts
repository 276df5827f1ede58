/** What a run of a switch does: phases, each with its traffic and its faults. */
import type { Faults } from "../run/phase.ts";
import type { Demand, PatternTraffic } from "../traffic/patterns.ts";

/** Given packets: those of host h are at index h - 1; their times count from the begin of the phase. */
export interface GivenTraffic {
  readonly kind: "given";
  readonly demands: readonly (readonly Demand[])[];
}

/** No packets: the ports keep their links alive by themselves. */
export interface IdleTraffic {
  readonly kind: "idle";
}

export type SwitchTraffic = PatternTraffic | GivenTraffic | IdleTraffic;

export interface SwitchPhase {
  /** Short name, unique in a run: the key in results. */
  readonly name: string;
  /** One line for people: what is sent. */
  readonly title: string;
  readonly traffic: SwitchTraffic;
  /** Cycles for which traffic is offered; traffic that ends by itself needs none. */
  readonly cycles?: number;
  /** Of those, cycles that pass before anything is measured; default as long as it takes buffers to fill. */
  readonly warmUpCycles?: number;
  /** Of all cables, both directions alike. */
  readonly faults?: Faults;
  /** Probability that a host's client is not ready in a cycle, 0 … 1 (not included). */
  readonly backpressure?: number;
}

/** Whether the phase's traffic ends by itself. */
export function endsByItself({ traffic }: SwitchPhase): boolean {
  return traffic.kind === "given" || (traffic.kind === "pattern" && traffic.packets !== undefined);
}
