import { describe, expect, it } from "vitest";
import { narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

const guarded = { ...narrow, name: "guarded", memoryProtection: "secded" } as const;
const memories = ["TX", "REPLAY", "RX"] as const;

/** Wrong bits for the next row that is written: 1, 2, or 3 for both. */
const spoil = (bench: PartnerBench, memory: (typeof memories)[number], bits: number): void =>
  bench.device.write(`MEMORY_TEST.${memory}_BIT0`, bits);

/** A link that is quiet: what is written next is the packet that the test sends. */
async function quiet(): Promise<PartnerBench> {
  const bench = await PartnerBench.active(guarded, { partner: { creditRefreshCycles: 1_000_000 } });
  bench.device.write("CREDIT_REFRESH.VALUE", 0xffffff);
  bench.drain();
  return bench;
}

describe("a port whose memories have wrong bits", () => {
  it("loses nothing by single ones, whatever is replayed, and counts them", async () => {
    const bench = await PartnerBench.active(guarded, { seed: 3, stall: 0.1, backpressure: 0.1 });
    bench.loadBoth();
    for (let at = 0; at < 60; at += 1) {
      for (const memory of memories) spoil(bench, memory, 1 + (at & 1));
      if (at % 3 === 0) bench.cable.ab.inject({ on: "data", frame: "data", skip: 0, flips: [at] });
      bench.run(400);
    }
    bench.drain();
    bench.expectLossless({ least: 200 });
    expect(bench.device.counter("MEMORY_CORRECTED")).toBeGreaterThan(130);
    expect(bench.device.counter("MEMORY_UNCORRECTABLE")).toBe(0);
  });

  it("sends a packet poisoned that its transmit queue has damaged", async () => {
    const bench = await quiet();
    spoil(bench, "TX", 3);
    bench.send("device", 0, 300);
    bench.run(100);
    bench.excuse();
    bench.send("device", 0, 200);
    bench.drain();
    bench.expectLossless({ excused: true, least: 0 });
    expect(bench.out.result()).toMatchObject({ matched: 1, excused: 1 });
    expect(bench.partner.counters).toMatchObject({ poisonReceived: 1, nacksSent: 0 });
    expect(bench.device.counter("MEMORY_UNCORRECTABLE")).toBe(1);
  });

  it("gives a packet to the client as an error that its receive buffer has damaged", async () => {
    const bench = await quiet();
    spoil(bench, "RX", 3);
    bench.send("partner", 0, 300);
    bench.run(20);
    bench.excuse();
    bench.send("partner", 0, 200);
    bench.drain();
    bench.expectLossless({ excused: true, least: 0 });
    expect(bench.back.result()).toMatchObject({ matched: 1, excused: 1, errored: 1 });
    expect(bench.device.counter("MEMORY_UNCORRECTABLE")).toBe(1);
  });

  it("sends a poisoned frame in place of one that its replay buffer has damaged, and goes on", async () => {
    const bench = await quiet();
    const { device, partner } = bench;
    bench.cable.ab.inject({ on: "data", frame: "data", skip: 12, flips: [7] });
    spoil(bench, "REPLAY", 3);
    bench.send("device", 0, 300);
    bench.run(30);
    bench.excuse();
    for (let at = 0; at < 5; at += 1) bench.send("device", at & 1, 200);
    bench.drain();
    bench.expectLossless({ excused: true, least: 0 });
    expect(bench.out.result()).toMatchObject({ matched: 5, excused: 1 });
    expect(partner.counters.poisonReceived).toBe(1);
    expect(device.counter("MEMORY_UNCORRECTABLE")).toBeGreaterThanOrEqual(1);
    expect(device.counter("LLR_FLUSH")).toBe(0);
    bench.loadBoth();
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 20 });
  });

  it("replays a frame with one wrong bit as it was", async () => {
    const bench = await quiet();
    bench.cable.ab.inject({ on: "data", frame: "data", skip: 12, flips: [7] });
    spoil(bench, "REPLAY", 2);
    bench.send("device", 0, 300);
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.out.result().matched).toBe(1);
    expect(bench.device.counter("MEMORY_CORRECTED")).toBeGreaterThanOrEqual(1);
  });
});
