import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lint } from "../../generator/lint/index.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { type Clocks, depth, FifoBench, fifoTexts, openFifo } from "./async-fifo-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");
const busy = { write: 1, read: 1 };

describe("async_fifo", () => {
  let sure: Model;
  let unsure: Model;
  beforeAll(async () => {
    sure = await openFifo(true);
    unsure = await openFifo(false);
  });
  afterAll(() => {
    sure.close();
    unsure.close();
  });

  it("passes every word once and in order, clocks of any ratio and phase, bits caught in their changes", () =>
    withSeed(seed, (rng) => {
      for (let run = 0; run < 60 * long; run += 1) {
        const wr = rng.pick([1000, 1000, rng.range(100, 4000)]);
        const rd = rng.pick([1000, 1001, 999, rng.range(100, 4000)]);
        const bench = new FifoBench(unsure, rng, { wr, rd, wrPhase: rng.below(wr), rdPhase: rng.below(rd) });
        bench.reset(rng.below(6));
        for (let part = 0; part < 4; part += 1) {
          const load = { write: rng.pick([0.1, 0.5, 1]), read: rng.pick([0.1, 0.5, 1]) };
          for (let edge = 0; edge < 200; edge += 1) bench.step(load);
        }
        for (let edge = 0; edge < 200 || bench.valid; edge += 1) bench.step({ write: 0, read: 1 });
        expect([bench.readCount, bench.levels]).toEqual([bench.written, [0, 0]]);
      }
    }));

  it.each([[1], [3], [20]])(
    "fills up to %#: 2**ADDR_BITS words and one more, in any place of the ring",
    (before) =>
      withSeed(seed, (rng) => {
        const bench = new FifoBench(sure, rng, { wr: 10, rd: 10, wrPhase: 0, rdPhase: 3 });
        bench.reset(0);
        for (let edge = 0; edge < before * 8; edge += 1) bench.step(busy);
        for (let edge = 0; edge < 60; edge += 1) bench.step({ write: 1, read: 0 });
        expect(bench.written - bench.readCount).toBe(depth + 1);
        expect([bench.ready, bench.levels]).toEqual([false, [depth, depth + 1]]);
      }),
  );

  it("takes and gives a word a cycle of the same clock", () =>
    withSeed(seed, (rng) => {
      const bench = new FifoBench(sure, rng, { wr: 10, rd: 10, wrPhase: 0, rdPhase: 5 });
      bench.reset(0);
      for (let edge = 0; edge < 40; edge += 1) bench.step(busy);
      const before = bench.readCount;
      for (let edge = 0; edge < 200; edge += 1) bench.step(busy);
      expect(bench.readCount - before).toBe(100);
    }));

  it("shows a word after the third edge of rd_clk behind its write", () =>
    withSeed(seed, (rng) => {
      for (const rdPhase of [0, 1, 5, 9]) {
        const clocks: Clocks = { wr: 10, rd: 10, wrPhase: 0, rdPhase };
        const bench = new FifoBench(sure, rng, clocks);
        bench.reset(0);
        for (let edge = 0; edge < 20; edge += 1) bench.step({ write: 0, read: 0 });
        while (bench.written === 0) bench.step({ write: 1, read: 0 });
        const written = bench.rdEdges;
        while (!bench.valid) bench.step({ write: 0, read: 0 });
        expect(bench.rdEdges - written).toBe(3);
      }
    }));

  it("is clean for every linter", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lanewright-fifo-"));
    const files = fifoTexts().map(([name, text]) => {
      writeFileSync(join(folder, `${name}.v`), text);
      return `${name}.v`;
    });
    const results = await lint({ folder, top: "dut_async_fifo", files });
    rmSync(folder, { recursive: true });
    expect(results.map(({ tool, output }) => [tool, output])).toEqual(results.map(({ tool }) => [tool, ""]));
  });
});
