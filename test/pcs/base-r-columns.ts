/** Columns of the MII as the benches of the PCS send and compare them: 9 bytes, the flags first. */

import { blockBytes, decodeBlock, encodeBlock } from "../../sim/reference/pcs/blocks.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

export type Column = Uint8Array;

const idle = 0x07;

export const idleColumn: Column = Uint8Array.from([0xff, ...Array(8).fill(idle)]);
export const errorColumn: Column = Uint8Array.from([0xff, ...Array(8).fill(0xfe)]);

/** Data mostly, every kind of control column, and some that are of none. */
export function randomColumn(rng: Rng): Column {
  const data = Array.from({ length: 8 }, () => rng.below(256));
  const kind = rng.below(16);
  if (kind < 8) return Uint8Array.from([0, ...data]);
  if (kind === 8) return Uint8Array.from([0x01, 0xfb, ...data.slice(1)]);
  if (kind === 9) return Uint8Array.from([0x01, 0x9c, ...data.slice(1, 4), 0, 0, 0, 0]);
  if (kind === 10) return Uint8Array.from([0x01, 0x5c, ...data.slice(1, 4), 0x06, ...data.slice(5)]);
  if (kind === 11) return Uint8Array.from([0x01, 0x5c, ...data.slice(1, 4), 0, 0, 0, 0]);
  if (kind === 12) return Uint8Array.from([rng.below(256), ...data]);
  if (kind === 13) {
    const at = rng.below(8);
    return Uint8Array.from([
      (0xff << at) & 0xff,
      ...data.slice(0, at),
      0xfd,
      ...Array(7 - at).fill(rng.chance(0.8) ? idle : 0xfe),
    ]);
  }
  return idleColumn;
}

/** What comes out at the far end: columns that are of no kind come out as errors. */
export function expected(column: Column): Column {
  const block = new Uint8Array(blockBytes);
  const [data, flags] = [new Uint8Array(8), new Uint8Array(1)];
  encodeBlock(column.slice(1), column.slice(0, 1), 0, block, 0);
  decodeBlock(block, 0, data, flags, 0);
  return Uint8Array.from([flags[0]!, ...data]);
}

export function text(column: Column): string {
  return Buffer.from(column).toString("hex");
}
