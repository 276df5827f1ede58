import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { qpStateModules } from "../../generator/views/nic/qp-state.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { fail, resetAll } from "../rtl/link-bench.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";

const [reset, err] = [0, 6];
/** A state that the memory has lost. */
const lost = 9;
/** Clients that report errors; the last one reads nothing. */
const failing = [0, 1, 2, 3, 4];
const shown = (state: number): number => (state === lost ? err : state);

/** What a cycle may bring, each a chance. */
interface Load {
  readonly rows: number;
  readonly errors: number;
  readonly reads: number;
  readonly queries: number;
  readonly takes: number;
}

class Bench {
  readonly model: Model;
  readonly rng: Rng;
  readonly states: number[];
  readonly secded: boolean;
  /** Queue pairs that are to be told, oldest first. */
  readonly due: number[] = [];
  /** What each client's last read may show. */
  readonly reads: (readonly number[] | undefined)[] = [undefined, undefined, undefined, undefined];
  readonly errors: (number | undefined)[] = failing.map(() => undefined);
  row: { qpn: number; state: number; damaged: boolean } | undefined;
  /** The row that was taken and is not written yet. */
  taken: { qpn: number; state: number; before: number } | undefined;
  query: { qpn: number; answers: number[] } | undefined;
  readonly seen = { told: 0, answers: 0, beside: 0, lost: 0, most: 0 };

  constructor(model: Model, rng: Rng, queuePairs: number) {
    this.model = model;
    this.rng = rng;
    this.secded = model.hasPort("inject");
    this.states = new Array<number>(queuePairs).fill(reset);
    resetAll(model);
    for (let cycle = 0; cycle <= queuePairs; cycle += 1) {
      const ready = model.port("ready").get() === 1;
      if (ready !== cycle >= queuePairs) fail(model, `ready is ${ready}`);
      model.step();
    }
  }

  #change(qpn: number, state: number): void {
    const before = this.states[qpn];
    this.states[qpn] = state;
    if (shown(state) === err && before !== err && state !== lost) this.due.push(qpn);
    this.seen.most = Math.max(this.seen.most, this.due.length);
    if (this.query?.qpn === qpn) this.query.answers.push(shown(state));
  }

  cycle(load: Load): void {
    const { model, rng, states } = this;
    const get = (name: string) => model.port(name).get();
    const set = (name: string, value: number) => model.port(name).set(value);
    const count = states.length;
    // A row that was taken is written once the next one can be taken.
    const idle = get("qpc_ready") === 1;
    if (idle && this.taken !== undefined) this.taken = undefined;
    const writing = this.taken;
    if (this.secded) set("inject", 0);
    if (this.row === undefined && rng.chance(load.rows)) {
      const state = rng.chance(0.3) ? err : rng.below(7);
      const damaged = this.secded && state !== err && rng.chance(0.1);
      this.row = { qpn: rng.below(count), state, damaged };
    }
    set("qpc_valid", Number(this.row !== undefined));
    set("qpc_qpn", this.row?.qpn ?? rng.below(count));
    set("qpc_state", this.row?.state ?? rng.below(8));
    let row: Bench["row"];
    if (this.row !== undefined && idle) {
      row = this.row;
      this.row = undefined;
      if (this.secded && row.damaged) set("inject", 3);
    }
    const failed: number[] = [];
    for (const n of failing) {
      if (this.errors[n] === undefined && rng.chance(load.errors)) this.errors[n] = rng.below(count);
      set(`e${n}_valid`, Number(this.errors[n] !== undefined));
      set(`e${n}_qpn`, this.errors[n] ?? rng.below(count));
    }
    model.eval();
    for (const n of failing) {
      if (get(`e${n}_ready`) === 0) continue;
      const qpn = this.errors[n];
      if (qpn === undefined) fail(model, `client ${n} has no error`);
      failed.push(qpn);
      this.errors[n] = undefined;
      if (states[qpn] !== reset && states[qpn] !== err) this.#change(qpn, err);
    }
    if (failed.length > 1) fail(model, "two at a time");
    for (const n of [0, 1, 2, 3]) {
      const reads = rng.chance(load.reads);
      set(`r${n}_en`, Number(reads));
      const qpn = failed[0] !== undefined && rng.chance(0.7) ? failed[0] : rng.below(count);
      set(`r${n}_qpn`, qpn);
      if (!reads) continue;
      if (qpn === failed[0]) this.seen.beside += 1;
      const before = writing?.qpn === qpn ? [writing.before, writing.state] : [];
      this.reads[n] = [shown(states[qpn]!), ...before];
    }
    const asks = this.query === undefined && rng.chance(load.queries);
    set("query", Number(asks));
    const asked = rng.below(count);
    set("query_qpn", asked);
    const takes = rng.chance(load.takes);
    set("flush_ready", Number(takes));
    if (get("flush_valid") === 1 && takes) {
      if (this.due.shift() !== get("flush_qpn")) fail(model, `told of ${get("flush_qpn")}`);
      this.seen.told += 1;
    }
    model.step();
    if (asks) this.query = { qpn: asked, answers: [shown(states[asked]!)] };
    if (row !== undefined) {
      this.taken = { ...row, before: shown(states[row.qpn]!) };
      this.#change(row.qpn, row.damaged ? lost : row.state);
    }
    this.#judge();
  }

  #judge(): void {
    const { model } = this;
    for (const n of [0, 1, 2, 3]) {
      const state = model.port(`r${n}_state`).get();
      const may = this.reads[n];
      if (may !== undefined && !may.includes(state))
        fail(model, `client ${n} reads ${state}, not ${may.join()}`);
    }
    if (model.port("query_done").get() === 1) {
      const state = model.port("query_state").get();
      if (this.query?.answers.includes(state) !== true) fail(model, `the host reads ${state}`);
      this.query = undefined;
      this.seen.answers += 1;
    }
    if (this.secded) this.seen.lost += model.port("evt_uncorrectable").get();
  }
}

