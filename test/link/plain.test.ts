import { describe, expect, it } from "vitest";
import { plain } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

describe("a port without retry", () => {
  it("carries everything over a cable without errors", async () => {
    const bench = await PartnerBench.active(plain);
    bench.loadBoth();
    bench.run(12_000);
    bench.drain();
    bench.expectLossless({ least: 200 });
    expect(bench.partner.counters).toMatchObject({ acksReceived: 0, nacksReceived: 0, overruns: 0 });
  });

  it("a damaged packet is lost and counted, and its credit comes back with the next flow-control packets", async () => {
    const bench = await PartnerBench.active(plain);
    const { device, partner, cable } = bench;
    bench.drain();
    const count = 30;
    for (let i = 0; i < count; i++) {
      cable.ab.inject({ on: "data", frame: "data", flips: [9] });
      cable.ba.inject({ on: "data", frame: "data", flips: [9] });
      bench.send("device", 0, 380);
      bench.send("partner", 0, 380);
      bench.until(20_000, () => cable.ab.waiting + cable.ba.waiting === 0, "both are damaged");
      bench.run(300);
    }
    expect(device.counter("VCRC_ERROR")).toBe(count);
    expect(device.counter("PORT_RCV_ERRORS")).toBe(count);
    expect(partner.counters.crcErrors).toBe(count);
    expect(bench.out.result()).toMatchObject({ lost: count, corrupted: 0, duplicated: 0, reordered: 0 });
    expect(bench.back.result()).toMatchObject({ lost: count, corrupted: 0, duplicated: 0, reordered: 0 });
    bench.excuse();
    bench.loadBoth();
    bench.run(20_000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 200 });
    expect(partner.counters.overruns).toBe(0);
    expect(device.counter("EXCESSIVE_BUFFER_OVERRUN")).toBe(0);
  });

  it("lost flow-control packets are harmless", async () => {
    const bench = await PartnerBench.active(plain);
    bench.loadBoth();
    for (let i = 0; i < 12; i++) {
      bench.cable.ab.inject({ on: "terminate", frame: "flowControl", flips: [3] });
      bench.cable.ba.inject({ on: "terminate", frame: "flowControl", flips: [3] });
      bench.run(1500);
    }
    bench.run(6000);
    bench.drain();
    bench.expectLossless({ least: 200 });
    expect(bench.cable.ab.counts.injected).toBeGreaterThan(6);
    expect(bench.partner.counters.overruns).toBe(0);
    expect(bench.device.counter("EXCESSIVE_BUFFER_OVERRUN")).toBe(0);
  });

  it("a link flap shorter than LINK_LOST_MAX loses what was on the wire, and nothing behind it", async () => {
    const bench = await PartnerBench.active(plain);
    bench.loadBoth();
    bench.run(3000);
    bench.cable.flap(200);
    bench.run(500);
    bench.excuse();
    bench.run(6000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 100 });
    expect(bench.device.counter("LINK_DOWNED")).toBe(0);
  });
});
