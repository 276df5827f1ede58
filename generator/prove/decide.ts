import { checkBits } from "./bits.ts";
import type { Model } from "./prepare.ts";
import { bounded, type Failure, inductionStep, reach, writeSmt } from "./smt.ts";
import type { SolverProof, Status } from "./types.ts";

/** What came of one asserted or covered cell; the trace is a file in the folder of the model. */
export interface CellResult {
  readonly cell: string;
  readonly status: Status;
  readonly depth?: number;
  readonly step?: number;
  readonly trace?: string;
  readonly detail?: string;
  readonly seconds: number;
}

/** How the work is done: solver calls through `limit`, each with so many seconds; `told` hears of each result. */
export interface Work {
  readonly seconds: number;
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  readonly told: (result: CellResult) => void;
  /** The model in which counter-examples are looked for, where it is another one. */
  readonly small?: () => Promise<Model>;
}

const contradiction = "the assumptions contradict each other: nothing is proved";

/** Decides the cells given, all of them cells of every model: the models are the cases that there are. */
export async function decide(
  proof: SolverProof,
  models: readonly Model[],
  cells: readonly string[],
  work: Work,
): Promise<void> {
  const quiet = { ...work, told: () => {} };
  const covers = cells.filter((cell) => models[0]?.covers.includes(cell));
  // In the order of the model: each may rest on those before it
  const asserts = models[0]?.asserts.filter((cell) => cells.includes(cell)) ?? [];
  const results: Promise<unknown>[] = [];
  for (const model of models.slice(0, covers.length > 0 ? 1 : 0)) {
    results.push(coverCells(proof, model, covers, work));
  }
  if (asserts.length > 0 && models.length === 1) {
    results.push(...models.map((model) => engines[proof.engine](proof, model, asserts, work)));
  } else if (asserts.length > 0) {
    const all = await Promise.all(models.map((model) => engines[proof.engine](proof, model, asserts, quiet)));
    for (const cell of asserts) work.told(worst(all.flat().filter((one) => one.cell === cell)));
  }
  await Promise.all(results);
}

/** What holds of a property over all cases: the worst of them, with the time of all. */
function worst(results: readonly CellResult[]): CellResult {
  const order: readonly Status[] = ["failed", "undecided", "bounded", "proved"];
  const [first] = results.toSorted(
    (a, b) =>
      order.indexOf(a.status) - order.indexOf(b.status) ||
      (a.status === "bounded" ? -1 : 1) * ((b.depth ?? 0) - (a.depth ?? 0)),
  );
  if (first === undefined) throw new Error("a property without a result");
  return { ...first, seconds: results.reduce((sum, { seconds }) => sum + seconds, 0) };
}

type Decide = (
  proof: SolverProof,
  model: Model,
  asserts: readonly string[],
  work: Work,
) => Promise<readonly CellResult[]>;

const engines: Readonly<Record<SolverProof["engine"], Decide>> = {
  induction: byInduction,
  bmc: byBounds,
  pdr: byBits,
  bmc3: byBits,
};

/**
 * Base case over all at once, then a step for each; where a step fails, a longer search for what breaks it. A step rests
 * on the other properties: when one of them does not hold in the end, what was proved with its help is not.
 */
