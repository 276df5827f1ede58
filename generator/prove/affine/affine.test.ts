import { describe, expect, it } from "vitest";
import { holdsWhere, Refuted, same } from "./claims.ts";
import { allZero, and, type Form, mux, not, reduced, sameSystem, xor } from "./forms.ts";
import { constant, Machine } from "./machine.ts";
import { parseNetlist } from "./netlist.ts";
import {
  alphaTo,
  complement,
  crc8Of,
  generatorPolynomial,
  icrc,
  ones,
  reversed,
  shift,
  vcrc,
} from "./serial.ts";

const place = { refusal: { unknown: "here" } };
const [x, y, z] = [2n, 4n, 8n];

/** Bits of a text, each byte low bit first. */
function bitsOf(text: string): readonly Form[] {
  return [...Buffer.from(text)].flatMap((byte) => constant(byte, 8));
}

const numberOf = (bits: readonly Form[]): number =>
  Number(bits.reduce((sum, bit, at) => sum | (bit << BigInt(at)), 0n));

describe("forms", () => {
  it("are combined as far as that is affine", () => {
    expect(xor(x, y ^ 1n, place)).toBe(x ^ y ^ 1n);
    expect(mux(x, not(x), y, place)).toBe(x ^ y);
    expect(mux(x, y, z, place)).toBe(place.refusal);
    expect(xor(and(x, y, place), z, place)).toBe(place.refusal);
    expect(and(0n, place.refusal, place)).toBe(0n);
  });

  it("are the same system where they have the same solutions", () => {
    const both = and(not(x), not(xor(x, y, place)), place); // x = 0 and x = y
    expect(sameSystem(both, allZero([x, y]))).toBe(true);
    expect(sameSystem(both, allZero([x ^ y, y]))).toBe(true);
    expect(sameSystem(both, allZero([x]))).toBe(false);
    expect(sameSystem(not(x), allZero([x]))).toBe(true);
    expect(sameSystem(0n, allZero([x, x ^ 1n]))).toBe(true);
    expect(sameSystem(1n, allZero([]))).toBe(true);
    expect(sameSystem(not(both), allZero([x, y]))).toBe(false);
    expect(reduced([x ^ y, y ^ z, x ^ z])).toHaveLength(2);
    expect(reduced([x, x ^ 1n])).toEqual([1n]);
  });
});

describe("serial definitions", () => {
  it("give the published check values", () => {
    const digits = bitsOf("123456789");
    expect(numberOf(complement(reversed(shift(icrc, ones(32), digits))))).toBe(0xcbf43926);
    expect(numberOf(complement(reversed(shift(vcrc, ones(16), digits))))).toBe(0x0a3d);
    // a byte of zeros, shifted by hand
    expect(numberOf(crc8Of(constant(0, 8)))).toBe(0xf3);
  });

  it("have the generator polynomials of IEEE Std 802.3, 91.5.2.7", () => {
    expect(generatorPolynomial(14)).toEqual([
      432, 290, 945, 265, 592, 391, 614, 900, 925, 656, 32, 701, 6, 904, 1,
    ]);
    expect(generatorPolynomial(2)).toEqual([alphaTo(1), alphaTo(1) ^ 1, 1]);
  });
});

describe("claims", () => {
  const netlist = parseNetlist(
    "m",
    JSON.stringify({
      modules: {
        m: {
          ports: { a: { direction: "input", bits: [2, 3] }, y: { direction: "output", bits: [4] } },
          cells: {
            sum: {
              ...{ type: "$xor", parameters: {}, port_directions: { A: "input", B: "input", Y: "output" } },
              connections: { A: [2], B: [3], Y: [4] },
            },
          },
          netnames: { a: { bits: [2, 3] }, y: { bits: [4] } },
        },
      },
    }),
  );

  it("hold for what is so, and show an assignment for what is not", () => {
    const machine = new Machine(netlist);
    const [one, two] = machine.variables.vector("a", 2);
    const cycle = machine.cycle({ a: [one!, two!] });
    same(machine, "y", cycle.get("y"), [one! ^ two!]);
    expect(() => same(machine, "y", cycle.get("y"), [one!])).toThrow(
      "y[0] is wrong where of all data only a[1] is 1",
    );
    holdsWhere(machine, "y", cycle.get("y")[0], allZero([one! ^ two! ^ 1n]));
    expect(() => holdsWhere(machine, "y", cycle.get("y")[0], allZero([one!]))).toThrow(Refuted);
  });
});
