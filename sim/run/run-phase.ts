/** One phase of a link pair: offers the traffic, waits until all of it has come, and takes stock. */
import { Clock, type Finding } from "./clock.ts";
import { countedBetween } from "./counters.ts";
import { feedOf } from "./feed.ts";
import type { LinkPair } from "./link-pair.ts";
import { isCounted, type Phase } from "./phase.ts";
import { channelBetween, portResult, worse } from "./port-result.ts";
import type { PhaseResult } from "./results.ts";
import { Watch } from "./watch.ts";

export interface RunOptions {
  /** Ends the run at the next opportunity; what was found so far is the result. */
  readonly signal?: AbortSignal;
}

/** A clock that stops where the link hangs or a port breaks the rules of its stream. */
class PairClock extends Clock {
  /** No traffic is offered any more: nothing comes for a while where a packet was lost, and that is no hang. */
  draining = false;

  constructor(pair: LinkPair, signal: AbortSignal | undefined) {
    const watch = new Watch(pair);
    const look = (): Finding => {
      const hang = watch.hang();
      return { stop: hang !== null, failure: watch.breach ?? (this.draining ? null : hang) };
    };
    super(pair, look, signal);
  }
}

/** Waits until both ports are Active. @returns what went wrong, or null */
export async function bringUp(pair: LinkPair, options: RunOptions = {}): Promise<string | null> {
  const clock = new PairClock(pair, options.signal);
  const last = pair.cycle + pair.limits.bringUpCycles;
  await clock.until(() => pair.active || pair.cycle >= last);
  if (pair.active || clock.interrupted) return null;
  const states = pair.portStates.join(" and ");
  return clock.failure ?? `the ports are not Active after ${last} cycles; their states are ${states}`;
}

/** Runs one phase. The link must be up; after a failure or an interrupt the pair is of no more use. */
export async function runPhase(pair: LinkPair, phase: Phase, options: RunOptions = {}): Promise<PhaseResult> {
  const { design, limits, directions } = pair;
  const countersBefore = pair.lastCounters;
  const channelBefore = pair.channelCounts;
  const first = pair.cycle;
  const end = first + (phase.cycles ?? Number.POSITIVE_INFINITY);
  const bytesPerCycle = (design.rateGbps * 1000) / 8 / design.clockMHz;
  const warmUp = Math.min(limits.warmUpCycles, Math.floor((end - first) / 2));
  const warmUpEnd = first + (isCounted(phase) ? 0 : warmUp);
  directions.forEach((direction, port) => {
    const feed = feedOf(phase.traffic, { port, seed: pair.seed, bytesPerCycle });
    direction.begin(phase, feed, first, warmUpEnd);
  });
  pair.setFaults(phase.faults ?? {});

  const clock = new PairClock(pair, options.signal);
  const [a, b] = directions;
  const going = await clock.until(() => pair.cycle >= end || (a.offered && b.offered));
  const offeredCycles = pair.cycle - first;
  for (const direction of directions) {
    direction.stop();
    if (!isCounted(phase)) direction.meter.close(pair.cycle - 1);
  }
  clock.draining = true;
  const drainFrom = pair.cycle;
  const patience = Math.max(drainFrom, a.withheld, b.withheld) + limits.drainCycles;
  if (going) await clock.until(() => (a.idle && b.idle) || pair.cycle >= patience);
  const drained = a.idle && b.idle;
  const drainCycles = pair.cycle - drainFrom;
  // What comes twice, or late on a lane without flow control, is to be noticed in this phase.
  const settled = pair.cycle + limits.settleCycles;
  if (going && drained) await clock.until(() => pair.cycle >= settled);
  for (const direction of directions) direction.meter.close();

  if (clock.interrupted) for (const direction of directions) direction.board.excuse();
  const countersAfter = clock.dead ? countersBefore : pair.readCounters();
  const channelAfter = pair.channelCounts;
  const [p0, p1] = ([0, 1] as const).map((port) =>
    portResult(design, {
      into: directions[port === 0 ? 1 : 0],
      outOf: directions[port],
      counters: countedBetween(countersBefore[port], countersAfter[port]),
      channel: channelBetween(channelBefore[port === 0 ? 1 : 0], channelAfter[port === 0 ? 1 : 0]),
    }),
  ) as [ReturnType<typeof portResult>, ReturnType<typeof portResult>];
  const undrained =
    drained || clock.interrupted
      ? null
      : `${a.board.pending} packets p0 → p1 and ${b.board.pending} packets p1 → p0 had not come ${drainCycles} cycles after the offered load ended`;
  const problems = directions.map((direction) => direction.problemCycle).filter((cycle) => cycle !== null);
  const { ber = 0, burst } = phase.faults ?? {};
  const figures = worse(p0, p1);
  return {
    name: phase.name,
    title: phase.title,
    ...figures,
    faults: { ber, burstBits: burst?.bits ?? 0, burstsPerBeat: burst?.perBeat ?? 0 },
    firstCycle: first,
    offeredCycles,
    drainCycles,
    ports: { p0, p1 },
    failure: clock.failure ?? joined(complaintOf(figures), undrained),
    firstProblemCycle:
      problems.length > 0 ? Math.min(...problems) : clock.failure !== null ? pair.cycle : null,
    interrupted: clock.interrupted,
  };
}

function joined(...parts: readonly (string | null)[]): string | null {
  const words = parts.filter((part) => part !== null);
  return words.length === 0 ? null : words.join("; ");
}

function complaintOf(
  figures: Pick<PhaseResult, "lost" | "duplicated" | "reordered" | "corrupted">,
): string | null {
  const faults = (["lost", "duplicated", "reordered", "corrupted"] as const).filter(
    (kind) => figures[kind] > 0,
  );
  return faults.length === 0 ? null : faults.map((kind) => `${figures[kind]} ${kind}`).join(", ");
}
