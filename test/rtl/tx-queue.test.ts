import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { type BenchOptions, benchDesign, openLinkModule, titleOf } from "./link-bench.ts";
import { TxQueueBench } from "./tx-queue-bench.ts";

const cases: readonly BenchOptions[] = [
  { bits: 64, lanes: 4, derived: { txQueueBeats: 1200 } },
  { bits: 256, lanes: 15 },
  { bits: 64, lanes: 2, memoryProtection: "secded", derived: { txQueueBeats: 1200 } },
  { bits: 256, lanes: 1, forwarding: "store-and-forward" },
];

describe.each(cases.map((one) => [titleOf(one), one] as const))("tx_queue, %s", (_title, one) => {
  const design = benchDesign(one);
  const cutThrough = one.forwarding !== "store-and-forward";
  let model: Model;

  beforeAll(async () => {
    model = await openLinkModule(design, "tx_queue");
  });
  afterAll(() => model?.close());

  it("queues what is right, drops or marks what is not, and tells of each head", async () => {
    await withSeed(0xb1, (rng) => {
      const bench = new TxQueueBench(model, design, rng);
      for (let phase = 0; phase < 20; phase += 1) {
        const load = {
          offer: rng.pick([0.3, 0.9, 1]),
          grant: rng.pick([0.02, 0.3, 1]),
          read: rng.pick([0.05, 0.3, 1]),
          fault: rng.pick([0, 0.3, 0.9]),
        };
        for (let cycle = 0; cycle < 1500; cycle += 1) bench.cycle(load);
      }
      const { dropped, marked, refused, whole, early, blocked } = bench.seen;
      for (const count of [dropped, refused, whole, blocked]) expect(count).toBeGreaterThan(20);
      if (cutThrough) expect(Math.min(marked, early)).toBeGreaterThan(20);
      else expect([marked, early]).toEqual([0, 0]);
    });
  });

  it("forgets everything at a reset in the middle of packets", async () => {
    await withSeed(0xb3, (rng) => {
      for (let part = 0; part < 60; part += 1) {
        const bench = new TxQueueBench(model, design, rng.fork(`part ${part}`));
        for (let cycle = rng.below(100); cycle >= 0; cycle -= 1)
          bench.cycle({ offer: 0.9, grant: 0.05, read: 0.3, fault: 0.2 });
        model.port("rst").set(1);
        model.step();
        model.port("rst").set(0);
        for (const name of ["head_valid", "beat_ready", "vl_room"])
          expect(
            model.port(name).bytes.every((byte) => byte === 0),
            name,
          ).toBe(true);
      }
    });
  });

  it("never takes a packet that does not fit, nor more than it has descriptors for", async () => {
    await withSeed(0xb2, (rng) => {
      const bench = new TxQueueBench(model, design, rng);
      const lane = rng.below(one.lanes ?? 4);
      for (let cycle = 0; cycle < 3000; cycle += 1)
        bench.cycle({ offer: 1, grant: 0, read: 0, fault: 0.1, lanes: [lane] });
      expect(bench.seen.blocked).toBeGreaterThan(500);
      if (one.derived !== undefined) expect(bench.seen.descriptors).toBeGreaterThan(500);
      for (let cycle = 0; cycle < 6000; cycle += 1)
        bench.cycle({ offer: 0.9, grant: 1, read: 0.9, fault: 0, lanes: [lane, one.lanes ?? 4] });
      expect(bench.seen.whole).toBeGreaterThan(100);
    });
  });
});
