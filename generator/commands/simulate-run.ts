/** What runs of links and of switches have in common on the command line. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { seedText } from "../../sim/traffic/rng.ts";
import { LanewrightError } from "../diagnostics.ts";
import { givenText } from "./simulate-values.ts";

/** What a shell expects of a program that ends by Ctrl-C. */
export const interruptedCode = 130;

/** Does some work that Ctrl-C tells to stop; it goes on then until it has stopped by itself. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work(abort.signal);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** @throws LanewrightError when the folder cannot be made */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const message = `${folder} cannot be written`;
    const remedy = "choose a folder that you may write to (--out)";
    throw new LanewrightError(
      { code: "LW_OUTPUT_UNWRITABLE", severity: "error", message, remedy },
      { cause },
    );
  }
}

/** Makes a phase of a capture. @throws LanewrightError when the file is missing or holds nothing of use */
export function fromCapture<T>(path: string | undefined, make: () => T): T {
  if (path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw captureError(`there is no file ${path}`);
  try {
    return make();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw captureError(path === undefined ? reason : `${path}: ${reason}`, cause);
  }
}

function captureError(message: string, cause?: unknown): LanewrightError {
  const remedy = "give a classic pcap file with Ethernet frames of RoCE v2 (UDP port 4791)";
  return new LanewrightError({ code: "LW_CAPTURE_FILE", severity: "error", message, remedy }, { cause });
}

/** Cycles of waves before and after the place where something went wrong. */
const wavesBefore = 3000;
const wavesCycles = 8000;

/** The seed of a run, and the command that shows what went wrong once more with waves. */
export function onceMore(run: {
  readonly file: string;
  readonly out: string;
  readonly command: Command;
  readonly seed: number;
  readonly problemCycle: number;
}): string {
  const from = Math.max(0, run.problemCycle - wavesBefore);
  const again = [
    ...["lanewright", "simulate", run.file],
    ...givenOptions(run.command),
    ...["--seed", seedText(run.seed), "--trace", join(run.out, "failure.fst")],
    ...["--trace-from", String(from), "--trace-cycles", String(wavesCycles)],
  ];
  return `seed ${seedText(run.seed)}; once more with waves:\n  ${again.map(quoted).join(" ")}\n`;
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./,:=@%+-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const ownOptions = ["seed", "trace", "traceFrom", "traceCycles", "json"];

/** The options that the user gave, but for those that the repeating command sets itself. */
function givenOptions(command: Command): string[] {
  return command.options.flatMap((option) => {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== "cli" || ownOptions.includes(key)) return [];
    const value = givenText(key);
    return value === undefined ? [option.long ?? ""] : [option.long ?? "", value];
  });
}
