import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import Table from "cli-table3";
import type { Command } from "commander";
import pc from "picocolors";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import { generateToCache } from "../emit/cached.ts";
import { isSource, readManifest } from "../emit/index.ts";
import { type LintInput, type LintResult, lint } from "../lint/index.ts";
import { withProgress } from "../progress.ts";
import { loadDesign } from "./load-design.ts";

const examples = `
Examples:
  $ lanewright lint link.ts               lints what generate would write
  $ lanewright lint rtl-out/link_400g     lints a folder that generate has written
  $ lanewright lint link.ts --json        prints the results for programs

Verilator -Wall, Icarus -Wall and Yosys check must all stay silent. Exit code 1 when one of them does not,
3 when one is not installed.
`;

/** Adds the command `lint` to the command line. */
export function register(program: Command): void {
  program
    .command("lint")
    .description("run Verilator, Icarus and Yosys over the Verilog of a device")
    .argument("<file-or-dir>", "description, or a folder that generate has written")
    .option("--json", "print the results as JSON")
    .addHelpText("after", examples)
    .action(async (path: string, options: { readonly json?: boolean }) => {
      const input = await inputOf(path);
      const note = `linting ${input.files.length} modules with Verilator, Icarus and Yosys`;
      const results = await withProgress(note, lint(input));
      process.stdout.write(options.json === true ? asJson(input, results) : asText(input, results));
      if (!results.every((result) => result.clean)) process.exitCode = exitCodes.workFailed;
    });
}

async function inputOf(path: string): Promise<LintInput> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return folderInput(resolve(path));
  const { folder, top, files } = generateToCache(await loadDesign(path));
  return { folder, top, files: files.map((file) => relative(folder, file)) };
}

function folderInput(folder: string): LintInput {
  const manifest = readManifest(folder);
  const files = manifest?.files.map((file) => file.path).filter(isSource) ?? [];
  const lost = files.filter(
    (path) => statSync(resolve(folder, path), { throwIfNoEntry: false }) === undefined,
  );
  if (manifest !== undefined && files.length > 0 && lost.length === 0)
    return { folder, top: manifest.top, files };
  throw new LanewrightError({
    code: "LW_LINT_FOLDER",
    severity: "error",
    message:
      lost.length > 0
        ? `${folder} lacks ${lost[0]}, which its manifest lists`
        : `${folder} holds no manifest.json of a generated device`,
    remedy: "give a description, or a folder that `lanewright generate` has written",
  });
}

function asJson(input: LintInput, results: readonly LintResult[]): string {
  const clean = results.every((result) => result.clean);
  return `${JSON.stringify({ top: input.top, modules: input.files.length, clean, results }, null, 2)}\n`;
}

function asText(input: LintInput, results: readonly LintResult[]): string {
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const table = new Table({
    head: ["tool", "result", "time"],
    style: { head: [], border: [], compact: true },
  });
  for (const { version, clean, output, seconds, cached } of results) {
    const lines = output.split("\n").length;
    const verdict = clean
      ? color.green("clean")
      : color.red(`${lines} line${lines === 1 ? "" : "s"} of complaint`);
    table.push([shortVersion(version), verdict, `${seconds.toFixed(2)} s${cached ? " (kept)" : ""}`]);
  }
  const complaints = results
    .filter((result) => !result.clean)
    .map((result) => `\n${color.bold(result.tool)}\n${result.output}\n`);
  return `${input.top}: ${input.files.length} modules\n${table.toString()}\n${complaints.join("")}`;
}

/** "Icarus Verilog version 11.0 (stable) ()" and the like, without what is in brackets. */
function shortVersion(version: string): string {
  return version.replace(/\s*[([].*$/u, "").replace(/ rev$/u, "");
}
