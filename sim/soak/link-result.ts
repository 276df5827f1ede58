import type { Cable } from "../bfm/channel.ts";
import type { Scoreboard, ScoreboardResult } from "../scoreboard/scoreboard.ts";
import type { DeviceEnd } from "./device-end.ts";

/** Figures of one run, both directions together. */
export interface SoakResult {
  readonly packets: number;
  readonly cycles: number;
  /** VL15 packets dropped, packets lost with an announced end of a session. */
  readonly dropped: number;
  readonly excused: number;
  readonly replays: number;
  readonly nacks: number;
  readonly flaps: number;
  readonly sessions: number;
  readonly bitErrors: number;
  /** Without retry: packets that the cable damaged. */
  readonly damaged: number;
}

/** Counters that must stay at 0 whatever the cable does. */
const never = ["EXCESSIVE_BUFFER_OVERRUN", "LENGTH_ERROR", "FCP_BAD"];

/** Figures of a run that has ended; throws when a packet is missing or wrong, or a counter tells of the impossible. */
export function soakResult(
  boards: readonly Scoreboard[],
  ends: readonly DeviceEnd[],
  { ab, ba }: Cable,
  run: Pick<SoakResult, "cycles" | "flaps" | "damaged">,
): SoakResult {
  const results = boards.map((board) => board.result());
  const sum = (pick: (result: ScoreboardResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const count = (name: string): number =>
    ends.reduce((total, end) => total + (end.hasCounter(name) ? end.counter(name) : 0), 0);
  const wrong = sum(
    ({ lost, duplicated, reordered, corrupted }) => lost + duplicated + reordered + corrupted,
  );
  if (wrong > 0) throw new Error(JSON.stringify(results));
  for (const name of never) if (count(name) > 0) throw new Error(`${name} is ${count(name)}`);
  const errors = [ab, ba].map(({ counts }) => counts.bitErrors + counts.burstBitErrors);
  return {
    ...run,
    packets: sum(({ matched }) => matched),
    dropped: sum(({ dropped }) => dropped),
    excused: sum(({ excused }) => excused),
    replays: count("LLR_TX_REPLAY"),
    nacks: count("LLR_TX_NACK_CTL_OS"),
    sessions: count("LINK_DOWNED"),
    bitErrors: errors.reduce((a, b) => a + b),
  };
}
