import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { designOf } from "../../sim/driver/index.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { lanes200 } from "../pcs/link-pcs-device.ts";
import { CrossingBench, openCrossings, settingBits } from "./crossing-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

let model: Model;
beforeAll(async () => {
  model = await openCrossings(await designOf(lanes200));
});
afterAll(() => {
  model.close();
});

/** The other clock is the faster one in this device. */
const periods = (rng: Rng): readonly [number, number] => {
  const clk = rng.range(1000, 2000);
  return [clk, rng.pick([clk, clk - 1, Math.ceil(clk / 3), rng.range(Math.ceil(clk / 10), clk)])];
};

describe("reset_sync", () => {
  it("holds both sides together for four edges of the slower clock and more, and lets them go", () =>
    withSeed(seed, (rng) => {
      for (let run = 0; run < 60 * long; run += 1) {
        const bench = new CrossingBench(model, rng, periods(rng));
        bench.reset();
        for (let edge = rng.below(30); edge > 0; edge -= 1) bench.step();
        let [both, steps, falls] = [0, 0, 0];
        let [before, after] = [bench.p.other_rst.get(), 0];
        const look = (clk: boolean): void => {
          after = bench.p.other_rst.get();
          falls += before & ~after;
          before = after;
          if (clk && bench.p.this_rst.get() + after === 2) both += 1;
        };
        bench.p.rst.set(1);
        const pulse = bench.step();
        expect(bench.p.this_rst.get()).toBe(1);
        look(pulse.clk);
        for (const end = bench.clkEdges + rng.range(1, 3); bench.clkEdges < end; ) look(bench.step().clk);
        bench.p.rst.set(0);
        while (bench.inReset || both === 0) {
          look(bench.step().clk);
          steps += 1;
          expect(steps).toBeLessThan(400);
          // the other side is never out of reset before this one asks it to be
          if (falls > 0) expect(bench.p.this_rst.get()).toBe(0);
        }
        expect(both).toBeGreaterThanOrEqual(4);
        expect(falls).toBe(1);
        for (let edge = 0; edge < 100; edge += 1) {
          bench.step();
          expect(bench.inReset).toBe(false);
        }
      }
    }));

  it("stays in reset where the other clock stands still, and starts over when it is asked again", () =>
    withSeed(seed, (rng) => {
      for (let run = 0; run < 20 * long; run += 1) {
        const bench = new CrossingBench(model, rng, periods(rng));
        bench.reset();
        bench.stopped = true;
        bench.pulse(1);
        for (let edge = 0; edge < 200; edge += 1) {
          bench.step();
          expect(bench.p.this_rst.get()).toBe(1);
        }
        bench.stopped = false;
        bench.until(() => bench.p.other_rst.get() === 1);
        for (let again = 0; again < 5; again += 1) {
          for (const end = bench.clkEdges + 5; bench.clkEdges < end; ) bench.step();
          bench.pulse(1, () => expect(bench.p.this_rst.get()).toBe(1));
          expect([bench.p.this_rst.get(), bench.p.other_rst.get()]).toEqual([1, 1]);
        }
        const from = bench.clkEdges;
        bench.until(() => bench.p.this_rst.get() === 0);
        expect(bench.clkEdges - from).toBeGreaterThanOrEqual(8);
      }
    }));
});

