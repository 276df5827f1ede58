import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "./prepare.ts";
import { type Run, run } from "./solver.ts";

/** Model for yosys-smtbmc: which cells stay asserted, and what becomes of the others. */
export interface SmtModel {
  readonly name: string;
  readonly asserts: readonly string[];
  /** Cells that are assumed in every step: those that hold whenever all cells have held in the steps before. */
  readonly lemmas?: readonly string[];
  /** Cells that are assumed one step earlier. All that are not named are left out. */
  readonly earlier?: readonly string[];
}

/** Writes models in SMT-LIB, `NAME.smt2` each, in one run of Yosys. */
export async function writeSmt(model: Model, wanted: readonly SmtModel[]): Promise<void> {
  const script = ["read_rtlil flat.il", "design -save flat"];
  for (const { name, asserts, lemmas = [], earlier = [] } of wanted) {
    const used = new Set([...asserts, ...lemmas, ...earlier]);
    const unused = model.asserts.filter((cell) => !used.has(cell));
    script.push("design -load flat");
    if (unused.length > 0) script.push(`chformal -assert -remove ${cellsNamed(unused)}`);
    if (earlier.length > 0) script.push(`chformal -assert -delay 1 ${cellsNamed(earlier)}`);
    const assumed = [...lemmas, ...earlier];
    if (assumed.length > 0) script.push(`chformal -assert -assert2assume ${cellsNamed(assumed)}`);
    script.push("opt_clean", "dffunmap", `write_smt2 -wires ${name}.smt2`);
  }
  const { output, exitCode } = await run("yosys", ["-q", "-p", script.join("; ")], {
    folder: model.folder,
    seconds: 600,
  });
  if (exitCode !== 0) throw new Error(`Yosys cannot write the model:\n${output}`);
}

/** Cells as words of a Yosys command; names may hold the brackets of a generate block, which are wildcards there. */
export function cellsNamed(cells: readonly string[]): string {
  return cells.map((cell) => `c:${cell.replace(/[[\]]/gu, "?")}`).join(" ");
}

export interface SmtOptions {
  /** Model that {@link writeSmt} wrote. */
  readonly name: string;
  readonly seconds: number;
  /** Unroll the steps before the solver sees them: most often faster. */
  readonly unroll: boolean;
}

/** A property that failed: its cell, the first step in which it does, the file of the trace. */
export interface Failure {
  readonly cell: string;
  readonly step: number;
  readonly trace: string;
}

/** What a bounded check found. */
export interface BoundedCheck {
  readonly run: Run;
  readonly failures: readonly Failure[];
  /** The assumptions contradict each other: nothing is proved. */
  readonly vacuous: boolean;
  /** True when all steps were looked at. */
  readonly complete: boolean;
  /** How many steps were: all of them, or those before the one in which the time was over. */
  readonly steps: number;
}

/** Bounded model checking over steps 0 … `steps` - 1; the assumptions of each step are checked to be possible. */
export async function bounded(model: Model, steps: number, options: SmtOptions): Promise<BoundedCheck> {
  const trace = `${options.name}_%.vcd`;
  const result = await smtbmc(model, options, [
    ...["--presat", "--keep-going", "-t", String(steps), "--dump-vcd", trace],
  ]);
  const failures: Failure[] = [];
  let [step, found, count]: [number, string[], number] = [0, [], 0];
  for (const line of result.output.split("\n")) {
    step = Number(/Checking assertions in step (\d+)/u.exec(line)?.[1] ?? step);
    const cell = /Assert failed in \S+: (\S+)( \[failed before\])?/u.exec(line);
    if (cell?.[1] !== undefined && cell[2] === undefined) found.push(cell[1]);
    const file = /Writing trace to VCD file: (\S+)/u.exec(line)?.[1];
    if (file === undefined) continue;
    for (const one of found) failures.push({ cell: one, step, trace: join(model.folder, file) });
    [found, count] = [[], count + 1];
  }
  const vacuous = /Assumptions are unsatisfiable/u.test(result.output);
  const complete = !vacuous && !result.timedOut && /Status: (PASSED|FAILED)/u.test(result.output);
  if (!complete && !vacuous && !result.timedOut) throw misfit(result, "a bounded check");
  return { run: result, failures, vacuous, complete, steps: complete ? steps : step };
}

/** What an induction step found: `k` when it holds, a trace of the step where it does not. */
export interface InductionStep {
  readonly run: Run;
  readonly k?: number;
  readonly trace?: string;
}

/** The step of a k-induction, k from 1 to `depth`. */
export async function inductionStep(
  model: Model,
  depth: number,
  options: SmtOptions,
): Promise<InductionStep> {
  const trace = `${options.name}_step.vcd`;
  const result = await smtbmc(model, options, ["-i", "-t", String(depth), "--dump-vcd", trace]);
  if (/Temporal induction successful/u.test(result.output)) {
    const last = [...result.output.matchAll(/Trying induction in step (\d+)/gu)].at(-1)?.[1];
    return { run: result, k: depth - Number(last ?? depth) };
  }
  if (!result.timedOut && !/induction failed/iu.test(result.output)) throw misfit(result, "an induction");
  const file = join(model.folder, trace);
  return { run: result, ...(existsSync(file) && { trace: file }) };
}

/** The first step in which each cover is reached; those that are not are left out. */
export async function reach(
  model: Model,
  steps: number,
  options: SmtOptions,
): Promise<{ readonly run: Run; readonly steps: ReadonlyMap<string, number> }> {
  const result = await smtbmc(model, options, ["-c", "-t", String(steps)]);
  const found = result.output.matchAll(/Reached cover statement at (\S+) in step (\d+)/gu);
  return { run: result, steps: new Map([...found].map(([, cell, step]) => [cell ?? "", Number(step)])) };
}

function smtbmc(model: Model, options: SmtOptions, words: readonly string[]): Promise<Run> {
  const call = [
    "-s",
    "z3",
    "--noprogress",
    ...words,
    // Each question from the start: only then does z3 simplify the whole of it, which is 50 times faster for counters
    "--noincr",
    ...(options.unroll ? ["--unroll"] : []),
    `${options.name}.smt2`,
  ];
  return run("yosys-smtbmc", call, { folder: model.folder, seconds: options.seconds });
}

function misfit(result: Run, what: string): Error {
  return new Error(`yosys-smtbmc did not end ${what} as it should:\n${result.output}`);
}
