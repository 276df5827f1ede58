import type { PcsHost } from "./host.ts";

/** Raised for a line word that the receiver cannot be built for; every legal number of symbols a clock can. */
export class RxShapeError extends Error {
  override readonly name = "RxShapeError";
}

/** Sizes of the receiver on the side of the lanes. */
export interface RxShape {
  /** Symbols of each codeword in a word of the line, words of a pair. */
  readonly symbols: number;
  readonly clocks: number;
  /** Symbols of each PCS lane in a word. */
  readonly rows: number;
  /** Groups of a word that crosses to the device, and of a slice: what comes out of the lanes at once. */
  readonly wordGroups: number;
  readonly sliceGroups: number;
  readonly sliceBits: number;
  /** Slices of a word, of a pair of codewords, and of the markers. */
  readonly parts: number;
  readonly slices: number;
  readonly markerSlices: number;
}

/** @throws RxShapeError when slices do not come out even, or a word of the line holds more than one */
export function rxShape({ pcs }: PcsHost): RxShape {
  const { groups, markerGroups, pcsLanes } = pcs.format;
  const symbols = pcs.derived.symbolsPerClock.value;
  const clocks = pcs.derived.codewordClocks.value;
  const wordGroups = pcs.derived.groupsPerWord.value;
  let sliceGroups = 1;
  while (sliceGroups * clocks < groups) sliceGroups *= 2;
  const shape = {
    symbols,
    clocks,
    rows: (2 * symbols) / pcsLanes,
    wordGroups,
    sliceGroups,
    sliceBits: 257 * sliceGroups,
    parts: wordGroups / sliceGroups,
    slices: groups / sliceGroups,
    markerSlices: markerGroups / sliceGroups,
  };
  if (![shape.rows, shape.parts, shape.slices, shape.markerSlices].every(Number.isInteger)) {
    throw new RxShapeError(`slices of ${sliceGroups} groups do not make up words, pairs and markers`);
  }
  if (20 * symbols >= shape.sliceBits || (20 * symbols) % sliceGroups !== 0) {
    throw new RxShapeError(`words of ${20 * symbols} bits cannot be cut into slices of ${shape.sliceBits}`);
  }
  return shape;
}
