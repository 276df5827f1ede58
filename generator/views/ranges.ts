import type { LinkDesign } from "../design/link.ts";
import { bitsFor, indexBits } from "./common.ts";

/** Sizes that most modules of a link share, as numbers; see {@link ranges} for the text form. */
export interface LinkSizes {
  /** Datapath bits. */
  readonly W: number;
  /** 4-byte words a beat. */
  readonly words: number;
  /** Bits that count 1 … W/8 bytes. */
  readonly byteBits: number;
  /** Bits that count 1 … W/32 words. */
  readonly wordBits: number;
  /** Data lanes. */
  readonly N: number;
  /** Lanes with VL15 as the last one. */
  readonly lanes: number;
  readonly laneBits: number;
  /** Bits of the beats that a packet reserves in the replay buffer. */
  readonly beatBits: number;
  /** Bits of a packet's credit block count. */
  readonly blockBits: number;
  /** Address bits of the replay buffer. */
  readonly replayBits: number;
  readonly txDepth: number;
  readonly rxDepth: number;
  /** Bits of an occupancy count of one receive region, in beats. */
  readonly usedBits: number;
}

/** Low bits of PktLen that make no difference to the credit blocks of a packet. */
export const lengthLow = (design: LinkDesign): number => Math.log2(design.derived.creditBlockBytes.value / 4);

/** Bits of PktLen without its low bits: what the queue tells of each packet at the head of a lane. */
export function lengthBits(design: LinkDesign): number {
  const { maxPacketBytes, vl15PacketBytes } = design.derived;
  const words = Math.floor((Math.max(maxPacketBytes.value, vl15PacketBytes.value) - 2) / 4);
  return bitsFor(words >> lengthLow(design));
}

/** Bits of the side channel that follows a frame from the scheduler to the retry layer. */
export const sideBits = (design: LinkDesign): number =>
  design.retry === "llr" ? 3 + sizes(design).beatBits : 3;

export function sizes(design: LinkDesign): LinkSizes {
  const d = design.derived;
  const W = design.datapathBits;
  const N = design.virtualLanes.data;
  return {
    W,
    words: W / 32,
    byteBits: bitsFor(W / 8),
    wordBits: bitsFor(W / 32),
    N,
    lanes: N + 1,
    laneBits: indexBits(N + 1),
    beatBits: bitsFor(Math.max(d.maxPacketBeats.value, d.maxPacketBlocks.value * d.beatsPerBlock.value)),
    blockBits: bitsFor(d.maxPacketBlocks.value),
    replayBits: indexBits(d.replayDepthBeats.value),
    txDepth: N * d.txQueueBeats.value + d.txQueue15Beats.value,
    rxDepth: N * d.vlBufferBeats.value + d.vl15BufferBeats.value,
    usedBits: bitsFor(Math.max(d.vlBufferBeats.value, d.vl15BufferBeats.value)),
  };
}

/** `[n-1:0]`, padded so that port names line up; empty for one bit. */
export function range(bits: number): string {
  return bits === 1 ? "" : `[${bits - 1}:0]`;
}

/** Port and register ranges of the shared sizes, ready for a template. */
export function ranges(design: LinkDesign): Readonly<Record<string, string>> {
  const s = sizes(design);
  return {
    data: range(s.W),
    keep: range(s.W / 8),
    bytes: range(s.byteBits),
    words: range(s.wordBits),
    lane: range(s.laneBits),
    lanes: range(s.lanes),
    vls: `[${s.N - 1}:0]`,
    counters12: range(12 * s.N),
    lengths: range(lengthBits(design) * s.lanes),
    blocks: range(s.blockBits),
    beats: range(s.beatBits),
    used: range(s.usedBits * s.N),
    side: range(sideBits(design)),
  };
}

/** Text of `value` (an expression of `bits` bits) with zeros in front up to `width` bits. */
export function widen(value: string, bits: number, width: number): string {
  return width > bits ? `{${width - bits}'d0, ${value}}` : value;
}

/**
 * Text of the blocks of a packet, `floor(PktLen / words a block) + 1`, in `width` bits; `signal` is PktLen without its low
 * bits. 4 * PktLen + 2 bytes never fill a block exactly.
 */
export function blocksOf(design: LinkDesign, signal: string, width: number): string {
  return `${part(signal, 0, lengthBits(design), width)} + ${width}'d1`;
}

/** Text of bits `from` and up of a signal of `bits` bits, in `width` bits. */
export function part(signal: string, from: number, bits: number, width: number): string {
  const taken = Math.min(bits - from, width);
  const text = taken === bits ? signal : `${signal}[${from + taken - 1}:${from}]`;
  return widen(text, taken, width);
}

/** PktLen of the longest packet on a data lane, words; and whether PktLen can say more than that at all. */
export function longestLength(design: Pick<LinkDesign, "derived">): { words: number; limited: boolean } {
  const words = (design.derived.maxPacketBytes.value - 2) / 4;
  return { words, limited: words < 2 ** 11 - 1 };
}
