import { afterEach, describe, expect, it } from "vitest";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { parsePacket } from "../../sim/reference/packet.ts";
import { taggedPacket } from "../../sim/reference/tagged.ts";
import { openLinkPair, runPhases } from "../../sim/run/index.ts";
import { buildDevice, middle, narrow, plain } from "./devices.ts";
import { EndpointPair, withoutIcrc } from "./endpoint-pair.ts";
import { PartnerBench } from "./partner-bench.ts";

const endpoint = (description: LinkDescription, more: Partial<LinkDescription> = {}): LinkDescription => ({
  ...description,
  ...more,
  name: `${description.name}_icrc`,
  icrc: "endpoint",
});

const open: { model: { close(): void } }[] = [];
afterEach(() => {
  for (const { model } of open.splice(0)) model.close();
});

const storing = endpoint(middle, { forwarding: "store-and-forward", mtuBytes: 1024 });

describe.each([
  ["64 bits", endpoint(narrow), 1e-5],
  ...(process.env.LANEWRIGHT_LONG === undefined
    ? []
    : [["256 bits, store and forward", storing, 3e-6] as const]),
] as const)("two ports of %s with the ICRC at the end point", (_name, description, ber) => {
  it("carry every packet without its ICRC through a cable with bit errors", async () => {
    const built = await buildDevice(description, true);
    const pair = new EndpointPair(built, { delayCycles: 9, seed: 7 }, { stall: 0.1, backpressure: 0.2 });
    open.push(...pair.ends);
    pair.until(20_000, () => pair.ends.every((end) => end.active));
    pair.loaded = true;
    for (const channel of [pair.cable.ab, pair.cable.ba]) channel.setBer(ber);
    const end = pair.cycle + 25_000;
    pair.until(25_000, () => pair.cycle === end);
    pair.loaded = false;
    for (const channel of [pair.cable.ab, pair.cable.ba]) channel.setBer(0);
    pair.until(60_000, () => pair.quiet);
    for (const board of pair.boards) {
      const { lost, duplicated, reordered, corrupted, errored, matched } = board.result();
      expect({ lost, duplicated, reordered, corrupted }).toEqual({
        lost: 0,
        duplicated: 0,
        reordered: 0,
        corrupted: 0,
      });
      expect(matched).toBeGreaterThan(300);
      expect(errored).toBeLessThan(matched / 4); // fragments of damaged packets, which come again
    }
    expect(pair.frames.transport).toBeGreaterThan(500);
    expect(pair.frames.all).toBeGreaterThan(pair.frames.transport);
    for (const port of pair.ends) {
      expect(port.counter("LLR_TX_REPLAY")).toBeGreaterThan(0);
      expect(port.counter("ICRC_ERROR")).toBe(0);
      expect(port.counter("PORT_XMIT_DISCARDS")).toBe(0);
      expect(port.read("GEOMETRY.ICRC_ENDPOINT")).toBe(1);
    }
  });
});

it("adds to each direction the cycles that the latency budget says", async () => {
  for (const description of [narrow, endpoint(narrow)]) {
    const built = await buildDevice(description, true);
    const pair = new EndpointPair(built, { delayCycles: 9 }, { stall: 0, backpressure: 0 });
    open.push(...pair.ends);
    pair.until(20_000, () => pair.ends.every((end) => end.active));
    pair.run(2000);
    const packet = taggedPacket({ source: 1, vl: 0, index: 0 }, 200);
    const seen = pair.pass({ bytes: description.icrc === "endpoint" ? withoutIcrc(packet) : packet, vl: 0 });
    const { txPipelineCycles, rxPipelineCycles } = built.design.derived;
    expect(seen).toEqual({ tx: txPipelineCycles.value, rx: rxPipelineCycles.value });
    pair.until(500, () => pair.quiet);
  }
});

it("is known to the runs of link pairs: nothing is lost, payload counts in full", async () => {
  const pair = await openLinkPair(endpoint(narrow), { seed: 5 });
  open.push({ model: pair });
  const traffic = { kind: "load", vls: [0, 1, 15], payloadBytes: [0, 64, 256], packets: 100 } as const;
  const { passed, phases } = await runPhases(pair, [{ name: "load", title: "packets", traffic }]);
  expect(passed).toBe(true);
  expect(phases[0]!.ports.p0.received.packets).toBe(100);
  expect(phases[0]!.ports.p0.goodputGbps).toBeGreaterThan(0);
});

describe.each([
  ["with retry", endpoint(narrow)],
  ["without retry", endpoint(plain)],
])("a port with the ICRC at the end point, %s", (_name, description) => {
  it("gives a packet with a bad ICRC to the client as an error, and counts it", async () => {
    const bench = await PartnerBench.active(description);
    open.push(bench.device);
    const send = (index: number, bit?: number): void => {
      const packet = taggedPacket({ source: 2, vl: 0, index }, 24 + 4 * index);
      if (bit !== undefined) packet[bit >> 3]! ^= 1 << (bit & 7);
      bench.partner.send(packet, { vl: 0 });
    };
    for (let index = 0; index < 30; index += 1) send(index, index % 3 === 1 ? 8 * 20 + index : undefined);
    bench.until(20_000, () => bench.device.sink.packets === 30, "all packets came");
    expect(bench.device.sink.errored).toBe(10);
    expect(bench.device.counter("ICRC_ERROR")).toBe(10);
    expect(bench.device.counter("VCRC_ERROR")).toBe(0);
    expect(bench.device.counter("PORT_RCV_ERRORS")).toBe(0);
  });

  it("counts no poisoned packet, and sends what its client marks as an error poisoned or not at all", async () => {
    const sent: boolean[] = [];
    const bench = await PartnerBench.active(description, {
      onPartnerPacket: ({ bytes, error }) => {
        sent.push(error);
        if (!error) expect(parsePacket(bytes)?.icrcGood).toBe(true);
      },
    });
    open.push(bench.device);
    for (let index = 0; index < 12; index += 1) {
      bench.send("partner", 0, 24 + 12 * index, index % 2 === 1);
      const packet = taggedPacket({ source: 1, vl: 1, index }, 24 + 20 * index);
      // the client's error mark; and, at every fourth, a packet that already has an ICRC: too long for its PktLen
      if (index % 4 === 3) bench.device.source.push({ bytes: packet, vl: 1 });
      else bench.device.source.push({ bytes: withoutIcrc(packet), vl: 1, error: index % 2 === 1 });
    }
    bench.run(6000);
    expect(sent.filter((error) => !error).length).toBe(6);
    expect(sent.filter((error) => error).length + bench.device.counter("PORT_XMIT_DISCARDS")).toBe(6);
    expect(bench.device.sink.packets - bench.device.sink.errored).toBe(6);
    expect(bench.device.counter("ICRC_ERROR")).toBe(0);
  });
});
