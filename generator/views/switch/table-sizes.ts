import type { SwitchDesign } from "../../design/switch.ts";
import { indexBits } from "../common.ts";
import { switchSizes } from "./sizes.ts";

/** Sizes of the tables that routing reads. */
export interface TableSizes {
  /** A parity bit guards each row. */
  readonly parity: boolean;
  /** Rows of a bank of the unicast table, and bits of a row number. */
  readonly unicastRows: number;
  readonly unicastBits: number;
  /** Rows of a bank of the multicast table; 0 without multicast. */
  readonly multicastRows: number;
  readonly multicastBits: number;
  /** Rows of the SL-to-VL table of an input port. */
  readonly slRows: number;
  readonly slBits: number;
  /** Rows of the largest memory of them, and bits of their number. */
  readonly fillRows: number;
  readonly fillBits: number;
}

export function tableSizes(design: SwitchDesign): TableSizes {
  const { P, portBits, multicastBits } = switchSizes(design);
  const { unicastEntries, multicastEntries } = design.tables;
  const slRows = 16 * P;
  const fillRows = Math.max(2 * unicastEntries, 2 * multicastEntries, slRows);
  return {
    parity: design.memoryProtection === "secded",
    unicastRows: unicastEntries,
    unicastBits: indexBits(unicastEntries),
    multicastRows: multicastEntries,
    multicastBits,
    slRows,
    slBits: portBits + 4,
    fillRows,
    // the widest address decides, a table's rows need not be a power of two
    fillBits: Math.max(indexBits(unicastEntries) + 1, multicastBits + 1, portBits + 4),
  };
}
