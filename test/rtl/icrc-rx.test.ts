import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { icrc } from "../../sim/reference/crc.ts";
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

const isRaw = (packet: Uint8Array): boolean => (packet[1]! & 2) === 0;

/** Whether a packet that ends with an ICRC ends with the right one. */
function isGood(packet: Uint8Array): boolean {
  const end = packet.length - 4;
  const value = icrc(packet, 0, end);
  return [0, 8, 16, 24].every((shift, at) => packet[end + at] === ((value >>> shift) & 255));
}

/** What must come out of a packet of whole words. */
function judged({ bytes, error = false }: Sent): { bytes: Uint8Array; error: boolean; event: boolean } {
  if (isRaw(bytes)) return { bytes, error, event: false };
  const bad = !error && !isGood(bytes);
  return { bytes: bytes.slice(0, Math.max(4, bytes.length - 4)), error: error || bad, event: bad };
}

/** Any good packet: local, global or raw. */
function anyPacket(rng: Rng, words: number): Sent {
  const bytes = rng.chance(0.2) ? randomRaw(rng, words) : randomTransport(rng, words);
  return { bytes, vl: rng.below(16) };
}

function flipped(rng: Rng, { bytes, ...rest }: Sent): Sent {
  const harmed = Uint8Array.from(bytes);
  for (let count = rng.pick([1, 1, 2, 7]); count > 0; count -= 1) {
    const bit = rng.chance(0.3) ? rng.below(480) % (8 * bytes.length) : rng.below(8 * bytes.length);
    harmed[bit >> 3]! ^= 1 << (bit & 7);
  }
  return { ...rest, bytes: harmed };
}

