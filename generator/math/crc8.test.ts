import { describe, expect, it } from "vitest";
import { crc8, crc8Bits } from "./crc8.ts";
import { parity } from "./gf2.ts";

describe("crc8", () => {
  it("gives FB for the digits 1 to 9", () => {
    expect(crc8([...Buffer.from("123456789")])).toBe(0xfb);
  });

  it("is what the masks say", () => {
    const bytes = [0x01, 0xab, 0xcd, 0xe6, 0x00, 0x5a];
    const vector = bytes.reduce((sum, byte, at) => sum | (BigInt(byte) << BigInt(8 * at)), 0n);
    const value = crc8Bits(6).reduce(
      (sum, { mask, inverted }, bit) => sum | ((Number(parity(vector & mask)) ^ Number(inverted)) << bit),
      0,
    );
    expect(value).toBe(crc8(bytes));
  });
});