async function byInduction(
  proof: SolverProof,
  model: Model,
  asserts: readonly string[],
  work: Work,
): Promise<readonly CellResult[]> {
  await writeSmt(model, [
    { name: "base", asserts },
    ...asserts.map((cell, index) => ({
      name: fileName(cell),
      asserts: [cell],
      lemmas: asserts.slice(0, index),
      earlier: asserts.slice(index + 1),
    })),
  ]);
  const options = { seconds: work.seconds, unroll: unrolled(proof) };
  // One step more than the induction's: step 0 is the reset, in which nothing is asserted
  const base = await work.limit(() => bounded(model, proof.depth + 1, { ...options, name: "base" }));
  if (base.vacuous || !base.complete) {
    const detail = base.vacuous ? contradiction : `base case not decided within ${work.seconds} s`;
    // Nothing is asserted in step 0, the reset
    const seen = !base.vacuous && base.failures.length === 0 && base.steps > 1;
    const known = seen
      ? ({ status: "bounded", depth: base.steps } as const)
      : { status: "undecided" as const };
    return tellAll(asserts, { ...known, detail, seconds: base.run.seconds }, work);
  }
  const slow = new Set<string>();
  const steps = await Promise.all(
    asserts.map(async (cell): Promise<CellResult> => {
      const early = base.failures.find((failure) => failure.cell === cell);
      if (early !== undefined) return failed(early, base.run.seconds);
      const call = { ...options, name: fileName(cell) };
      const step = await work.limit(() => inductionStep(model, proof.depth, call));
      if (step.k !== undefined) return { cell, status: "proved", depth: step.k, seconds: step.run.seconds };
      const detail = step.run.timedOut
        ? `induction not decided within ${work.seconds} s`
        : `not inductive with k = ${proof.depth}; the waveform shows the step, from a state that may not be reachable`;
      if (step.run.timedOut) slow.add(cell);
      const trace = step.trace === undefined ? {} : { trace: step.trace };
      return { cell, status: "undecided", detail, seconds: step.run.seconds, ...trace };
    }),
  );
  const loose = steps.filter(({ status }) => status !== "proved");
  if (loose.length === 0) return steps.map((result) => tell(result, work));
  const found = await huntAll(proof, model, loose, work);
  const others = steps.filter(({ status }) => status === "proved");
  // Where a property fails, those proved with its help may fail, too
  const fails = found.some(({ status }) => status === "failed");
  const more = fails ? await huntAll(proof, model, others, work) : others;
  const names = loose.map(({ cell }) => cell).join(", ");
  const rest = more.map((result): CellResult => {
    if (result.status === "failed") return result;
    const { cell, seconds } = result;
    return { cell, status: "undecided", detail: `follows from ${names}, which is not proved`, seconds };
  });
  const open = [...found, ...rest];
  // What was not decided for want of time only holds as far as it was looked at, and so does what rests on it
  const late = found.every(({ cell, status }) => status !== "undecided" || slow.has(cell)) && !fails;
  const bound = late ? await boundOf(proof, model, open, work) : undefined;
  return open.map((result) =>
    tell(bound !== undefined && result.status === "undecided" ? { ...result, ...bound } : result, work),
  );
}

/** Looks at all that is open together, from reset on, as far as the time goes; undefined where one fails. */
async function boundOf(
  proof: SolverProof,
  model: Model,
  open: readonly CellResult[],
  work: Work,
): Promise<Pick<CellResult, "status" | "depth"> | undefined> {
  const cells = open.map(({ cell }) => cell);
  await writeSmt(model, [{ name: "open", asserts: cells }]);
  const steps = Math.max(proof.hunt ?? 20, proof.depth + 1);
  const options = { name: "open", seconds: work.seconds, unroll: unrolled(proof) };
  const check = await work.limit(() => bounded(model, steps, options));
  if (check.vacuous || check.failures.length > 0) return undefined;
  // As far as the base case was seen to hold, at least
  return { status: "bounded", depth: Math.max(check.steps, proof.depth + 1) };
}

/** Looks for a counter-example of each that has not failed; those that none is found for stay as they are. */
async function huntAll(
  proof: SolverProof,
  model: Model,
  results: readonly CellResult[],
  work: Work,
): Promise<readonly CellResult[]> {
  return await Promise.all(
    results.map(async (result) => {
      if (result.status === "failed") return result;
      const hunted = await huntFor(proof, model, result.cell, work);
      return hunted === undefined ? result : { ...hunted, seconds: hunted.seconds + result.seconds };
    }),
  );
}

/** Looks for a counter-example from reset over more steps. */
async function huntFor(
  proof: SolverProof,
  model: Model,
  cell: string,
  work: Work,
): Promise<CellResult | undefined> {
  const name = `${fileName(cell)}_hunt`;
  const where = work.small === undefined ? model : await work.small();
  await writeSmt(where, [{ name, asserts: [cell] }]);
  const steps = proof.hunt ?? 20;
  const options = { name, seconds: work.seconds, unroll: unrolled(proof) };
  const check = await work.limit(() => bounded(where, steps, options));
  const [failure] = check.failures;
  return failure === undefined ? undefined : failed(failure, check.run.seconds);
}

