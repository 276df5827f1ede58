import type { BaseRDerivedId, BaseRDesign } from "../../design/base-r.ts";
import { bitsFor } from "../common.ts";
import type { HostOf } from "./host.ts";

/** What a PCS without FEC is part of. */
export type BaseRHost = HostOf<BaseRDesign>;

/** A block with its sync header. */
export const blockBits = 66;

/** Sizes that the modules share. */
export interface BaseRSizes {
  /** Blocks that cross between the clocks together. */
  readonly wordBlocks: number;
  /** Columns of a beat of the MII. */
  readonly columns: number;
  readonly pcsLanes: number;
  /** PCS lanes on a physical lane. */
  readonly mux: number;
  /** Bits in a clock: of a physical lane, of a PCS lane, of all. */
  readonly laneBits: number;
  readonly bits: number;
  readonly lineBits: number;
  /** Blocks that a lane gives together. */
  readonly syncBlocks: number;
  /** Bits of a PCS lane's number. */
  readonly numberBits: number;
  /** Blocks behind the lanes that come together: a row, or with one lane what that gives. */
  readonly rowBlocks: number;
  /** Bits of the count of bad sync headers of a row. */
  readonly badBits: number;
}

export function sizesOf({ pcs, datapathBits }: BaseRHost): BaseRSizes {
  const n = (id: BaseRDerivedId) => pcs.derived[id].value;
  const { pcsLanes } = pcs.format;
  const syncBlocks = n("syncBlocks");
  const rowBlocks = pcsLanes > 1 ? pcsLanes : syncBlocks;
  return {
    wordBlocks: n("blocksPerWord"),
    columns: datapathBits / 64,
    pcsLanes,
    mux: pcsLanes / pcs.lanes.count,
    laneBits: n("laneBits"),
    bits: n("pcsLaneBits"),
    lineBits: n("lineBits"),
    syncBlocks,
    numberBits: bitsFor(pcsLanes - 1),
    rowBlocks,
    badBits: bitsFor(rowBlocks),
  };
}

/** `count` things in words. */
export function counted(count: number, thing: string): string {
  return count === 1 ? `one ${thing}` : `${count} ${thing}s`;
}

/** The range of a vector that is indexed: `[0:0]` for one bit, too. */
export function vector(bits: number): string {
  return `[${bits - 1}:0]`;
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
