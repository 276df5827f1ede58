/**
 * A regression on Slurm: shards as tasks of a job array, which run as on one machine and write into the shared folder.
 * What tasks that die leave open is submitted again.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { exitCodes, LanewrightError } from "../../generator/diagnostics.ts";
import { missingTools } from "../../generator/tools.ts";
import { type Journal, readJournal } from "./journal.ts";
import type { Item } from "./plan.ts";
import { giveUp, type PoolOptions } from "./pool.ts";
import { stateOf } from "./state.ts";
import type { Store } from "./store.ts";

export interface SlurmOptions
  extends Pick<PoolOptions, "plan" | "round" | "items" | "journal" | "signal" | "onEnd"> {
  readonly store: Store;
  /** Tasks of the array. */
  readonly tasks: number;
  /** Further options of sbatch, as `--partition=long`. */
  readonly sbatch: readonly string[];
  /** Time between looks at queue and journal, ms. */
  readonly pollMs?: number;
}

const usualPollMs = 2000;
const program = fileURLToPath(new URL("../../bin/lanewright.mjs", import.meta.url));

/** Submits shards, follows them, and submits what was left open again. */
export async function runSlurm(options: SlurmOptions): Promise<void> {
  const { store, plan, journal, signal, round } = options;
  mkdirSync(join(store.folder, "slurm"), { recursive: true });
  const told = new Set<string>();
  for (;;) {
    const before = openItems(options);
    const left = before.filter(({ deaths, item }) => {
      if (deaths.length < plan.attempts) return true;
      giveUp(journal, item.id, deaths);
      return false;
    });
    if (left.length === 0 || signal.aborted) return;
    const tasks = Math.min(options.tasks, left.length);
    const job = await submit(options, tasks, left);
    await follow(options, job, told);
    if (signal.aborted) {
      await execa("scancel", [job], { reject: false });
      await gone(job, options);
    }
    // nobody works on these any more: what was begun and has not ended died, or was stopped
    const { items } = stateOf(readJournal(store.journalFolder));
    for (const { id } of options.items) {
      const state = items.get(id);
      if (state === undefined || state.end !== undefined || state.open === 0) continue;
      const reason = `its task of job ${job} of Slurm ended (round ${round})`;
      journal.write(signal.aborted ? { t: "stopped", id } : { t: "died", id, reason });
    }
    if (signal.aborted) return;
    if (!moved(before, openItems(options))) throw noProgress(job, store);
  }
}

interface OpenItem {
  readonly item: Item;
  readonly deaths: readonly string[];
}

function openItems({ items, store }: SlurmOptions): readonly OpenItem[] {
  const state = stateOf(readJournal(store.journalFolder));
  return items
    .filter(({ id }) => state.items.get(id)?.end === undefined)
    .map((item) => ({ item, deaths: state.items.get(item.id)?.deaths ?? [] }));
}

/** Whether a job has ended an item, or died of one: else a further one would not get on either. */
function moved(before: readonly OpenItem[], after: readonly OpenItem[]): boolean {
  const deaths = (list: readonly OpenItem[]): number => list.reduce((sum, one) => sum + one.deaths.length, 0);
  return after.length < before.length || deaths(after) > deaths(before);
}

async function submit(options: SlurmOptions, tasks: number, left: readonly OpenItem[]): Promise<string> {
  const { store, round, plan, sbatch } = options;
  const script = join(store.folder, "slurm", "task.sh");
  // what is open changes while tasks run: all of them share out the same list
  const list = join(store.folder, "slurm", `items-${round}-${Date.now()}.json`);
  writeFileSync(list, JSON.stringify(left.map(({ item }) => item.id)));
  const command = [
    ...[process.execPath, program, "regress"],
    ...["--task", store.folder, "--list", list, "--round", String(round)],
  ];
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeFileSync(script, `#!/bin/sh\nexec ${words} --shard "$SLURM_ARRAY_TASK_ID/${tasks}"\n`);
  chmodSync(script, 0o755);
  const result = await execa(
    "sbatch",
    [
      ...["--parsable", `--array=0-${tasks - 1}`, `--job-name=lanewright-${plan.name}`],
      ...["--ntasks=1", "--requeue", `--output=${join(store.folder, "slurm", "%A_%a.log")}`],
      ...[`--chdir=${process.cwd()}`, ...sbatch, script],
    ],
    { reject: false, all: true },
  );
  if (result.code === "ENOENT") throw missingTools(["sbatch"], new Error(result.shortMessage));
  const job = /^(\d+)/.exec(result.stdout ?? "")?.[1];
  if (result.exitCode === 0 && job !== undefined) return job;
  throw engineError(
    "sbatch does not take the job",
    String(result.all ?? ""),
    result.shortMessage ?? "sbatch",
  );
}

