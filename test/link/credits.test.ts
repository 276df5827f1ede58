import { describe, expect, it } from "vitest";
import { frameKind } from "../../sim/reference/columns.ts";
import { creditMask } from "../../sim/reference/flow-control.ts";
import { portState } from "./device-end.ts";
import { middle, narrow, storing } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

const bothLanes = { vls: [0, 1], low: 24, high: 380 };

describe("a partner that withholds credit", () => {
  it("gets nothing beyond the credit it gave, the other lane goes on, and the rest when it gives more", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    bench.drain();
    partner.setDrain(0, 0);
    partner.faults.withholdCredit = 1;
    bench.load("device", bothLanes);
    bench.run(8000);
    const [fctbs0] = partner.state.fctbs;
    expect(fctbs0).toBeDefined();
    const limit = device.read("CL.BLOCKS", 0);
    const used = device.read("FCTBS.BLOCKS", 0);
    expect((limit - used) & creditMask).toBeLessThan(6);
    const blocked = bench.out.outstandingOn(0);
    expect(blocked).toBeGreaterThan(0);
    const other = bench.out.result().perVl.find(({ vl }) => vl === 1)!.matched;
    bench.run(4000);
    expect(device.read("FCTBS.BLOCKS", 0)).toBe(used);
    expect(bench.out.result().perVl.find(({ vl }) => vl === 1)!.matched).toBeGreaterThan(other + 20);
    expect(partner.counters.overruns).toBe(0);
    partner.faults.withholdCredit = 0;
    partner.setDrain(0, Number.POSITIVE_INFINITY);
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(partner.counters.overruns).toBe(0);
  });

  it("on every lane: PORT_XMIT_WAIT counts, nothing is lost", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    partner.faults.withholdCredit = 3;
    bench.load("device", bothLanes);
    bench.run(8000);
    const waits = device.counter("PORT_XMIT_WAIT");
    const sent = device.counter("PORT_XMIT_PKTS");
    bench.run(2000);
    expect(device.counter("PORT_XMIT_WAIT") - waits).toBeGreaterThan(1900);
    expect(device.counter("PORT_XMIT_PKTS")).toBe(sent);
    partner.faults.withholdCredit = 0;
    bench.drain();
    bench.expectLossless({ least: 0 });
  });

  it("by emptying its buffer slowly: it never overflows", async () => {
    const bench = await PartnerBench.active(narrow, {
      partner: { bufferBlocks: 12, drainBytesPerCycle: 1.5 },
    });
    bench.loadBoth();
    bench.run(30_000);
    bench.drain();
    bench.expectLossless({ least: 60 });
    expect(bench.partner.counters.overruns).toBe(0);
  });

  it("no longer than the watchdog allows: the session starts anew", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    device.write("CREDIT_WATCHDOG.VALUE", 15_000);
    bench.run(60_000);
    expect(device.counter("FLOW_CONTROL_WATCHDOG")).toBe(0);
    partner.faults.withholdCredit = 2;
    bench.until(40_000, () => device.state === portState.down, "the port is Down");
    partner.faults.withholdCredit = 0;
    bench.until(20_000, () => bench.up, "the link is up again");
    expect(device.counter("FLOW_CONTROL_WATCHDOG")).toBe(1);
    expect(partner.counters.sessions).toBe(2);
    bench.loadBoth();
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 30 });
  });
});

