import { describe, expect, it } from "vitest";
import { parity } from "./gf2.ts";
import { checkBitsFor, protectedBits, type SecdedCode, secdedCode, slicesOf } from "./secded.ts";

/** Syndrome of a word of data and check bits, from the masks alone: the columns are not looked at. */
function syndromeOf({ masks, dataBits }: SecdedCode, word: bigint): number {
  const data = word & ((1n << BigInt(dataBits)) - 1n);
  return masks.reduce((sum, mask, row) => {
    const check = (word >> BigInt(dataBits + row)) & 1n;
    return sum | (Number(parity(data & mask) ^ check) << row);
  }, 0);
}

/** The word with its check bits. */
function encode(code: SecdedCode, data: bigint): bigint {
  return code.masks.reduce(
    (word, mask, row) => word | (parity(data & mask) << BigInt(code.dataBits + row)),
    data,
  );
}

describe("SECDED codes", () => {
  it("takes 8 check bits for 64 bits, each the parity of 26", () => {
    const code = secdedCode(64);
    expect(code.checkBits).toBe(8);
    expect(code.masks.map((mask) => mask.toString(2).replaceAll("0", "").length)).toEqual(
      new Array(8).fill(26),
    );
  });

  it.each(Array.from({ length: 64 }, (_, at) => at + 1))(
    "%i bits: odd columns, all different, rows alike",
    (bits) => {
      const { columns, masks, checkBits } = secdedCode(bits);
      const weights = columns.map((column) => column.toString(2).replaceAll("0", "").length);
      expect(weights.every((weight) => weight % 2 === 1 && weight >= 3)).toBe(true);
      expect(new Set(columns).size).toBe(bits);
      expect(Math.max(...columns)).toBeLessThan(2 ** checkBits);
      const loads = masks.map((mask) => mask.toString(2).replaceAll("0", "").length);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(bits === 28 ? 2 : 1);
    },
  );

  it.each([1, 3, 4, 7, 11, 26, 57, 58, 63, 64])(
    "%i bits: every wrong bit is told apart, every two wrong bits are found",
    (bits) => {
      const code = secdedCode(bits);
      const good = encode(code, 0x9e37_79b9_7f4a_7c15n & ((1n << BigInt(bits)) - 1n));
      expect(syndromeOf(code, good)).toBe(0);
      const all = Array.from({ length: bits + code.checkBits }, (_, at) => 1n << BigInt(at));
      const known = (syndrome: number): boolean => ((code.known >> BigInt(syndrome)) & 1n) === 1n;
      const singles = all.map((wrong) => syndromeOf(code, good ^ wrong));
      expect(singles.slice(0, bits)).toEqual(code.columns);
      expect(new Set(singles).size).toBe(all.length);
      expect(singles.every(known)).toBe(true);
      const pairs = all.flatMap((a, at) => all.slice(at + 1).map((b) => syndromeOf(code, good ^ a ^ b)));
      expect(pairs.length).toBe((all.length * (all.length - 1)) / 2);
      expect(pairs.some(known)).toBe(false);
      expect(known(0)).toBe(true);
    },
  );

  it("knows the fewest check bits, the slices of a row and what it takes in memory", () => {
    expect([1, 4, 5, 11, 12, 26, 27, 57, 58, 64].map(checkBitsFor)).toEqual([3, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
    expect([64, 70, 128, 5].map(slicesOf)).toEqual([[64], [64, 6], [64, 64], [5]]);
    expect(protectedBits(64)).toBe(72);
    expect(protectedBits(64 + 5, 1)).toBe(72 + (4 + 4) + 5);
    for (const bits of [0, 65, 1.5]) expect(() => secdedCode(bits)).toThrow(RangeError);
  });
});
