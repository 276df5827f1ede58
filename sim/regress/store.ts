/**
 * The folder of a regression:
 *   plan.json                         the plan with everything decided
 *   journal/*.jsonl                   what happened, as it happened
 *   results.json junit.xml report.html   what came of it, renamed into place whole
 *   previous.json history.jsonl       the last run that came to its end, and the figures of all
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LanewrightError } from "../../generator/diagnostics.ts";
import { readJournal } from "./journal.ts";
import { junitOf } from "./junit.ts";
import { pageOf } from "./page.ts";
import { planKey, type ResolvedPlan } from "./plan.ts";
import { type Figures, figuresOf, type RegressionResult } from "./results.ts";
import { type RunState, stateOf } from "./state.ts";
import { type Trend, trendOf } from "./trend.ts";

export interface Store {
  readonly folder: string;
  readonly planFile: string;
  readonly journalFolder: string;
}

export function storeAt(folder: string): Store {
  return { folder, planFile: join(folder, "plan.json"), journalFolder: join(folder, "journal") };
}

/** How to go about what stands in the folder. */
export type Mode = "fresh" | "resume" | "failed" | "usual";

export interface Begun {
  readonly plan: ResolvedPlan;
  readonly key: string;
  readonly state: RunState;
}

/**
 * Makes the folder ready. A new run begins where none stands or the last one has ended; one that was not finished is
 * gone on with or thrown away only when that is asked for.
 */
export function begin(store: Store, plan: ResolvedPlan, mode: Mode): Begun {
  const key = planKey(plan);
  const kept = keptPlan(store);
  const state = stateOf(readJournal(store.journalFolder));
  const there = kept !== undefined && state.round > 0;
  if (mode === "resume" || mode === "failed") {
    if (!there) throw nothing(store, mode);
    if (planKey(kept) !== key) throw changed(store, mode);
    return { plan, key, state };
  }
  const open = there && kept.items.some(({ id }) => state.items.get(id)?.end === undefined);
  if (open && mode !== "fresh") throw unfinished(store, kept, state);
  mkdirSync(store.folder, { recursive: true });
  // what an unfinished run had is no measure for others
  if (there && !open && existsSync(join(store.folder, "results.json")))
    renameSync(join(store.folder, "results.json"), join(store.folder, "previous.json"));
  for (const old of ["journal", "slurm", "results.json", "junit.xml", "report.html"])
    rmSync(join(store.folder, old), { recursive: true, force: true });
  mkdirSync(store.journalFolder, { recursive: true });
  replace(store.planFile, `${JSON.stringify(plan)}\n`);
  return { plan, key, state: stateOf([]) };
}

/** The plan of a folder; undefined where there is none. */
export function keptPlan(store: Store): ResolvedPlan | undefined {
  try {
    return JSON.parse(readFileSync(store.planFile, "utf8")) as ResolvedPlan;
  } catch {
    return undefined;
  }
}

/** Writes the three forms of the results. @returns how they compare with the last run, null when there was none */
export function finish(store: Store, result: RegressionResult): Trend | null {
  const { folder } = store;
  const before = previous(folder);
  const trend = before === undefined ? null : trendOf(result, before);
  const history = historyOf(folder).filter(({ begun }) => begun !== result.begun);
  replace(
    join(folder, "results.json"),
    `${JSON.stringify(trend === null ? result : { ...result, trend }, null, 1)}\n`,
  );
  replace(join(folder, "junit.xml"), junitOf(result));
  replace(join(folder, "report.html"), pageOf(result, history, trend));
  if (result.complete)
    appendFileSync(join(folder, "history.jsonl"), `${JSON.stringify(figuresOf(result))}\n`);
  return trend;
}

/** Figures of the runs that came to their end, oldest first; of one that was gone on with, the last. */
function historyOf(folder: string): readonly Figures[] {
  const runs = new Map<string, Figures>();
  try {
    const lines = readFileSync(join(folder, "history.jsonl"), "utf8").split("\n");
    for (const line of lines) {
      try {
        const figures = JSON.parse(line) as Figures;
        runs.set(figures.begun, figures);
      } catch {
        // a line that was never finished
      }
    }
  } catch {
    // no history yet
  }
  return [...runs.values()];
}

function previous(folder: string): RegressionResult | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "previous.json"), "utf8")) as RegressionResult;
  } catch {
    return undefined;
  }
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

/** Keeps other processes out of the folder. @returns what lets them in again */
export function lockStore(store: Store): () => void {
  mkdirSync(store.folder, { recursive: true });
  const path = join(store.folder, "lock");
  const own = `${hostname()} ${process.pid}`;
  for (let turn = 0; ; turn++) {
    try {
      writeFileSync(path, own, { flag: "wx" });
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
      if (turn > 0 || ownerLives(path)) throw busy(store, path, cause);
      rmSync(path, { force: true });
    }
  }
  const open = (): void => rmSync(path, { force: true });
  process.once("exit", open);
  return () => {
    process.off("exit", open);
    open();
  };
}

/** A process of another machine cannot be asked: it counts as alive. */
function ownerLives(path: string): boolean {
  try {
    const [host, pid] = readFileSync(path, "utf8").split(" ");
    if (host !== hostname()) return true;
    process.kill(Number(pid), 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

function busy(store: Store, path: string, cause: unknown): LanewrightError {
  const message = `another process works in ${store.folder}`;
  const remedy = `wait for it, give another --out, or remove ${path} where the process is gone`;
  const value = owner(path);
  return new LanewrightError(
    { code: "LW_REGRESS_BUSY", severity: "error", message, value, remedy },
    { cause },
  );
}

function owner(path: string): string {
  try {
    return `host and process ${readFileSync(path, "utf8")}`;
  } catch {
    return "unknown";
  }
}

function unfinished(store: Store, plan: ResolvedPlan, { items }: RunState): LanewrightError {
  const done = plan.items.filter(({ id }) => items.get(id)?.end !== undefined).length;
  return new LanewrightError({
    ...{ code: "LW_REGRESS_UNFINISHED", severity: "error" },
    message: `the run in ${store.folder} was not finished`,
    value: `${done} of ${plan.items.length} items done`,
    remedy: "--resume goes on with it, --fresh throws it away",
  });
}

function nothing(store: Store, mode: Mode): LanewrightError {
  return new LanewrightError({
    ...{ code: "LW_REGRESS_NOTHING", severity: "error" },
    message: `there are no results in ${store.folder} to ${mode === "resume" ? "go on from" : "take failures from"}`,
    remedy: `run the plan without --${mode} first, or give its --out`,
  });
}

function changed(store: Store, mode: Mode): LanewrightError {
  return new LanewrightError({
    ...{ code: "LW_REGRESS_CHANGED", severity: "error" },
    message: `the results in ${store.folder} are not those of the plan as it is now`,
    remedy: `run it without --${mode}, with --fresh where the last run was not finished`,
  });
}
