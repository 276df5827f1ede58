import { describe, expect, it } from "vitest";
import { packetFaults } from "../../sim/bfm/link-partner.ts";
import { message } from "../../sim/reference/columns.ts";
import { middle, narrow, storing } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

const both = [
  ["cut-through", narrow],
  ["store-and-forward", storing],
] as const;

describe("VL15", () => {
  it("packets without room are dropped and counted, data lanes are not touched", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    device.sink.enableVls(0x7fff);
    bench.loadBoth();
    let sent = 0;
    for (let i = 0; i < 40; i++, sent++) bench.send("partner", 15, 288);
    bench.run(12_000);
    device.sink.enableVls(0xffff);
    bench.drain();
    bench.expectLossless({ least: 100 });
    const { dropped, perVl } = bench.back.result();
    const taken = perVl.find(({ vl }) => vl === 15)!.matched;
    expect(taken).toBeGreaterThanOrEqual(7);
    expect(taken).toBeLessThanOrEqual(8);
    expect(taken + dropped).toBe(sent);
    expect(device.counter("VL15_DROPPED")).toBe(dropped);
    expect(device.counter("LLR_TX_NACK_CTL_OS")).toBe(0);
    expect(partner.counters.replays).toBe(0);
  });

  it("goes before the data lanes, and needs no credit", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.partner.faults.withholdCredit = 3;
    bench.load("device", { vls: [0, 1], low: 24, high: 380 });
    bench.run(8000);
    const before = bench.partner.counters.dataReceived;
    for (let i = 0; i < 5; i++) bench.send("device", 15, 200);
    bench.load("device", null);
    bench.run(1500);
    expect(bench.out.result().perVl.find(({ vl }) => vl === 15)?.matched ?? 0).toBe(
      bench.partner.counters.dataReceived - before,
    );
    bench.partner.faults.withholdCredit = 0;
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.out.result().dropped).toBe(0);
  });

  it("flooded from both sides with errors on the cable: data is still lossless", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.loadBoth();
    bench.partner.faults.vl15Flood = true;
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(1e-5);
    bench.run(20_000);
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(0);
    bench.partner.faults.vl15Flood = false;
    bench.drain();
    bench.expectLossless({ least: 20 });
  });
});

describe("transmissions of the partner that are wrong", () => {
  const repaired = packetFaults.filter((fault) => fault !== "length" && fault !== "poison-set-only");

  it.each(both.flatMap(([mode, device]) => repaired.map((fault) => [mode, fault, device] as const)))(
    "%s: %s is asked for again",
    async (_, fault, description) => {
      const bench = await PartnerBench.active(description);
      bench.loadBoth();
      for (let i = 0; i < 6; i++) {
        bench.run(1000);
        bench.partner.faultNext(fault);
      }
      bench.drain();
      bench.expectLossless({ least: 60 });
      expect(bench.partner.counters.packetsFaulted).toBe(6);
      expect(bench.device.counter("LLR_TX_NACK_CTL_OS")).toBeLessThanOrEqual(6);
      const again = bench.partner.counters.replays + bench.partner.counters.timeouts;
      expect(again).toBeGreaterThanOrEqual(fault === "sequence-behind" ? 0 : 1);
    },
  );

  it("a POISON control set in a packet whose VCRC is good: a good packet", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.loadBoth();
    for (let i = 0; i < 6; i++) {
      bench.run(600);
      bench.partner.faultNext("poison-set-only");
    }
    bench.drain();
    bench.expectLossless({ least: 60 });
    expect(bench.device.counter("LLR_RX_POISONED")).toBe(0);
    expect(bench.partner.counters.replays).toBe(0);
  });

  it("a wrong PktLen under a good VCRC: counted, not delivered, not asked for", async () => {
    const bench = await PartnerBench.active(storing);
    bench.loadBoth();
    bench.run(1000);
    bench.partner.faultNext("length");
    bench.run(500);
    bench.load("partner", null);
    bench.load("device", null);
    bench.run(3000);
    const { lost, errored, corrupted } = bench.back.result();
    expect({ lost, errored, corrupted }).toEqual({ lost: 1, errored: 0, corrupted: 0 });
    expect(bench.device.counter("LENGTH_ERROR")).toBe(1);
    expect(bench.device.counter("LLR_TX_NACK_CTL_OS")).toBe(0);
  });
});

describe("a client that pauses inside of packets", () => {
  it("cut-through: FILL keeps the packet together, and is counted", async () => {
    let fills = 0;
    const bench = await PartnerBench.active(middle, {
      stall: 0.5,
      onBeat: (data, flags) => {
        const last = flags.length - 1; // column 0 may be a message
        if (flags[last] === 1 && data[8 * last + 1] === message.fill) fills++;
      },
    });
    bench.loadBoth();
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(2e-6);
    bench.run(12_000);
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(0);
    bench.drain();
    bench.expectLossless({ least: 40 });
    expect(fills).toBeGreaterThan(1000);
    expect(bench.device.counter("FILL")).toBe(fills);
  });

  it("store-and-forward: no FILL at all", async () => {
    const bench = await PartnerBench.active(storing, { stall: 0.5 });
    bench.loadBoth();
    bench.run(6000);
    bench.drain();
    bench.expectLossless({ least: 40 });
    expect(bench.device.counter("FILL")).toBe(0);
  });

  it("the partner's FILL is taken out", async () => {
    const bench = await PartnerBench.active(middle, { partner: { fill: 0.3 } });
    bench.loadBoth();
    bench.run(8000);
    bench.drain();
    bench.expectLossless({ least: 30 });
    expect(bench.device.counter("LLR_RX_BAD")).toBe(0);
  });
});

describe("ACK inside of long packets", () => {
  /** Longest time between two ACKs while the device sends long packets and the partner short ones, in beats. */
  async function longestGap(spacingBeats: number): Promise<number> {
    let last = -1;
    let longest = 0;
    const bench = await PartnerBench.active(middle, {
      onBeat: (data, flags, cycle) => {
        for (let i = 0; i < flags.length; i++) {
          if (flags[i] !== 1 || data[8 * i] !== 0x5c || data[8 * i + 1] !== message.ack) continue;
          if (last >= 0) longest = Math.max(longest, cycle - last);
          last = cycle;
        }
      },
      partner: { bufferBlocks: 2000 },
    });
    bench.device.write("CONTROL_SPACING.VALUE", spacingBeats);
    bench.load("device", { vls: [0, 1, 2, 3], low: 4220, high: 4220 });
    bench.load("partner", { vls: [0, 1, 2, 3], low: 24, high: 60 });
    bench.run(3000);
    last = -1;
    longest = 0;
    bench.run(12_000);
    bench.drain();
    bench.expectLossless({ least: 40 });
    return longest;
  }

  it("waits for no more than the control spacing", async () => {
    expect(await longestGap(64)).toBeLessThanOrEqual(64 + 12);
  });

  it("which CONTROL_SPACING sets", async () => {
    const gap = await longestGap(90);
    expect(gap).toBeGreaterThan(64 + 12);
    expect(gap).toBeLessThanOrEqual(90 + 12);
  });
});
