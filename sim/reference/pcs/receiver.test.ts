import { describe, expect, it } from "vitest";
import { LaneChannel, type LaneChannelOptions } from "../../bfm/lanes.ts";
import { Rng } from "../../traffic/rng.ts";
import { lineWords, muxLanes, placeOf } from "./distribution.ts";
import { type LaneFormat, laneFormat, markerPeriodPairs } from "./format.ts";
import { PcsReceiver, type ReceiverOptions } from "./receiver.ts";
import { PcsTransmitter } from "./transmitter.ts";

/** Above 1 in the regression: also what takes long. */
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");
const p = 8;
const periodPairs = 4;

/** A transmitter of random columns, a channel and a receiver. */
class Loop {
  readonly transmitter: PcsTransmitter;
  readonly channel: LaneChannel;
  readonly receiver: PcsReceiver;
  /** Columns sent: 9 bytes each in hex, the flags first. */
  readonly sent: string[] = [];
  readonly received: string[] = [];
  readonly rng: Rng;
  /** Called before each pair is sent, with its number. */
  beforePair: (pair: number) => void = () => {};
  #pair = 0;
  readonly format: LaneFormat;
  readonly lanes: number;

  constructor(
    format: LaneFormat,
    lanes: number,
    channel: Partial<LaneChannelOptions> = {},
    receiver: Partial<ReceiverOptions> = {},
  ) {
    this.format = format;
    this.lanes = lanes;
    this.rng = new Rng((channel.seed ?? 1) + 100);
    this.transmitter = new PcsTransmitter(format, { periodPairs, ...receiver });
    const shape = { lanes, lineBits: 20 * p, pcsLanes: format.pcsLanes };
    this.channel = new LaneChannel({ ...shape, ...channel });
    this.receiver = new PcsReceiver(format, { ...shape, periodPairs, ...receiver });
  }

  /** Sends pairs. The rows of a column differ so that none can be taken for another. */
  run(pairs: number): void {
    const data = new Uint8Array(8);
    for (const end = this.#pair + pairs; this.#pair < end; this.#pair++) {
      let symbols: Uint16Array | undefined;
      while (symbols === undefined) {
        const idle = this.rng.chance(0.1);
        if (idle) data.fill(7);
        else this.rng.fill(data);
        this.transmitter.pushColumn(data, Uint8Array.of(idle ? 0xff : 0));
        this.sent.push((idle ? "ff" : "00") + Buffer.from(data).toString("hex"));
        symbols = this.transmitter.takePair();
      }
      this.beforePair(this.#pair);
      for (const word of lineWords(this.format, symbols, p)) {
        const muxed = muxLanes(word, 20 * p, this.format.pcsLanes, this.lanes);
        this.channel.pass(muxed, muxed);
        this.receiver.pushWord(muxed);
      }
      this.#take();
    }
  }

  /** Changes `count` symbols of codeword A (0) or B (1) of the pair that is about to be sent. */
  spoil(codeword: 0 | 1, count: number): void {
    const { pcsLanes } = this.format;
    for (let i = 0; i < count; i++) {
      const place = placeOf(this.format, codeword, 5 * i);
      const row = Math.floor((place % (2 * p)) / pcsLanes);
      this.channel.flip(place % pcsLanes, 10 * row + (i % 10), Math.floor(place / (2 * p)));
    }
  }

  #take(): void {
    const { data, flags, count } = this.receiver.takeColumns();
    for (let i = 0; i < count; i++) {
      const octets = Buffer.from(data.subarray(8 * i, 8 * i + 8)).toString("hex");
      this.received.push(Buffer.of(flags[i]!).toString("hex") + octets);
    }
  }
}

const errorColumn = `ff${"fe".repeat(8)}`;

/** Where the received columns begin in the sent ones; those of the first group are errors. */
function startOf(loop: Loop): number {
  expect(loop.received.slice(0, 4)).toEqual(new Array(4).fill(errorColumn));
  const first = loop.received.slice(4).findIndex((one) => one.startsWith("00")) + 4;
  return loop.sent.indexOf(loop.received[first]!) - first;
}

