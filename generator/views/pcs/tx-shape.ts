import type { PcsHost } from "./host.ts";

/** Bits of a transcoded group. */
export const groupBits = 257;

/** Raised for a line word that the transmitter cannot be built for; every legal number of symbols a clock can. */
export class PcsShapeError extends Error {
  override readonly name = "PcsShapeError";
}

/** A clock of the lanes in which a slice is taken. */
export interface SliceTaken {
  /** Within the pair of codewords. */
  readonly clock: number;
  /** Bits that are left of the slices before. */
  readonly left: number;
}

/** Sizes of the transmitter on the side of the lanes. */
export interface TxShape {
  /** Symbols of each codeword in a clock, bits of all lanes in a clock, clocks of a pair. */
  readonly symbols: number;
  readonly lineBits: number;
  readonly clocks: number;
  /** Groups of a word of the device, and of a slice: what the lanes take in at once. */
  readonly wordGroups: number;
  readonly sliceGroups: number;
  readonly sliceBits: number;
  /** Slices of a word, of a pair of codewords, and of the markers. */
  readonly parts: number;
  readonly slices: number;
  readonly markerSlices: number;
  readonly takes: readonly SliceTaken[];
  /** The most bits that are left before a slice, and behind a word of the line. */
  readonly mostBefore: number;
  readonly mostLeft: number;
}

/** @throws PcsShapeError when slices do not come out even, or one a clock is not enough */
export function txShape({ pcs }: PcsHost): TxShape {
  const { groups, markerGroups, messageSymbols } = pcs.format;
  const { symbolsPerClock, lineBits, codewordClocks, groupsPerWord } = pcs.derived;
  const clocks = codewordClocks.value;
  let sliceGroups = 1;
  while (sliceGroups * clocks < groups) sliceGroups *= 2;
  const shape = {
    symbols: symbolsPerClock.value,
    lineBits: lineBits.value,
    clocks,
    wordGroups: groupsPerWord.value,
    sliceGroups,
    sliceBits: groupBits * sliceGroups,
    parts: groupsPerWord.value / sliceGroups,
    slices: groups / sliceGroups,
    markerSlices: markerGroups / sliceGroups,
  };
  if (![shape.parts, shape.slices, shape.markerSlices].every(Number.isInteger)) {
    throw new PcsShapeError(`slices of ${sliceGroups} groups do not make up words, pairs and markers`);
  }
  const { takes, mostLeft } = schedule(shape, 20 * messageSymbols);
  return { ...shape, takes, mostLeft, mostBefore: Math.max(...takes.map(({ left }) => left)) };
}

type Sizes = Pick<TxShape, "lineBits" | "clocks" | "sliceBits" | "slices">;

/** Takes each slice as late as it may be taken. @param messageBits of a pair, with the pad behind its groups */
function schedule({ lineBits, clocks, sliceBits, slices }: Sizes, messageBits: number) {
  const takes: SliceTaken[] = [];
  let [left, mostLeft] = [0, 0];
  for (let clock = 0; clock < clocks; clock += 1) {
    const wanted = Math.min(lineBits, Math.max(0, messageBits - clock * lineBits));
    if (left < wanted && takes.length < slices) {
      takes.push({ clock, left });
      left += sliceBits;
    }
    if (left < wanted && takes.length < slices) throw new PcsShapeError("a slice a clock is not enough");
    left = Math.max(0, left - lineBits);
    mostLeft = Math.max(mostLeft, left);
  }
  if (takes.length < slices || left > 0) throw new PcsShapeError("the slices of a pair do not fit into it");
  return { takes, mostLeft };
}
