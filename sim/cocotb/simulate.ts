/** Runs a built simulation with cocotb in it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { BuiltSimulation } from "./build.ts";
import type { BenchModules } from "./modules.ts";
import type { PythonTools } from "./python.ts";
import { type RunResults, readResults } from "./results.ts";

/** One run. */
export interface SimulationRun {
  readonly simulator: "verilator" | "icarus";
  readonly toplevel: string;
  readonly modules: BenchModules;
  /** Only these tests; all when it is empty. */
  readonly testcases: readonly string[];
  readonly seed?: number;
  /** File for waves; the build must have been made for them. */
  readonly waves?: string;
  /** JSON for `lanewright.py`. */
  readonly parameters: string;
  /** The run's own words go to standard error, so that standard output is free for data. */
  readonly quiet: boolean;
}

export interface SimulationEnd {
  /** Undefined when the simulation ended before the tests did. */
  readonly results: RunResults | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly interrupted: boolean;
}

/** Folder of `lanewright.py`. */
const helpers = fileURLToPath(new URL("python", import.meta.url));
/** Module in `helpers` that Python imports before the benches. */
const firstModule = "lanewright_start";
/** Time for the simulator to end by itself after Ctrl-C, ms. */
const patience = 2000;

/** Runs the tests; what simulator and tests print appears as it comes. */
export async function runSimulation(
  built: BuiltSimulation,
  run: SimulationRun,
  python: PythonTools,
): Promise<SimulationEnd> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-cocotb-"));
  try {
    const results = join(folder, "results.xml");
    const parameters = join(folder, "parameters.json");
    writeFileSync(parameters, run.parameters);
    const [command, arguments_] = commandOf(built, run, python);
    const child = execa(command, arguments_, {
      reject: false,
      stdin: "ignore",
      stdout: run.quiet ? 2 : "inherit",
      stderr: "inherit",
      env: environment(run, python, { results, parameters }),
    });
    let interrupted = false;
    const onInterrupt = (): void => {
      interrupted = true;
      setTimeout(() => child.kill("SIGKILL"), patience).unref();
      child.kill("SIGTERM");
    };
    process.on("SIGINT", onInterrupt);
    try {
      const end = await child;
      return {
        results: interrupted ? undefined : await readResults(results, python.command),
        exitCode: end.exitCode,
        signal: end.signal,
        interrupted,
      };
    } finally {
      process.off("SIGINT", onInterrupt);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandOf(
  built: BuiltSimulation,
  { simulator, waves }: SimulationRun,
  python: PythonTools,
): readonly [string, readonly string[]] {
  if (simulator === "verilator")
    return [built.file, waves === undefined ? [] : ["--trace", "--trace-file", resolve(waves)]];
  const plus = waves === undefined ? [] : ["-fst", `+lanewright_waves=${resolve(waves)}`];
  return ["vvp", ["-M", python.libs, "-m", "libcocotbvpi_icarus", built.file, ...plus]];
}

/** What cocotb 1.9 reads from its environment. */
function environment(
  run: SimulationRun,
  python: PythonTools,
  files: { readonly results: string; readonly parameters: string },
): Readonly<Record<string, string | undefined>> {
  const own = process.env.PYTHONPATH;
  const paths = [...run.modules.folders, helpers, ...(own === undefined || own === "" ? [] : [own])];
  return {
    MODULE: [firstModule, ...run.modules.names].join(","),
    TOPLEVEL: run.toplevel,
    TOPLEVEL_LANG: "verilog",
    TESTCASE: run.testcases.length > 0 ? run.testcases.join(",") : undefined,
    RANDOM_SEED: run.seed === undefined ? process.env.RANDOM_SEED : String(run.seed),
    COCOTB_RESULTS_FILE: files.results,
    LANEWRIGHT_PARAMETERS: files.parameters,
    LIBPYTHON_LOC: python.libpython,
    // cocotb takes the interpreter of the active virtual environment, and else what `PYTHONHOME` says
    VIRTUAL_ENV: python.venv ? python.prefix : undefined,
    PYTHONHOME: python.venv ? undefined : python.prefix,
    PYTHONPATH: paths.join(delimiter),
    PYTHONDONTWRITEBYTECODE: process.env.PYTHONDONTWRITEBYTECODE ?? "1",
    COCOTB_ANSI_OUTPUT: process.env.COCOTB_ANSI_OUTPUT ?? (process.stdout.isTTY && !run.quiet ? "1" : "0"),
  };
}
