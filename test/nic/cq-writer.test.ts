import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cqWriterModules } from "../../generator/views/nic/cq-writer.ts";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { CqBench, type Load } from "./cq-writer-bench.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";

const quiet: Load = {
  completions: 0,
  rows: 0,
  arms: 0,
  polls: 0.3,
  answers: 0.8,
  messages: 0.9,
  takes: 1,
  background: 0,
};
const clockMHz = 8;

describe.each([
  ["none", 8],
  ["secded", 64],
] as const)("nic_cq_writer, protection %s, %i completion queues", (memoryProtection, completionQueues) => {
  let model: Model;
  beforeAll(async () => {
    const design = benchNic({ memoryProtection, completionQueues, clockMHz });
    // The memory of writes that failed cannot be made wrong in the adapter; here it can
    model = await openNicModule(design, cqWriterModules(design), (name, text) =>
      name.endsWith("nic_cq_writer")
        ? text
            .replace(/\.inject +\(2'b00\)/u, ".inject (inject_failures)")
            .replace(/^ +input +wire +\[1:0\] +inject,.*\n/mu, "$&    input  wire [1:0] inject_failures,\n")
        : text,
    );
  }, 300_000);
  afterAll(() => model?.close());

  const drain = (bench: CqBench): void => {
    for (let cycle = 0; cycle < 2000 && (bench.busy || cycle < 1500); cycle += 1) bench.cycle(quiet);
    expect(bench.open).toEqual([[], []]);
  };

  it.each([
    [
      1,
      0,
      {
        completions: 0.1,
        rows: 0.005,
        arms: 0.05,
        polls: 0.1,
        answers: 0.5,
        messages: 0.7,
        takes: 0.5,
        fails: 0.01,
      },
    ],
    [
      2,
      65_400,
      {
        completions: 0.5,
        rows: 0.02,
        arms: 0.03,
        polls: 0.2,
        answers: 0.3,
        messages: 1,
        takes: 1,
        fails: 0.05,
      },
    ],
    [
      3,
      40_000,
      {
        completions: 0.08,
        rows: 0.002,
        arms: 0.2,
        polls: 0.02,
        answers: 0.05,
        messages: 0.2,
        takes: 1,
        fails: 0.02,
      },
    ],
  ])("writes rings and tells of them, seed %i, from write %i", async (seed, start, load) => {
    await withSeed(seed, (rng) => {
      const bench = new CqBench(model, rng, completionQueues, start);
      for (let cycle = 0; cycle < 12_000; cycle += 1) bench.cycle(load);
      drain(bench);
      expect(bench.seen.cqes).toBeGreaterThan(40);
      expect(bench.seen.lost).toBeGreaterThan(20);
      expect(bench.seen.events).toBeGreaterThan(20);
      expect(bench.seen.spoiled).toBeGreaterThan(10);
      expect(bench.seen.spared).toBeGreaterThan(0);
      if (memoryProtection !== "secded") expect(bench.seen.lostRows).toBe(0);
      else
        for (const count of [bench.seen.uncorrectable, bench.seen.lostRows]) expect(count).toBeGreaterThan(0);
      // Nobody took so long that two events became one.
      for (const { fires, events } of bench.queues) expect(events).toBe(fires);
    });
  });

  it.runIf(memoryProtection === "secded")(
    "tells of each lost row of failed writes: completions are errors, their queue pairs fail",
    async () => {
      await withSeed(7, (rng) => {
        const bench = new CqBench(model, rng, completionQueues, 0);
        for (let cq = 0; cq < completionQueues; cq += 1) {
          bench.setRow(cq, 15, 0, 0);
          for (let cycle = 0; cycle < 200 && bench.busy; cycle += 1) bench.cycle(quiet);
        }
        // Rows of queues are good: what is told is of those that were lost.
        const load = { ...quiet, completions: 0.2, strange: 0, background: 0.3, fails: 0.01, loses: 0.5 };
        for (let cycle = 0; cycle < 3000; cycle += 1) bench.cycle(load);
        drain(bench);
        expect(bench.seen.lostRows).toBeGreaterThan(20);
        expect(bench.seen.uncorrectable).toBeGreaterThanOrEqual(bench.seen.lostRows);
        expect(bench.seen.corrected).toBeGreaterThan(0);
        expect(bench.seen.lost).toBe(0);
        expect(bench.seen.cqes).toBeGreaterThan(2 * bench.seen.lostRows);
      });
    },
  );

  it("keeps events that software does not take, without holding up completions", async () => {
    await withSeed(4, (rng) => {
      const bench = new CqBench(model, rng, completionQueues, 0);
      for (let cq = 0; cq < completionQueues; cq += 1) {
        bench.setRow(cq, 15, 0, 0);
        for (let cycle = 0; cycle < 200 && bench.busy; cycle += 1) bench.cycle(quiet);
      }
      const load = {
        completions: 0.05,
        rows: 0,
        arms: 0.04,
        polls: 0,
        answers: 0.5,
        messages: 1,
        takes: 0,
        strange: 0,
      };
      for (let cycle = 0; cycle < 6000; cycle += 1) bench.cycle(load);
      const before = bench.seen.cqes;
      expect(before).toBeGreaterThan(500);
      expect(bench.seen.lost).toBe(0);
      const due = bench.queues.filter(({ fires }) => fires > 0).length;
      expect(due).toBeGreaterThan(0.8 * completionQueues);
      const fires = bench.queues.reduce((sum, one) => sum + one.fires, 0);
      expect(fires).toBeGreaterThan(33);
      drain(bench);
      // 32 in the list, and one for each queue that had no room there.
      expect(bench.seen.events).toBeGreaterThan(32);
      expect(bench.seen.events).toBeLessThanOrEqual(Math.min(fires, 32 + completionQueues));
      for (const { events, fires } of bench.queues) expect(events > 0).toBe(fires > 0);
    });
  });

  it("gathers completions by count, and for a time", async () => {
    await withSeed(5, (rng) => {
      const bench = new CqBench(model, rng, completionQueues, 0);
      const step = (load = quiet) => {
        bench.cycle({ ...load, polls: 0 });
        return bench.seen.events;
      };
      for (const [count, period] of [
        [0, 40],
        [4, 50],
        [4, 0],
        [65_535, 300],
      ] as const) {
        const cq = rng.below(completionQueues);
        const queue = () => bench.queues[cq]!;
        bench.setRow(cq, 12, count, period);
        for (let cycle = 0; cycle < 100; cycle += 1) step();
        for (let round = 0; round < 4; round += 1) {
          bench.arm(cq, false);
          for (let cycle = 0; cycle < 60; cycle += 1) step();
          const sent = count === 4 ? rng.range(1, 6) : 3;
          const from = bench.seen.events;
          const started = model.cycle;
          for (let at = 0; at < sent; at += 1) {
            bench.offer(1, { cq, status: 0 });
            for (let cycle = 0; cycle < 60; cycle += 1) step();
          }
          const byCount = count === 4 && sent >= 4;
          if (byCount) expect(bench.seen.events).toBe(from + 1);
          if (!byCount && period > 0) {
            // The model knows no clock: the event that the time brings is due from now on.
            queue().fires += 1;
            queue().armed = "not";
            queue().gathered = 0;
            expect(bench.seen.events).toBe(from);
            let cycles = 0;
            while (step() === from && cycles < 4000) cycles += 1;
            const waited = (model.cycle - started) / clockMHz;
            expect(waited).toBeGreaterThan(period - 1);
            expect(waited).toBeLessThan(period + 4 + (completionQueues * 6) / clockMHz);
          }
          for (let cycle = 0; cycle < 900; cycle += 1) step();
          expect(bench.seen.events).toBe(from + Number(byCount || period > 0));
          // An error is told at once.
          if (byCount || period > 0) bench.arm(cq, true);
          for (let cycle = 0; cycle < 60; cycle += 1) step();
          bench.offer(0, { cq, status: 5, flags: 0 });
          for (let cycle = 0; cycle < 60; cycle += 1) step();
          expect(bench.seen.events).toBe(from + 1 + Number(byCount || period > 0));
        }
      }
    });
  });

  it("a queue that is busy holds up none that waits for its time", async () => {
    await withSeed(6, (rng) => {
      const bench = new CqBench(model, rng, completionQueues, 0);
      bench.setRow(0, 15, 0, 0);
      for (let cycle = 0; cycle < 100 + 2 * completionQueues; cycle += 1) bench.cycle({ ...quiet, polls: 0 });
      bench.setRow(1, 4, 0, 10);
      for (let cycle = 0; cycle < 30; cycle += 1) bench.cycle({ ...quiet, polls: 0 });
      bench.arm(1, false);
      for (let cycle = 0; cycle < 30; cycle += 1) bench.cycle({ ...quiet, polls: 0 });
      bench.offer(0, { cq: 1, status: 0 });
      for (let cycle = 0; cycle < 20; cycle += 1) bench.cycle({ ...quiet, polls: 0 });
      bench.queues[1]!.fires += 1;
      bench.queues[1]!.armed = "not";
      for (let cycle = 0; cycle < 80 + 25 * completionQueues; cycle += 1) {
        for (const client of [0, 1]) bench.offer(client, { cq: 0, status: 0, after: bench.completed });
        bench.cycle({ ...quiet, polls: 0, messages: 1 });
      }
      expect(bench.seen.events).toBe(1);
      const [a = 0, b = 0] = bench.written;
      expect(Math.abs(a - b)).toBeLessThanOrEqual(2);
    });
  });
});
