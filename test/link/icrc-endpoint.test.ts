import { afterEach, describe, expect, it } from "vitest";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { Cable, type ChannelOptions } from "../../sim/bfm/channel.ts";
import { MiiMonitor } from "../../sim/bfm/mii-monitor.ts";
import { frameKind } from "../../sim/reference/columns.ts";
import { parsePacket } from "../../sim/reference/packet.ts";
import { taggedPacket } from "../../sim/reference/tagged.ts";
import { Scoreboard } from "../../sim/scoreboard/scoreboard.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { randomRaw, randomTransport, toHex } from "../rtl/icrc-bench.ts";
import { DeviceEnd } from "./device-end.ts";
import { type BuiltDevice, buildDevice, middle, narrow, plain } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

const endpoint = (description: LinkDescription, more: Partial<LinkDescription> = {}): LinkDescription => ({
  ...description,
  ...more,
  name: `${description.name}_icrc`,
  icrc: "endpoint",
});

/** What a client has of a packet: all but the ICRC, unless it is a raw one. */
const clientForm = (packet: Uint8Array): Uint8Array =>
  (packet[1]! & 2) === 0 ? packet : packet.subarray(0, packet.length - 4);

/** Two ports that make and check the ICRC, a cable between them, clients that know of none. */
class EndpointPair {
  readonly ends: readonly DeviceEnd[];
  readonly boards = [new Scoreboard(), new Scoreboard()] as const;
  readonly monitors: readonly MiiMonitor[];
  readonly cable: Cable;
  /** Data frames seen on the wire, and those of them with an ICRC. */
  readonly frames = { all: 0, transport: 0 };
  cycle = 0;
  loaded = false;
  readonly #rng: Rng;
  readonly #longest: number;
  readonly #lanes: number;

  constructor(built: BuiltDevice, channel: ChannelOptions, pace: { stall: number; backpressure: number }) {
    const { design } = built;
    this.#rng = new Rng(channel.seed ?? 1).fork("packets");
    this.#longest = design.derived.maxPacketBytes.value - 2;
    this.#lanes = design.virtualLanes.data;
    this.ends = [0, 1].map(
      (at) =>
        new DeviceEnd(built, {
          seed: 10 + at,
          ...pace,
          onStart: ({ bytes, vl }, cycle) => this.boards[at]!.expect(bytes, vl, cycle),
          onPacket: ({ bytes, length, vl, error, firstCycle }) =>
            this.boards[1 - at]!.receive(bytes, length, vl, error, firstCycle),
          step: () => this.step(),
        }),
    );
    this.ends.forEach(({ source, room }) => {
      source.pull = () => (this.loaded ? this.#next(room.get()) : null);
    });
    this.monitors = this.ends.map(
      () =>
        new MiiMonitor({
          widthBits: design.datapathBits,
          controlSpacingBytes: design.derived.controlSpacingBytes.value,
          onFrame: (frame) => {
            if (frame.kind === frameKind.data) this.#frame(frame.bytes.subarray(0, frame.length - 2));
          },
        }),
    );
    this.cable = new Cable(this.ends[0]!.mii, this.ends[1]!.mii, { ab: channel });
  }

  step(): void {
    this.cycle += 1;
    this.cable.tick();
    this.ends.forEach((end, at) => {
      if (end.txReady) this.monitors[at]!.beat(end.mii.txData, end.mii.txFlags, this.cycle);
      end.source.tick(this.cycle);
      end.sink.tick(this.cycle);
    });
    for (const { model } of this.ends) model.step();
  }

  until(limit: number, done: () => boolean): void {
    for (let at = 0; !done(); at += 1) {
      if (at === limit) throw new Error(`not done after ${limit} cycles`);
      this.step();
    }
  }

  get quiet(): boolean {
    return (
      this.boards.every((board) => board.outstanding === 0) && this.ends.every((end) => !end.source.pending)
    );
  }

  /** Every frame that leaves a port has the ICRC that the reference gives it. */
  #frame(packet: Uint8Array): void {
    this.frames.all += 1;
    if ((packet[1]! & 2) === 0) return;
    this.frames.transport += 1;
    if (parsePacket(packet)?.icrcGood !== true) throw new Error(`a bad ICRC on the wire: ${toHex(packet)}`);
  }

  #next(room: number): { bytes: Uint8Array; vl: number } | null {
    const open = [...Array(this.#lanes).keys()].filter((vl) => (room >> vl) & 1);
    if (open.length === 0) return null;
    const rng = this.#rng;
    const vl = rng.pick(open);
    const words = rng.range(6, rng.chance(0.5) ? 40 : this.#longest / 4);
    const packet = rng.chance(0.1) ? randomRaw(rng, words) : randomTransport(rng, words);
    packet[0] = vl << 4;
    packet[4] = words >> 8;
    packet[5] = words;
    const bytes = clientForm(packet).slice();
    return { bytes, vl };
  }
}

const open: { model: { close(): void } }[] = [];
afterEach(() => {
  for (const { model } of open.splice(0)) model.close();
});

describe.each([
  ["64 bits", endpoint(narrow), 1e-5],
  [
    "256 bits, store and forward",
    endpoint(middle, { forwarding: "store-and-forward", mtuBytes: 1024 }),
    3e-6,
  ],
])("two ports of %s with the ICRC at the end point", (_name, description, ber) => {
  it("carry every packet without its ICRC through a cable with bit errors", async () => {
    const built = await buildDevice(description);
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
      else bench.device.source.push({ bytes: clientForm(packet), vl: 1, error: index % 2 === 1 });
    }
    bench.run(6000);
    expect(sent.filter((error) => !error).length).toBe(6);
    expect(sent.filter((error) => error).length + bench.device.counter("PORT_XMIT_DISCARDS")).toBe(6);
    expect(bench.device.sink.packets - bench.device.sink.errored).toBe(6);
    expect(bench.device.counter("ICRC_ERROR")).toBe(0);
  });
});