/** Indices of received columns that are not those that were sent, from column 4 on; all must be errors. */
function wrongColumns(loop: Loop): number[] {
  const start = startOf(loop);
  const wrong = loop.received
    .map((_, i) => i)
    .filter((i) => i >= 4 && loop.received[i] !== loop.sent[start + i]);
  for (const i of wrong) expect(loop.received[i]).toBe(errorColumn);
  return wrong;
}

/** Indices of the received columns that a bad pair spoils: its own, and those of the group behind it. */
function spoiltColumns(loop: Loop, pair: number): number[] {
  const { groups, markerGroups } = loop.format;
  const first = loop.transmitter.pairs - loop.receiver.counts.pairs;
  const before = (pair - first) * groups - Math.ceil((pair - first) / periodPairs) * markerGroups;
  return Array.from({ length: 4 * (groups + 1) }, (_, i) => 4 * before + i);
}

const cases: [400 | 200, "rs544" | "rs272", number][] = [
  [400, "rs544", 16],
  [400, "rs544", 8],
  [400, "rs544", 4],
  [400, "rs272", 4],
  [200, "rs544", 4],
  [200, "rs272", 2],
];

/** Numbers 0 ... count-1 in random order. */
function shuffled(rng: Rng, count: number): number[] {
  const rest = Array.from({ length: count }, (_, i) => i);
  return [...rest].map(() => rest.splice(rng.below(rest.length), 1)[0]!);
}

