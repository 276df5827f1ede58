/** Builds a device for a simulator that cocotb drives, or takes it from the cache. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { cacheFolder, contentKey, withLock } from "../../generator/cache.ts";
import { exitCodes, LanewrightError } from "../../generator/diagnostics.ts";
import { makeTempFolder, removeTempFolder } from "../../generator/emit/temp-folder.ts";
import { withProgress } from "../../generator/progress.ts";
import { missingTools, requireTools, type Tool, toolVersion } from "../../generator/tools.ts";
import {
  auxiliaryFiles,
  builtName,
  icarusArguments,
  makeVariables,
  portNames,
  type SimulatorOptions,
  verilatorArguments,
} from "./flags.ts";
import type { PythonTools } from "./python.ts";

/** A model that is ready to run. */
export interface BuiltSimulation {
  /** The program of Verilator, or the bytecode for `vvp`. */
  readonly file: string;
  /** False when it came out of the cache. */
  readonly fresh: boolean;
  /** Names of the ports of the top module; empty where its source does not list them in its header. */
  readonly ports: readonly string[];
}

const tools: Readonly<Record<SimulatorOptions["simulator"], readonly Tool[]>> = {
  verilator: ["verilator", "g++", "make"],
  icarus: ["iverilog"],
};

/** Changes whenever this file builds the same options in another way. */
const revision = "1";

interface Source {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The versions of what a simulator needs; throws with the command that installs what is missing. */
export function simulatorVersions(simulator: SimulatorOptions["simulator"]): Promise<readonly string[]> {
  return requireTools(tools[simulator]);
}

/**
 * Builds `files`. The build stands in the cache under the hash of the sources, the flags, and the versions of the
 * simulator, of the compiler and of cocotb.
 * @throws LanewrightError LW_TOOL_MISSING, or LW_MODEL_BUILD when the sources do not build
 */
export async function buildSimulation(
  files: readonly string[],
  options: SimulatorOptions,
  python: PythonTools,
): Promise<BuiltSimulation> {
  const versions = await simulatorVersions(options.simulator);
  const sources = files.map((path, index) => ({
    name: `rtl/${String(index).padStart(3, "0")}/${basename(path)}`,
    bytes: readFileSync(path),
  }));
  const ports =
    sources
      .map(({ bytes }) => portNames(bytes.toString("utf8"), options.top))
      .find((found) => found.length > 0) ?? [];
  const names = sources.map((source) => source.name);
  const arguments_ =
    options.simulator === "verilator"
      ? verilatorArguments(options, python, names, options.internals || ports.length === 0)
      : icarusArguments(options, names);
  const auxiliary = auxiliaryFiles(options, ports);
  const make = options.simulator === "verilator" ? makeVariables(options) : [];
  const key = contentKey([
    ...[revision, ...versions, python.cocotb, python.libs, ...arguments_, ...make],
    ...Object.values(auxiliary),
    ...sources.flatMap((source) => [source.name, source.bytes]),
  ]);
  const folder = join(cacheFolder(), "cocotb", `${options.top}-${options.simulator}-${key}`);
  const file = join(folder, builtName[options.simulator]);
  if (existsSync(file)) return { file, fresh: false, ports };
  const work = withLock(folder, async () => {
    if (existsSync(file)) return { file, fresh: false, ports };
    await build(folder, options, { sources, auxiliary, arguments_, make });
    return { file, fresh: true, ports };
  });
  return await withProgress(
    `building ${options.top} for cocotb and ${options.simulator} (kept for the next time)`,
    work,
  );
}

interface BuildPlan {
  readonly sources: readonly Source[];
  readonly auxiliary: Readonly<Record<string, string>>;
  readonly arguments_: readonly string[];
  readonly make: readonly string[];
}

async function build(folder: string, options: SimulatorOptions, plan: BuildPlan): Promise<void> {
  const { simulator, top } = options;
  const parent = join(folder, "..");
  mkdirSync(parent, { recursive: true });
  const temp = makeTempFolder(parent, ".build-");
  try {
    for (const { name, bytes } of plan.sources) {
      mkdirSync(join(temp, name, ".."), { recursive: true });
      writeFileSync(join(temp, name), bytes);
    }
    for (const [name, text] of Object.entries(plan.auxiliary)) writeFileSync(join(temp, name), text);
    if (simulator === "icarus") await run("iverilog", plan.arguments_, temp, top);
    else {
      await run("verilator", plan.arguments_, temp, top);
      const objectCache = (await toolVersion("ccache")) === undefined ? [] : ["OBJCACHE=ccache"];
      const jobs = `-j${availableParallelism()}`;
      await run("make", ["-C", "obj", "-f", "Vtop.mk", jobs, ...plan.make, ...objectCache], temp, top);
    }
    const done = join(temp, "done");
    mkdirSync(done);
    const built = simulator === "icarus" ? temp : join(temp, "obj");
    renameSync(join(built, builtName[simulator]), join(done, builtName[simulator]));
    rmSync(folder, { recursive: true, force: true });
    renameSync(done, folder);
  } finally {
    removeTempFolder(temp);
  }
}

/** Runs one step of the build; a failure becomes an error with the tool's own last words. */
async function run(tool: Tool, arguments_: readonly string[], cwd: string, top: string): Promise<void> {
  const result = await execa(tool, arguments_, { cwd, reject: false, all: true, stdin: "ignore" });
  if (result.exitCode === 0) return;
  if (result.code === "ENOENT") throw missingTools([tool], new Error(result.shortMessage));
  if (/zlib\.h: No such file/u.test(result.all)) throw missingTools(["zlib"], new Error(result.shortMessage));
  const lines = result.all.split("\n");
  const words = lines.filter((line) => /%Error|error|\*\*\* /u.test(line));
  const last = (words.length > 0 ? words : lines).slice(0, 12).join("\n");
  throw new LanewrightError(
    { code: "LW_MODEL_BUILD", severity: "error", message: `${tool} failed on the model of ${top}:\n${last}` },
    { exitCode: exitCodes.workFailed, cause: new Error(result.shortMessage) },
  );
}
