/**
 * What happened, as JSON lines. Every process writes into a file of its own and a line at once, so that nothing is half
 * written whoever dies when; a last line without its end, as a crash of the machine leaves it, is not looked at.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** An item has ended: it passed, or it failed for a reason. */
export interface EndRecord {
  readonly t: "end";
  readonly id: string;
  readonly ok: boolean;
  readonly packets: number;
  readonly seconds: number;
  /** Processor time of the worker, s: without compilers, and without waiting for others on the machine. */
  readonly cpuSeconds?: number;
  readonly note?: string;
  readonly failure?: string;
  /** Its worker died as often as it may; `failure` says how. */
  readonly died?: true;
}

export type Record_ =
  | { readonly t: "round"; readonly engine: string; readonly jobs: number }
  | { readonly t: "round-end"; readonly seconds: number }
  | { readonly t: "start"; readonly id: string }
  | EndRecord
  /** The worker of an item died, or was given up; the item did not end. */
  | { readonly t: "died"; readonly id: string; readonly reason: string }
  /** The run was stopped in the middle of an item: that was no fault of the item. */
  | { readonly t: "stopped"; readonly id: string }
  /** The item is to run once more, whatever came of it before. */
  | { readonly t: "again"; readonly id: string };

/** A record with the invocation it belongs to and its time, ms since 1970. */
export type Entry = Record_ & { readonly round: number; readonly at: number };

const extension = ".jsonl";
const longestFailure = 20_000;

export interface Journal {
  readonly write: (record: Record_) => void;
  readonly close: () => void;
}

let files = 0;

/** A new file in the folder of the journal, for this process. It is made with the first record. */
export function openJournal(folder: string, round: number): Journal {
  mkdirSync(folder, { recursive: true });
  const name = `r${String(round).padStart(4, "0")}-${hostname()}-${process.pid}-${Date.now()}-${files++}`;
  let file: number | undefined;
  return {
    write: (record) => {
      file ??= openSync(join(folder, `${name}${extension}`), "ax");
      const failure = "failure" in record ? { failure: record.failure?.slice(0, longestFailure) } : {};
      const line = Buffer.from(`${JSON.stringify({ ...record, ...failure, round, at: Date.now() })}\n`);
      // one write call with O_APPEND; a short one (disk full) leaves a line that readers pass over
      if (writeSync(file, line) !== line.length) throw new Error(`${folder}: the disk is full`);
      if (record.t === "end") fsyncSync(file);
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** All whole records of a journal, oldest round first; within a round in the order of time. */
export function readJournal(folder: string): readonly Entry[] {
  const entries: Entry[] = [];
  for (const name of namesIn(folder)) {
    if (!name.endsWith(extension)) continue;
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      const entry = parsed(line);
      if (entry !== undefined) entries.push(entry);
    }
  }
  return entries.sort((a, b) => a.round - b.round || a.at - b.at);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function parsed(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry === "object" && typeof entry.t === "string" && typeof entry.round === "number"
      ? entry
      : undefined;
  } catch {
    return undefined;
  }
}
