import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { coverGroup, savePoints } from "../../sim/coverage/points.ts";
import { inspect, LanewrightError } from "../../generator/index.ts";
import { loadDescription } from "../../generator/description/index.ts";
import { diagnosticCodes } from "../../generator/diagnostic-codes.ts";
import { type Diagnostic, formatDiagnostics } from "../../generator/diagnostics.ts";
import { lanewrightHere } from "../in-process.ts";

/**
 * A folder a code: `input.*` is a description that has that problem, `command.json` a command line that meets it, and
 * `expected.txt` what the user reads.
 */
const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const isCommand = (code: string) => existsSync(join(here, code, "command.json"));

/** Codes that need more than a file and a command line, and the test that raises them. */
const elsewhere: Readonly<Record<string, string>> = {
  LW_FILE_UNREADABLE: "generator/description/load.test.ts",
  LW_OUTPUT_PATH: "generator/emit/emit.test.ts",
  LW_MODEL_BUILD: "sim/build/model.test.ts",
  LW_PYTHON_MISSING: "test/cocotb/errors.test.ts",
  LW_PYTHON_LIBRARY: "test/cocotb/errors.test.ts",
  LW_COCOTB_MISSING: "test/cocotb/errors.test.ts",
  LW_COCOTB_VERSION: "test/cocotb/errors.test.ts",
  LW_COCOTB_DEVICE: "test/cocotb/errors.test.ts",
  LW_COCOTB_MODULE: "test/cocotb/errors.test.ts",
  LW_COCOTB_RUN: "test/cocotb/benches.test.ts",
  LW_UNKNOWN_MODULE: "test/synth/synth.test.ts",
  LW_SYNTH_FAILED: "test/synth/synth.test.ts",
  LW_SYNTH_BASELINE: "test/synth/synth.test.ts",
  LW_MEMORY_FLIPFLOPS: "test/synth/synth.test.ts",
  LW_PLAN_KIND: "test/regress/plan.test.ts",
  LW_PLAN_EMPTY: "test/regress/plan.test.ts",
  LW_PLAN_DEVICE: "test/regress/plan.test.ts",
  LW_PLAN_FAULTS: "test/regress/plan.test.ts",
  LW_PLAN_REPEATS: "test/regress/plan.test.ts",
  LW_PLAN_ITEM: "test/regress/plan.test.ts",
  LW_VIEW_PORT: "test/datasheet/view.test.ts",
  LW_REGRESS_UNFINISHED: "test/regress/run.test.ts",
  LW_REGRESS_NOTHING: "test/regress/run.test.ts",
  LW_REGRESS_CHANGED: "test/regress/run.test.ts",
  LW_REGRESS_BUSY: "test/regress/run.test.ts",
  LW_REGRESS_ENGINE: "test/regress/slurm.test.ts",
};

const raised = coverGroup("error codes", { code: Object.keys(diagnosticCodes) });
afterAll(() => savePoints());

describe("descriptions", () => {
  it.each(folders.filter((code) => !isCommand(code)))("%s", async (code) => {
    const folder = join(here, code);
    const input = readdirSync(folder).find((name) => name.startsWith("input."));
    const diagnostics = await problems(join(folder, String(input)));
    expect(diagnostics.map((one) => one.code)).toContain(code);
    for (const one of diagnostics) raised.hit(one.code);
    const text = formatDiagnostics(diagnostics, { color: false, base: folder }).replaceAll(`${folder}/`, "");
    await expect(`${text}\n`).toMatchFileSnapshot(join(folder, "expected.txt"));
  });
});

async function problems(file: string): Promise<readonly Diagnostic[]> {
  // A busy machine may take seconds over a file that is not without end
  const timeoutMs = file.includes("LW_DESCRIPTION_TIMEOUT") ? 4000 : 100_000;
  try {
    return inspect(await loadDescription(file, { timeoutMs })).diagnostics;
  } catch (error) {
    if (error instanceof LanewrightError) return error.diagnostics;
    throw error;
  }
}

interface CommandCase {
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly env?: Readonly<Record<string, string>>;
}

describe("commands", () => {
  const work = mkdtempSync(join(tmpdir(), "lanewright-errors-"));
  afterAll(() => rmSync(work, { recursive: true }));

  it.each(folders.filter(isCommand))("%s", async (code) => {
    const folder = join(work, code);
    cpSync(join(here, code), folder, { recursive: true });
    const { args, exitCode, env } = JSON.parse(readFileSync(join(folder, "command.json"), "utf8")) as CommandCase;
    // What a process finds in its environment takes one of its own
    const result = env === undefined ? await runHere(args, folder) : await run(args, folder, env);
    const text = `${result.stdout}${result.stderr}`.replaceAll(`${folder}/`, "");
    expect(text).toContain(code);
    raised.hit(code);
    expect(result.exitCode).toBe(exitCode);
    await expect(text).toMatchFileSnapshot(join(here, code, "expected.txt"));
  });
});

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function runHere(args: readonly string[], cwd: string): Promise<Outcome> {
  const cache = process.env.LANEWRIGHT_CACHE;
  process.env.LANEWRIGHT_CACHE = join(cwd, "cache");
  try {
    const { code, out, err } = await lanewrightHere(cwd, args);
    return { exitCode: code, stdout: out, stderr: err };
  } finally {
    if (cache === undefined) delete process.env.LANEWRIGHT_CACHE;
    else process.env.LANEWRIGHT_CACHE = cache;
  }
}

function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, LANEWRIGHT_CACHE: join(cwd, "cache"), ...env } };
    execFile(process.execPath, [join(root, "bin/lanewright.mjs"), ...args], options, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe("the list of codes", () => {
  it("holds every code that the program can report", () => {
    const used = new Set<string>();
    for (const file of ["generator", "sim"].flatMap(sources)) {
      for (const [code] of readFileSync(join(root, file), "utf8").matchAll(/\bLW_[A-Z0-9_]+/g)) used.add(code);
    }
    expect([...used].sort()).toEqual(Object.keys(diagnosticCodes).sort());
  });

  it.each(Object.keys(diagnosticCodes))("%s has a test", (code) => {
    const other = elsewhere[code];
    if (other === undefined) expect(folders).toContain(code);
    else expect(readFileSync(join(root, other), "utf8")).toContain(code);
  });
});

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.test\.ts$|diagnostic-codes\.ts$/.test(name))
    .map((name) => join(folder, name));
}
