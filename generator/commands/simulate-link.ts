import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import {
  BringUpError,
  type LinkPair,
  openLinkPair,
  type PairOptions,
  type Phase,
  type PhaseResult,
  type RunResult,
  runPhases,
} from "../../sim/run/index.ts";
import { freshSeed, seedText } from "../../sim/traffic/rng.ts";
import type { LinkDesign } from "../design/link.ts";
import { exitCodes } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";
import { phasesOf } from "./simulate-link-phases.ts";
import { failureText, resultText } from "./simulate-link-text.ts";
import type { SimulateOptions } from "./simulate-options.ts";
import { type SimulationProgress, withProgressFile } from "./simulate-progress.ts";
import { interruptedCode, interruptible, makeFolder } from "./simulate-run.ts";

/** What the command was called with. */
export interface SimulateCall {
  readonly file: string;
  readonly command: Command;
}

/** Runs a link pair as the options say, writes its results and sets the exit code. */
export async function simulateLink(
  design: LinkDesign,
  options: SimulateOptions,
  { file, command }: SimulateCall,
): Promise<void> {
  const phases = phasesOf(design, options);
  const seed = options.seed ?? freshSeed();
  const out = options.out ?? join("out", design.name);
  makeFolder(out);
  const fast = runsLong(design, phases);
  const pair = await openLinkPair(design, { ...pairOptions(options, out, seed), fast });
  try {
    const result = await interruptible((signal) => runWithProgress(pair, phases, out, signal));
    writeFileSync(join(out, "results.json"), `${JSON.stringify(result, null, 2)}\n`);
    report(result, pair, out, options);
    if (!result.passed) {
      process.exitCode = exitCodes.workFailed;
      process.stderr.write(failureText(result, { file, out, command }));
    } else if (!result.complete) process.exitCode = interruptedCode;
  } catch (error) {
    if (!(error instanceof BringUpError)) throw error;
    process.exitCode = exitCodes.workFailed;
    process.stderr.write(`${error.message}\n`);
  } finally {
    pair.close();
  }
}

/** Cycles, beats of 64 bits counted, from which on a model that is built for speed wins. */
const longRun = 3e6;

function runsLong(design: LinkDesign, phases: readonly Phase[]): boolean {
  const cycles = phases.reduce((sum, phase) => sum + (phase.cycles ?? 20_000), 0);
  return cycles * (1 + design.datapathBits / 256) > longRun;
}

export function pairOptions(options: SimulateOptions, out: string, seed: number): PairOptions {
  const { trace, traceFrom, traceCycles, pcapngFrames } = options;
  const base = trace?.replace(/\.fst$/u, "");
  return {
    seed,
    ...(base !== undefined && {
      trace: { paths: [`${base}.p0.fst`, `${base}.p1.fst`], from: traceFrom, cycles: traceCycles },
    }),
    ...(pcapngFrames > 0 && {
      pcapng: { paths: [join(out, "p0.pcapng"), join(out, "p1.pcapng")], frameLimit: pcapngFrames },
    }),
  };
}

async function runWithProgress(
  pair: LinkPair,
  phases: readonly Phase[],
  out: string,
  signal: AbortSignal,
): Promise<RunResult> {
  const results: PhaseResult[] = [];
  let now = "bringing the link up";
  let begun = 0;
  let expected: number | undefined;
  const onPhase = (phase: Phase): void => {
    now = `${phase.name} (phase ${phases.indexOf(phase) + 1} of ${phases.length})`;
    begun = pair.cycle;
    expected = phase.cycles;
  };
  const note = (): string => {
    const of = expected === undefined ? "" : ` of ${expected.toLocaleString("en-US")}`;
    return `simulating ${now}: ${(pair.cycle - begun).toLocaleString("en-US")}${of} cycles`;
  };
  const onResult = (result: PhaseResult): unknown => results.push(result);
  const progress = (): SimulationProgress<PhaseResult> => ({
    ...{ name: pair.design.name, phase: now, cycles: pair.cycle - begun, expectedCycles: expected ?? null },
    ...{ phaseCount: phases.length, results },
  });
  const run = runPhases(pair, phases, { signal, onPhase, onResult });
  return await withProgress(note, withProgressFile(out, progress, run));
}

function report(result: RunResult, pair: LinkPair, out: string, options: SimulateOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const left = pair.taps.reduce((sum, tap) => sum + tap.counts.beyondLimit, 0);
  const waves = options.trace?.replace(/\.fst$/u, "");
  const lines = [
    resultText(result, color),
    `results  ${join(out, "results.json")}, seed ${seedText(result.seed)}`,
    ...(pair.taps.length > 0
      ? [
          `wire     ${pair.taps.map((tap) => tap.path).join(", ")}: tshark --disable-protocol rpcordma -r FILE` +
            (left > 0 ? ` (${left.toLocaleString("en-US")} frames beyond --pcapng-frames left out)` : ""),
        ]
      : []),
    ...(waves !== undefined ? [`waves    ${waves}.p0.fst, ${waves}.p1.fst`] : []),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