describe("event_sync", () => {
  it("tells every event once, clocks of any ratio, as many events as an edge can tell", () =>
    withSeed(seed, (rng) => {
      for (let run = 0; run < 40 * long; run += 1) {
        const slow = rng.range(500, 4000);
        const bench = new CrossingBench(model, rng, rng.pick([periods(rng), [slow, rng.range(20, 500)]]));
        bench.reset();
        let [events, told, most] = [0, 0, 0];
        const send = (chance: number, edges: number): void => {
          for (const end = bench.clkEdges + edges; bench.clkEdges < end; ) {
            const { clk } = bench.step(({ other }) => {
              const event = rng.chance(chance);
              bench.p.s_event.set(event ? 1 : 0);
              if (other && event) events += 1;
            });
            if (!clk) continue;
            told += bench.p.m_events.get();
            most = Math.max(most, bench.p.m_events.get());
          }
        };
        for (const chance of [0, 0.01, 0.5, 1, rng.float()]) send(chance, 60);
        expect(told).toBeLessThanOrEqual(events);
        send(0, 8);
        expect([told, events > 60]).toEqual([events, true]);
        expect(most).toBeGreaterThan(0);
      }
    }));

  it("tells nothing of what was before a reset, or in it", () =>
    withSeed(seed, (rng) => {
      for (let run = 0; run < 20 * long; run += 1) {
        const bench = new CrossingBench(model, rng, periods(rng));
        bench.reset();
        bench.p.s_event.set(1);
        for (let edge = rng.range(5, 800); edge > 0; edge -= 1) bench.step();
        bench.pulse(1);
        const quiet = bench.clkEdges;
        let told = 0;
        bench.until(
          () => bench.p.this_rst.get() === 0,
          () => {
            if (bench.p.other_rst.get() === 1) bench.p.s_event.set(0);
            if (bench.p.this_rst.get() === 1 && bench.clkEdges > quiet)
              expect(bench.p.m_events.get()).toBe(0);
          },
        );
        for (let edge = 0; edge < 200; edge += 1) {
          if (bench.step().clk) told += bench.p.m_events.get();
        }
        expect(told).toBe(0);
      }
    }));
});

describe("pcs_settings", () => {
  /** A value whose every part tells its number, so that a mixture of two is noticed. */
  const put = (bench: CrossingBench, value: number): void => {
    for (let word = 0; word < settingBits / 32; word += 1)
      bench.p.s_settings.words[word] = value * 0x01010101;
  };
  const seen = (bench: CrossingBench): number => {
    const [first, ...others] = bench.p.m_settings.words.subarray(0, settingBits / 32);
    if (others.some((word) => word !== first)) throw new Error("a mixture of two settings");
    return first! & 0xff;
  };

  it("takes settings over whole and in their order, and the last ones in any case", () =>
    withSeed(seed, (rng) => {
      for (let run = 0; run < 20 * long; run += 1) {
        const bench = new CrossingBench(model, rng, rng.pick([periods(rng), [100, rng.range(100, 3000)]]));
        bench.reset();
        let [value, last] = [0, seen(bench)];
        expect(last).toBe(0);
        const often = rng.pick([0.05, 0.3, 1]);
        while (value < 100) {
          bench.step(({ clk }) => {
            if (!clk || !rng.chance(often)) return;
            value += 1;
            put(bench, value);
          });
          const now = seen(bench);
          if (now < last || now > value) throw new Error(`settings ${now} after ${last}, with ${value} set`);
          last = now;
        }
        // room in the FIFO is told in edges of clk, what is in it in those of the other one
        const [clks, others] = [bench.clkEdges + 12, bench.otherEdges + 12];
        while (bench.clkEdges < clks || bench.otherEdges < others) bench.step();
        expect(seen(bench)).toBe(100);
      }
    }));

  it("takes them over again after a reset", () =>
    withSeed(seed, (rng) => {
      const bench = new CrossingBench(model, rng, periods(rng));
      bench.reset();
      for (let value = 1; value < 10; value += 1) {
        put(bench, value);
        for (const end = bench.clkEdges + 12; bench.clkEdges < end; ) bench.step();
        expect(seen(bench)).toBe(value);
        bench.pulse(1);
        bench.until(() => bench.p.other_rst.get() === 1);
        for (const end = bench.otherEdges + 2; bench.otherEdges < end; ) bench.step();
        expect(seen(bench)).toBe(0);
        bench.until(() => !bench.inReset);
        for (const end = bench.clkEdges + 12; bench.clkEdges < end; ) bench.step();
        expect(seen(bench)).toBe(value);
      }
    }));
});
