import { describe, expect, it } from "vitest";
import { readBits } from "../reference/pcs/bits.ts";
import { Rng } from "../traffic/rng.ts";
import { LaneChannel, type LaneChannelOptions } from "./lanes.ts";

const shape = { pcsLanes: 8, lanes: 4, lineBits: 160 };
const laneBits = 40;
const wordBytes = 20;

/** Bits of a physical lane over words. */
function bitsOf(words: readonly Uint8Array[], lane: number): number[] {
  return words.flatMap((word) =>
    Array.from({ length: laneBits }, (_, i) => readBits(word, lane * laneBits + i, 1)),
  );
}

/** Sends random words. @returns what was sent and what arrived */
function send(channel: LaneChannel, count: number, before: (i: number) => void = () => {}) {
  const rng = new Rng(11);
  const sent: Uint8Array[] = [];
  const received: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    before(i);
    const tx = new Uint8Array(wordBytes);
    rng.fill(tx);
    const rx = new Uint8Array(wordBytes);
    channel.pass(tx, rx);
    sent.push(tx);
    received.push(rx);
  }
  return { sent, received };
}

const open = (options: Partial<LaneChannelOptions> = {}): LaneChannel =>
  new LaneChannel({ ...shape, ...options });
const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** Bits that differ, by PCS lane. */
function differences(sent: readonly Uint8Array[], received: readonly Uint8Array[]): number[] {
  const found = new Array<number>(shape.pcsLanes).fill(0);
  for (const [i, word] of sent.entries()) {
    for (let at = 0; at < shape.lineBits; at++) {
      if (readBits(word, at, 1) === readBits(received[i]!, at, 1)) continue;
      found[Math.floor(at / laneBits) * 2 + (at & 1)]!++;
    }
  }
  return found;
}

