/** A regression from its plan to its results. */

import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { openJournal, readJournal } from "./journal.ts";
import { type Item, type ResolvedPlan, shardOf } from "./plan.ts";
import { type PoolOptions, runPool } from "./pool.ts";
import { type RegressionResult, resultOf } from "./results.ts";
import { runSlurm, taskItems } from "./slurm.ts";
import { stateOf } from "./state.ts";
import { begin, finish, keptPlan, lockStore, type Mode, storeAt } from "./store.ts";
import type { Trend } from "./trend.ts";

export interface RunOptions extends Pick<PoolOptions, "onBegin" | "onEnd" | "onDeath"> {
  /** Folder of the results. */
  readonly out: string;
  readonly mode: Mode;
  readonly engine: "local" | "slurm";
  /** Workers at a time, or tasks of an array. */
  readonly jobs: number;
  readonly sbatch?: readonly string[];
  readonly signal: AbortSignal;
  /** Called before the first item with those that will run and those that are done. */
  readonly onStart?: (items: readonly Item[], done: number) => void;
}

export interface RunOutcome {
  readonly result: RegressionResult;
  readonly trend: Trend | null;
}

/** Runs what is open of a plan, and writes the results also when it is stopped or an engine fails. */
export async function runRegression(plan: ResolvedPlan, options: RunOptions): Promise<RunOutcome> {
  const store = storeAt(resolve(options.out));
  const unlock = lockStore(store);
  try {
    const { key, state } = begin(store, plan, options.mode);
    const round = state.round + 1;
    const journal = openJournal(store.journalFolder, round);
    const started = performance.now();
    journal.write({ t: "round", engine: options.engine, jobs: options.jobs });
    try {
      const ids = new Set(chosen(plan, options.mode, state));
      if (options.mode === "failed") for (const id of ids) journal.write({ t: "again", id });
      const own = plan.items.filter(({ id }) => ids.has(id));
      const { items, deaths } = taskItems(own, store, journal);
      options.onStart?.(items, plan.items.length - items.length);
      const { jobs, signal, onBegin, onEnd, onDeath } = options;
      const common = { plan, round, items, journal, signal };
      const calls = { ...(onBegin && { onBegin }), ...(onEnd && { onEnd }), ...(onDeath && { onDeath }) };
      const { planFile, journalFolder } = store;
      if (options.engine === "slurm")
        await runSlurm({
          ...common,
          store,
          tasks: jobs,
          sbatch: options.sbatch ?? [],
          ...(onEnd && { onEnd }),
        });
      else await runPool({ ...common, ...calls, planFile, journalFolder, jobs, deaths });
    } finally {
      journal.write({ t: "round-end", seconds: Math.round(performance.now() - started) / 1000 });
      journal.close();
    }
    return write(plan, options.out, key);
  } catch (error) {
    // an engine that failed leaves what was done: it is worth its results
    if (keptPlan(store) !== undefined && readJournal(store.journalFolder).some(({ t }) => t === "end"))
      write(plan, options.out, "");
    throw error;
  } finally {
    unlock();
  }
}

function write(plan: ResolvedPlan, out: string, key: string): RunOutcome {
  const store = storeAt(resolve(out));
  const state = stateOf(readJournal(store.journalFolder));
  const result = resultOf(plan, state, { key, reproduce: (item) => reproduceCommand(plan.file, item) });
  return { result, trend: finish(store, result) };
}

function chosen(plan: ResolvedPlan, mode: Mode, state: ReturnType<typeof stateOf>): readonly string[] {
  if (mode === "failed")
    return plan.items.filter(({ id }) => state.items.get(id)?.end?.ok === false).map(({ id }) => id);
  return plan.items.map(({ id }) => id);
}

/** The command that runs one item once more, from the folder that the regression was called in. */
export function reproduceCommand(file: string, { id }: Pick<Item, "id">): string {
  const near = relative(process.cwd(), resolve(file));
  const path = near.startsWith("..") || near === "" ? resolve(file) : near;
  return `npx lanewright regress ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`} --item ${id}`;
}

/** One task of an array: its shard of a list of items, in a worker, into the journal of the shared folder. */
export async function runTask(options: {
  readonly folder: string;
  /** File with the ids of the items that all tasks share out. */
  readonly list: string;
  readonly shard: { readonly index: number; readonly count: number };
  readonly round: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const store = storeAt(options.folder);
  const plan = keptPlan(store);
  if (plan === undefined) throw new Error(`there is no plan in ${join(options.folder)}`);
  const ids = new Set(JSON.parse(readFileSync(options.list, "utf8")) as string[]);
  const { index, count } = options.shard;
  const all = plan.items.filter(({ id }) => ids.has(id));
  const journal = openJournal(store.journalFolder, options.round);
  try {
    const { items, deaths } = taskItems(shardOf(all, index, count), store, journal);
    const { planFile, journalFolder } = store;
    const { round, signal } = options;
    await runPool({ plan, planFile, journalFolder, round, jobs: 1, items, deaths, journal, signal });
  } finally {
    journal.close();
  }
}
