import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { cacheFolder, contentKey, withLock } from "../../generator/cache.ts";
import { exitCodes, LanewrightError } from "../../generator/diagnostics.ts";
import { makeTempFolder, removeTempFolder } from "../../generator/emit/temp-folder.ts";
import { withProgress } from "../../generator/progress.ts";
import { missingTools, requireTools, toolVersion } from "../../generator/tools.ts";
import { clockLevelIn } from "./clock.ts";
import { edgeFunction } from "./edges.ts";
import { buildFlags, isOn, libraryName, verilatorArguments } from "./flags.ts";
import { hookedOptions, sourceBytes } from "./hooks.ts";
import { type PortInfo, parsePorts } from "./ports.ts";
import { shareRuntime } from "./runtime.ts";
import { modelHeaderText, printHeaderText, wrapperText } from "./wrapper.ts";

/** What to build. */
export interface BuildOptions {
  /** Absolute paths of the Verilog files. */
  readonly files: readonly string[];
  /** Name of the top module. */
  readonly top: string;
  /** Can write FST waves; such a model is slower even while it writes none. */
  readonly trace?: boolean;
  /** `NAME` or `NAME=VALUE`, as for `+define+`. */
  readonly defines?: readonly string[];
  /** Counts lines and toggles. */
  readonly coverage?: boolean;
  /** Built in a third of the time, half as fast: right for a model that runs for seconds. */
  readonly quick?: boolean;
  /** Name of the clock port; `clk` unless given. */
  readonly clock?: string;
  /** Names of further clock ports; see `Model.edge`. */
  readonly otherClocks?: readonly string[];
  /** Takes `+name=value` words from `LANEWRIGHT_PLUSARGS`, and can start with random registers. */
  readonly plusArgs?: boolean;
}

/** A model that is ready to be opened. */
export interface BuiltModel {
  /** Absolute path of the shared library. */
  readonly library: string;
  readonly top: string;
  readonly ports: readonly PortInfo[];
  readonly trace: boolean;
  readonly coverage: boolean;
  /** 1 where nothing but rising edges of the clock matters, else 2; see `clock.ts`. */
  readonly evaluationsPerCycle: 1 | 2;
  /** All clocks of a model that has several, the first one that of `step`. */
  readonly clocks?: readonly string[];
  /** False when the model came out of the cache. */
  readonly fresh: boolean;
}

interface Source {
  readonly name: string;
  readonly bytes: Buffer;
}

type ModelRecord = Omit<BuiltModel, "library" | "fresh">;

/** Changes whenever `model.json` or the looking for the clock does. */
const revision = "2";

/** Lets `ccache`, where there is one, keep what is compiled with a header that was compiled beforehand. */
const environment = { CCACHE_SLOPPINESS: "pch_defines,time_macros" };

const running = new Map<string, Promise<BuiltModel>>();

/**
 * Builds a Verilog module into a shared library with a small C interface, or takes it from the cache, where it stands
 * under the hash of the sources, the flags, the wrapper and the versions of Verilator and of the compiler.
 *
 * Throws a {@link LanewrightError} with exit code 3 when a tool is missing, 1 when the sources do not build.
 */
export async function buildModel(given: BuildOptions): Promise<BuiltModel> {
  const options = hookedOptions(given);
  const versions = await requireTools(["verilator", "g++", "make"]);
  const sources = options.files.map((path, index) => ({
    name: `${String(index).padStart(3, "0")}/${basename(path)}`,
    bytes: sourceBytes(path),
  }));
  const arguments_ = verilatorArguments(
    options,
    sources.map((source) => source.name),
  );
  const sample = wrapperText({
    ports: [{ name: clockOf(options), dir: "in", bits: 1, bytes: 1, member: "clk" }],
    clock: clockOf(options),
    level: "level",
    trace: isOn(options.trace),
    coverage: isOn(options.coverage),
    plusArgs: isOn(options.plusArgs),
  });
  const others = options.otherClocks ?? [];
  const texts = [
    revision,
    ...versions,
    ...arguments_,
    ...buildFlags(options.quick).make,
    sample,
    printHeaderText,
    modelHeaderText,
    ...(others.length === 0 ? [] : [...others, edgeSample(others)]),
  ];
  const key = contentKey([...texts, ...sources.flatMap((source) => [source.name, source.bytes])]);
  const folder = join(cacheFolder(), "models", `${options.top}-${key}`);

  const underway = running.get(folder) ?? findOrBuild(folder, options, sources, arguments_);
  running.set(folder, underway);
  try {
    return await underway;
  } finally {
    running.delete(folder);
  }
}

