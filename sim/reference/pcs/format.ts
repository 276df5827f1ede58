/** The formats of a PCS, as the standard lays them down; the reference's own table. */

export interface LaneFormat {
  readonly rateGbps: number;
  readonly fec: string;
  readonly pcsLanes: number;
  /** n and k of the code, of which two words are interleaved. */
  readonly codewordSymbols: number;
  readonly messageSymbols: number;
  /** Groups of 257 bits in a pair of codewords; bits of zeros behind them that fill up the messages. */
  readonly groups: number;
  readonly padBits: number;
  /** The alignment markers, and from their start to their next start, in groups. */
  readonly markerGroups: number;
  readonly markerPeriodGroups: number;
}

/**
 * The format of a rate and a code: clause 119 for RS(544,514). With RS(272,258) the messages of a pair hold 20 groups; one
 * symbol of zeros ends each of them, and the markers stand as far apart in time.
 */
export function laneFormat(rateGbps: 200 | 400, fec: "rs544" | "rs272" = "rs544"): LaneFormat {
  const wide = rateGbps === 400;
  const rate = { rateGbps, fec, pcsLanes: wide ? 16 : 8, markerGroups: wide ? 8 : 4 };
  const code =
    fec === "rs544"
      ? { codewordSymbols: 544, messageSymbols: 514, groups: 40, padBits: 0 }
      : { codewordSymbols: 272, messageSymbols: 258, groups: 20, padBits: 20 };
  return { ...rate, ...code, markerPeriodGroups: wide ? 163_840 : 81_920 };
}

/** Pairs of codewords from one group of markers to the next. */
export function markerPeriodPairs(format: LaneFormat): number {
  return format.markerPeriodGroups / format.groups;
}

/** Bits of a PCS lane in a pair of codewords. */
export function laneBitsPerPair(format: LaneFormat): number {
  return (20 * format.codewordSymbols) / format.pcsLanes;
}