describe("the device's receive buffer", () => {
  it("a client that takes nothing of one lane stops that lane alone, without an overrun", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    device.sink.enableVls(0xfffe);
    bench.loadBoth();
    bench.run(12_000);
    const result = bench.back.result().perVl;
    expect(result.find(({ vl }) => vl === 1)!.matched).toBeGreaterThan(40);
    expect(partner.queued(0)).toBeGreaterThan(0);
    expect(device.counter("EXCESSIVE_BUFFER_OVERRUN")).toBe(0);
    device.sink.enableVls(0xffff);
    bench.drain();
    bench.expectLossless({ least: 100 });
  });

  it("a damaged packet that the client had begun: every packet that has credit still finds room", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    bench.drain();
    device.sink.backpressure = 1;
    partner.faultNext("vcrc");
    bench.send("partner", 0, 380);
    // Each of these fills its block
    for (let i = 0; i < 200; i++) bench.send("partner", 0, 60);
    bench.run(6000);
    expect(partner.queued(0)).toBeGreaterThan(100);
    device.sink.backpressure = 0;
    bench.drain();
    bench.expectLossless({ least: 0 });
    expect(bench.back.result()).toMatchObject({ matched: 201, errored: 1 });
    expect(device.counter("EXCESSIVE_BUFFER_OVERRUN")).toBe(0);
  });

  it("a partner that ignores credit: each packet without room is counted, and the link survives", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    bench.drain();
    device.sink.enableVls(0xfffe);
    partner.faults.ignoreCredit = true;
    for (let i = 0; i < 60; i++) bench.send("partner", 0, 300);
    for (let i = 0; i < 20; i++) bench.send("partner", 1, 100);
    bench.until(20_000, () => partner.quiet, "all is sent and acknowledged");
    bench.run(500);
    const overruns = device.counter("EXCESSIVE_BUFFER_OVERRUN");
    expect(overruns).toBeGreaterThan(10);
    expect(device.counter("LLR_TX_NACK_CTL_OS")).toBe(0);
    device.sink.enableVls(0xffff);
    bench.run(3000);
    expect(bench.back.result()).toMatchObject({ lost: overruns, corrupted: 0, duplicated: 0, reordered: 0 });
    expect(bench.back.result().matched).toBe(80 - overruns);
    partner.faults.ignoreCredit = false;
    bench.back.excuse();
    bench.loadBoth();
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 60 });
    expect(device.counter("EXCESSIVE_BUFFER_OVERRUN")).toBe(overruns);
    expect(device.state).toBe(portState.active);
  });
});

describe("credit and replay together", () => {
  it.each([
    ["cut-through", narrow],
    ["store-and-forward", storing],
  ])(
    "%s: replays with flow-control packets in their order never overflow a buffer",
    async (_, description) => {
      const bench = await PartnerBench.active(description, {
        backpressure: 0.6,
        partner: { bufferBlocks: 14, drainBytesPerCycle: 3, creditRefreshCycles: 150, creditUpdateBlocks: 1 },
      });
      const { device, partner } = bench;
      device.write("CREDIT_REFRESH.VALUE", 150);
      device.write("CREDIT_UPDATE.VALUE", 1);
      bench.loadBoth();
      for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(4e-5);
      bench.run(60_000);
      for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(0);
      bench.drain();
      bench.expectLossless({ least: 150 });
      expect(partner.counters.overruns).toBe(0);
      expect(device.counter("EXCESSIVE_BUFFER_OVERRUN")).toBe(0);
      expect(device.counter("LLR_TX_REPLAY")).toBeGreaterThan(20);
      expect(partner.counters.abrCorrections).toBe(0);
      expect(partner.counters.replays).toBeGreaterThan(20);
    },
  );

  it("a packet lost for good gives its credit back through FCTBS", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    for (let i = 0; i < 40; i++) {
      partner.faultNext("length");
      bench.send("partner", 0, 380);
    }
    bench.until(60_000, () => partner.quiet, "all is sent");
    bench.back.excuse();
    expect(device.counter("LENGTH_ERROR")).toBe(40);
    bench.loadBoth();
    bench.run(12_000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 60 });
    expect(device.read("ABR.BLOCKS", 0)).toBe(partner.state.fctbs[0]);
  });
});

describe("VL arbitration on the wire", () => {
  it.each([[[8, 16, 32, 64]], [[100, 6, 50, 24]]])("weights %j show in the bytes sent", async (weights) => {
    const bytes = [0, 0, 0, 0];
    const bench = await PartnerBench.active(middle, {
      cable: { ab: { delayCycles: 4, throttle: 0.4 } },
      partner: { bufferBlocks: 2048 },
      onFrame: ({ kind, bytes: frame, length }) => {
        if (kind === frameKind.data) bytes[frame[0]! >> 4]! += 64 * Math.ceil(length / 64);
      },
    });
    weights.forEach((weight, row) => {
      bench.device.write("LOW_ROW.WEIGHT", weight, row);
    });
    bench.load("device", { vls: [0, 1, 2, 3], low: 124, high: 124 });
    bench.run(4000);
    bytes.fill(0);
    bench.run(80_000);
    const sum = weights.reduce((a, b) => a + b);
    const total = bytes.reduce((a, b) => a + b);
    bytes.forEach((own, vl) => {
      expect(own / total / (weights[vl]! / sum)).toBeGreaterThan(0.98);
      expect(own / total / (weights[vl]! / sum)).toBeLessThan(1.02);
    });
    bench.drain();
    bench.expectLossless({ least: 0 });
  });
});
