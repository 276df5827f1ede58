import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { BringUpError } from "../../sim/run/index.ts";
import type { WireTap } from "../../sim/run/wire-tap.ts";
import {
  drawChart,
  openSwitchBench,
  recordWaves,
  recordWires,
  runSwitchPhases,
  type SwitchNetwork,
  type SwitchPhase,
  type SwitchPhaseResult,
  type SwitchRunResult,
  wavePaths,
} from "../../sim/switch/index.ts";
import { freshSeed, seedText } from "../../sim/traffic/rng.ts";
import type { SwitchDesign } from "../design/switch.ts";
import { exitCodes } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";
import type { SimulateCall } from "./simulate-link.ts";
import { isGiven, type SimulateOptions } from "./simulate-options.ts";
import { type SimulationProgress, withProgressFile } from "./simulate-progress.ts";
import { interruptedCode, interruptible, makeFolder } from "./simulate-run.ts";
import { switchPhasesOf } from "./simulate-switch-phases.ts";
import { switchFailureText, switchResultText } from "./simulate-switch-text.ts";

/** Points of a sweep from which on a picture is drawn. */
const chartPoints = 3;

/** Files that a run leaves behind. */
interface Files {
  readonly results: string;
  readonly chart: string | null;
  readonly taps: readonly WireTap[];
  readonly waves: readonly string[];
}

/** Runs a switch as the options say, writes its results and sets the exit code. */
export async function simulateSwitch(
  design: SwitchDesign,
  options: SimulateOptions,
  { file, command }: SimulateCall,
): Promise<void> {
  const seed = options.seed ?? freshSeed();
  const phases = switchPhasesOf(design, options, seed);
  const out = options.out ?? join("out", design.name);
  makeFolder(out);
  const { trace, tracePorts = [], traceFrom, traceCycles, pcapngFrames } = options;
  const models = trace === undefined ? undefined : tracePorts.length > 0 ? "all" : "switch";
  const network = await openSwitchBench(design, {
    ...{ seed, fast: runsLong(design, phases) },
    ...(models !== undefined && { trace: models }),
  });
  const waves = { path: trace ?? "", hosts: tracePorts, from: traceFrom, cycles: traceCycles };
  if (trace !== undefined) recordWaves(network, waves);
  const wires = isGiven(command, "pcapngFrames") && pcapngFrames > 0;
  const taps = wires ? recordWires(network, (port) => join(out, `p${port}.pcapng`), pcapngFrames) : [];
  try {
    const result = await interruptible((signal) => runWithProgress(network, phases, out, signal));
    const files = {
      results: join(out, "results.json"),
      chart: options.sweep !== undefined ? writeChart(result, phases, out) : null,
      taps,
      waves: trace === undefined ? [] : wavePaths(waves),
    };
    writeFileSync(files.results, `${JSON.stringify(result, null, 2)}\n`);
    report(result, files, options);
    if (!result.passed) {
      process.exitCode = exitCodes.workFailed;
      process.stderr.write(switchFailureText(result, { file, out, command }));
    } else if (!result.complete) process.exitCode = interruptedCode;
  } catch (error) {
    if (!(error instanceof BringUpError)) throw error;
    process.exitCode = exitCodes.workFailed;
    process.stderr.write(`${error.message}\n`);
  } finally {
    for (const tap of taps) tap.close();
    network.close();
  }
}

/** Port cycles, beats of 64 bits counted, from which on a model that is built for speed wins. */
const longRun = 3e7;

function runsLong(design: SwitchDesign, phases: readonly SwitchPhase[]): boolean {
  const cycles = phases.reduce((sum, phase) => sum + (phase.cycles ?? 20_000), 0);
  return cycles * design.ports * (1 + design.datapathBits / 256) > longRun;
}

async function runWithProgress(
  network: SwitchNetwork,
  phases: readonly SwitchPhase[],
  out: string,
  signal: AbortSignal,
): Promise<SwitchRunResult> {
  const results: SwitchPhaseResult[] = [];
  let now = "bringing the ports up";
  let begun = 0;
  let expected: number | undefined;
  const onPhase = (phase: SwitchPhase): void => {
    now = `${phase.name} (phase ${phases.indexOf(phase) + 1} of ${phases.length})`;
    begun = network.cycle;
    expected = phase.cycles;
  };
  const note = (): string => {
    const of = expected === undefined ? "" : ` of ${expected.toLocaleString("en-US")}`;
    return `simulating ${now}: ${(network.cycle - begun).toLocaleString("en-US")}${of} cycles`;
  };
  const onResult = (result: SwitchPhaseResult): unknown => results.push(result);
  const progress = (): SimulationProgress<SwitchPhaseResult> => ({
    ...{
      name: network.design.name,
      phase: now,
      cycles: network.cycle - begun,
      expectedCycles: expected ?? null,
    },
    ...{ phaseCount: phases.length, results },
  });
  const run = runSwitchPhases(network, phases, { signal, onPhase, onResult });
  return await withProgress(note, withProgressFile(out, progress, run));
}

function writeChart(result: SwitchRunResult, phases: readonly SwitchPhase[], out: string): string | null {
  if (result.phases.length < chartPoints) return null;
  const path = join(out, "load.svg");
  const { name, portCount, rateGbps } = result;
  const what = phases[0]?.title.replace(/, load [\d.]+/u, "") ?? "";
  const title = `${name}: ${portCount} ports of ${rateGbps} Gb/s`;
  writeFileSync(path, drawChart(title, what, result.phases));
  return path;
}

function report(result: SwitchRunResult, files: Files, { json }: SimulateOptions): void {
  if (json === true) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const left = files.taps.reduce((sum, tap) => sum + tap.counts.beyondLimit, 0);
  const beyond = left > 0 ? ` (${left.toLocaleString("en-US")} frames beyond --pcapng-frames left out)` : "";
  const paths = files.taps.map((tap) => tap.path).join(", ");
  const lines = [
    switchResultText(result, color),
    `results  ${files.results}, seed ${seedText(result.seed)}`,
    ...(files.chart === null ? [] : [`picture  ${files.chart}`]),
    ...(files.taps.length === 0
      ? []
      : [`wire     ${paths}: tshark --disable-protocol rpcordma -r FILE${beyond}`]),
    ...(files.waves.length === 0 ? [] : [`waves    ${files.waves.join(", ")}`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