describe("lanes between two PCSs", () => {
  it("carry words as they are", () => {
    const { sent, received } = send(open(), 300);
    expect(received).toEqual(sent);
  });

  it("delay and exchange physical lanes", () => {
    const delayBits = [0, 1, 39, 1000];
    const order = [2, 0, 3, 1];
    const { sent, received } = send(open({ delayBits, order }), 300);
    for (const [place, lane] of order.entries()) {
      const delay = delayBits[lane]!;
      const expected = [...new Array<number>(delay).fill(0), ...bitsOf(sent, lane)].slice(0, 300 * laneBits);
      expect(bitsOf(received, place)).toEqual(expected);
    }
  });

  it("delay and exchange PCS lanes", () => {
    const delayBits = [5, 0, 7, 100, 33, 2, 21, 64];
    const order = [7, 3, 0, 1, 6, 2, 5, 4];
    const { sent, received } = send(open({ paths: "pcs", delayBits, order }), 100);
    const pcsBits = (words: readonly Uint8Array[], lane: number): number[] =>
      bitsOf(words, lane >> 1).filter((_, i) => (i & 1) === (lane & 1));
    for (const [place, lane] of order.entries()) {
      const expected = [...new Array<number>(delayBits[lane]!).fill(0), ...pcsBits(sent, lane)];
      expect(pcsBits(received, place)).toEqual(expected.slice(0, 2000));
    }
  });

  it("have the bit error rate that is asked for, lane by lane, and count it", () => {
    const channel = open({ ber: [0, 0.01, 0.001, 0] });
    const hits: string[] = [];
    channel.onSymbol = (word, pcsLane, symbol) => hits.push(`${word} ${pcsLane} ${symbol}`);
    const { sent, received } = send(channel, 2500);
    const { bitErrors, symbolErrors, words } = channel.counts;
    expect(words).toBe(2500);
    expect(differences(sent, received)).toEqual(bitErrors);
    expect([0, 1, 6, 7].map((lane) => bitErrors[lane])).toEqual([0, 0, 0, 0]);
    expect(bitErrors[2]! + bitErrors[3]!).toBeGreaterThan(850);
    expect(bitErrors[2]! + bitErrors[3]!).toBeLessThan(1150);
    expect(bitErrors[4]! + bitErrors[5]!).toBeGreaterThan(60);
    expect(bitErrors[4]! + bitErrors[5]!).toBeLessThan(140);
    expect(new Set(hits).size).toBe(hits.length);
    expect(hits.length).toBe(sum(symbolErrors));
    expect(sum(symbolErrors)).toBeLessThan(sum(bitErrors));
  });

  it("change chosen bits, and twice changed is not changed", () => {
    const channel = open();
    const hits: unknown[] = [];
    channel.onSymbol = (...hit) => hits.push(hit);
    const { sent, received } = send(channel, 6, (i) => {
      if (i !== 1) return;
      channel.flip(5, 13);
      channel.flip(5, 14);
      channel.flip(2, 3, 3);
      channel.flip(0, 0);
      channel.flip(0, 0);
    });
    expect(differences(sent, received)).toEqual([0, 0, 1, 0, 0, 2, 0, 0]);
    expect(hits).toEqual([
      [1, 5, 1],
      [4, 2, 0],
    ]);
    expect(channel.counts.bitErrors).toEqual([0, 0, 1, 0, 0, 2, 0, 0]);
  });

  it("have bursts, on any lane or a chosen one", () => {
    const channel = open();
    const one = send(channel, 10, (i) => {
      if (i === 3) channel.burstNow(2, 100);
    });
    expect(differences(one.sent.slice(0, 3), one.received)).toEqual(new Array(8).fill(0));
    expect(differences(one.sent.slice(6), one.received.slice(6))).toEqual(new Array(8).fill(0));
    const found = differences(one.sent, one.received);
    expect(found).toEqual(channel.counts.bitErrors);
    expect(found[4]! + found[5]!).toBeGreaterThan(30);
    expect(sum(found)).toBe(found[4]! + found[5]!);
    channel.setBurst({ bits: 20, perWord: 0.1 });
    send(channel, 1000);
    expect(channel.counts.bursts).toBeGreaterThan(60);
    expect(channel.counts.bitErrors.every((bits) => bits > 0)).toBe(true);
    channel.setBurst(null);
    const after = send(channel, 20);
    expect(after.received.slice(2)).toEqual(after.sent.slice(2));
  });

  it("slip by bits, both ways", () => {
    const channel = open({ delayBits: 10 });
    const { sent, received } = send(channel, 40, (i) => {
      if (i === 20) channel.slip(1, -3);
      if (i === 30) channel.slip(1, 5);
    });
    const source = [...new Array<number>(10).fill(0), ...bitsOf(sent, 1)];
    const expected = [...source.slice(0, 800), ...source.slice(803, 1203), ...source.slice(1198, 1598)];
    expect(bitsOf(received, 1)).toEqual(expected);
    expect(bitsOf(received, 0)).toEqual(
      [...new Array<number>(10).fill(0), ...bitsOf(sent, 0)].slice(0, 1600),
    );
    expect(channel.counts.slips).toBe(2);
    expect(() => channel.slip(0, -11)).toThrow(RangeError);
  });

  it("fall silent for a while", () => {
    const channel = open();
    const { sent, received } = send(channel, 10, (i) => {
      if (i === 4) channel.silence(3, 2);
    });
    for (const [i, word] of received.entries()) {
      const quiet = i === 4 || i === 5;
      expect(bitsOf([word], 3)).toEqual(quiet ? new Array(laneBits).fill(0) : bitsOf([sent[i]!], 3));
      expect(bitsOf([word], 2)).toEqual(bitsOf([sent[i]!], 2));
    }
    expect(channel.counts.silentWords).toBe(2);
  });

  it("give nothing before it has come", () => {
    const channel = open();
    const word = new Uint8Array(wordBytes);
    expect(channel.pull(word)).toBe(false);
    channel.push(new Uint8Array(wordBytes).fill(0x5a));
    expect(channel.pull(word)).toBe(true);
    expect(word[7]).toBe(0x5a);
  });

  it("repeat a run from its seed, and refuse an order that is none", () => {
    const run = (seed: number) => send(open({ ber: 0.01, seed }), 50).received;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(() => open({ order: [0, 1, 1, 2] })).toThrow(RangeError);
    expect(() => open({ order: [0, 1, 2] })).toThrow(RangeError);
  });
});
