import { describe, expect, it } from "vitest";
import type { Injection } from "../../sim/bfm/channel.ts";
import { message } from "../../sim/reference/columns.ts";
import { middle, narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

/** A device under load in both directions. */
async function loaded(description = narrow): Promise<PartnerBench> {
  const bench = await PartnerBench.active(description);
  bench.loadBoth();
  bench.run(1500);
  return bench;
}

/** Damages columns on the way to the partner, lets everything come, and looks at both ends. */
async function toPartner(...injections: Injection[]): Promise<PartnerBench> {
  const bench = await loaded();
  for (const injection of injections) bench.cable.ab.inject(injection);
  bench.run(4000);
  bench.drain();
  expect(bench.cable.ab.counts.injected).toBe(injections.length);
  bench.expectLossless({ least: 50 });
  return bench;
}

/** The same on the way to the device. */
async function toDevice(...injections: Injection[]): Promise<PartnerBench> {
  const bench = await loaded();
  for (const injection of injections) bench.cable.ba.inject(injection);
  bench.run(4000);
  bench.drain();
  expect(bench.cable.ba.counts.injected).toBe(injections.length);
  bench.expectLossless({ least: 50 });
  return bench;
}

const places: readonly (readonly [string, Injection])[] = [
  ["a data bit of a packet", { on: "data", frame: "data", flips: [13] }],
  ["a flag of a data column", { on: "data", frame: "data", flips: [66] }],
  ["the kind byte of a preamble", { on: "start", frame: "data", flips: [33] }],
  ["the sequence number of a preamble", { on: "start", frame: "data", flips: [26] }],
  ["the CRC-8 of a preamble", { on: "start", frame: "data", flips: [50] }],
  ["the start character", { on: "start", frame: "data", flips: [3] }],
  ["the flag of a start column", { on: "start", frame: "data", flips: [64] }],
  ["the flags of a terminate column", { on: "terminate", frame: "data", flips: [64, 71] }],
  ["a whole column, as error characters", { on: "data", frame: "data", flips: "error" }],
  ["a flow-control packet", { on: "terminate", frame: "flowControl", flips: [9] }],
  ["the LPCRC of a flow-control packet", { on: "terminate", frame: "flowControl", flips: [40] }],
  ["the preamble of a flow-control packet", { on: "start", frame: "flowControl", flips: [34] }],
];

describe("one bit error on the way to the partner", () => {
  it.each(places)("in %s", async (_, injection) => {
    const bench = await toPartner(injection);
    expect(bench.partner.counters).toMatchObject({ nacksSent: 1, timeouts: 0, replays: 0 });
    const { device } = bench;
    expect(device.counter("LLR_RX_NACK_CTL_OS")).toBe(1);
    expect(device.counter("LLR_TX_REPLAY")).toBe(1);
    expect(device.counter("LLR_REPLAY_TIMER_EXPIRED")).toBe(0);
    expect(device.counter("LLR_TX_NACK_CTL_OS")).toBe(0);
  });
});

describe("one bit error on the way to the device", () => {
  it.each(places)("in %s", async (_, injection) => {
    const bench = await toDevice(injection);
    expect(bench.partner.counters).toMatchObject({ nacksReceived: 1, replays: 1, timeouts: 0, nacksSent: 0 });
    const { device, partner } = bench;
    expect(device.counter("LLR_TX_NACK_CTL_OS")).toBe(1);
    expect(device.counter("LLR_RX_REPLAY")).toBe(1);
    const noticed = device.counter("LLR_RX_BAD") + device.counter("LLR_RX_MISSING_SEQ");
    expect(noticed).toBeGreaterThanOrEqual(1);
    expect(device.counter("PORT_RCV_PKTS")).toBe(partner.counters.dataSent);
    expect(device.counter("LLR_RX_EXPECTED_SEQ_GOOD")).toBe(
      partner.counters.dataSent + partner.counters.flowControlSent,
    );
  });
});

const everyControlBit = [8, 15, 16, 24, 31, 36, 40, 55, 56, 63];

describe("bit errors in control sets", () => {
  it("in ACK, on the way to the device: the next one says the same", async () => {
    const injections = everyControlBit.map((bit): Injection => {
      return { on: "control", message: message.ack, flips: [bit] };
    });
    const { device } = await toDevice(...injections);
    expect(device.counter("CTL_BAD")).toBe(injections.length);
    expect(device.counter("LLR_TX_REPLAY")).toBe(0);
    expect(device.counter("LLR_RX_ACK_NACK_SEQ_ERROR")).toBe(0);
  });

  it("in ACK, on the way to the partner", async () => {
    const { partner, device } = await toPartner({ on: "control", message: message.ack, flips: [20] });
    expect(partner.counters).toMatchObject({ badControls: 1, replays: 0, acksIgnored: 0 });
    expect(device.counter("LLR_TX_ACK_CTL_OS")).toBe(partner.counters.acksReceived + 1);
  });

  it("in NACK, on the way to the device: the replay timer sends again", async () => {
    const bench = await loaded();
    bench.cable.ab.inject({ on: "data", frame: "data", flips: [1] });
    bench.cable.ba.inject({ on: "control", message: message.nack, flips: [30] });
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ least: 50 });
    expect(bench.device.counter("CTL_BAD")).toBe(1);
    expect(bench.device.counter("LLR_RX_NACK_CTL_OS")).toBe(0);
    expect(bench.device.counter("LLR_REPLAY_TIMER_EXPIRED")).toBe(1);
    expect(bench.device.counter("LLR_TX_REPLAY")).toBe(1);
  });

  it("in NACK, on the way to the partner: no second NACK, the partner's timer sends again", async () => {
    const bench = await loaded();
    bench.cable.ba.inject({ on: "data", frame: "data", flips: [1] });
    bench.cable.ab.inject({ on: "control", message: message.nack, flips: [30] });
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ least: 50 });
    expect(bench.partner.counters).toMatchObject({ badControls: 1, nacksReceived: 0, timeouts: 1 });
    expect(bench.device.counter("LLR_TX_NACK_CTL_OS")).toBe(1);
  });

  it.each([
    ["INIT", message.init],
    ["INIT_ECHO", message.initEcho],
  ])("in the first %s of either end: it is sent again", async (_, code) => {
    const bench = await PartnerBench.open(narrow);
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      for (const bit of [17, 42, 60]) channel.inject({ on: "control", message: code, flips: [bit] });
    }
    bench.until(20_000, () => bench.up, "the link is up");
    bench.loadBoth();
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ least: 50 });
    expect(bench.device.counter("CTL_BAD")).toBe(3);
    expect(bench.partner.counters).toMatchObject({ badControls: 3, sessions: 1 });
  });

  it("in the flag of a control set inside of a packet: the packet is damaged", async () => {
    const bench = await PartnerBench.active(middle);
    const load = { vls: [0, 1, 2, 3], low: 4000, high: 4220 };
    bench.load("device", load);
    bench.load("partner", load);
    bench.run(2000);
    const flag: Injection = { on: "control", message: message.ack, flips: [64] };
    bench.cable.ab.inject(flag);
    bench.cable.ba.inject(flag);
    bench.run(6000);
    bench.drain();
    bench.expectLossless({ least: 20 });
    expect(bench.partner.counters.nacksSent).toBe(1);
    expect(bench.device.counter("LLR_TX_NACK_CTL_OS")).toBe(1);
  });
});

