/** Packets as a management may give them to port 0, right and wrong ones, and what the ingress is to get of each. */
import type { Rng } from "../../sim/traffic/rng.ts";

/** A beat on the stream. */
export interface StreamBeat {
  readonly data: Uint8Array;
  /** Bit b: byte b is kept. */
  readonly keep: bigint;
  readonly last: boolean;
}

/** What is wrong with a packet. */
export const faults = [
  ...["none", "short", "long", "error", "no length", "too much length", "wrong lane"],
  ...["hole within", "hole at the end", "half a word", "keep of nothing"],
] as const;
export type Fault = (typeof faults)[number];

export interface StreamPacket {
  readonly beats: readonly StreamBeat[];
  readonly vl: number;
  readonly error: boolean;
  /** Output port that is asked for, 0 for none. */
  readonly dest: number;
  /** PktLen, words. */
  readonly length: number;
  readonly fault: Fault;
}

export interface StreamShape {
  readonly bits: number;
  readonly dataVls: number;
  readonly ports: number;
  /** Longest PktLen on a data VL and on VL15. */
  readonly maxWords: number;
  readonly maxWords15: number;
}

/** The lane of a VL. */
export function laneOf(vl: number, { dataVls }: StreamShape): number {
  return vl === 15 ? dataVls : vl;
}

/** Nothing of the packet gets in: it is not even begun. */
export function refused({ length, vl }: StreamPacket, shape: StreamShape): boolean {
  const most = vl === 15 ? shape.maxWords15 : shape.maxWords;
  return length < 5 || length > most || (vl !== 15 && vl >= shape.dataVls);
}

/** Beats that PktLen tells. */
export function beatsOf({ length }: StreamPacket, { bits }: StreamShape): number {
  return Math.ceil((length * 32) / bits);
}

export function drawStreamPacket(shape: StreamShape, rng: Rng, faulty: number): StreamPacket {
  const fault = rng.chance(faulty) ? rng.pick(faults) : "none";
  const vl = fault === "wrong lane" ? wrongVl(shape, rng) : rng.chance(0.3) ? 15 : rng.below(shape.dataVls);
  const most = vl === 15 ? shape.maxWords15 : shape.maxWords;
  const usual = rng.chance(0.2) ? most : rng.range(5, rng.chance(0.5) ? Math.min(most, 20) : most);
  const length =
    fault === "no length"
      ? rng.pick([4, rng.below(5)])
      : fault === "too much length"
        ? rng.pick([most + 1, rng.range(most + 1, 2047)])
        : usual;
  const perBeat = shape.bits / 32;
  const words = wordsOf(fault, length, usual, perBeat, rng);
  const beats = Array.from({ length: Math.max(1, Math.ceil(words / perBeat)) }, (_, at, all = words) =>
    drawBeat(shape, rng, { at, length, words: Math.min(perBeat, all - at * perBeat), last: false }),
  );
  // one beat only: what is wrong in a beat within must not show in the last one as well
  const hole = rng.below(Math.max(1, beats.length - 1));
  const half = rng.below(beats.length);
  const marked = beats.map((beat, at) => {
    const sound = (fault === "hole within" && at !== hole) || (fault === "half a word" && at !== half);
    const spoilt = sound ? "none" : fault;
    return spoilKeep(beat, at === beats.length - 1, spoilt, perBeat, rng);
  });
  return { beats: marked, vl, error: fault === "error", dest: rng.below(shape.ports), length, fault };
}

/** Words that the packet has on the stream. */
function wordsOf(fault: Fault, length: number, usual: number, perBeat: number, rng: Rng): number {
  if (fault === "short") return rng.range(1, length - 1);
  if (fault === "long") return length + rng.range(1, 3 * perBeat);
  return fault === "no length" || fault === "too much length" ? usual : length;
}

function wrongVl({ dataVls }: StreamShape, rng: Rng): number {
  return dataVls === 15 ? 14 : rng.range(dataVls, 14);
}

function drawBeat(
  { bits }: StreamShape,
  rng: Rng,
  { at, length, words, last }: { at: number; length: number; words: number; last: boolean },
): StreamBeat {
  const data = new Uint8Array(bits / 8);
  rng.fill(data);
  if (at === 0) {
    data[4] = (data[4]! & 0xf8) | (length >> 8);
    data[5] = length & 0xff;
  }
  return { data, keep: (1n << BigInt(4 * words)) - 1n, last };
}

/** Marks the last beat and takes a word out of the middle, or bytes out of any word. */
function spoilKeep(beat: StreamBeat, last: boolean, fault: Fault, perBeat: number, rng: Rng): StreamBeat {
  const word = (at: number): bigint => 15n << BigInt(4 * at);
  const kept = beat.keep;
  let keep = kept;
  if (fault === "hole within" && !last) keep &= ~word(rng.below(perBeat));
  // as many words as before, but not the first ones
  if (fault === "hole at the end" && last && kept !== (1n << BigInt(4 * perBeat)) - 1n) keep <<= 4n;
  if (fault === "half a word") keep &= ~(1n << BigInt(rng.below(kept.toString(2).length)));
  if (fault === "keep of nothing" && last) keep = 0n;
  return { ...beat, keep, last };
}
