import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { type BenchOptions, benchDesign, openLinkModule, titleOf } from "./link-bench.ts";
import { LlrTxMemoryBench, type MemoryWeather } from "./llr-tx-memory-bench.ts";
import { withPlantedFaults } from "./packet-memory-faults.ts";

const cases: readonly BenchOptions[] = [
  { bits: 64, memoryProtection: "secded", derived: { replayDepthBeats: 512 } },
  { bits: 256, memoryProtection: "secded", derived: { replayDepthBeats: 128 } },
];

const fair: MemoryWeather = { load: 0.5, ready: 0.95, loss: 0.05, fault: 0.02, restart: 0 };

describe.each(cases.map((one) => [titleOf(one), one] as const))("llr_tx, %s", (_title, one) => {
  const design = benchDesign(one);
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "llr_tx", withPlantedFaults);
  });
  afterAll(() => model?.close());

  const withBench = async (seed: number, body: (bench: LlrTxMemoryBench) => void): Promise<void> => {
    await withSeed(seed, (rng) => body(new LlrTxMemoryBench(model, design, rng)));
  };
  const drain = (bench: LlrTxMemoryBench): void => {
    bench.run({ ...fair, load: 0, loss: 0 }, 6000);
    expect(bench.outstanding).toBe(0);
  };

  it.each([0.01, 0.05, 0.3])(
    "delivers each frame as it was or not at all, and never stands still: loss %f",
    async (loss) => {
      await withBench(0x61, (bench) => {
        for (const fault of [0.01, 0.1, 0.5]) {
          for (const ready of [0.5, 0.95, 1]) bench.run({ ...fair, loss, fault, ready }, 4000);
          drain(bench);
        }
        expect(bench.seen.good).toBeGreaterThan(100);
        expect(bench.seen.lost).toBeGreaterThan(5);
        expect(bench.seen.cut).toBeGreaterThan(5);
        expect(bench.seen.corrected).toBeGreaterThan(20);
        expect(bench.seen.uncorrectable).toBeGreaterThanOrEqual(bench.seen.lost);
        expect(bench.seen.flushes).toBe(0);
      });
    },
  );

  it("loses nothing where no row has two wrong bits", async () => {
    await withBench(0x62, (bench) => {
      bench.run({ ...fair, fault: 0, loss: 0.1 }, 10_000);
      drain(bench);
      expect(bench.seen.nacks).toBeGreaterThan(20);
      expect([bench.seen.lost, bench.seen.uncorrectable]).toEqual([0, 0]);
    });
  });

  it("ends a session wherever it is", async () => {
    await withBench(0x63, (bench) => {
      for (let round = 0; round < 20; round += 1) {
        bench.run({ ...fair, loss: 0.1, fault: 0.3, restart: 0.004 }, 1500);
        drain(bench);
      }
      expect(bench.seen.lost).toBeGreaterThan(20);
    });
  });
});

describe("llr_tx whose replay index has two wrong bits in every time stamp", () => {
  it("replays all the same, and gives up no frame for its age", async () => {
    const design = benchDesign({ memoryProtection: "secded", derived: { replayDepthBeats: 512 } });
    const model = await openLinkModule(design, "llr_tx", (name, text) =>
      name.endsWith("_replay_index") ? text.replace("wr_data[1:0] ^ wrong", "~wr_data[1:0] ^ wrong") : text,
    );
    await withSeed(0x64, (rng) => {
      const bench = new LlrTxMemoryBench(model, design, rng, 640);
      bench.run({ ...fair, fault: 0, loss: 0.9 }, 20_000);
      bench.run({ ...fair, fault: 0, loss: 0, load: 0 }, 6000);
      expect(bench.outstanding).toBe(0);
      expect(bench.seen.flushes).toBe(0);
      expect(bench.seen.uncorrectable).toBeGreaterThan(10);
    });
    model.close();
  });
});
