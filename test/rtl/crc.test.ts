import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { crc16, crc32 } from "../../sim/reference/crc.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchWidths } from "./build.ts";
import { CrcDriver, openCrcModel, type Traffic } from "./crc-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

interface Vector {
  readonly name: string;
  readonly crc: string;
  readonly input: string;
  readonly masked?: string;
  readonly expected: string;
}
const { vectors } = JSON.parse(
  readFileSync(new URL("../../sim/data/crc-vectors.json", import.meta.url), "utf8"),
) as { vectors: Vector[] };

const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** What the ICRC is taken over: ib-link fact sheet, fields replaced by ones. */
function image(packet: Uint8Array): Uint8Array {
  const result = Uint8Array.from(packet);
  const ones = (from: number, to: number): void => void result.fill(0xff, from, Math.min(to, result.length));
  const kind = packet[1]! & 3;
  if (kind === 2) {
    result[0]! |= 0xf0;
    ones(12, 13);
  }
  if (kind === 3) {
    ones(0, 8);
    if (result.length > 8) result[8]! |= 0x0f;
    ones(9, 12);
    ones(15, 16);
    ones(52, 53);
  }
  return result;
}

type Kind = "vcrc" | "icrc";
const sizeOf = { vcrc: 2, icrc: 4 } as const;

/** The CRC as it is sent. */
function sent(kind: Kind, bytes: Uint8Array): Uint8Array {
  const register = kind === "vcrc" ? crc16(bytes, 0, bytes.length) : crc32(image(bytes), 0, bytes.length);
  return Uint8Array.from({ length: sizeOf[kind] }, (_, at) => ~(register >>> (8 * at)) & 0xff);
}

const inverted = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);

/** What a checker must say of `bytes`. */
function judge(kind: Kind, bytes: Uint8Array): { good: boolean; poison: boolean } {
  const end = bytes.length - sizeOf[kind];
  if (end < 0 || end % 4 !== 0) return { good: false, poison: false };
  const crc = toHex(sent(kind, bytes.subarray(0, end)));
  const tail = bytes.subarray(end);
  return { good: toHex(tail) === crc, poison: toHex(inverted(tail)) === crc };
}

/** A packet of `words` words; for the ICRC one whose LNH is 0 … 3. */
function randomPacket(rng: Rng, words: number): Uint8Array {
  const bytes = new Uint8Array(4 * words);
  rng.fill(bytes);
  return bytes;
}

