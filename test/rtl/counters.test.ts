import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ingressCountersView } from "../../generator/views/switch/csr.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { openBlock, switchOf } from "./csr-bench.ts";

/** Data lanes, memory protection, and the counters that these make: pulses, amounts. */
const sizes = [
  [1, "none", 13, 2],
  [15, "secded", 44, 16],
] as const;

const amountBits = 12;
const largest = 2 ** amountBits - 1;

/** The counters alone, asked as fast as their contract allows; every answer is compared to the event. */
class Counters {
  readonly count: bigint[];
  /** Counts before each of the last cycles, the newest first. */
  readonly #before: bigint[][] = [];
  /** Cycles to wait for an answer until it is an error. */
  static readonly patience = 1000;
  readonly #model: Model;
  readonly #events: number;
  #now: readonly number[];
  #asked: number | undefined;
  #waited = 0;
  answers = 0;

  constructor(model: Model, events: number, amounts: number) {
    this.#model = model;
    this.#events = events;
    this.count = new Array<bigint>(events + amounts).fill(0n);
    this.#now = this.count.map(() => 0);
    for (const port of model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
    model.reset(2);
  }

  set(value: (index: number) => number): void {
    this.#now = this.count.map((_, index) => value(index));
    let [events, amounts] = [0n, 0n];
    for (const [index, amount] of this.#now.entries()) {
      if (index < this.#events) events |= BigInt(amount) << BigInt(index);
      else amounts |= BigInt(amount) << BigInt(amountBits * (index - this.#events));
    }
    this.#model.port("events").setBig(events);
    this.#model.port("amounts").setBig(amounts);
  }

  ask(index: number): void {
    if (this.#asked !== undefined) return;
    this.#asked = index;
    this.#model.port("read_request").set(1);
    this.#model.port("read_index").set(index);
  }

  get busy(): boolean {
    return this.#asked !== undefined;
  }

  /** One cycle. An answer holds all events of the cycles before the three that a visit takes. */
  step(): void {
    this.#before.unshift([...this.count]);
    this.#before.length = Math.min(this.#before.length, 4);
    for (const [index, amount] of this.#now.entries()) this.count[index]! += BigInt(amount);
    this.#model.step();
    if (this.#model.port("read_done").get() === 0) {
      if (this.#asked !== undefined) this.#waited += 1;
      expect(this.#waited).toBeLessThan(Counters.patience);
      return;
    }
    expect(this.#asked, "an answer only to a question").toBeDefined();
    const value = this.#model.port("read_value").getBig();
    expect(value, `counter ${this.#asked}`).toBe(this.#before[2]![this.#asked!]);
    this.answers += 1;
    this.#waited = 0;
    // The request stands in the cycle of the answer and is low in the one behind it.
    for (const [index, amount] of this.#now.entries()) this.count[index]! += BigInt(amount);
    this.#before.unshift([...this.count]);
    this.#model.step();
    this.#model.port("read_request").set(0);
    this.#asked = undefined;
  }

  /** Reads every counter with the inputs quiet. */
  check(): void {
    this.set(() => 0);
    while (this.busy) this.step();
    for (const index of this.count.keys()) {
      this.step();
      this.ask(index);
      while (this.busy) this.step();
    }
  }

  noise(rng: Rng, load: number): void {
    this.set((index) => {
      if (!rng.chance(load)) return 0;
      return index < this.#events ? 1 : rng.below(largest + 1);
    });
  }
}

describe.each(sizes)("counters, %i data lanes, protection %s", (lanes, memoryProtection, events, amounts) => {
  let model: Model;
  beforeAll(async () => {
    const design = switchOf(`counters_${lanes}`, 4, lanes, { memoryProtection });
    model = await openBlock(design, [["ingress_counters", "common/counters", ingressCountersView(design)]]);
    expect(model.port("events").bits).toBe(events);
    expect(model.port("amounts").bits).toBe(amountBits * amounts);
  }, 300_000);
  afterAll(() => model?.close());

  it.each([0, 1, events])(
    "lose nothing at the largest load while counter %i is read without end",
    (index) => {
      const bench = new Counters(model, events, amounts);
      bench.set((one) => (one < events ? 1 : largest));
      for (let cycle = 0; cycle < 6 * 12 * (events + amounts); cycle += 1) {
        bench.step();
        bench.ask(index);
      }
      expect(bench.answers).toBeGreaterThan(2 * (events + amounts));
      bench.check();
    },
  );

  it.each([
    [0.5, 51],
    [0.02, 52],
  ])("answer to the event, load %f", async (load, seed) => {
    await withSeed(seed, (rng) => {
      const bench = new Counters(model, events, amounts);
      for (let cycle = 0; cycle < 6000; cycle += 1) {
        bench.noise(rng, load);
        bench.step();
        if (rng.chance(0.3)) bench.ask(rng.below(events + amounts));
      }
      bench.check();
    });
  });
});
