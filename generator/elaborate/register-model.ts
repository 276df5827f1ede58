import type { Derived } from "../design/link.ts";

/**
 * What software may do with a field: read and write, read only, write 1 for a one-cycle pulse (reads as 0), or read and
 * write 1 to clear what the device has set; a set in the cycle of a clear wins.
 */
export type Access = "rw" | "ro" | "w1" | "w1c";

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
  /**
   * Port of the register block: driven by it (`cfg_…`, `cmd_…`), or read by it (`sts_…`, `set_…`). Absent: a constant.
   */
  readonly signal?: string;
  /** Bits of the whole signal where the last element of the register has fewer than `bits`. */
  readonly total?: number;
  /** True for a signal that stays inside the register block and is no port of it. */
  readonly internal?: boolean;
  /**
   * `rw` only: output that pulses when a write has stored the new value, a bit for each element of the register; writes
   * count when any byte is strobed.
   */
  readonly strobe?: string;
  /** `rw` only: the value goes up by one behind each pulse of this signal. */
  readonly increment?: string;
  /** `rw` only: software reads not what it wrote but what came on `signal` with the last pulse of `pulse`. */
  readonly readBack?: { readonly signal: string; readonly pulse: string };
  /** `ro` only: the signal is the register block's own, an output unless `internal`. */
  readonly flag?: Flag;
  readonly text: string;
  readonly unit?: string;
  /** The derived number that the reset value is. */
  readonly derived?: Derived;
  /** Names of the codes of an enumerated field. */
  readonly codes?: readonly { readonly name: string; readonly value: number }[];
}

/** A bit that is 1 from a pulse of `set` on until a pulse of `clear`; `set` wins. */
export interface Flag {
  readonly set: string;
  readonly clear: string;
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
  /** Which slice of `signal` counts, where it is a vector with one for each lane. */
  readonly lane?: number;
  /** 1 for a pulse that counts one; else the bits of the amount that is added each cycle. */
  readonly increment: number;
  /** The counter's name in SAI or in the InfiniBand PortCounters attribute; absent for the project's own. */
  readonly standardName?: string;
  readonly text: string;
  readonly unit: string;
}

/** Level output that is 1 while a bit of register `status` is set whose bit in register `enable` is set. */
export interface Interrupt {
  readonly signal: string;
  readonly status: string;
  readonly enable: string;
}

/** The registers of one block: what one AXI4-Lite slave shows. RTL, C header, SystemRDL and Markdown are views of this. */
export interface RegisterMap {
  /** Lower snake case: the module is `<id>_csr`, its counters are `<id>_counters`. */
  readonly id: string;
  /** Whose registers these are, as in "registers of …". */
  readonly title: string;
  /** Bits of a byte address. */
  readonly addressBits: number;
  readonly groups: readonly RegisterGroup[];
  readonly interrupt?: Interrupt;
  /** Byte address of the first counter. */
  readonly counterBase: number;
  /** Bits after which a counter starts at 0 again, 16 … 64. */
  readonly counterBits: number;
  /** Counters that add one come first, counters that add an amount after them; there may be none. */
  readonly counters: readonly Counter[];
}

/** Where a block stands in the device: once at `base`, or once for each port of a range. */
export interface PlacedBlock {
  readonly map: RegisterMap;
  /** Byte address; of port 0 when there is one for each port, whether port 0 has one or not. */
  readonly base: number;
  /** The ports that have one. */
  readonly ports?: { readonly first: number; readonly last: number };
}

/** Everything that software sees of a device. */
export interface DeviceRegisters {
  /** Bits of a byte address of the device's slave. */
  readonly addressBits: number;
  /** Bytes from the registers of a port to those of the next one. */
  readonly portStride: number;
  readonly blocks: readonly PlacedBlock[];
}

/** Bytes between the registers of neighbouring counters. */
export const counterStride = 8;

/** Bits of the byte addresses of a block: 4 KiB. */
export const blockAddressBits = 12;

/** Bits that element `index` of a register has of a field. */
export function fieldBits({ bits, total }: Field, index: number): number {
  return total === undefined ? bits : Math.min(bits, total - bits * index);
}

/** Bits of the signal of a field. */
export function signalBits({ count }: Register, { bits, total }: Field): number {
  return total ?? bits * (count ?? 1);
}