describe.each(benchWidths)("CRC at %i bits", (width) => {
  const beatWords = width / 32;
  let model: Model;
  beforeAll(async () => {
    model = await openCrcModel(width);
    model.reset();
  }, 600_000);

  /** Lengths around the ends of beats, and any. */
  const someWords = (rng: Rng): number =>
    rng.chance(0.4)
      ? 16 + rng.below(3 * beatWords)
      : Math.max(16, beatWords * rng.range(1, Math.max(2, 32 / beatWords)) + rng.range(-1, 1));

  it("gives the CRC of every published vector, and finds it good", () =>
    withSeed(seed, (rng) => {
      for (const { name, crc, input, masked, expected } of vectors) {
        if (crc === "none" || input.length % 8 !== 0) continue; // nine digits are no packet of whole words
        const kind = crc.startsWith("ICRC") ? "icrc" : "vcrc";
        const raw = crc === "ICRC-RoCEv2";
        model.port("raw").set(raw ? 1 : 0);
        const bytes = fromHex(raw ? masked! : input);
        const [out] = new CrcDriver(model, kind, "gen").run([{ bytes }], rng);
        expect(toHex(out!.bytes), name).toBe(toHex(bytes) + expected);
        const [checked] = new CrcDriver(model, kind, "check").run([out!], rng);
        expect(checked, name).toMatchObject({ good: true, poison: false, bytes: out!.bytes });
      }
      model.port("raw").set(0);
    }));

  describe.each(["vcrc", "icrc"] as const)("%s", (kind) => {
    const runGen = (rng: Rng, packets: Traffic[], pace: { gaps?: number; stalls?: number }): CrcDriver => {
      const driver = new CrcDriver(model, kind, "gen");
      const images = packets.map(({ bytes }) => image(bytes));
      const onBeat = (packet: number, beat: number): void => {
        if (kind === "vcrc") return;
        const expected = images[packet]!.subarray((beat * width) / 8, ((beat + 1) * width) / 8);
        const seen = model.port("ig_image").bytes.subarray(0, expected.length);
        if (Buffer.compare(seen, expected) !== 0) throw new Error(`mask of beat ${beat}: ${toHex(seen)}`);
      };
      const out = driver.run(packets, rng, { ...pace, onBeat });
      for (const [index, { bytes, poison = false }] of packets.entries()) {
        const seen = out[index]!;
        const crc = sent(kind, bytes);
        const whole = joined(bytes, poison ? inverted(crc) : crc);
        if (toHex(seen.bytes) !== toHex(whole)) throw new Error(`packet ${index}: ${toHex(seen.bytes)}`);
        if (seen.poison !== poison) throw new Error(`packet ${index}: poison is ${seen.poison}`);
        const extra = seen.sides.length > seen.sidesIn.length ? [seen.sidesIn.at(-1)!] : [];
        expect(seen.sides).toEqual([...seen.sidesIn, ...extra]);
      }
      return driver;
    };

    it.each([
      ["without gaps or stalls", 0, 0],
      ["with gaps", 0.4, 0],
      ["with stalls", 0, 0.4],
      ["with both", 0.3, 0.5],
    ])("generates behind random packets %s", (_name, gaps, stalls) =>
      withSeed(seed, (rng) => {
        const packets = Array.from({ length: 150 }, () => ({
          bytes: randomPacket(rng, someWords(rng)),
          poison: rng.chance(0.2),
        }));
        runGen(rng, packets, { gaps, stalls });
      }),
    );

    it("generates behind every length up to three beats", () =>
      withSeed(seed, (rng) => {
        const packets = Array.from({ length: 3 * beatWords }, (_, at) => ({
          bytes: randomPacket(rng, at + 1),
          poison: rng.chance(0.1),
        }));
        runGen(rng, packets, {});
      }));

    it("takes a beat a cycle, 3 cycles late, and one more cycle only for a CRC that has a beat of its own", () =>
      withSeed(seed, (rng) => {
        const lengths = Array.from({ length: 60 }, () => someWords(rng));
        const packets = lengths.map((words) => ({ bytes: randomPacket(rng, words) }));
        const driver = runGen(rng, packets, {});
        const beats = lengths.reduce((sum, words) => sum + Math.floor(words / beatWords) + 1, 0);
        expect(driver.latency).toBe(3);
        expect(driver.cycles).toBe(beats + 3);
      }));

    it.each([
      ["back to back", 0],
      ["with gaps", 0.3],
    ])("judges good, complemented, damaged and cut packets %s", (_name, gaps) =>
      withSeed(seed, (rng) => {
        const packets = Array.from({ length: 400 }, () => damaged(kind, rng, someWords(rng)));
        const driver = new CrcDriver(model, kind, "check");
        const out = driver.run(packets, rng, { gaps });
        for (const [index, { bytes, harm }] of packets.entries()) {
          const { good, poison } = out[index]!;
          const verdict = { good, poison, harm };
          expect(verdict).toEqual({ ...judge(kind, bytes), harm });
          if (harm === "bit" || harm === "burst") expect(good && kind === "vcrc").toBe(false);
          expect(toHex(out[index]!.bytes)).toBe(toHex(bytes));
          expect(out[index]!.sides).toEqual(out[index]!.sidesIn);
        }
        const seen = (harm: string): boolean => packets.some((packet) => packet.harm === harm);
        expect(["none", "inverted", "bit", "burst", "cut", "longer"].every(seen)).toBe(true);
        expect(driver.latency).toBe(2);
      }),
    );
  });
});

/** A packet with its CRC and, mostly, something wrong: `harm` says what. */
function damaged(kind: Kind, rng: Rng, words: number): { bytes: Uint8Array; harm: string } {
  const packet = randomPacket(rng, words);
  const crc = sent(kind, packet);
  const harm = rng.pick(["none", "inverted", "bit", "burst", "cut", "longer"]);
  const complemented = harm === "inverted" || (harm === "longer" && rng.chance(0.5));
  const bytes = joined(packet, complemented ? inverted(crc) : crc);
  // one byte more: what a checker that looks at pairs of bytes would not see
  if (harm === "longer") return { bytes: joined(bytes, Uint8Array.of(rng.below(256))), harm };
  const bits = 8 * bytes.length;
  if (harm === "cut") return { bytes: bytes.slice(0, rng.range(57, bytes.length - 1)), harm };
  if (harm === "bit") flip(bytes, rng.below(bits));
  if (harm === "burst") {
    const length = rng.range(2, 8 * sizeOf[kind]);
    const first = rng.below(bits - length + 1);
    for (let at = 1; at < length - 1; at += 1) if (rng.chance(0.5)) flip(bytes, first + at);
    flip(bytes, first);
    flip(bytes, first + length - 1);
  }
  return { bytes, harm };
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3]! ^= 1 << (bit & 7);
}
