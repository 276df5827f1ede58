import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { voqSizes } from "../../generator/views/switch/voq.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, resetAll } from "./link-bench.ts";
import { benchSwitch, titleOfSwitch } from "./switch-bench.ts";
import { openSwitchPart } from "./switch-voq-build.ts";
import { voqShapes } from "./switch-voq-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

interface Ticket {
  readonly ticket: number;
  readonly brief: boolean;
  /** Its place: a page, or a copy's. */
  readonly entry: number;
}

/** Probabilities a cycle, and the queues that are used. */
interface Load {
  readonly push: number;
  readonly pop: number;
  readonly queues: readonly number[];
  /** A pop is of the queue that was popped two cycles before, when there is one more. */
  readonly again: number;
}

/** Queues as arrays. A place is free again in the cycle behind its pop; a queue rests for a cycle behind each pop of it. */
class ListsBench {
  pops = 0;
  /** Pops of one queue in every second cycle; pushes into a queue whose only ticket is popped. */
  again = 0;
  crossed = 0;
  readonly queues: Ticket[][];
  readonly #free: number[];
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #p;
  /** Queues popped in the cycle before, and in the one before that; the new head of the former. */
  #last = -1;
  #before = -1;
  #step: Ticket | undefined;

  constructor(model: Model, rng: Rng, queues: number, entries: number) {
    resetAll(model);
    this.#model = model;
    this.#rng = rng;
    this.queues = Array.from({ length: queues }, () => []);
    this.#free = Array.from({ length: entries }, (_, at) => at);
    this.#p = portsOf(model, [
      ...["push", "push_queue", "push_ticket", "push_entry", "push_brief", "head_queue", "head_entry", "pop"],
      ...[
        "head_ticket",
        "head_depth",
        "step_ticket",
        "step_entry",
        "step_brief",
        "filled",
        "single",
        "brief",
        "stepped",
      ],
      ...["head_single", "head_stepped"],
    ] as const);
  }

  cycle(load: Load): void {
    const { queues } = this;
    const rng = this.#rng;
    const p = this.#p;
    const again = this.#before >= 0 && queues[this.#before]!.length > 0 && rng.chance(load.again);
    const looked = again ? this.#before : rng.pick(load.queues);
    const head = queues[looked]![0];
    const pops = head !== undefined && looked !== this.#last && rng.chance(load.pop);
    const into = this.#free.length > 0 && rng.chance(load.push) ? rng.pick(load.queues) : -1;

    p.head_queue.set(looked);
    p.head_entry.set(head?.entry ?? 0);
    p.pop.set(Number(pops));
    p.push.set(Number(into >= 0));
    p.push_queue.set(into >= 0 ? into : rng.below(queues.length));
    const pushed =
      into >= 0 ? { ticket: this.#ticket(), entry: this.#takeEntry(), brief: rng.chance(0.5) } : undefined;
    const step = this.#step;
    p.push_brief.set(Number(pushed?.brief ?? rng.chance(0.5)));
    p.step_entry.set(step?.entry ?? 0);
    p.step_brief.set(Number(step?.brief ?? rng.chance(0.5)));
    p.push_ticket.set(pushed?.ticket ?? this.#ticket());
    p.push_entry.set(pushed?.entry ?? 0);
    p.head_single.set(field(p.single, looked, 1));
    p.head_stepped.set(field(p.stepped, looked, 1));
    this.#model.eval();
    this.#check(looked, step);
    this.#model.step();

    if (pops) {
      this.pops += 1;
      this.again += Number(looked === this.#before);
      this.crossed += Number(into === looked && queues[looked]!.length === 1);
      this.#free.push(queues[looked]!.shift()!.entry);
    }
    this.#step = pops ? queues[looked]![0] : undefined;
    this.#before = this.#last;
    this.#last = pops ? looked : -1;
    if (pushed !== undefined) queues[into]!.push(pushed);
  }

  #check(looked: number, step: Ticket | undefined): void {
    const queue = this.queues[looked]!;
    const p = this.#p;
    for (const [at, one] of this.queues.entries()) {
      if (field(p.filled, at, 1) !== Number(one.length > 0)) fail(this.#model, `filled of queue ${at}`);
      if (one.length === 0 || at === this.#last) continue;
      if (field(p.single, at, 1) !== Number(one.length === 1)) fail(this.#model, `single of queue ${at}`);
      if (field(p.brief, at, 1) !== Number(one[0]!.brief)) fail(this.#model, `brief of queue ${at}`);
    }
    if (step !== undefined && p.step_ticket.get() !== step.ticket) fail(this.#model, "the new head");
    if (queue.length === 0 || looked === this.#last) return;
    if (p.head_ticket.get() !== queue[0]!.ticket) fail(this.#model, `head of queue ${looked}`);
    if (p.head_depth.get() !== queue.length)
      fail(this.#model, `depth of queue ${looked} is ${p.head_depth.get()}, not ${queue.length}`);
  }

  #ticket(): number {
    return this.#rng.below(2 ** this.#p.push_ticket.bits);
  }

  /** The place that has been free for the longest or for the shortest time. */
  #takeEntry(): number {
    return this.#rng.chance(0.5) ? this.#free.pop()! : this.#free.shift()!;
  }
}

describe.each(voqShapes.slice(0, 2).map((one) => [titleOfSwitch(one), one] as const))(
  "voq_lists: %s",
  (_, options) => {
    const design = benchSwitch(options);
    const { queues, entries } = voqSizes(design);
    let model: Model;

    beforeAll(async () => {
      model = await openSwitchPart(design, "voq_lists");
    });
    afterAll(() => model?.close());

    it("keeps every queue in order, with a push and a pop in each cycle", () =>
      withSeed(seed, (rng) => {
        const bench = new ListsBench(model, rng, queues, entries);
        for (let part = 0; part < 60; part += 1) {
          const few = Array.from({ length: rng.pick([1, 2, 3, queues]) }, () => rng.below(queues));
          const load = {
            push: rng.pick([0.3, 0.7, 1]),
            pop: rng.pick([0.3, 0.7, 1]),
            again: rng.pick([0, 0.9]),
            queues: few,
          };
          for (let cycle = 0; cycle < 500; cycle += 1) bench.cycle(load);
          const all = bench.queues.flatMap(({ length }, at) => (length > 0 ? [at] : []));
          const emptied = { push: 0, pop: 1, again: 0.9, queues: [0, ...all] };
          while (bench.queues.some(({ length }) => length > 0)) bench.cycle(emptied);
        }
        expect(bench.pops).toBeGreaterThan(5000);
        expect(bench.again).toBeGreaterThan(500);
        expect(bench.crossed).toBeGreaterThan(100);
      }));

    it("starts anew after a reset with tickets in its queues", () =>
      withSeed(seed, (rng) => {
        const load = { push: 1, pop: 0.5, again: 0.5, queues: [0, queues - 1, rng.below(queues)] };
        for (let round = 0; round < 3; round += 1) {
          const bench = new ListsBench(model, rng, queues, entries);
          for (let at = 0; at < entries; at += 1) bench.cycle(load);
          expect(bench.queues.some(({ length }) => length > 0)).toBe(true);
        }
      }));

    it("holds as many tickets in one queue as there are places, round and round", () =>
      withSeed(seed, (rng) => {
        const bench = new ListsBench(model, rng, queues, entries);
        const one = [rng.below(queues)];
        for (let round = 0; round < 5; round += 1) {
          for (let at = 0; at < entries; at += 1) bench.cycle({ push: 1, pop: 0, again: 0, queues: one });
          expect(bench.queues[one[0]!]).toHaveLength(entries);
          for (let at = 0; at < 300; at += 1) bench.cycle({ push: 1, pop: 1, again: 0, queues: one });
          for (let at = 0; at < 2 * entries; at += 1) bench.cycle({ push: 0, pop: 1, again: 0, queues: one });
          expect(bench.queues[one[0]!]).toHaveLength(0);
        }
      }));
  },
);
