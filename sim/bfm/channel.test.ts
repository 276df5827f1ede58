import { describe, expect, it } from "vitest";
import { message } from "../reference/columns.ts";
import {
  beatsOf,
  type Columns,
  type DecodedItem,
  decodeWire,
  encodeWire,
  type WireItem,
} from "../reference/wire.ts";
import { Cable, Channel, type ChannelOptions, throttleOf } from "./channel.ts";
import type { MiiEnd } from "./mii.ts";

class End implements MiiEnd {
  readonly txData: Uint8Array;
  readonly txFlags: Uint8Array;
  readonly rxData: Uint8Array;
  readonly rxFlags: Uint8Array;
  txReady = false;
  rxValid = false;
  linkUp = false;

  constructor(width: number) {
    this.txData = new Uint8Array(width / 8).fill(7);
    this.txFlags = new Uint8Array(width / 64).fill(255);
    this.rxData = new Uint8Array(width / 8);
    this.rxFlags = new Uint8Array(width / 64);
  }
  setTxReady(ready: boolean): void {
    this.txReady = ready;
  }
  setRxValid(valid: boolean): void {
    this.rxValid = valid;
  }
  setLinkUp(up: boolean): void {
    this.linkUp = up;
  }
}

/** Sends items through a channel and gives what comes out; the tick is called once a cycle. */
function through(
  width: number,
  items: readonly WireItem[],
  options: ChannelOptions,
  prepare?: (c: Channel) => void,
) {
  const channel = new Channel(width, options);
  prepare?.(channel);
  const from = new End(width);
  const to = new End(width);
  const beats = beatsOf(encodeWire(items), width);
  const out: number[] = [];
  const outFlags: number[] = [];
  let at = 0;
  for (let cycle = 0; cycle < beats.length * 3 + 100; cycle++) {
    from.txData.set(beats[at]?.data ?? new Uint8Array(width / 8).fill(7));
    from.txFlags.set(beats[at]?.flags ?? new Uint8Array(width / 64).fill(255));
    channel.tick(from, to);
    if (from.txReady) at++;
    if (to.rxValid) {
      out.push(...to.rxData);
      outFlags.push(...to.rxFlags);
    }
  }
  const columns: Columns = {
    data: Uint8Array.from(out),
    flags: Uint8Array.from(outFlags),
    count: outFlags.length,
  };
  return { items: decodeWire(columns), channel, columns };
}

function sample(count: number, control: number): WireItem[] {
  const items: WireItem[] = [];
  for (let i = 0; i < count; i++) {
    items.push({
      type: "frame",
      bytes: new Uint8Array(50 + i).fill(i),
      seq: i,
      kind: i % 5 === 4 ? "flowControl" : "data",
    });
    items.push(
      { type: "idle", columns: 3 },
      { type: "control", code: control, seq: i, word: 0 },
      { type: "idle", columns: 40 },
    );
  }
  return items;
}

const acks = (items: readonly DecodedItem[]) =>
  items.flatMap((item) => (item.type === "control" ? [item.seq] : []));
const good = (items: readonly DecodedItem[]) =>
  items.filter((item) => item.type === "frame" && item.damaged === "none").length;

