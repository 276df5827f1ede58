import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { type Diagnostic, exitCodes, formatDiagnostics, LanewrightError } from "./diagnostics.ts";

interface CommandFile {
  register(program: Command): void;
}

/** The verbs in the order of `--help`, each loaded only when it is called. */
const verbs: Readonly<Record<string, () => Promise<CommandFile>>> = {
  init: () => import("./commands/init.ts"),
  check: () => import("./commands/check.ts"),
  explain: () => import("./commands/explain.ts"),
  generate: () => import("./commands/generate.ts"),
  lint: () => import("./commands/lint.ts"),
  simulate: () => import("./commands/simulate.ts"),
  prove: () => import("./commands/prove.ts"),
  synth: () => import("./commands/synth.ts"),
  view: () => import("./commands/view.ts"),
  regress: () => import("./commands/regress.ts"),
  diff: () => import("./commands/diff.ts"),
  schema: () => import("./commands/schema.ts"),
};

const intro =
  "Generates synthesizable Verilog for lossless RDMA link ports and switches from a description, and proves it.";
const outro = `
Exit codes:
  0  done
  1  the work found a failure (lint, test, simulation, proof), or diff a difference
  2  wrong input
  3  a tool is missing; the message names it and how to install it

Example:
  $ lanewright init my_link.ts
  $ lanewright explain my_link.ts
  $ lanewright generate my_link.ts
  $ lanewright simulate my_link.ts`;

/** Runs the command line `argv` (as process.argv) and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", endQuietly);
  const json = argv.includes("--json");
  const program = emptyProgram()
    .showHelpAfterError(json ? false : "(lanewright --help shows what there is)")
    .configureOutput(json ? { writeErr: () => {} } : {})
    .exitOverride();
  try {
    const verb = verbs[argv[2] ?? ""];
    const files = await Promise.all((verb ? [verb] : Object.values(verbs)).map((load) => load()));
    for (const file of files) file.register(program);
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error, json);
  }
}

function emptyProgram(): Command {
  return new Command("lanewright").description(intro).version(version()).addHelpText("after", outro);
}

/** The program with all of its commands, for who writes about them. */
export async function wholeProgram(): Promise<Command> {
  const program = emptyProgram();
  for (const load of Object.values(verbs)) (await load()).register(program);
  return program;
}

/** Tells the user about an error; gives the exit code for it. @param help where a wrong command line finds help */
export function report(error: unknown, json: boolean, help = "lanewright VERB --help"): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    if (json) writeJson([usageProblem(error, help)]);
    return exitCodes.wrongInput;
  }
  if (error instanceof LanewrightError) {
    if (json) writeJson(error.diagnostics);
    else process.stderr.write(`${formatDiagnostics(error.diagnostics)}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`This is a mistake in lanewright itself, not in your description:\n${text}\n`);
  return exitCodes.workFailed;
}

function writeJson(diagnostics: readonly Diagnostic[]): void {
  process.stdout.write(`${JSON.stringify({ ok: false, diagnostics }, null, 2)}\n`);
}

/** What commander found wrong with the command line; without `--json` it has said so by itself. */
function usageProblem(error: CommanderError, help: string): Diagnostic {
  const message = error.message.replace(/^error: /u, "").trim();
  return {
    code: "LW_USAGE",
    severity: "error",
    message,
    remedy: `${help} shows what there is`,
  };
}

/** The reader of a pipe has had enough: not an error. */
export function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? exitCodes.done);
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