async function findOrBuild(
  folder: string,
  options: BuildOptions,
  sources: readonly Source[],
  arguments_: readonly string[],
): Promise<BuiltModel> {
  const found = readRecord(folder);
  if (found !== undefined) return found;
  const work = withLock(folder, async () => {
    const made = readRecord(folder);
    if (made !== undefined) return made;
    await build(folder, options, sources, arguments_);
    const record = readRecord(folder);
    if (record === undefined) throw new Error(`the model in ${folder} cannot be read back`);
    return { ...record, fresh: true };
  });
  return await withProgress(`building the model of ${options.top} (kept for the next time)`, work);
}

function readRecord(folder: string): BuiltModel | undefined {
  const path = join(folder, "model.json");
  if (!existsSync(path)) return undefined;
  const record = JSON.parse(readFileSync(path, "utf8")) as ModelRecord;
  return { ...record, library: join(folder, libraryName), fresh: false };
}

async function build(
  folder: string,
  options: BuildOptions,
  sources: readonly Source[],
  arguments_: readonly string[],
): Promise<void> {
  const parent = join(folder, "..");
  mkdirSync(parent, { recursive: true });
  const temp = makeTempFolder(parent, ".build-");
  try {
    for (const { name, bytes } of sources) {
      mkdirSync(join(temp, "rtl", name, ".."), { recursive: true });
      writeFileSync(join(temp, "rtl", name), bytes);
    }
    await run("verilator", arguments_, temp, options.top);
    const object = join(temp, "obj");
    const ports = parsePorts(readFileSync(join(object, "Vtop.h"), "utf8"));
    const trace = isOn(options.trace);
    const coverage = isOn(options.coverage);
    const clock = clockOf(options);
    const levelOf = (name: string) =>
      clockLevelIn(object, ports.find((port) => port.name === name)?.member ?? name);
    const level = levelOf(clock);
    const others = (options.otherClocks ?? []).map((name) => ({ clock: name, level: levelOf(name) }));
    const plusArgs = isOn(options.plusArgs);
    const wrapper = wrapperText({ ports, clock, level, trace, coverage, plusArgs, others });
    writeFileSync(join(temp, "wrapper.cpp"), wrapper);
    const objectCache = (await toolVersion("ccache")) === undefined ? [] : ["OBJCACHE=ccache"];
    const { compiler, make } = buildFlags(options.quick);
    const common = ["-C", "obj", `-j${availableParallelism()}`, ...make];
    const runMake = async (...more: string[]) => await run("make", [...common, ...more], temp, options.top);
    const versions = await requireTools(["verilator", "g++"]);
    await shareRuntime(object, [...versions, ...compiler, ...make, `${trace} ${coverage}`], runMake);
    await runMake("-f", "Vtop.mk", ...objectCache);

    const done = join(temp, "done");
    mkdirSync(done);
    renameSync(join(object, libraryName), join(done, libraryName));
    const record: ModelRecord = {
      top: options.top,
      ports,
      trace,
      coverage,
      evaluationsPerCycle: level === undefined ? 2 : 1,
      ...(others.length > 0 && { clocks: [clock, ...others.map((one) => one.clock)] }),
    };
    writeFileSync(join(done, "model.json"), `${JSON.stringify(record, null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(done, folder);
  } finally {
    removeTempFolder(temp);
  }
}

/** Runs one step of the build; a failure becomes an error with the tool's own last words. */
async function run(
  tool: "verilator" | "make",
  arguments_: readonly string[],
  cwd: string,
  top: string,
): Promise<void> {
  const options = { cwd, reject: false, all: true, stdin: "ignore", env: environment } as const;
  const result = await execa(tool, arguments_, options);
  if (result.exitCode === 0) return;
  if (result.code === "ENOENT") throw missingTools([tool], new Error(result.shortMessage));
  if (/zlib\.h: No such file/u.test(result.all)) throw missingTools(["zlib"], new Error(result.shortMessage));
  const words = result.all.split("\n").filter((line) => /%Error|error: |\*\*\* /u.test(line));
  const last = (words.length > 0 ? words : result.all.split("\n")).slice(0, 12).join("\n");
  throw new LanewrightError(
    { code: "LW_MODEL_BUILD", severity: "error", message: `${tool} failed on the model of ${top}:\n${last}` },
    { exitCode: exitCodes.workFailed, cause: new Error(result.shortMessage) },
  );
}

/** What changes with the text of `lanewright_edge`. */
function edgeSample(names: readonly string[]): string {
  const ports = ["clk", ...names].map((name) => {
    const port: PortInfo = { name, dir: "in", bits: 1, bytes: 1, member: name };
    return port;
  });
  const clocks = ports.map(({ name }) => ({ clock: name, level: name }));
  return edgeFunction(clocks, ports, false) + edgeFunction(clocks, ports, true);
}

function clockOf(options: BuildOptions): string {
  return options.clock ?? "clk";
}
