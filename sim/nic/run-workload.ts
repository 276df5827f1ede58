/** A whole run of two adapters: phases follow each other, their results are summed up. */
import type { Figures } from "../run/results.ts";
import type { NicPair } from "./nic-pair.ts";
import { runNicPhase } from "./workload.ts";
import { type NicPhase, setUp } from "./workload-bed.ts";
import type { NicPhaseResult, NicRunResult } from "./workload-results.ts";

export interface RunNicOptions {
  /** 32 bits; decides every random choice. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: NicPhase) => void;
  readonly onResult?: (result: NicPhaseResult) => void;
}

/** Runs phases one after the other; a failure or an interrupt ends the run. */
export async function runNicPhases(
  pair: NicPair,
  phases: readonly NicPhase[],
  { seed, signal, onPhase, onResult }: RunNicOptions,
): Promise<NicRunResult> {
  const begin = performance.now();
  const setup = setUp(pair, phases);
  const results: NicPhaseResult[] = [];
  for (const phase of phases) {
    if (signal?.aborted === true) break;
    onPhase?.(phase);
    const result = await runNicPhase(pair, setup, phase, { seed, ...(signal && { signal }) });
    results.push(result);
    onResult?.(result);
    if (result.failure !== null || result.interrupted) break;
  }
  return summarise(pair, phases, results, { seed, seconds: (performance.now() - begin) / 1000 });
}

const noFigures: Figures = {
  ...{ lost: 0, duplicated: 0, reordered: 0, corrupted: 0 },
  ...{ goodputGbps: 0, goodputPercent: 0, latencyNs: null },
};

function summarise(
  { design, cycle }: NicPair,
  phases: readonly NicPhase[],
  results: readonly NicPhaseResult[],
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
): NicRunResult {
  const head = results[0];
  const sum = (of: (result: NicPhaseResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const { goodputGbps, goodputPercent, latencyNs } = head ?? noFigures;
  return {
    ...{ kind: "nic", name: design.name },
    passed: results.every(({ failure }) => failure === null),
    complete: results.length === phases.length && results.every(({ interrupted }) => !interrupted),
    ...{ rateGbps: design.port.rateGbps, clockMHz: design.clockMHz, datapathBits: design.datapathBits },
    ...{ cableMeters: design.port.cableMeters, seed, cycles: cycle },
    cyclesPerSecond: Math.round(cycle / seconds),
    headline: head?.name ?? "",
    messages: sum((one) => one.messages),
    lost: sum((one) => one.lost),
    duplicated: sum((one) => one.duplicated),
    reordered: sum((one) => one.reordered),
    corrupted: sum((one) => one.corrupted),
    failed: sum((one) => one.failed),
    ...{ goodputGbps, goodputPercent, latencyNs },
    phases: results,
  };
}