describe("lost, repeated and swapped control sets", () => {
  it.each([
    ["lost", { drop: 0.4 }],
    ["repeated", { repeat: 0.4 }],
    ["swapped", { swap: 0.4 }],
    ["all of it", { drop: 0.2, repeat: 0.2, swap: 0.2 }],
  ])("%s, from the first INIT on and with bit errors", async (_, control) => {
    const bench = await PartnerBench.open(narrow);
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      channel.setControl(control);
      channel.setBer(3e-6);
    }
    bench.until(40_000, () => bench.up, "the link is up");
    bench.loadBoth();
    bench.run(15_000);
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      channel.setControl(null);
      channel.setBer(0);
    }
    bench.drain();
    bench.expectLossless({ least: 100 });
    const { controlDropped, controlRepeated, controlSwapped } = bench.cable.ab.counts;
    expect(controlDropped + controlRepeated + controlSwapped).toBeGreaterThan(8);
  });
});

describe("bursts", () => {
  it.each([200, 1500, 6000, 30_000])("of %i bits each way", async (bits) => {
    const bench = await loaded();
    bench.cable.ab.burstNow(bits);
    bench.cable.ba.burstNow(bits);
    bench.run(6000);
    bench.drain();
    bench.expectLossless({ least: 50 });
    expect(bench.cable.ab.counts.burstBitErrors).toBeGreaterThan(bits / 3);
    expect(bench.partner.counters.nacksSent).toBeGreaterThanOrEqual(1);
    expect(bench.device.counter("LLR_TX_NACK_CTL_OS")).toBeGreaterThanOrEqual(1);
    expect(bench.partner.counters.sessions).toBe(1);
  });

  it("over the last packet before silence: the replay timer repairs it in both directions", async () => {
    const bench = await PartnerBench.active(narrow);
    bench.cable.ab.inject({ on: "start", frame: "data", flips: [0, 1, 2, 64] });
    bench.cable.ba.inject({ on: "start", frame: "data", flips: [0, 1, 2, 64] });
    bench.send("device", 0, 24);
    bench.send("partner", 1, 24);
    bench.run(10);
    bench.drain();
    bench.expectLossless();
  });

  it("all the time, with single errors between them", async () => {
    const bench = await loaded();
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      channel.setBer(1e-5);
      channel.setBurst({ bits: 600, perBeat: 5e-4 });
    }
    bench.run(40_000);
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      channel.setBer(0);
      channel.setBurst(null);
    }
    bench.drain();
    bench.expectLossless({ least: 150 });
    expect(bench.cable.ab.counts.bursts).toBeGreaterThan(8);
    expect(bench.device.counter("LLR_TX_REPLAY")).toBeGreaterThan(5);
  });
});