/** Waits until no task of the job is in the queue any more, or the signal comes. */
async function follow(options: SlurmOptions, job: string, told: Set<string>): Promise<void> {
  for (let failures = 0; !options.signal.aborted; ) {
    await sleep(options.pollMs ?? usualPollMs, undefined, { signal: options.signal }).catch(() => {});
    tell(options, told);
    const tasks = await inQueue(job);
    if (tasks === 0) return;
    failures = tasks === undefined ? failures + 1 : 0;
    if (failures > 30) throw engineError("squeue does not answer", `job ${job}`, "squeue failed 30 times");
  }
}

/** Passes on what has ended since the last look. */
function tell({ store, round, onEnd }: SlurmOptions, told: Set<string>): void {
  for (const entry of readJournal(store.journalFolder)) {
    if (entry.t !== "end" || entry.round !== round || told.has(entry.id)) continue;
    told.add(entry.id);
    onEnd?.(entry);
  }
}

async function gone(job: string, options: SlurmOptions): Promise<void> {
  for (let turn = 0; turn < 60 && (await inQueue(job)) !== 0; turn++)
    await sleep(options.pollMs ?? usualPollMs);
}

/** Tasks of a job that wait or run; undefined when squeue cannot say. A job that Slurm has forgotten has none. */
async function inQueue(job: string): Promise<number | undefined> {
  const result = await execa("squeue", ["--noheader", "--array", `--jobs=${job}`, "--format=%T"], {
    reject: false,
    all: true,
  });
  if (result.exitCode === 0) return result.stdout.split("\n").filter((line) => line.trim() !== "").length;
  return /Invalid job id/i.test(result.all ?? "") ? 0 : undefined;
}

function noProgress(job: string, { folder }: Store): LanewrightError {
  const logs = join(folder, "slurm");
  const names = existsSync(logs) ? readdirSync(logs).filter((name) => name.startsWith(`${job}_`)) : [];
  const text = names.map((name) => readFileSync(join(logs, name), "utf8").trim()).find((one) => one !== "");
  const words = text?.split("\n").slice(-6).join("\n") ?? `no words in ${logs}`;
  return engineError(`job ${job} of Slurm ended without getting on`, words, "no item was ended");
}

function engineError(message: string, words: string, cause: string): LanewrightError {
  return new LanewrightError(
    {
      ...{ code: "LW_REGRESS_ENGINE", severity: "error" },
      message: `${message}: ${words}`,
      remedy: "see to Slurm (sinfo, scontrol show job), then go on with --resume",
    },
    { exitCode: exitCodes.workFailed, cause: new Error(cause) },
  );
}

/** The journal of a task, and what it is to do: its shard of what the plan has not done. */
export function taskItems(
  items: readonly Item[],
  store: Store,
  journal: Journal,
): { readonly items: readonly Item[]; readonly deaths: ReadonlyMap<string, readonly string[]> } {
  const state = stateOf(readJournal(store.journalFolder));
  const deaths = new Map<string, readonly string[]>();
  const open = items.filter(({ id }) => state.items.get(id)?.end === undefined);
  for (const { id } of open) {
    const known = state.items.get(id);
    const reasons = [...(known?.deaths ?? [])];
    // Slurm begins a task anew whose node died: what it was at then counts as a death
    for (let count = known?.open ?? 0; count > 0; count--) {
      const reason = "its process ended without a word";
      journal.write({ t: "died", id, reason });
      reasons.push(reason);
    }
    deaths.set(id, reasons);
  }
  return { items: open, deaths };
}
