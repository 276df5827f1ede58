import { describe, expect, it } from "vitest";
import { rs272, rs528, rs544 } from "../../sim/reference/pcs/reed-solomon.ts";
import { readVectors, symbolsOf } from "../../sim/reference/pcs/vectors.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { createField, gf1024 } from "./gf2m.ts";
import {
  bitMatrix,
  generatorPolynomial,
  remainderMatrix,
  rsCode,
  type SymbolMatrix,
  scalingMatrix,
  syndromeMatrix,
} from "./reed-solomon.ts";
import { changeBasis, tower1024 } from "./tower-field.ts";
import { evaluateNetwork, shareXors } from "./xor-sharing.ts";

const vectors = readVectors();

function apply(matrix: SymbolMatrix, symbols: ArrayLike<number>): number[] {
  return matrix.map((row) =>
    row.reduce((sum, factor, at) => sum ^ gf1024.multiply(factor, symbols[at] ?? 0), 0),
  );
}

const randomSymbols = (rng: Rng, count: number): number[] =>
  Array.from({ length: count }, () => rng.below(1024));

describe("fields", () => {
  it("GF(2^10) is that of the vectors", () => {
    const { mul, inv, alpha_powers_0_to_39 } = vectors.gf1024;
    expect(alpha_powers_0_to_39.map((_, exponent) => gf1024.power(exponent))).toEqual(alpha_powers_0_to_39);
    for (const [a, b, product] of mul) expect(gf1024.multiply(a, b)).toBe(product);
    for (const [a, inverse] of inv) expect(gf1024.invert(a)).toBe(inverse);
    expect(gf1024.power(-1)).toBe(gf1024.invert(2));
  });

  it("what is no field is refused, and what no logarithm has", () => {
    expect(() => createField(10, 0x401)).toThrow("not primitive");
    expect(() => gf1024.invert(0)).toThrow(RangeError);
  });

  it("the tower is the same field: products and inverses of pairs are those of the elements", () => {
    const { half, shift, toPair, fromPair } = tower1024(gf1024);
    const split = (element: number): readonly [number, number] => {
      const pair = changeBasis(toPair, element);
      return [pair & 31, pair >> 5];
    };
    const join = (low: number, high: number): number => changeBasis(fromPair, (high << 5) | low);
    const rng = new Rng(1);
    for (let run = 0; run < 500; run += 1) {
      const [a, b] = [rng.below(1024), 1 + rng.below(1023)];
      const [a0, a1] = split(a);
      const [b0, b1] = split(b);
      const high = half.multiply(a1, b1);
      const cross = half.multiply(a0, b1) ^ half.multiply(a1, b0);
      const low = half.multiply(a0, b0);
      expect(join(low ^ half.multiply(shift, high), high ^ cross)).toBe(gf1024.multiply(a, b));
      const norm = half.multiply(b0, b0 ^ b1) ^ half.multiply(shift, half.multiply(b1, b1));
      const inverse = half.invert(norm);
      expect(join(half.multiply(b0 ^ b1, inverse), half.multiply(b1, inverse))).toBe(gf1024.invert(b));
    }
  });
});

describe("Reed-Solomon codes", () => {
  it("have the published generators", () => {
    const published = vectors.generator_polynomials_g0_first;
    expect(generatorPolynomial(rsCode(544, 514))).toEqual(published.rs544_514);
    for (const [n, k] of [
      [528, 514],
      [272, 258],
    ] as const) {
      expect(generatorPolynomial(rsCode(n, k))).toEqual(published.rs528_514_rs272_258_rs271_257);
    }
  });

  it("what is no code is refused", () => {
    for (const [n, k] of [
      [544, 544],
      [544, 515],
      [1100, 1000],
    ] as const) {
      expect(() => rsCode(n, k)).toThrow(`RS(${n},${k})`);
    }
  });

  it("the remainder of a whole message is its parity", () => {
    for (const { n, k, message, parity } of vectors.rs_encode) {
      const code = rsCode(n, k);
      expect(apply(remainderMatrix(code, k), symbolsOf(message))).toEqual([...symbolsOf(parity)]);
    }
  });

  it("syndromes are those of the vectors", () => {
    for (const { n, k, received, syndromes_S0_first } of vectors.rs_decode) {
      expect(apply(syndromeMatrix(rsCode(n, k), n), symbolsOf(received))).toEqual(syndromes_S0_first);
    }
  });

  it.each([rs544, rs528, rs272])("syndromes are those of the reference, word by word", (reference) => {
    const code = rsCode(reference.n, reference.k);
    const rng = new Rng(2);
    const word = Uint16Array.from(randomSymbols(rng, code.n));
    const step = scalingMatrix(
      gf1024,
      Array.from({ length: 2 * code.t }, (_, root) => 16 * root),
    );
    const input = syndromeMatrix(code, 16);
    let sums = new Array<number>(2 * code.t).fill(0);
    for (let at = 0; at < code.n; at += 16) {
      const added = apply(input, word.subarray(at, at + 16));
      sums = apply(step, sums).map((sum, root) => sum ^ added[root]!);
    }
    expect(sums).toEqual([...reference.syndromes(word)]);
  });
});

describe("networks of XORs", () => {
  it.each([1, 4, 8, 16])("give what the matrix gives, %i symbols a clock", (symbols) => {
    const rng = new Rng(symbols);
    const matrix = remainderMatrix(rsCode(544, 514), symbols);
    const network = shareXors(bitMatrix(gf1024, matrix));
    for (let run = 0; run < 20; run += 1) {
      const input = randomSymbols(rng, symbols);
      const bits = input.flatMap((symbol) => Array.from({ length: 10 }, (_, bit) => (symbol >> bit) & 1));
      const output = evaluateNetwork(network, bits);
      const joined = apply(matrix, input).flatMap((symbol) =>
        Array.from({ length: 10 }, (_, bit) => (symbol >> bit) & 1),
      );
      expect(output).toEqual(joined);
    }
  });

  it("share what can be shared, and count it", () => {
    const network = shareXors({ inputs: 4, rows: [[0, 1, 2], [0, 1, 3], [0, 1], [2], []] });
    expect(network).toEqual({
      inputs: 4,
      terms: [
        [0, 1],
        [2, 4],
        [3, 4],
      ],
      outputs: [5, 6, 4, 2, -1],
      naive: 5,
      depth: 2,
    });
  });

  it("take a third of the XORs of the wide encoder, and stay shallow", () => {
    const matrix = bitMatrix(gf1024, remainderMatrix(rsCode(544, 514), 32));
    const network = shareXors(matrix);
    expect(network.naive).toBe(48_208);
    expect(network.terms.length).toBeLessThan(15_200);
    expect(network.depth).toBeLessThan(10);
    expect(shareXors(matrix)).toEqual(network);
  });
});
