import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { cacheFolder, contentKey } from "../cache.ts";
import { requireTools, type Tool } from "../tools.ts";
import { type Linter, linters } from "./tools.ts";

/** What to lint: Verilog files, their paths relative to `folder`, and the top module among them. */
export interface LintInput {
  readonly folder: string;
  readonly top: string;
  readonly files: readonly string[];
}

/** What one linter said. */
export interface LintResult {
  readonly tool: Tool;
  readonly version: string;
  /** True when the tool said nothing at all and ended well. */
  readonly clean: boolean;
  readonly output: string;
  /** Wall time of the run that found this, s. */
  readonly seconds: number;
  /** True when the same files were linted by the same version before. */
  readonly cached: boolean;
}

/**
 * Runs all linters side by side. A result is kept under the hash of the files, the call and the tool's version.
 * @throws LanewrightError with exit code 3, naming every linter that is not installed
 */
export async function lint(input: LintInput): Promise<readonly LintResult[]> {
  const versions = await requireTools(linters.map((linter) => linter.tool));
  const contents = input.files.map((path) => readFileSync(join(input.folder, path)));
  return await Promise.all(
    linters.map(async (linter, index) => {
      const version = versions[index] ?? "";
      const call = linter.arguments(input.top, input.files);
      const path = join(
        cacheFolder(),
        "lint",
        `${contentKey([linter.tool, version, ...call, ...contents])}.json`,
      );
      const kept = readKept(path);
      if (kept !== undefined) return { ...kept, cached: true };
      const result = await run(linter, version, call, input.folder);
      keep(path, result);
      return result;
    }),
  );
}

async function run(
  linter: Linter,
  version: string,
  call: readonly string[],
  folder: string,
): Promise<LintResult> {
  const begin = performance.now();
  const result = await execa(linter.tool, call, { cwd: folder, reject: false, all: true, stdin: "ignore" });
  if (result.isTerminated || result.exitCode === undefined) {
    throw new Error(`${linter.tool} did not end by itself: ${result.shortMessage}`);
  }
  const output = result.all.trim();
  const seconds = Math.round(performance.now() - begin) / 1000;
  const clean = result.exitCode === 0 && output === "";
  const text = clean || output !== "" ? output : `${linter.tool} ended with exit code ${result.exitCode}`;
  return { tool: linter.tool, version, clean, output: text, seconds, cached: false };
}

function readKept(path: string): LintResult | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LintResult;
  } catch {
    return undefined;
  }
}

function keep(path: string, result: LintResult): void {
  mkdirSync(dirname(path), { recursive: true });
  const temp = `${path}.${process.pid}`;
  writeFileSync(temp, JSON.stringify(result));
  renameSync(temp, path);
}
