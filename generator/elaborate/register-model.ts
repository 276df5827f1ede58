import type { DerivedId } from "../design/link.ts";

/** What software may do with a field: read and write, read only, or write 1 for a one-cycle pulse (reads as 0). */
export type Access = "rw" | "ro" | "w1";

/** One field of a register. */
export interface Field {
  /** Upper snake case, unique in its register. */
  readonly name: string;
  /** Lowest bit, 0 … 31. */
  readonly lsb: number;
  /** 1 … 32; `lsb + bits` is at most 32. */
  readonly bits: number;
  readonly access: Access;
  /** Value after reset, one for each element of the register; a constant field (no signal) always reads as this. */
  readonly reset: readonly number[];
  /** Port of the register block: driven by it (`cfg_…`, `cmd_…`), or read by it (`sts_…`). Absent: a constant. */
  readonly signal?: string;
  /** True for a signal that stays inside the register block and is no port of it. */
  readonly internal?: boolean;
  readonly text: string;
  readonly unit?: string;
  /** The derived number that the reset value is. */
  readonly derived?: DerivedId;
  /** Names of the codes of an enumerated field. */
  readonly codes?: readonly { readonly name: string; readonly value: number }[];
}

/** One 32-bit register, or `count` like ones, 4 bytes apart. */
export interface Register {
  readonly name: string;
  /** Byte address of the (first) register. */
  readonly offset: number;
  /** Number of elements; absent for a single register. Element `i` holds slice `i` of each field's signal. */
  readonly count?: number;
  readonly text: string;
  readonly fields: readonly Field[];
}

/** Registers that belong together; their read multiplexer is one process of the RTL. */
export interface RegisterGroup {
  /** Lower snake case. */
  readonly id: string;
  readonly title: string;
  readonly registers: readonly Register[];
}

/** One event counter: two read-only registers, LO at `offset` and HI at `offset + 4`. */
export interface Counter {
  readonly name: string;
  readonly offset: number;
  /** Input port that counts. */
  readonly signal: string;
  /** 1 for a pulse that counts one; else the bits of the amount that is added each cycle. */
  readonly increment: number;
  /** The counter's name in SAI or in the InfiniBand PortCounters attribute; absent for the project's own. */
  readonly standardName?: string;
  readonly text: string;
  readonly unit: string;
}

/** Everything that software sees of a link port. RTL, C header and Markdown table are views of this. */
export interface RegisterMap {
  /** Bits of a byte address. */
  readonly addressBits: number;
  readonly groups: readonly RegisterGroup[];
  /** Byte address of the first counter. */
  readonly counterBase: number;
  /** Bits after which a counter starts at 0 again, 16 … 64. */
  readonly counterBits: number;
  /** Counters that add one come first, counters that add an amount after them. */
  readonly counters: readonly Counter[];
}

/** Bytes between the registers of neighbouring counters. */
export const counterStride = 8;
