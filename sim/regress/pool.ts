/** Workers on this machine: items from a queue, each in a process that may die without taking anything along. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EndRecord, Journal } from "./journal.ts";
import type { Item, ResolvedPlan } from "./plan.ts";
import type { Report } from "./worker.ts";

export interface PoolOptions {
  readonly plan: ResolvedPlan;
  /** Where the plan lies as JSON, and the folder of the journal. */
  readonly planFile: string;
  readonly journalFolder: string;
  readonly round: number;
  readonly jobs: number;
  readonly items: readonly Item[];
  /** Deaths of workers that items have behind them. */
  readonly deaths: ReadonlyMap<string, readonly string[]>;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly onBegin?: (item: Item) => void;
  readonly onEnd?: (end: Pick<EndRecord, "id" | "ok" | "packets" | "seconds" | "failure">) => void;
  readonly onDeath?: (item: Item, reason: string) => void;
}

/** A worker whose memory has grown beyond this many bytes is replaced by a fresh one. */
const mostMemory = 1.5e9;
const entry = fileURLToPath(new URL("worker-entry.mjs", import.meta.url));

/** Runs items until none is left or the signal comes; then whatever still runs is ended and will run again. */
export async function runPool(options: PoolOptions): Promise<void> {
  const queue = [...options.items];
  const deaths = new Map([...options.deaths].map(([id, reasons]) => [id, [...reasons]]));
  const numbers = new Map(options.plan.items.map(({ id }, index) => [id, index]));
  const fail = (item: Item, reasons: readonly string[]): void => {
    const end = giveUp(options.journal, item.id, reasons);
    options.onEnd?.(end);
  };
  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    while (!options.signal.aborted) {
      const item = queue.shift();
      if (item === undefined) break;
      options.onBegin?.(item);
      if (worker === undefined || worker.dead()) worker = startWorker(options);
      const outcome = await worker.run(numbers.get(item.id)!, item, options.signal);
      if (outcome.kind === "done") {
        options.onEnd?.(outcome.report);
        if (outcome.report.rss > mostMemory) {
          worker.kill();
          worker = undefined;
        }
        continue;
      }
      worker.kill();
      worker = undefined;
      if (outcome.kind === "stopped") {
        options.journal.write({ t: "stopped", id: item.id });
        break;
      }
      options.journal.write({ t: "died", id: item.id, reason: outcome.reason });
      options.onDeath?.(item, outcome.reason);
      const reasons = [...(deaths.get(item.id) ?? []), outcome.reason];
      deaths.set(item.id, reasons);
      if (reasons.length < options.plan.attempts) queue.push(item);
      else fail(item, reasons);
    }
    worker?.kill();
  };
  // what has died as often as it may in earlier rounds is not begun once more
  for (const item of [...queue]) {
    const reasons = deaths.get(item.id) ?? [];
    if (reasons.length < options.plan.attempts) continue;
    queue.splice(queue.indexOf(item), 1);
    fail(item, reasons);
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, lane));
}

/** Writes down that an item's workers died too often. */
export function giveUp(journal: Journal, id: string, reasons: readonly string[]): EndRecord {
  const failure = `its worker died ${reasons.length} times; the last time ${reasons.at(-1)}`;
  const end: EndRecord = { t: "end", id, ok: false, packets: 0, seconds: 0, failure, died: true };
  journal.write(end);
  return end;
}

type Outcome =
  | { readonly kind: "done"; readonly report: Report }
  | { readonly kind: "died"; readonly reason: string }
  | { readonly kind: "stopped" };

interface Worker {
  readonly dead: () => boolean;
  readonly run: (index: number, item: Item, signal: AbortSignal) => Promise<Outcome>;
  readonly kill: () => void;
}

function startWorker({ planFile, journalFolder, round }: PoolOptions): Worker {
  // a group of its own: Ctrl-C is for the parent, and whatever the worker has started ends with it
  const child = fork(entry, [planFile, journalFolder, String(round)], {
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2000);
  });
  const kill = (): void => killGroup(child);
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  child.on("error", () => {}); // an exit follows, or run() finds the channel closed
  return {
    kill,
    dead: () => child.exitCode !== null || child.signalCode !== null,
    run: (index, item, signal) =>
      new Promise((resolve) => {
        const settle = (outcome: Outcome): void => {
          clearTimeout(timer);
          child.off("message", onMessage);
          child.off("exit", onExit);
          signal.removeEventListener("abort", onAbort);
          resolve(outcome);
        };
        const onMessage = (report: Report): void => settle({ kind: "done", report });
        const onExit = (code: number | null, by: NodeJS.Signals | null): void => {
          const how = by === null ? `ended with exit code ${code}` : `was ended by ${by}`;
          // a moment for what it said before: its last message, its last words
          setTimeout(() => {
            const said = lastWords(words);
            settle({ kind: "died", reason: `the worker ${how}${said === "" ? "" : `: ${said}`}` });
          }, 100);
        };
        const onAbort = (): void => settle({ kind: "stopped" });
        const late = `there was no result after ${item.timeoutSeconds} s`;
        const timer = setTimeout(
          () => settle({ kind: "died", reason: late }),
          Math.min(item.timeoutSeconds * 1000, 2 ** 31 - 1),
        );
        child.on("message", onMessage);
        child.once("exit", onExit);
        signal.addEventListener("abort", onAbort, { once: true });
        if (signal.aborted) onAbort();
        else child.send({ index }, () => {});
      }),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** The last lines of what a process wrote to standard error. */
function lastWords(text: string): string {
  return text.trim().split("\n").slice(-4).join("\n");
}