async function byBounds(
  proof: SolverProof,
  model: Model,
  asserts: readonly string[],
  work: Work,
): Promise<readonly CellResult[]> {
  await writeSmt(model, [{ name: "bounded", asserts }]);
  const options = { name: "bounded", seconds: work.seconds, unroll: unrolled(proof) };
  const check = await work.limit(() => bounded(model, proof.depth, options));
  const seconds = check.run.seconds;
  return asserts.map((cell) => {
    const failure = check.failures.find((one) => one.cell === cell);
    if (failure !== undefined) return tell(failed(failure, seconds), work);
    if (check.vacuous) return tell({ cell, status: "undecided", detail: contradiction, seconds }, work);
    if (check.complete) return tell({ cell, status: "bounded", depth: proof.depth, seconds }, work);
    const detail = `not decided within ${work.seconds} s`;
    return tell({ cell, status: "undecided", detail, seconds }, work);
  });
}

/** yosys-abc, after a few steps of the assumptions alone have shown that they do not contradict each other. */
async function byBits(
  proof: SolverProof,
  model: Model,
  asserts: readonly string[],
  work: Work,
): Promise<readonly CellResult[]> {
  const groups = proof.together === true ? [asserts] : asserts.map((cell) => [cell]);
  const name = (group: readonly string[]): string => (group.length > 1 ? "all" : fileName(group[0] ?? ""));
  await writeSmt(model, [
    { name: "assumed", asserts: [] },
    ...groups.map((group) => ({ name: name(group), asserts: group })),
  ]);
  const steps = proof.engine === "pdr" ? proof.depth : Math.min(proof.depth, 4);
  const options = { name: "assumed", seconds: work.seconds, unroll: unrolled(proof) };
  const { vacuous } = await work.limit(() => bounded(model, steps, options));
  if (vacuous) return tellAll(asserts, { status: "undecided", detail: contradiction, seconds: 0 }, work);
  const kind = proof.engine === "pdr" ? "pdr" : "bmc3";
  const results = await Promise.all(
    groups.map(async (group) => {
      const engine = { kind, steps: proof.depth, seconds: work.seconds } as const;
      const check = await work.limit(() => checkBits(model, name(group), group, engine));
      const seconds = check.seconds;
      return group.map((cell): CellResult => {
        const failure = check.failures.find((one) => one.cell === cell);
        if (failure !== undefined) return tell(failed(failure, seconds), work);
        if (check.proved) return tell({ cell, status: "proved", seconds }, work);
        const { bound, detail } = check;
        if (bound !== undefined && detail === undefined && check.failures.length === 0) {
          return tell({ cell, status: "bounded", depth: bound, seconds }, work);
        }
        const why = check.failures.length > 0 ? "another property failed in the same run" : detail;
        return tell({ cell, status: "undecided", seconds, ...(why !== undefined && { detail: why }) }, work);
      });
    }),
  );
  return results.flat();
}

async function coverCells(
  proof: SolverProof,
  model: Model,
  covers: readonly string[],
  work: Work,
): Promise<readonly CellResult[]> {
  await writeSmt(model, [{ name: "covers", asserts: [] }]);
  const steps = proof.reach ?? 10;
  const options = { name: "covers", seconds: work.seconds, unroll: unrolled(proof) };
  const found = await work.limit(() => reach(model, steps, options));
  return covers.map((cell) => {
    const step = found.steps.get(cell);
    const seconds = found.run.seconds;
    if (step !== undefined) return tell({ cell, status: "reached", depth: step, seconds }, work);
    const detail = found.run.timedOut
      ? `not reached within ${work.seconds} s`
      : `not reached within ${steps} steps`;
    return tell({ cell, status: "undecided", detail, seconds }, work);
  });
}

const unrolled = (proof: SolverProof): boolean => proof.unroll !== false;

function failed({ cell, step, trace }: Failure, seconds: number): CellResult {
  return { cell, status: "failed", step, trace, seconds };
}

function tell(result: CellResult, work: Work): CellResult {
  work.told(result);
  return result;
}

function tellAll(
  cells: readonly string[],
  result: Omit<CellResult, "cell">,
  work: Work,
): readonly CellResult[] {
  return cells.map((cell) => tell({ ...result, cell }, work));
}

/** A cell's name as that of a file. */
export function fileName(cell: string): string {
  return cell.replace(/[^A-Za-z0-9_]+/gu, "_");
}