describe("receiver", () => {
  for (const [rate, fec, lanes] of cases) {
    it(`${rate}G ${fec} over ${lanes} lanes: order, skew and errors leave no trace`, () => {
      const format = laneFormat(rate, fec);
      const rng = new Rng(rate + lanes);
      const delayBits = Array.from({ length: lanes }, () => rng.below(700));
      const loop = new Loop(format, lanes, {
        delayBits,
        order: shuffled(rng, lanes),
        ber: 1e-4,
        seed: lanes,
      });
      loop.run(30);
      expect(loop.receiver.aligned).toBe(true);
      expect(loop.received.length).toBeGreaterThan(15 * format.groups * 4);
      expect(wrongColumns(loop)).toEqual([]);
      const { counts } = loop.receiver;
      expect(counts.uncorrectableCodewords).toBe(0);
      expect(counts.correctedCodewords).toBeGreaterThan(0);
      expect(counts.symbolErrors.reduce((sum, one) => sum + one, 0)).toBe(
        counts.bins.reduce((sum, words, errors) => sum + words * errors, 0),
      );
    });
  }

  it("takes PCS lanes in any order, skewed within their physical lane", () => {
    const rng = new Rng(9);
    const delayBits = Array.from({ length: 16 }, () => rng.below(300));
    const order = shuffled(rng, 16);
    const loop = new Loop(laneFormat(400), 4, { paths: "pcs", delayBits, order });
    loop.run(20);
    expect(loop.receiver.laneOf).toEqual(order);
    expect(wrongColumns(loop)).toEqual([]);
  });

  for (const [rate, fec] of [
    [400, "rs544"],
    [200, "rs272"],
  ] as const) {
    it(`${rate}G ${fec}: t errors are corrected, t+1 mark the pair and the group behind it, over markers, too`, () => {
      const format = laneFormat(rate, fec);
      const t = fec === "rs544" ? 15 : 7;
      const loop = new Loop(format, format.pcsLanes);
      loop.beforePair = (pair) => {
        if (pair === 12) loop.spoil(0, t);
        else if (pair === 15) loop.spoil(1, t + 1);
        else if (pair === 19) loop.spoil(0, t + 1);
      };
      const { counts } = loop.receiver;
      loop.run(14);
      expect(counts.symbolErrors).toEqual(loop.channel.counts.symbolErrors);
      loop.run(10);
      expect([counts.correctedCodewords, counts.uncorrectableCodewords]).toEqual([1, 2]);
      expect([counts.bins[t], counts.restarts, counts.losses]).toEqual([1, 0, 0]);
      expect(counts.symbolErrors.reduce((sum, one) => sum + one, 0)).toBe(t);
      expect(wrongColumns(loop)).toEqual([...spoiltColumns(loop, 15), ...spoiltColumns(loop, 19)]);
    });
  }

  it("starts anew after three uncorrectable codewords in a row, not after two", () => {
    const loop = new Loop(laneFormat(400), 16);
    const spoilt = new Set([9, 13, 14]);
    loop.beforePair = (pair) => {
      if (spoilt.has(pair)) for (let i = 0; i < 16; i++) loop.channel.burstNow(i, 100);
    };
    loop.run(13);
    expect(loop.receiver.counts).toMatchObject({ uncorrectableCodewords: 2, restarts: 0, losses: 0 });
    loop.run(2);
    expect(loop.receiver.counts).toMatchObject({ uncorrectableCodewords: 6, restarts: 1, losses: 1 });
    expect(loop.receiver.aligned).toBe(false);
  });

  it("finds the lanes again after a slip, and after a silence", () => {
    for (const fault of ["slip", "silence"] as const) {
      const loop = new Loop(laneFormat(200), 4, { delayBits: 40 });
      loop.run(10);
      expect(loop.receiver.aligned).toBe(true);
      if (fault === "slip") loop.channel.slip(2, -1);
      else loop.channel.silence(1, 68 * 24);
      loop.run(40);
      expect(loop.receiver.counts.losses).toBeGreaterThan(0);
      expect(loop.receiver.counts.alignments).toBeGreaterThan(1);
      expect(loop.receiver.aligned).toBe(true);
      const last = loop.received.slice(-400);
      const mark = last.findIndex((one) => one.startsWith("00"));
      const start = loop.sent.indexOf(last[mark]!) - mark;
      expect(start).toBeGreaterThan(0);
      expect(last).toEqual(loop.sent.slice(start, start + 400));
    }
  });

  it("stands four bad markers in a row, and loses the lane at the fifth", () => {
    const loop = new Loop(laneFormat(400), 16);
    let bad = 0;
    loop.beforePair = (pair) => {
      if (pair % periodPairs !== 0 || bad-- <= 0) return;
      // The common octets: 24 bits, then 8 others, then 24. A word has 10 bits of each lane.
      for (const bit of [0, 4, 8, 12]) loop.channel.flip(7, bit % 10, Math.floor(bit / 10));
    };
    loop.run(10);
    bad = 4;
    loop.run(22);
    expect(loop.receiver.counts.losses).toBe(0);
    expect(wrongColumns(loop)).toEqual([]);
    bad = 5;
    loop.run(20);
    expect(loop.receiver.counts.losses).toBe(1);
  });

  it.runIf(long > 1)("locks at the standard's distance of markers", () => {
    const format = laneFormat(400);
    const ofStandard = { periodPairs: markerPeriodPairs(format) };
    const delayBits = Array.from({ length: 4 }, (_, i) => 1500 * i);
    const loop = new Loop(format, 4, { delayBits, ber: 1e-4 }, ofStandard);
    loop.run(8400);
    expect(loop.receiver.counts).toMatchObject({ alignments: 1, losses: 0, uncorrectableCodewords: 0 });
    expect(loop.receiver.counts.pairs).toBeGreaterThan(4200);
    expect(wrongColumns(loop)).toEqual([]);
  });

  it("takes the status out of the markers", () => {
    const loop = new Loop(laneFormat(200, "rs272"), 2);
    loop.transmitter.status = 6;
    loop.run(8);
    expect(loop.receiver.status).toBe(6);
    loop.transmitter.status = 0;
    loop.run(8);
    expect(loop.receiver.status).toBe(0);
  });
});
