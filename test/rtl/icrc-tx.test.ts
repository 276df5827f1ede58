import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { icrc } from "../../sim/reference/crc.ts";
import { sealIcrc } from "../../sim/reference/packet.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchWidths } from "./build.ts";
import {
  cutShort,
  icrcVectors,
  oddKeep,
  openIcrc,
  type Pace,
  type Run,
  randomRaw,
  randomTransport,
  run,
  type Sent,
  shortestWords,
  toHex,
} from "./icrc-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** A packet without its ICRC on its way in; `whole` is what the reference makes of it. */
interface Expected extends Sent {
  readonly whole: Uint8Array;
}

const client = (rng: Rng, whole: Uint8Array, icrcBytes = 4): Expected => ({
  bytes: whole.slice(0, whole.length - icrcBytes),
  vl: rng.below(16),
  whole,
});

/** Any packet: local, global or raw. */
function anyPacket(rng: Rng, words: number): Expected {
  return rng.chance(0.2) ? client(rng, randomRaw(rng, words), 0) : client(rng, randomTransport(rng, words));
}

describe.each(benchWidths)("icrc_tx at %i bits", (width) => {
  const beatWords = width / 32;
  let model: Model;
  beforeAll(async () => {
    model = await openIcrc("tx", width);
    model.reset();
  }, 600_000);

  const someWords = (rng: Rng): number => shortestWords.local + rng.below(20 + 3 * beatWords);

  /** Runs packets, all of which must come out as the reference says; those with an error marked. */
  function check(rng: Rng, packets: readonly Expected[], pace: Pace = {}): Run {
    const result = run(model, packets, rng, pace);
    for (const [index, { whole, vl, error = false, spoil }] of packets.entries()) {
      const seen = result.received[index]!;
      const marked = error || spoil !== undefined || whole.length % 4 !== 0;
      expect([index, seen.vl, seen.error]).toEqual([index, vl, marked]);
      if (!marked && toHex(seen.bytes) !== toHex(whole)) {
        throw new Error(`packet ${index}: ${toHex(seen.bytes)} where ${toHex(whole)} is due`);
      }
    }
    return result;
  }

  it("appends the published ICRC to every published packet", () =>
    withSeed(seed, (rng) => {
      const vectors = icrcVectors();
      expect(vectors.length).toBeGreaterThan(15);
      const packets = vectors.map(({ input, expected }) => ({
        bytes: input,
        vl: rng.below(16),
        whole: Uint8Array.from([...input, ...expected]),
      }));
      check(rng, packets);
    }));

  it("knows nothing of the VL: the packet is good with any other one in its LRH", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 20 }, () => client(rng, randomTransport(rng, someWords(rng))));
      const { received } = check(rng, packets);
      for (const { bytes } of received) {
        const moved = Uint8Array.from(bytes);
        moved[0] = moved[0]! ^ (rng.range(1, 15) << 4);
        sealIcrc(moved);
        expect(toHex(moved.subarray(1))).toBe(toHex(bytes.subarray(1)));
      }
    }));

  it.each([
    ["without gaps or stalls", 0, 0],
    ["with gaps", 0.4, 0],
    ["with stalls", 0, 0.4],
    ["with both", 0.3, 0.5],
  ])("serves packets of every length, local, global and raw, %s", (_name, gaps, stalls) =>
    withSeed(seed, (rng) => {
      const packets: Expected[] = [];
      for (let words = shortestWords.local; words <= 20 + 3 * beatWords; words += 1) {
        packets.push(client(rng, randomTransport(rng, words, false)));
        if (words >= shortestWords.global) packets.push(client(rng, randomTransport(rng, words, true)));
        packets.push(client(rng, randomRaw(rng, words), 0));
      }
      check(rng, packets, { gaps, stalls });
    }),
  );

  it("serves random packets in random order and pace", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 6; round += 1) {
        const packets = Array.from({ length: 60 }, () => anyPacket(rng, someWords(rng)));
        check(rng, packets, { gaps: rng.float() * 0.7, stalls: rng.float() * 0.7 });
      }
    }));

  it("passes the error mark on, and spoils the ICRC of such a packet", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 120 }, () => ({
        ...anyPacket(rng, someWords(rng)),
        error: rng.chance(0.5),
      }));
      const { received } = check(rng, packets, { gaps: 0.2, stalls: 0.2 });
      for (const [index, { bytes, error, whole }] of packets.entries()) {
        const seen = received[index]!.bytes;
        const raw = bytes.length === whole.length;
        if (!error || raw) expect(toHex(seen)).toBe(toHex(whole));
        else {
          expect(toHex(seen.subarray(0, -4))).toBe(toHex(bytes));
          const word = new DataView(seen.buffer, seen.byteOffset + seen.length - 4).getUint32(0, true);
          expect(word).toBe(~icrc(bytes) >>> 0);
        }
      }
    }));

  it("marks a packet whose tkeep is not whole words, and only that one", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 150 }, () => {
        const packet = anyPacket(rng, someWords(rng));
        if (rng.chance(0.5)) return packet;
        if (rng.chance(0.4)) {
          const bytes = packet.bytes.slice(0, packet.bytes.length - rng.range(1, 3));
          return { ...packet, bytes, whole: bytes };
        }
        return { ...packet, spoil: oddKeep(rng, packet.bytes.length, width) };
      });
      const { received } = check(rng, packets, { gaps: 0.2, stalls: 0.2 });
      expect(received.some(({ error }) => error) && received.some(({ error }) => !error)).toBe(true);
    }));

  it("takes a beat a cycle, 3 cycles late, and one more only for an ICRC that has a beat of its own", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 60 }, () => client(rng, randomTransport(rng, someWords(rng))));
      const { latency, cycles } = check(rng, packets);
      const beats = packets.reduce((sum, { whole }) => sum + Math.ceil(whole.length / 4 / beatWords), 0);
      expect([latency, cycles]).toEqual([3, beats + 3]);
    }));

  it("starts anew behind a reset in the middle of a packet", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 8; round += 1) {
        cutShort(rng, model, client(rng, randomTransport(rng, 6 * beatWords)), 1 + rng.below(5));
        check(rng, [anyPacket(rng, someWords(rng)), anyPacket(rng, someWords(rng))]);
      }
    }));
});
