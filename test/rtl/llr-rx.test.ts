import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { type BenchOptions, benchDesign, openLinkModule, titleOf } from "./link-bench.ts";
import { LlrRxBench, type Surroundings } from "./llr-rx-bench.ts";

const cases: readonly BenchOptions[] = [
  { bits: 64, lanes: 4 },
  { bits: 256, lanes: 15 },
  { bits: 1024, lanes: 1, forwarding: "store-and-forward" },
  { bits: 64, lanes: 4, retry: "none" },
];

describe.each(cases.map((one) => [titleOf(one), one] as const))("llr_rx, %s", (_title, one) => {
  const design = benchDesign(one);
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "llr_rx");
  });
  afterAll(() => model?.close());

  it("follows every row of the receive rules", async () => {
    const counts = new Map<string, number>();
    const cycles = one.bits === 1024 ? 12_000 : 40_000;
    await withSeed(0x71, (rng) => {
      for (let phase = 0; phase < 12; phase += 1) {
        const bench = new LlrRxBench(model, design, rng.fork(`phase ${phase}`));
        const around: Surroundings = {
          bubble: rng.pick([0, 0.1, 0.5]),
          accept: phase % 3 === 1 ? 0.01 : 0.0005,
          lose: phase % 3 === 1 ? 0.01 : 0.0005,
          noRoom: rng.pick([0, 0.05, 0.5]),
          disallow: rng.pick([0, 0.05, 0.3]),
          started: one.forwarding === "store-and-forward" ? 0 : rng.pick([0, 0.2, 0.8]),
          taken: rng.pick([0.02, 0.3, 1]),
        };
        for (let cycle = 0; cycle < cycles / 12; cycle += 1) bench.cycle(around);
        for (const [event, count] of bench.counts) counts.set(event, (counts.get(event) ?? 0) + count);
      }
    });
    const least = one.retry === "none" ? 12 : 18;
    expect(counts.size).toBe(least);
    for (const [event, count] of counts) expect(count, event).toBeGreaterThanOrEqual(3);
  });

  it("keeps silent about the frame that a reset meets", async () => {
    await withSeed(0x72, (rng) => {
      const bench = new LlrRxBench(model, design, rng);
      const quiet = { bubble: 0, accept: 0, lose: 0, noRoom: 0.3, disallow: 0.2, started: 0, taken: 0.02 };
      const all = one.retry === "none" ? 12 : 18;
      for (let frames = 0; bench.swallowed.size < all; frames += 1) {
        expect(frames, [...bench.swallowed].join()).toBeLessThan(5000);
        // A session, and then some frames, so that a NACK may be due
        while (!bench.idle) bench.cycle(quiet);
        const before = rng.below(6);
        bench.cycle({ ...quiet, bubble: 1, accept: 1 });
        for (let at = 0; at < before; at += 1)
          do bench.cycle(quiet);
          while (!bench.idle);
        do bench.cycle(quiet, true);
        while (!bench.idle);
      }
    });
  });

  if (one.retry !== "none")
    it("tells the peer of the last frame, whenever its ACK leaves", async () => {
      for (let seed = 0; seed < 40; seed += 1) {
        await withSeed(seed, (rng) => {
          const bench = new LlrRxBench(model, design, rng);
          const around = { bubble: 0.2, accept: 0, lose: 0, noRoom: 0, disallow: 0, started: 0, taken: 0.5 };
          for (let cycle = 0; cycle < 300 || !bench.idle; cycle += 1) bench.cycle(around);
          const last = { ...around, bubble: 1, taken: 1 };
          for (let cycle = 0; cycle < 5; cycle += 1) bench.cycle(last);
          expect(bench.told).toBe((bench.state.expected + 2 ** 20 - 1) % 2 ** 20);
          expect(bench.state.ackDue).toBe(false);
        });
      }
    });
});
