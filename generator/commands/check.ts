import type { Command } from "commander";
import pc from "picocolors";
import { inspect } from "../check/index.ts";
import { loadDescription } from "../description/index.ts";
import { type Diagnostic, exitCodes, formatDiagnostics, hasErrors, LanewrightError } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";

const help = `
Looks at the whole description and prints every problem with file:line:column, value, limit and remedy.
Exit code 0: no errors (there may be warnings); 2: errors.

Example:
  $ lanewright check examples/link-400g.ts
  $ lanewright check --json my_link.json`;

export function register(program: Command): void {
  program
    .command("check")
    .description("validate a description and print every problem")
    .argument("<file>", "description in TypeScript or JSON")
    .option("--json", "print the problems as JSON")
    .addHelpText("after", help)
    .action(run);
}

async function run(file: string, options: { readonly json?: true }): Promise<void> {
  const diagnostics = await problems(file);
  if (hasErrors(diagnostics)) process.exitCode = exitCodes.wrongInput;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ok: !hasErrors(diagnostics), diagnostics }, null, 2)}\n`);
    return;
  }
  const color = process.stdout.isTTY === true && pc.isColorSupported;
  const text = formatDiagnostics(diagnostics, { color });
  process.stdout.write(`${text}${text === "" ? "" : "\n\n"}${file}: ${summary(diagnostics)}\n`);
}

async function problems(file: string): Promise<readonly Diagnostic[]> {
  try {
    return inspect(await withProgress(`loading ${file}`, loadDescription(file))).diagnostics;
  } catch (error) {
    if (error instanceof LanewrightError && error.exitCode === exitCodes.wrongInput) return error.diagnostics;
    throw error;
  }
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((one) => one.severity === "error").length;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  return `${count(errors, "error")}, ${count(diagnostics.length - errors, "warning")}`;
}
