import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { CreditRxBench, type Settings, type Traffic } from "./credit-rx-bench.ts";
import { type BenchOptions, benchDesign, openLinkModule, portsOf, setField, titleOf } from "./link-bench.ts";

/** The lane that is alone has so many credits that the sender may be far ahead of what was told last. */
const cases: readonly BenchOptions[] = [
  { lanes: 1, derived: { creditsPerVl: 1600 } },
  { lanes: 4 },
  { lanes: 15, bits: 256 },
];
const steady: Traffic = { packet: 0.2, loss: 0, drain: 0.4, told: 0.05, take: 0.5, clear: 0, enable: 1 };

describe.each(cases.map((one) => [titleOf(one), one] as const))("credit_rx, %s", (_title, one) => {
  const design = benchDesign(one);
  const update = design.derived.creditUpdateBlocks.value;
  const normal: Settings = { update, refresh: 3000, watchdog: 0 };
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "credit_rx");
  });
  afterAll(() => model?.close());

  it("counts and promises as the reference does, with losses, corrections and new sessions", async () => {
    await withSeed(0x91, (rng) => {
      const total = { told: 0, refreshed: 0, updated: 0, low: 0, corrected: 0, both: 0 };
      for (let phase = 0; phase < 20; phase += 1) {
        const settings = { update: rng.pick([update, 12, 40]), refresh: rng.pick([300, 3000]), watchdog: 0 };
        const bench = new CreditRxBench(model, design, rng.fork(`phase ${phase}`), settings);
        const traffic: Traffic = {
          packet: rng.pick([0.05, 0.5, 1]),
          loss: rng.pick([0, 0.05]),
          drain: rng.pick([0.05, 0.3, 0.9]),
          told: rng.pick([0.005, 0.1]),
          take: rng.pick([0.05, 0.5, 1]),
          clear: phase % 4 === 3 ? 0.002 : 0,
          enable: phase % 5 === 4 ? 0.01 : 1,
        };
        for (let cycle = 0; cycle < 2200; cycle += 1) bench.cycle(traffic);
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += bench.seen[key];
      }
      for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(15);
    });
  });

  it("tells every lane again at the refresh interval, with nothing going on", async () => {
    await withSeed(0x92, (rng) => {
      const bench = new CreditRxBench(model, design, rng, { ...normal, refresh: 400 });
      const quiet = { ...steady, packet: 0, drain: 0, take: 1 };
      for (let cycle = 0; cycle < 1000; cycle += 1) bench.cycle(quiet);
      for (let cycle = 0; cycle < 3000; cycle += 1) {
        bench.cycle(quiet);
        for (const [vl, last] of bench.last.entries())
          expect(model.cycle - last, `VL ${vl}`).toBeLessThan(401 + 20 * bench.lanes.length);
      }
      expect(bench.last.length).toBe(bench.lanes.length);
    });
  });

  it("sends nothing while it is not enabled, and tells the end of Initialize at once", async () => {
    await withSeed(0x93, (rng) => {
      const bench = new CreditRxBench(model, design, rng, { ...normal, refresh: 100_000 });
      for (let cycle = 0; cycle < 200; cycle += 1) bench.cycle({ ...steady, enable: 0 });
      expect(bench.seen.told).toBe(0);
      const quiet = { ...steady, packet: 0, drain: 0, take: 1 };
      for (let cycle = 0; cycle < 400; cycle += 1) bench.cycle(quiet);
      const before = bench.seen.told;
      bench.initializing = false;
      for (let cycle = 0; cycle < 20 * bench.lanes.length; cycle += 1) bench.cycle(quiet);
      expect(bench.seen.told - before).toBe(bench.lanes.length);
    });
  });

  it("starts anew with a reset while it is enabled, to the cycle", async () => {
    await withSeed(0x95, (rng) => {
      const refresh = 400;
      const watchdog = 300;
      const bench = new CreditRxBench(model, design, rng, { ...normal, refresh, watchdog });
      for (let cycle = 0; cycle < 900; cycle += 1) bench.cycle({ ...steady, told: 0 });
      const p = portsOf(model, [
        ...(["rst", "enable", "initializing", "accept", "fcp_valid", "fcp_take", "used"] as const),
        ...(["fcp_due", "fcp_data", "abr", "watchdog_expired"] as const),
      ]);
      for (const port of [p.accept, p.fcp_valid, p.fcp_take]) port.set(0);
      // More than there is room for: nothing can be promised, whatever was told before
      const usedBits = p.used.bits / design.virtualLanes.data;
      for (let at = 0; at < p.used.bits; at += usedBits) setField(p.used, at, usedBits, 2 ** usedBits - 1);
      const step = (): void => {
        model.step();
        model.eval();
      };
      const until = (port: Port): number => {
        for (let steps = 1; steps < 4000; steps += 1) {
          step();
          if (port.get() === 1) return steps;
        }
        return Infinity;
      };
      const reset = (): void => {
        p.rst.set(1);
        p.initializing.set(1);
        step();
        p.rst.set(0);
        p.initializing.set(0);
        expect([p.fcp_due.get(), p.watchdog_expired.get()]).toEqual([0, 0]);
      };
      p.enable.set(1);
      until(p.fcp_due);
      reset();
      // The interval ends with the value, a lane is due in the next cycle, which is known and shown in those behind
      expect(until(p.fcp_due)).toBe(refresh + 3);
      expect(p.fcp_data.bytes[2]! & 15, "FCCL, bits 11:8").toBe(0);
      expect(p.fcp_data.bytes[3], "FCCL, bits 7:0").toBe(0);
      reset();
      // The first interval counts as one in which all were heard
      const bite = 2 * (watchdog + 1);
      expect(until(p.watchdog_expired)).toBe(bite);
      reset();
      for (let cycle = 1; cycle < bite; cycle += 1) step();
      reset();
      p.enable.set(0);
      for (let cycle = 0; cycle < 10; cycle += 1) step();
      p.enable.set(1);
      expect(until(p.watchdog_expired)).toBe(bite);
    });
  });

  it("bites when one lane is not heard of for a whole watchdog interval", async () => {
    await withSeed(0x94, (rng) => {
      const bench = new CreditRxBench(model, design, rng, { ...normal, watchdog: 1500 });
      const quiet = { ...steady, packet: 0.01, told: 0.3 };
      const run = (cycles: number): number => {
        const before = bench.seen.expired;
        for (let cycle = 0; cycle < cycles; cycle += 1) bench.cycle(quiet);
        return bench.seen.expired - before;
      };
      expect(run(9000)).toBe(0);
      bench.silent = bench.lanes.length - 1;
      expect(run(3003)).toBe(1);
      expect(run(3003)).toBe(2);
      const [first = 0, second = 0] = bench.expiredAt.slice(-2);
      expect(second - first).toBe(1501);
      // Not while it is off; then the first interval is a whole one, and what was heard before counts
      for (let cycle = 0; cycle < 4000; cycle += 1) bench.cycle({ ...quiet, enable: 0 });
      expect(bench.seen.expired).toBe(3);
      expect(run(1490)).toBe(0);
      expect(run(1500)).toBe(0);
      expect(run(200)).toBe(1);
      model.port("hold").set(1);
      expect(run(6000)).toBe(0);
      model.port("hold").set(0);
      expect(run(3003)).toBe(2);
      bench.silent = -1;
      run(1501);
      expect(run(6000)).toBe(0);
      model.port("cfg_watchdog").set(0);
      bench.silent = 0;
      expect(run(6000)).toBe(0);
    });
  });
});
