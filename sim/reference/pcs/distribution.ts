/**
 * From the bits of a pair of codewords to the lanes and back (IEEE Std 802.3 clauses 119.2.4.5 to 119.2.4.8).
 *
 * Symbols of a pair in the order sent: symbol k of PCS lane i is number `pcsLanes*k + i`. A codeword is an array in order of
 * time, see `reed-solomon.ts`. A line word is what all lanes carry in a clock, P symbols of each codeword: PCS lane i is bits
 * `[i*B +: B]`, B = 20*P/pcsLanes, bit 0 of it first. Physical lane l of a word carries PCS lanes l*r ... l*r+r-1 bit by bit in
 * turn, beginning with the lowest, and is bits `[l*r*B +: r*B]`.
 */
import { bytesOf, readBits, writeBits } from "./bits.ts";
import type { LaneFormat } from "./format.ts";
import { type ReedSolomon, rs272, rs528, rs544 } from "./reed-solomon.ts";

/** The code of a format. */
export function codeOf(format: Pick<LaneFormat, "codewordSymbols" | "messageSymbols">): ReedSolomon {
  const code = [rs544, rs528, rs272].find(
    ({ n, k }) => n === format.codewordSymbols && k === format.messageSymbols,
  );
  if (code === undefined) throw new RangeError("there is no such code");
  return code;
}

/** Two codewords, A and B. */
export interface CodewordPair {
  readonly a: Uint16Array;
  readonly b: Uint16Array;
}

/** Splits the bits of two messages, symbols A, B, A, B ..., and adds the parity. */
export function encodePair(format: LaneFormat, bits: Uint8Array): CodewordPair {
  const code = codeOf(format);
  const pair = { a: new Uint16Array(code.n), b: new Uint16Array(code.n) };
  for (let i = 0; i < code.k; i++) {
    pair.a[i] = readBits(bits, 20 * i, 10);
    pair.b[i] = readBits(bits, 20 * i + 10, 10);
  }
  code.encode(pair.a);
  code.encode(pair.b);
  return pair;
}

/** The bits of the two messages of a pair: groups, then pad. */
export function joinPair(format: LaneFormat, { a, b }: CodewordPair): Uint8Array {
  const bits = new Uint8Array(bytesOf(20 * format.messageSymbols));
  for (let i = 0; i < format.messageSymbols; i++) {
    writeBits(bits, 20 * i, 10, a[i]!);
    writeBits(bits, 20 * i + 10, 10, b[i]!);
  }
  return bits;
}

/** Symbols of the pair in the order sent: A and B in turn, exchanged in every other row of `pcsLanes` symbols. */
export function interleave(format: LaneFormat, { a, b }: CodewordPair): Uint16Array {
  const { pcsLanes, codewordSymbols } = format;
  const symbols = new Uint16Array(2 * codewordSymbols);
  for (let i = 0; i < codewordSymbols; i++) {
    const odd = Math.floor((2 * i) / pcsLanes) & 1;
    symbols[2 * i + odd] = a[i]!;
    symbols[2 * i + 1 - odd] = b[i]!;
  }
  return symbols;
}

/** Undoes {@link interleave}. */
export function deinterleave(format: LaneFormat, symbols: Uint16Array): CodewordPair {
  const { pcsLanes, codewordSymbols } = format;
  const pair = { a: new Uint16Array(codewordSymbols), b: new Uint16Array(codewordSymbols) };
  for (let i = 0; i < codewordSymbols; i++) {
    const odd = Math.floor((2 * i) / pcsLanes) & 1;
    pair.a[i] = symbols[2 * i + odd]!;
    pair.b[i] = symbols[2 * i + 1 - odd]!;
  }
  return pair;
}

/** Place of symbol `index` of codeword A (0) or B (1) in the order sent; its PCS lane is that modulo `pcsLanes`. */
export function placeOf(format: LaneFormat, codeword: 0 | 1, index: number): number {
  const odd = Math.floor((2 * index) / format.pcsLanes) & 1;
  return 2 * index + (codeword ^ odd);
}

/** Bits of a PCS lane in a line word. */
export function wordLaneBits(format: LaneFormat, symbolsPerClock: number): number {
  return (20 * symbolsPerClock) / format.pcsLanes;
}

/** The line words of a pair, one after the other in the result, each of 20*P bits in whole bytes. */
export function lineWords(format: LaneFormat, symbols: Uint16Array, symbolsPerClock: number): Uint8Array[] {
  const { pcsLanes, codewordSymbols } = format;
  const laneBits = wordLaneBits(format, symbolsPerClock);
  return Array.from({ length: codewordSymbols / symbolsPerClock }, (_, w) => {
    const word = new Uint8Array(bytesOf(20 * symbolsPerClock));
    for (let s = 0; s < 2 * symbolsPerClock; s++) {
      const at = (s % pcsLanes) * laneBits + 10 * Math.floor(s / pcsLanes);
      writeBits(word, at, 10, symbols[2 * symbolsPerClock * w + s]!);
    }
    return word;
  });
}

/** Undoes {@link lineWords}. */
export function fromLineWords(
  format: LaneFormat,
  words: readonly Uint8Array[],
  symbolsPerClock: number,
): Uint16Array {
  const laneBits = wordLaneBits(format, symbolsPerClock);
  const symbols = new Uint16Array(2 * symbolsPerClock * words.length);
  for (const [w, word] of words.entries()) {
    for (let s = 0; s < 2 * symbolsPerClock; s++) {
      const at = (s % format.pcsLanes) * laneBits + 10 * Math.floor(s / format.pcsLanes);
      symbols[2 * symbolsPerClock * w + s] = readBits(word, at, 10);
    }
  }
  return symbols;
}

/**
 * A line word as the physical lanes carry it.
 * @param lineBits bits of the word
 * @param pcsLanes and `lanes`: how many there are of the PCS and of the physical ones
 */
export function muxLanes(word: Uint8Array, lineBits: number, pcsLanes: number, lanes: number): Uint8Array {
  return rotate(word, lineBits, pcsLanes, lanes, false);
}

/** Undoes {@link muxLanes} when nothing has been exchanged on the way. */
export function demuxLanes(word: Uint8Array, lineBits: number, pcsLanes: number, lanes: number): Uint8Array {
  return rotate(word, lineBits, pcsLanes, lanes, true);
}

function rotate(
  word: Uint8Array,
  lineBits: number,
  pcsLanes: number,
  lanes: number,
  back: boolean,
): Uint8Array {
  const each = pcsLanes / lanes;
  if (each === 1) return word.slice();
  const laneBits = lineBits / pcsLanes;
  const result = new Uint8Array(word.length);
  for (let lane = 0; lane < pcsLanes; lane++) {
    const muxed = Math.floor(lane / each) * each * laneBits + (lane % each);
    for (let bit = 0; bit < laneBits; bit++) {
      const a = lane * laneBits + bit;
      const b = muxed + bit * each;
      if (back) writeBits(result, a, 1, readBits(word, b, 1));
      else writeBits(result, b, 1, readBits(word, a, 1));
    }
  }
  return result;
}
