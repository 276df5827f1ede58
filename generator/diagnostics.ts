import { relative } from "node:path";
import pc from "picocolors";

/** A place in a file of the user's. Line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The stable name of a kind of problem; `diagnostic-codes.ts` lists them all. */
export type DiagnosticCode = `LW_${string}`;

export type Severity = "error" | "warning";

/** One problem: what is wrong, where, against which limit, and what to do about it. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One sentence, without a full stop's worth of remedy in it. */
  readonly message: string;
  /** What was found, with its unit. */
  readonly value?: string;
  /** What would have been right, with its unit. */
  readonly limit?: string;
  /** What to do. */
  readonly remedy?: string;
  readonly at?: Position;
}

/** Exit codes of the command line: design.md gives them to programs as a contract. */
export const exitCodes = { done: 0, workFailed: 1, wrongInput: 2, toolMissing: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What every stage throws: all problems found so far, and the exit code that they amount to. */
export class LanewrightError extends Error {
  override readonly name = "LanewrightError";
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: ExitCode;

  /** @param options `exitCode` is 2 (wrong input) unless given; `cause` is kept. */
  constructor(
    diagnostics: Diagnostic | readonly Diagnostic[],
    options: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {},
  ) {
    const all = "code" in diagnostics ? [diagnostics] : diagnostics;
    const text = all.map((one) => `${one.code}: ${one.message}`).join("\n");
    super(text, options.cause === undefined ? {} : { cause: options.cause });
    this.diagnostics = all;
    this.exitCode = options.exitCode ?? exitCodes.wrongInput;
  }
}

export interface FormatOptions {
  /** Colours; by default only when standard error is a terminal that takes them. */
  readonly color?: boolean;
  /** Folder that file names are shown relative to; by default the working directory. */
  readonly base?: string;
}

/** `file:line:column`, the file relative to `base` when it lies below it. */
export function formatPosition(at: Position, base = process.cwd()): string {
  const short = relative(base, at.file);
  const file = short.startsWith("..") || short === "" ? at.file : short;
  return `${file}:${at.line}:${at.column}`;
}

/** One diagnostic as a few lines of text, without a newline at the end. */
export function formatDiagnostic(diagnostic: Diagnostic, options: FormatOptions = {}): string {
  const color = pc.createColors(options.color ?? (process.stderr.isTTY === true && pc.isColorSupported));
  const { code, severity, message, value, limit, remedy, at } = diagnostic;
  const paint = severity === "error" ? color.red : color.yellow;
  const lines = [`${paint(color.bold(severity))} ${color.bold(code)}: ${message}`];
  if (at) lines.push(`  at:     ${color.cyan(formatPosition(at, options.base))}`);
  if (value !== undefined) lines.push(`  value:  ${value}`);
  if (limit !== undefined) lines.push(`  limit:  ${limit}`);
  if (remedy !== undefined) lines.push(`  remedy: ${color.green(remedy)}`);
  return lines.join("\n");
}

/** All diagnostics, an empty line between two, errors and warnings in the order given. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions = {}): string {
  return diagnostics.map((one) => formatDiagnostic(one, options)).join("\n\n");
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((one) => one.severity === "error");
}