const idle: Load = { rows: 0, errors: 0, reads: 0.5, queries: 0, takes: 1 };

describe.each([
  ["none", 16],
  ["secded", 64],
] as const)("nic_qp_state, protection %s, %i queue pairs", (memoryProtection, queuePairs) => {
  let model: Model;
  beforeAll(async () => {
    const design = benchNic({ memoryProtection, queuePairs });
    model = await openNicModule(design, qpStateModules(design));
  }, 300_000);
  afterAll(() => model?.close());

  it.each([
    [1, { rows: 0.2, errors: 0.05, reads: 0.8, queries: 0.05, takes: 0.5 }],
    [2, { rows: 0.9, errors: 0.5, reads: 0.9, queries: 0, takes: 0.3 }],
    [3, { rows: 0.02, errors: 0.02, reads: 0.3, queries: 0.3, takes: 0.02 }],
  ])("shows states, tells of errors once and in order, seed %i", async (seed, load) => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, queuePairs);
      for (let cycle = 0; cycle < 6000; cycle += 1) bench.cycle(load);
      for (let cycle = 0; cycle < 600; cycle += 1) bench.cycle(idle);
      expect(bench.due).toEqual([]);
      expect(bench.errors).toEqual(failing.map(() => undefined));
      expect(bench.seen.told).toBeGreaterThan(20);
      expect(bench.seen.beside).toBeGreaterThan(5);
      if (load.queries > 0) expect(bench.seen.answers).toBeGreaterThan(50);
      if (memoryProtection === "secded") expect(bench.seen.lost).toBeGreaterThan(5);
    });
  });

  it.each([4, 5, 6, 7])("holds an error back where nobody is told, and loses none, seed %i", async (seed) => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, queuePairs);
      // Nothing goes on until one is told; then all the others are.
      for (let cycle = 0; cycle < 60 * queuePairs; cycle += 1)
        bench.cycle({ rows: 0.1, errors: 0.6, reads: 0.2, queries: 0, takes: 0 });
      for (let cycle = 0; cycle < 600; cycle += 1) bench.cycle({ ...idle, takes: 0.2 });
      expect(bench.due).toEqual([]);
      expect(bench.seen.most).toBeGreaterThanOrEqual(queuePairs);
    });
  });
});
