import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { type BenchOptions, benchDesign, openLinkModule, titleOf } from "./link-bench.ts";
import { type SchedulerLoad, TxSchedulerBench } from "./tx-scheduler-bench.ts";

const cases: readonly BenchOptions[] = [
  { bits: 64, lanes: 4 },
  { bits: 256, lanes: 15 },
  { bits: 256, lanes: 1, retry: "none", forwarding: "store-and-forward" },
];
const full: SchedulerLoad = { arrive: 1, flow: 0, ready: 1, hole: 0, credit: 1, gate: 1, discard: 0 };

describe.each(cases.map((one) => [titleOf(one), one] as const))("tx_scheduler, %s", (_title, one) => {
  const design = benchDesign(one);
  const lanes = one.lanes ?? 4;
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "tx_scheduler");
  });
  afterAll(() => model?.close());

  it("chooses what may go, most pressing first, and sends it as chosen", async () => {
    await withSeed(0xf1, (rng) => {
      const bench = new TxSchedulerBench(model, design, rng);
      for (let phase = 0; phase < 20; phase += 1) {
        const load: SchedulerLoad = {
          arrive: rng.pick([0.005, 0.05, 1]),
          flow: rng.pick([0, 0.05, 0.5]),
          ready: rng.pick([0.3, 0.9, 1]),
          hole: rng.pick([0.05, 0.5]),
          credit: rng.pick([0.1, 0.9]),
          gate: rng.pick([0.5, 0.9, 1]),
          discard: rng.pick([0, 0.9]),
          vl15: 0.2,
        };
        for (let cycle = 0; cycle < 1500; cycle += 1) bench.cycle(load);
      }
      const { flow, vl15, data, discarded, held, waited } = bench.seen;
      for (const count of [flow, vl15, data, discarded, held, waited]) expect(count).toBeGreaterThan(30);
    });
  });

  it.each([5, 8, 64])("leaves no gap between packets of %i words, nor around flow control", async (words) => {
    await withSeed(0xf2, (rng) => {
      const bench = new TxSchedulerBench(model, design, rng);
      for (let cycle = 0; cycle < 10; cycle += 1) bench.cycle({ ...full, words, flow: 0.05 });
      bench.seen.gaps = 0;
      for (let cycle = 0; cycle < 3000; cycle += 1) bench.cycle({ ...full, words, flow: 0.05 });
      expect(bench.seen.gaps).toBe(0);
      expect(bench.seen.flow).toBeGreaterThan(20);
    });
  });

  it("shows a frame whether it is awaited or not, and forgets it and the next one with a reset", async () => {
    await withSeed(0xf4, (rng) => {
      const bench = new TxSchedulerBench(model, design, rng);
      for (let cycle = 0; cycle < 20; cycle += 1) bench.cycle({ ...full, ready: 0 });
      const [valid, reads] = [model.port("m_valid"), model.port("rd_en")];
      expect(valid.get()).toBe(1);
      model.reset(1);
      for (const name of ["session_ready", "discard", "head_valid", "fcp_due"])
        model.port(name).bytes.fill(0);
      model.port("beat_ready").setBig((1n << BigInt(lanes + 1)) - 1n);
      model.port("m_ready").set(1);
      for (let cycle = 0; cycle < 6; cycle += 1) {
        model.eval();
        expect([valid.get(), reads.get()]).toEqual([0, 0]);
        model.step();
      }
    });
  });

  it("serves data lanes of one weight alike", async () => {
    await withSeed(0xf3, (rng) => {
      const bench = new TxSchedulerBench(model, design, rng);
      for (let cycle = 0; cycle < 6000; cycle += 1) bench.cycle({ ...full, words: 31, vl15: 0 });
      const served = bench.served.slice(0, lanes);
      // Weight 8 and packets of two blocks: four packets a turn
      expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(4);
      const turns = bench.order.flatMap((lane, at) => (lane === bench.order[at - 1] ? [] : [at]));
      const lengths = turns.slice(1).map((at, turn) => at - turns[turn]!);
      if (lanes > 1) expect(new Set(lengths.slice(lanes))).toEqual(new Set([4]));
    });
  });
});
