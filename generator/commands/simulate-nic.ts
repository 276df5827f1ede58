import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { openDesign } from "../../sim/driver/device.ts";
import { NicPair, type NicPairOptions } from "../../sim/nic/nic-pair.ts";
import { runNicPhases } from "../../sim/nic/run-workload.ts";
import type { NicPhase } from "../../sim/nic/workload-bed.ts";
import type { NicPhaseResult, NicRunResult } from "../../sim/nic/workload-results.ts";
import { freshSeed, seedText } from "../../sim/traffic/rng.ts";
import type { NicDesign } from "../design/nic.ts";
import { exitCodes } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";
import { pairOptions, type SimulateCall } from "./simulate-link.ts";
import { failureText } from "./simulate-link-text.ts";
import { nicPhasesOf } from "./simulate-nic-phases.ts";
import { nicResultText } from "./simulate-nic-text.ts";
import type { SimulateOptions } from "./simulate-options.ts";
import { type SimulationProgress, withProgressFile } from "./simulate-progress.ts";
import { interruptedCode, interruptible, makeFolder } from "./simulate-run.ts";

/** Cycles from a request of the adapter to the answer of host memory. */
const memoryCycles = 40;

/** Runs two adapters on a cable as the options say, writes the results and sets the exit code. */
export async function simulateNic(
  design: NicDesign,
  options: SimulateOptions,
  { file, command }: SimulateCall,
): Promise<void> {
  const phases = nicPhasesOf(design, options);
  const seed = options.seed ?? freshSeed();
  const out = options.out ?? join("out", design.name);
  makeFolder(out);
  const pair = await openPair(design, pairOptions(options, out, seed));
  try {
    const result = await interruptible((signal) => runWithProgress(pair, phases, { out, seed, signal }));
    writeFileSync(join(out, "results.json"), `${JSON.stringify(result, null, 2)}\n`);
    report(result, pair, out, options);
    if (!result.passed) {
      process.exitCode = exitCodes.workFailed;
      process.stderr.write(failureText(result, { file, out, command }));
    } else if (!result.complete) process.exitCode = interruptedCode;
  } finally {
    pair.close();
  }
}

async function openPair(design: NicDesign, options: NicPairOptions): Promise<NicPair> {
  const open = () => openDesign(design, undefined, { trace: options.trace !== undefined, quick: true });
  const latency = [memoryCycles, memoryCycles] as const;
  const memory = { readLatency: latency, writeLatency: latency };
  return new NicPair(design, [await open(), await open()], { memory, ...options });
}

async function runWithProgress(
  pair: NicPair,
  phases: readonly NicPhase[],
  { out, seed, signal }: { readonly out: string; readonly seed: number; readonly signal: AbortSignal },
): Promise<NicRunResult> {
  const results: NicPhaseResult[] = [];
  let now = "";
  let begun = 0;
  let expected = 0;
  const onPhase = (phase: NicPhase): void => {
    now = `${phase.name} (phase ${phases.indexOf(phase) + 1} of ${phases.length})`;
    begun = pair.cycle;
    expected = phase.cycles;
  };
  const note = (): string =>
    `simulating ${now}: ${(pair.cycle - begun).toLocaleString("en-US")} of ${expected.toLocaleString("en-US")} cycles`;
  const progress = (): SimulationProgress<NicPhaseResult> => ({
    ...{ name: pair.design.name, phase: now, cycles: pair.cycle - begun, expectedCycles: expected },
    ...{ phaseCount: phases.length, results },
  });
  const onResult = (result: NicPhaseResult): unknown => results.push(result);
  const run = runNicPhases(pair, phases, { seed, signal, onPhase, onResult });
  return await withProgress(note, withProgressFile(out, progress, run));
}

function report(result: NicRunResult, pair: NicPair, out: string, options: SimulateOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const waves = options.trace?.replace(/\.fst$/u, "");
  const lines = [
    nicResultText(result, color),
    `results  ${join(out, "results.json")}, seed ${seedText(result.seed)}`,
    ...(pair.taps.length > 0 ? [`wire     ${pair.taps.map((tap) => tap.path).join(", ")}`] : []),
    ...(waves !== undefined ? [`waves    ${waves}.p0.fst, ${waves}.p1.fst`] : []),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
