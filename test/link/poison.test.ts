import { describe, expect, it } from "vitest";
import { narrow, storing } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

const both = [
  ["cut-through", narrow],
  ["store-and-forward", storing],
] as const;

describe("packets that their sender gives up", () => {
  it("cut-through: what is on its way leaves poisoned, and is not asked for again", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    for (let i = 0; i < 8; i++) {
      bench.send("device", 0, 300, true);
      bench.run(200);
      bench.send("device", 0, 300);
      bench.run(200);
    }
    bench.loadBoth();
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ least: 30 });
    expect(partner.counters.poisonReceived).toBe(8);
    expect(device.counter("LLR_TX_POISONED")).toBe(8);
    expect(device.counter("PORT_XMIT_DISCARDS")).toBe(0);
    expect(partner.counters).toMatchObject({ nacksSent: 0, crcErrors: 0 });
  });

  it("cut-through: a poisoned packet that is damaged on the way is replayed as a poisoned one", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.drain();
    bench.cable.ab.inject({ on: "data", frame: "data", skip: 12, flips: [7] });
    bench.send("device", 1, 300, true);
    bench.run(200);
    bench.send("device", 1, 100);
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.partner.counters).toMatchObject({ poisonReceived: 1, nacksSent: 1 });
    expect(bench.device.counter("LLR_TX_REPLAY")).toBe(1);
  });

  it("cut-through: what still waits for its turn is dropped", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.partner.faults.withholdCredit = 3;
    bench.load("device", { vls: [0], low: 300, high: 380 });
    bench.run(6000);
    bench.load("device", null);
    bench.partner.faults.withholdCredit = 0;
    for (let i = 0; i < 3; i++) bench.send("device", 0, 300, true);
    bench.drain();
    bench.expectLossless({ least: 0 });
    const { poisonReceived } = bench.partner.counters;
    expect(bench.device.counter("PORT_XMIT_DISCARDS") + poisonReceived).toBe(3);
  });

  it("store-and-forward: never reaches the wire", async () => {
    const bench = await PartnerBench.active(storing);
    const { device, partner } = bench;
    for (let i = 0; i < 8; i++) bench.send("device", i % 3, 300, i % 2 === 0);
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.out.result().matched).toBe(4);
    expect(device.counter("PORT_XMIT_DISCARDS")).toBe(4);
    expect(device.counter("LLR_TX_POISONED")).toBe(0);
    expect(partner.counters.poisonReceived).toBe(0);
  });

  it.each(both)(
    "%s: a poisoned packet of the partner is taken by the retry and not by the client",
    async (_, device_) => {
      const bench = await PartnerBench.active(device_);
      const { device, partner } = bench;
      bench.loadBoth();
      for (let i = 0; i < 10; i++) {
        bench.send("partner", i & 1, 360, true);
        bench.run(500);
      }
      bench.drain();
      bench.expectLossless({ least: 50 });
      expect(partner.counters.poisonSent).toBe(10);
      expect(device.counter("LLR_RX_POISONED")).toBe(10);
      expect(device.counter("LLR_RX_EXPECTED_SEQ_POISONED")).toBe(10);
      expect(device.counter("PORT_RCV_REMOTE_PHYSICAL_ERRORS")).toBe(10);
      expect(device.counter("LLR_TX_NACK_CTL_OS")).toBe(0);
      expect(partner.counters.timeouts).toBe(0);
      if (device_.forwarding === "store-and-forward") expect(bench.back.result().errored).toBe(0);
    },
  );

  it.each(both)("%s: a late error on the wire", async (_, device_) => {
    const bench = await PartnerBench.active(device_);
    bench.drain();
    for (let i = 0; i < 6; i++) {
      bench.cable.ba.inject({ on: "data", frame: "data", skip: 40, flips: [i] });
      bench.send("partner", i & 1, 380);
      bench.run(2500);
    }
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.back.result()).toMatchObject({
      matched: 6,
      errored: device_.forwarding === "store-and-forward" ? 0 : 6,
    });
    expect(bench.device.counter("VCRC_ERROR")).toBe(6);
  });
});
