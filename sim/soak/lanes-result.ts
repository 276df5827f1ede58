import type { PhaseResult } from "../run/results.ts";

/** Figures of one run, both directions together. */
export interface LaneSoakResult {
  readonly packets: number;
  readonly replays: number;
  readonly corrected: number;
  readonly uncorrectable: number;
  /** Lanes that fell silent or slipped, and times that an alignment was lost. */
  readonly mishaps: number;
  readonly lockLost: number;
}

/** Counters that must stay at 0 whatever the lanes do. */
const never = [
  "EXCESSIVE_BUFFER_OVERRUN",
  "LENGTH_ERROR",
  "FCP_BAD",
  "LINK_DOWNED",
  "PCS_TX_UNDERRUN",
  "PCS_RX_OVERRUN",
];

/** Figures of phases that passed; throws when a counter tells of the impossible. */
export function laneSoakResult(phases: readonly PhaseResult[], mishaps: number): LaneSoakResult {
  const ports = phases.flatMap((phase) => [phase.ports.p0, phase.ports.p1]);
  const count = (name: string): number =>
    ports.reduce((total, { counters }) => total + (counters[name] ?? 0), 0);
  for (const name of never) if (count(name) > 0) throw new Error(`${name} is ${count(name)}`);
  for (const { counters, channel } of ports) {
    // where nothing was lost, each symbol that was struck was corrected; one may be under way
    if (mishaps > 0 || (counters.FEC_UNCORRECTABLE ?? 0) > 0 || (counters.PCS_LOCK_LOST ?? 0) > 0) continue;
    const symbols = Object.entries(counters).filter(([name]) => name.startsWith("FEC_SYMBOLS_"));
    const sum = symbols.reduce((total, [, symbol]) => total + symbol, 0);
    const struck = channel.symbolErrors ?? 0;
    if (Math.abs(sum - struck) > 8) throw new Error(`${sum} symbols corrected of ${struck}`);
  }
  return {
    packets: ports.reduce((total, { received }) => total + received.packets, 0),
    replays: count("LLR_TX_REPLAY"),
    corrected: count("FEC_CORRECTED"),
    uncorrectable: count("FEC_UNCORRECTABLE"),
    mishaps,
    lockLost: count("PCS_LOCK_LOST"),
  };
}
