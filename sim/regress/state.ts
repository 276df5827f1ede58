/** What a journal says about each item of a plan. */
import type { EndRecord, Entry } from "./journal.ts";

export interface ItemState {
  /** How the item ended last; absent while it has not. */
  end?: EndRecord;
  /** Reasons of all deaths of its workers since it was begun anew. */
  deaths: string[];
  /** Begun, and nothing heard since: running at this moment, or in a process that is gone. */
  open: number;
}

export interface RunState {
  readonly items: ReadonlyMap<string, ItemState>;
  /** The last invocation, 0 before the first. */
  readonly round: number;
  /** Time that all invocations took together, s, and when the first began, ms since 1970. */
  readonly seconds: number;
  readonly begun: number;
  readonly jobs: number;
  readonly engine: string;
}

/** Reads a journal's records, in their order. */
export function stateOf(entries: readonly Entry[]): RunState {
  const items = new Map<string, ItemState>();
  const rounds = new Map<number, { first: number; last: number; seconds?: number }>();
  let jobs = 1;
  let engine = "local";
  for (const entry of entries) {
    const span = rounds.get(entry.round) ?? { first: entry.at, last: entry.at };
    rounds.set(entry.round, span);
    span.last = Math.max(span.last, entry.at);
    if (entry.t === "round") {
      jobs = entry.jobs;
      engine = entry.engine;
    } else if (entry.t === "round-end") span.seconds = entry.seconds;
    else apply(items, entry);
  }
  const spans = [...rounds.values()];
  return {
    items,
    round: Math.max(0, ...rounds.keys()),
    seconds: spans.reduce((sum, { first, last, seconds }) => sum + (seconds ?? (last - first) / 1000), 0),
    begun: spans.length === 0 ? Date.now() : Math.min(...spans.map(({ first }) => first)),
    jobs,
    engine,
  };
}

function apply(items: Map<string, ItemState>, entry: Extract<Entry, { id: string }>): void {
  const state = items.get(entry.id) ?? { deaths: [], open: 0 };
  items.set(entry.id, state);
  switch (entry.t) {
    case "start":
      state.open++;
      return;
    case "again":
      delete state.end;
      state.deaths = [];
      state.open = 0;
      return;
    case "stopped":
      state.open = Math.max(0, state.open - 1);
      return;
    case "died":
      state.open = Math.max(0, state.open - 1);
      state.deaths.push(entry.reason);
      return;
    case "end": {
      state.open = Math.max(0, state.open - 1);
      // of two processes that did the same item the first one counts, but for a verdict over dead workers
      if (state.end !== undefined && state.end.died !== true) return;
      const { round: _round, at: _at, ...end } = entry;
      state.end = end;
    }
  }
}
