/**
 * The part of the design model between the MII and the lanes for links without Reed-Solomon FEC: 10GBASE-R and 25GBASE-R
 * on one lane (IEEE Std 802.3 clauses 49 and 107), 40GBASE-R and 100GBASE-R on several (clause 82).
 */
import type { Derived, MemoryBlock } from "./link.ts";
import type { Lanes, PcsStage } from "./pcs.ts";

/** What the standard lays down for a rate. */
export interface BaseRFormat {
  readonly rateGbps: number;
  readonly fec: "none";
  /** PCS lanes, each with a marker of its own; one lane has none. */
  readonly pcsLanes: number;
  /** Physical lanes that may carry them. */
  readonly laneCounts: readonly number[];
  /** Width of a SerDes that is usual for each of those. */
  readonly laneBits: readonly number[];
  /** Block lock is lost when so many sync headers of so many in a row are bad. */
  readonly lockErrors: number;
  readonly lockWindow: number;
  /** The link is not fit for use when so many sync headers are bad within the window. */
  readonly berErrors: number;
  readonly berWindowUs: number;
}

export const baseRDerivedIds = [
  "lineGbps",
  "laneBits",
  "lineBits",
  "laneClockMHz",
  "pcsLaneBits",
  "blocksPerWord",
  "syncBlocks",
  "markerPeriodBlocks",
  "berWindowClocks",
  "deskewWords",
  "crossingWords",
  "realignNs",
  "pcsTxNs",
  "pcsRxNs",
  "pcsLinkNs",
] as const;

export type BaseRDerivedId = (typeof baseRDerivedIds)[number];

/** A PCS without FEC with everything decided. */
export interface BaseRDesign {
  readonly kind: "base-r";
  readonly lanes: Lanes;
  readonly format: BaseRFormat;
  readonly derived: Readonly<Record<BaseRDerivedId, Derived>>;
  /** From the MII to the lanes and back; cycles are those of the clock that is named with each stage. */
  readonly latencyBudget: { readonly tx: readonly PcsStage[]; readonly rx: readonly PcsStage[] };
  readonly memories: readonly MemoryBlock[];
}
