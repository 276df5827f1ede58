/** A whole run: the link comes up, phases follow each other, their results are summed up. */

import type { LinkPair } from "./link-pair.ts";
import type { Phase } from "./phase.ts";
import type { Figures, PhaseResult, PortResult, Ports, RunResult } from "./results.ts";
import { bringUp, type RunOptions, runPhase } from "./run-phase.ts";

export interface RunPhasesOptions extends RunOptions {
  /** Called when a phase begins. */
  readonly onPhase?: (phase: Phase) => void;
  /** Called when a phase has ended. */
  readonly onResult?: (result: PhaseResult) => void;
}

/** Runs phases one after the other; a failure or an interrupt ends the run. */
export async function runPhases(
  pair: LinkPair,
  phases: readonly Phase[],
  options: RunPhasesOptions = {},
): Promise<RunResult> {
  const begin = performance.now();
  const failure = await bringUp(pair, options);
  if (failure !== null) throw new BringUpError(failure, pair.seed);
  const results: PhaseResult[] = [];
  for (const phase of phases) {
    if (options.signal?.aborted === true) break;
    options.onPhase?.(phase);
    const result = await runPhase(pair, phase, options);
    results.push(result);
    options.onResult?.(result);
    if (result.failure !== null || result.interrupted) break;
  }
  return summarise(pair, phases, results, (performance.now() - begin) / 1000);
}

/** The link did not come up. */
export class BringUpError extends Error {
  override readonly name = "BringUpError";

  constructor(what: string, seed: number, who = "the link", options: ErrorOptions = {}) {
    super(`${who} does not come up (seed ${seed}): ${what}`, options);
  }
}

const noFigures: Figures = {
  lost: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  goodputGbps: 0,
  goodputPercent: 0,
  latencyNs: null,
};

function summarise(
  pair: LinkPair,
  phases: readonly Phase[],
  results: readonly PhaseResult[],
  seconds: number,
): RunResult {
  const { name, rateGbps, clockMHz, datapathBits, cableMeters } = pair.design;
  const headline = headlineOf(phases, results);
  const sum = (key: "lost" | "duplicated" | "reordered" | "corrupted"): number =>
    results.reduce((total, result) => total + result[key], 0);
  return {
    name,
    passed: results.every((result) => result.failure === null),
    complete: results.length === phases.length && results.every((result) => !result.interrupted),
    rateGbps,
    clockMHz,
    datapathBits,
    cableMeters,
    seed: pair.seed,
    cycles: pair.cycle,
    cyclesPerSecond: Math.round(pair.cycle / seconds),
    headline: headline?.name ?? "",
    ...pickFigures(headline ?? noFigures),
    lost: sum("lost"),
    duplicated: sum("duplicated"),
    reordered: sum("reordered"),
    corrupted: sum("corrupted"),
    ports: { p0: portSum(results, headline, "p0"), p1: portSum(results, headline, "p1") },
    phases: results,
  };
}

function pickFigures({
  goodputGbps,
  goodputPercent,
  latencyNs,
}: Figures): Pick<Figures, "goodputGbps" | "goodputPercent" | "latencyNs"> {
  return { goodputGbps, goodputPercent, latencyNs };
}

function headlineOf(phases: readonly Phase[], results: readonly PhaseResult[]): PhaseResult | undefined {
  const chosen = phases.findIndex(
    ({ traffic, faults }) => traffic.kind === "load" && traffic.load === undefined && faults === undefined,
  );
  return results[chosen] ?? results.at(-1);
}

type PortSum = RunResult["ports"]["p0"];

/** Counts of all phases; goodput and latency of the headline's. */
function portSum(
  results: readonly PhaseResult[],
  headline: PhaseResult | undefined,
  port: keyof Ports<unknown>,
): PortSum {
  const parts = results.map((result) => result.ports[port]);
  const sum = (pick: (part: PortResult) => number): number =>
    parts.reduce((total, part) => total + pick(part), 0);
  return {
    lost: sum((part) => part.lost),
    duplicated: sum((part) => part.duplicated),
    reordered: sum((part) => part.reordered),
    corrupted: sum((part) => part.corrupted),
    ...pickFigures(headline?.ports[port] ?? noFigures),
    sent: { packets: sum((part) => part.sent.packets), bytes: sum((part) => part.sent.bytes) },
    received: {
      packets: sum((part) => part.received.packets),
      bytes: sum((part) => part.received.bytes),
      payloadBytes: sum((part) => part.received.payloadBytes),
    },
    errored: sum((part) => part.errored),
    dropped: sum((part) => part.dropped),
    unfinished: sum((part) => part.unfinished),
    nacksSent: sum((part) => part.nacksSent),
    nacksReceived: sum((part) => part.nacksReceived),
    replays: sum((part) => part.replays),
    creditStallCycles: sum((part) => part.creditStallCycles),
  };
}
