/**
 * The part of the design model between the MII and the lanes: a physical coding sublayer with Reed-Solomon FEC. Of IEEE Std
 * 802.3 clause 119 at 200 and 400 Gb/s (and the same with the low-latency code of the 25G Ethernet Consortium), of clauses
 * 108 and 91 at 25 and 100 Gb/s.
 */
import type { Derived, LatencyStage, MemoryBlock } from "./link.ts";

/** Codes over GF(2^10): RS(544,514), RS(528,514), RS(272,258). */
export const fecKinds = ["rs544", "rs528", "rs272", "none"] as const;

export type FecKind = (typeof fecKinds)[number];

/** The physical lanes, each with its SerDes. */
export interface Lanes {
  readonly count: number;
  /** MAC rate of one of them, Gb/s; the line itself is faster by FEC and coding. */
  readonly gbps: number;
}

/** What the standard lays down for a rate and a code; every number of it is fixed. */
export interface PcsFormat {
  readonly rateGbps: number;
  readonly fec: FecKind;
  /** PCS lanes, each with a marker of its own; the physical lanes carry them bit by bit in turn. */
  readonly pcsLanes: number;
  /** Codewords that are interleaved. */
  readonly codewords: number;
  /** n and k of the code, symbols of 10 bits. */
  readonly codewordSymbols: number;
  readonly messageSymbols: number;
  /** 257-bit groups in the messages of the interleaved codewords together. */
  readonly groups: number;
  /** Bits behind them that fill up the messages. */
  readonly padBits: number;
  /** Length of the group of alignment markers, and from one to the next, in 257-bit groups. */
  readonly markerGroups: number;
  readonly markerPeriodGroups: number;
}

export const pcsDerivedIds = [
  "lineGbps",
  "symbolsPerClock",
  "lineBits",
  "laneClockMHz",
  "pcsLaneBits",
  "laneBits",
  "codewordClocks",
  "groupsPerWord",
  "markerPeriodCodewords",
  "correctableSymbols",
  "keyEquationClocks",
  "keyEquationEngines",
  "decoderCycles",
  "deskewWords",
  "crossingWords",
  "realignNs",
  "pcsTxNs",
  "pcsRxNs",
  "pcsLinkNs",
] as const;

export type PcsDerivedId = (typeof pcsDerivedIds)[number];

/** A PCS with FEC with everything decided. */
export interface PcsDesign {
  /** Two interleaved codewords, or one stream of them over blocks that were scrambled before they were transcoded. */
  readonly kind: "clause119" | "clause91";
  readonly lanes: Lanes;
  readonly format: PcsFormat;
  readonly derived: Readonly<Record<PcsDerivedId, Derived>>;
  /** From the MII to the lanes and back; cycles are those of the clock that is named with each stage. */
  readonly latencyBudget: { readonly tx: readonly PcsStage[]; readonly rx: readonly PcsStage[] };
  readonly memories: readonly MemoryBlock[];
}

/** A stage of the PCS; it runs at the clock of the device or at that of the lanes. */
export interface PcsStage extends LatencyStage {
  readonly clock: "clk" | "lane_clk";
}
