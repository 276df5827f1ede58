import { describe, expect, it } from "vitest";
import {
  applyMatrix,
  identityMatrix,
  invertMatrix,
  matrixOfColumns,
  matrixPower,
  multiplyMatrices,
  parity,
  SingularMatrixError,
} from "./gf2.ts";

/** (x0, x1, x2) -> (x1, x0 + x2, x0): regular, and not its own inverse. */
const sample = [0b010n, 0b101n, 0b001n];

describe("GF(2) matrices", () => {
  it("takes the parity of a word of any length", () => {
    expect([0n, 1n, 3n, 7n, 1n << 200n, (1n << 200n) | 1n].map(parity)).toEqual([0n, 1n, 0n, 1n, 1n, 0n]);
  });

  it("applies a matrix row by row", () => {
    expect(applyMatrix(sample, 0b001n)).toBe(0b110n);
    expect(applyMatrix(sample, 0b010n)).toBe(0b001n);
    expect(applyMatrix(sample, 0b100n)).toBe(0b010n);
  });

  it("builds a matrix from its columns", () => {
    expect(matrixOfColumns([0b110n, 0b001n, 0b010n], 3)).toEqual(sample);
  });

  it("multiplies so that the right factor comes first", () => {
    const other = [0b011n, 0b100n, 0b010n];
    const product = multiplyMatrices(sample, other);
    for (let vector = 0n; vector < 8n; vector += 1n) {
      expect(applyMatrix(product, vector)).toBe(applyMatrix(sample, applyMatrix(other, vector)));
    }
  });

  it("raises to powers, 0 included", () => {
    expect(matrixPower(sample, 0)).toEqual(identityMatrix(3));
    let product = identityMatrix(3);
    for (let exponent = 1; exponent < 12; exponent += 1) {
      product = multiplyMatrices(sample, product);
      expect(matrixPower(sample, exponent)).toEqual(product);
    }
  });

  it("inverts, and refuses what has no inverse", () => {
    expect(multiplyMatrices(sample, invertMatrix(sample))).toEqual(identityMatrix(3));
    expect(multiplyMatrices(invertMatrix(sample), sample)).toEqual(identityMatrix(3));
    expect(() => invertMatrix([0b011n, 0b101n, 0b110n])).toThrow(SingularMatrixError);
  });
});
