import { bitsFor, indexBits } from "../common.ts";
import type { PcsHost } from "./host.ts";
import { markerLayout } from "./rx-front-markers.ts";

/** Sizes that the modules between the lanes and the decoders share. */
export interface FrontSizes {
  /** PCS lanes, and those that a physical lane carries. */
  readonly L: number;
  readonly laneRatio: number;
  /** Bits of a word of the line, of a PCS lane and of a physical lane in a clock. */
  readonly lineBits: number;
  readonly B: number;
  readonly laneBits: number;
  readonly offsetBits: number;
  /** Clocks of a pair of codewords, pairs from marker to marker, clocks from marker to marker. */
  readonly pairClocks: number;
  readonly periodPairs: number;
  readonly periodClocks: number;
  readonly positionBits: number;
  /** Words of a lane that the search for a marker looks at together, and that hold a marker which begins a word. */
  readonly searchWords: number;
  readonly markerWords: number;
  /** Words that the first lane may be ahead of the last one. */
  readonly skewWords: number;
  /** Symbols of each PCS lane, and of all, in a clock. */
  readonly laneSymbols: number;
  readonly symbols: number;
}

/** Shortest time from marker to marker in which a marker is compared with those of all lanes. */
const leastPeriodClocks = 64;

/** @throws RangeError for markers that come faster than they are told apart (an override for simulation) */
export function frontSizes({ pcs }: PcsHost): FrontSizes {
  const { format, derived: d, lanes } = pcs;
  const B = d.pcsLaneBits.value;
  const pairClocks = d.codewordClocks.value;
  const periodPairs = d.markerPeriodCodewords.value;
  const periodClocks = periodPairs * pairClocks;
  if (periodClocks < leastPeriodClocks) {
    throw new RangeError(`markers every ${periodClocks} clocks: the receiver needs ${leastPeriodClocks}`);
  }
  const symbols = format.codewords * d.symbolsPerClock.value;
  const lastCommon = markerLayout.common[1] + markerLayout.halfBits;
  return {
    L: format.pcsLanes,
    laneRatio: format.pcsLanes / lanes.count,
    lineBits: d.lineBits.value,
    B,
    laneBits: d.laneBits.value,
    offsetBits: indexBits(B),
    pairClocks,
    periodPairs,
    periodClocks,
    positionBits: bitsFor(periodClocks - 1),
    searchWords: Math.ceil((B - 1 + lastCommon) / B),
    markerWords: Math.ceil(markerLayout.bits / B),
    skewWords: Math.min(d.deskewWords.value - 2, Math.floor((periodClocks - 1) / 2)),
    laneSymbols: symbols / format.pcsLanes,
    symbols,
  };
}