describe("Channel", () => {
  for (const width of [64, 256, 1024]) {
    it(`delivers unchanged after its delay at its rate, ${width} bits`, () => {
      const items = sample(20, message.ack);
      const clean = decodeWire(encodeWire(items));
      expect(through(width, items, { delayCycles: 7 }).items).toEqual(clean);
      expect(through(width, items, { throttle: 0.6 }).items).toEqual(clean);
    });
  }

  it("delays by exactly its cycles", () => {
    for (const delayCycles of [0, 1, 12]) {
      const channel = new Channel(64, { delayCycles });
      const from = new End(64);
      const to = new End(64);
      for (let cycle = 0; cycle < 30; cycle++) {
        from.txData.fill(cycle);
        channel.tick(from, to);
        expect(to.rxValid).toBe(cycle >= delayCycles);
        if (to.rxValid) expect(to.rxData[0]).toBe(cycle - delayCycles);
      }
    }
  });

  it("takes 32 of 33 beats for 400 Gb/s at 1024 bits and 402.83 MHz", () => {
    const channel = new Channel(1024, { throttle: throttleOf(400, 1024, 402.83) });
    const from = new End(1024);
    const to = new End(1024);
    let taken = 0;
    for (let cycle = 0; cycle < 33000; cycle++) {
      channel.tick(from, to);
      taken += from.txReady ? 1 : 0;
    }
    expect(Math.abs(taken - 32000)).toBeLessThan(3);
  });

  it("flips bits at its rate, in data and flags", () => {
    const channel = new Channel(256, { ber: 1e-3, seed: 9 });
    const from = new End(256);
    const to = new End(256);
    let flags = 0;
    for (let cycle = 0; cycle < 20000; cycle++) {
      channel.tick(from, to);
      if (to.rxFlags.some((flag) => flag !== 255)) flags++;
    }
    const { bitErrors } = channel.counts;
    expect(Math.abs(bitErrors / (20000 * 288) - 1e-3)).toBeLessThan(5e-5);
    expect(flags).toBeGreaterThan(100);
  });

  it("makes bursts of their length", () => {
    const { counts } = through(256, [{ type: "idle", columns: 40000 }], {
      burst: { bits: 400, perBeat: 0.01 },
    }).channel;
    expect(counts.bursts).toBeGreaterThan(50);
    expect(Math.abs(counts.burstBitErrors / counts.bursts - 200)).toBeLessThan(10);
    const once = through(256, sample(5, message.ack), {}, (c) => c.burstNow(2000));
    expect(once.channel.counts.bursts).toBe(1);
    expect(good(once.items)).toBeLessThan(5);
  });

  it("drops, repeats and swaps control sets", () => {
    const items = sample(200, message.ack);
    for (const width of [64, 1024]) {
      const dropped = through(width, items, { control: { drop: 0.3 } });
      expect(acks(dropped.items).length).toBe(200 - dropped.channel.counts.controlDropped);
      expect(dropped.channel.counts.controlDropped).toBeGreaterThan(30);
      const repeated = through(width, items, { control: { repeat: 0.3 } });
      expect(acks(repeated.items).length).toBe(200 + repeated.channel.counts.controlRepeated);
      const swapped = through(width, items, { control: { swap: 0.2 } });
      expect(swapped.channel.counts.controlSwapped).toBeGreaterThan(10);
      expect(acks(swapped.items)).not.toEqual([...acks(swapped.items)].sort((a, b) => a - b));
      expect([...acks(swapped.items)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 200 }, (_, i) => i),
      );
      for (const run of [dropped, repeated, swapped]) expect(good(run.items)).toBe(200);
    }
  });

  it("takes a control set inside a frame away by its CRC-8, so that the frame stays whole", () => {
    const inside = [{ type: "control" as const, code: message.ack, seq: 1, word: 0, after: 2 }];
    const items: WireItem[] = [{ type: "frame", bytes: new Uint8Array(80), seq: 1, kind: "data", inside }];
    const run = through(64, items, { control: { drop: 1 } });
    expect(run.items).toMatchObject([{ type: "badControl" }, { type: "frame", damaged: "none" }]);
  });

  it("aims errors at columns", () => {
    const items = sample(10, message.ack);
    const hit = (injection: Parameters<Channel["inject"]>[0]) => {
      const run = through(256, items, {}, (c) => c.inject(injection));
      expect(run.channel.waiting).toBe(0);
      return run.items;
    };
    expect(hit({ on: "start", flips: [12] })[0]).toMatchObject({ damaged: "start" });
    expect(hit({ on: "start", skip: 1, flips: [12] })[2]).toMatchObject({ damaged: "start" });
    expect(hit({ on: "start", frame: "flowControl", flips: [12] })[8]).toMatchObject({ damaged: "start" });
    expect(hit({ on: "data", flips: "error" })[0]).toMatchObject({ damaged: "column" });
    expect(hit({ on: "control", message: message.ack, flips: [20] })[1]).toMatchObject({
      type: "badControl",
    });
    expect(hit({ on: "terminate", flips: [71] })[0]).not.toMatchObject({ damaged: "none" });
  });
});

describe("Cable", () => {
  it("loses the link at one end or both", () => {
    const a = new End(64);
    const b = new End(64);
    const cable = new Cable(a, b, { ab: { delayCycles: 5 } });
    const run = (cycles: number) => {
      for (let i = 0; i < cycles; i++) cable.tick();
    };
    run(10);
    expect([a.linkUp, b.linkUp, a.rxValid, b.rxValid]).toEqual([true, true, true, true]);
    cable.flap(20, "b");
    run(8);
    expect([a.linkUp, b.linkUp, a.rxValid, b.rxValid]).toEqual([true, false, true, false]);
    run(18);
    expect([b.linkUp, b.rxValid]).toEqual([true, true]);
    cable.flap(4);
    run(1);
    expect([a.linkUp, b.linkUp, a.rxValid, b.rxValid]).toEqual([false, false, false, false]);
    expect(cable.ab.counts.beatsLost).toBeGreaterThan(20);
  });
});