describe.each(benchWidths)("icrc_rx at %i bits", (width) => {
  const beatWords = width / 32;
  let model: Model;
  beforeAll(async () => {
    model = await openIcrc("rx", width);
    model.reset();
  }, 600_000);

  const someWords = (rng: Rng): number => shortestWords.local + rng.below(20 + 3 * beatWords);

  /** Runs packets, and holds what comes out and the event counter to the reference. */
  function check(rng: Rng, packets: readonly Sent[], pace: Pace = {}): Run {
    const result = run(model, packets, rng, pace, true);
    let events = 0;
    for (const [index, packet] of packets.entries()) {
      const seen = result.received[index]!;
      if (packet.spoil !== undefined || packet.bytes.length % 4 !== 0) {
        expect([index, seen.vl, seen.error]).toEqual([index, packet.vl, true]);
        continue;
      }
      const due = judged(packet);
      events += due.event ? 1 : 0;
      expect([index, seen.vl, seen.error]).toEqual([index, packet.vl, due.error]);
      if (toHex(seen.bytes) !== toHex(due.bytes)) {
        throw new Error(`packet ${index}: ${toHex(seen.bytes)} where ${toHex(due.bytes)} is due`);
      }
    }
    expect(result.events).toBe(events);
    return result;
  }

  it("finds every published packet good, and takes its ICRC off", () =>
    withSeed(seed, (rng) => {
      const vectors = icrcVectors();
      expect(vectors.length).toBeGreaterThan(15);
      const packets = vectors.map(({ input, expected }) => ({
        bytes: Uint8Array.from([...input, ...expected]),
        vl: rng.below(16),
      }));
      const { received, events } = check(rng, packets);
      expect(events).toBe(0);
      expect(received.map(({ bytes }) => toHex(bytes))).toEqual(vectors.map(({ input }) => toHex(input)));
      expect(received.every(({ error }) => !error)).toBe(true);
    }));

  it.each([
    ["without gaps or stalls", 0, 0],
    ["with gaps", 0.4, 0],
    ["with stalls", 0, 0.4],
    ["with both", 0.3, 0.5],
  ])("serves packets of every length, local, global and raw, %s", (_name, gaps, stalls) =>
    withSeed(seed, (rng) => {
      const packets: Sent[] = [];
      const add = (bytes: Uint8Array): void => void packets.push({ bytes, vl: rng.below(16) });
      for (let words = shortestWords.local; words <= 20 + 3 * beatWords; words += 1) {
        add(randomTransport(rng, words, false));
        if (words >= shortestWords.global) add(randomTransport(rng, words, true));
        add(randomRaw(rng, words));
      }
      expect(check(rng, packets, { gaps, stalls }).events).toBe(0);
    }),
  );

  it("serves random packets in random order and pace", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 6; round += 1) {
        const packets = Array.from({ length: 60 }, () => anyPacket(rng, someWords(rng)));
        check(rng, packets, { gaps: rng.float() * 0.7, stalls: rng.float() * 0.9 });
      }
    }));

  it("flags damaged packets, counts them, and lets those pass whose damage the ICRC does not cover", () =>
    withSeed(seed, (rng) => {
      for (const pace of [{}, { gaps: 0.3, stalls: 0.3 }]) {
        const packets = Array.from({ length: 200 }, () => {
          const packet = anyPacket(rng, someWords(rng));
          return rng.chance(0.6) ? flipped(rng, packet) : packet;
        });
        const { events, received } = check(rng, packets, pace);
        expect(events).toBeGreaterThan(60);
        expect(received.filter(({ error }) => error).length).toBe(events);
      }
      const uncovered = Array.from({ length: 40 }, () => {
        const bytes = randomTransport(rng, someWords(rng));
        bytes[0]! ^= rng.range(1, 15) << 4; // the VL
        return { bytes, vl: rng.below(16) };
      });
      expect(check(rng, uncovered).events).toBe(0);
    }));

  it("flags a complemented ICRC", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 30 }, () => {
        const bytes = randomTransport(rng, someWords(rng));
        for (let at = bytes.length - 4; at < bytes.length; at += 1) bytes[at]! ^= 0xff;
        return { bytes, vl: rng.below(16) };
      });
      expect(check(rng, packets).events).toBe(packets.length);
    }));

  it("leaves marked packets marked, however short, and counts none of them", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 200 }, (): Sent => {
        const packet = anyPacket(rng, rng.chance(0.5) ? someWords(rng) : shortestWords.local + 4);
        if (rng.chance(0.3)) return packet;
        const words = rng.range(1, packet.bytes.length / 4);
        return { ...packet, bytes: packet.bytes.slice(0, 4 * words), error: true };
      });
      const { events, received } = check(rng, packets, { gaps: 0.2, stalls: 0.2 });
      expect(events).toBe(0);
      expect(received.some(({ error, length }) => error && length === 4)).toBe(true);
    }));

  it("marks a packet whose tkeep is not whole words, and only that one", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 150 }, () => {
        const packet = anyPacket(rng, someWords(rng));
        if (rng.chance(0.5)) return packet;
        if (rng.chance(0.4)) return { ...packet, bytes: packet.bytes.slice(0, -rng.range(1, 3)) };
        return { ...packet, spoil: oddKeep(rng, packet.bytes.length, width) };
      });
      check(rng, packets, { gaps: 0.2, stalls: 0.2 });
    }));

  it("takes a beat a cycle, 3 cycles late", () =>
    withSeed(seed, (rng) => {
      const packets = Array.from({ length: 80 }, () => ({
        bytes: randomTransport(rng, someWords(rng)),
        vl: rng.below(16),
      }));
      const { latency, cycles, blocked } = check(rng, packets);
      const beatsOf = (words: number): number => Math.ceil(words / beatWords);
      const beats = packets.reduce((sum, { bytes }) => sum + beatsOf(bytes.length / 4), 0);
      const ownBeat = packets.at(-1)!.bytes.length / 4 - 1;
      const early = beatsOf(ownBeat + 1) - beatsOf(ownBeat); // the last beat held only the ICRC
      expect({ latency, cycles, blocked }).toEqual({ latency: 3, cycles: beats - early + 3, blocked: 0 });
    }));

  it("takes four beats while its output stands still, and loses none", () =>
    withSeed(seed, (rng) => {
      const long = { bytes: randomTransport(rng, 12 * beatWords), vl: 3 };
      model.port("m_tready").set(0);
      expect(standStill(model, long)).toBe(5); // one held at the output, four in the queue
      model.reset();
      check(rng, [long, long]);
    }));

  it("starts anew behind a reset in the middle of a packet", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 8; round += 1) {
        cutShort(rng, model, { bytes: randomTransport(rng, 6 * beatWords), vl: 1 }, 1 + rng.below(5));
        check(rng, [anyPacket(rng, someWords(rng)), anyPacket(rng, someWords(rng))]);
      }
    }));
});

/** Offers beats of a packet for 20 cycles without taking any. @returns how many were taken */
function standStill(model: Model, { bytes, vl }: Sent): number {
  const data = model.port("s_tdata").bytes;
  const width = model.port("s_tdata").bits / 8;
  model.port("s_tkeep").bytes.fill(0xff, 0, width / 8);
  model.port("s_tlast").set(0);
  model.port("s_tuser").set(vl);
  model.port("s_tvalid").set(1);
  let taken = 0;
  for (let cycle = 0; cycle < 20; cycle += 1) {
    data.set(bytes.subarray(taken * width, (taken + 1) * width));
    model.eval();
    taken += model.port("s_tready").get();
    model.step();
  }
  model.port("s_tvalid").set(0);
  return taken;
}
