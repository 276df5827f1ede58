import { crc8, crc8Bits } from "../math/crc8.ts";
import { hex } from "../render/verilog.ts";
import type { View } from "../render/view.ts";

/** Message codes of control sets (`docs/wire-format.md`). */
export const messageCodes = { ack: 0x01, nack: 0x02, init: 0x03, initEcho: 0x04, fill: 0x20, poison: 0x21 };

const orderedSet = 0x5c;
const oCode = 0x06;

/** The column of a message with sequence number and session word 0 as a 64-bit literal, byte 0 in the low bits. */
export function constantControlSet(message: number): string {
  const body = [message, 0, 0, oCode, 0, 0];
  const bytes = [orderedSet, ...body, crc8(body)];
  return hex(
    bytes.reduce((sum, byte, at) => sum | (BigInt(byte) << BigInt(8 * at)), 0n),
    64,
  );
}

/** The eight bits of a CRC-8 over the `count` bytes of a vector, bit 0 first: mask and what to compare with. */
export function crc8View(count: number): readonly View[] {
  return crc8Bits(count).map(({ mask, inverted }, bit) => ({
    bit: String(bit),
    mask: hex(mask, 8 * count),
    sign: inverted ? "~^" : "^",
  }));
}
