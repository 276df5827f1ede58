import { applyMatrix, type Gf2Matrix, invertMatrix, matrixOfColumns } from "./gf2.ts";
import { createField, type Field } from "./gf2m.ts";

/**
 * A field of 2m bits seen as pairs over a field of m bits: a1*y + a0 with y^2 = y + shift. The inverse of a pair takes an
 * inverse of half the width only (Itoh and Tsujii, Information and Computation 78(3), 1988).
 */
export interface TowerField {
  /** The field of m bits. */
  readonly half: Field;
  readonly shift: number;
  /** From an element of the whole field to a pair, a0 in the low bits; and back. */
  readonly toPair: Gf2Matrix;
  readonly fromPair: Gf2Matrix;
}

/** The tower over `half` that is the same field as `whole`, which has twice the bits. */
export function towerOf(whole: Field, half: Field): TowerField {
  const base = subfieldRoot(whole, half);
  const { shift, y } = extension(whole, half, base);
  const columns = Array.from({ length: whole.bits }, (_, bit) => {
    const low = whole.power((bit % half.bits) * base);
    return BigInt(bit < half.bits ? low : whole.multiply(low, y));
  });
  const fromPair = matrixOfColumns(columns, whole.bits);
  return { half, shift, toPair: invertMatrix(fromPair), fromPair };
}

/** GF(2^10) over GF(2^5) with x^5 + x^2 + 1. */
export const tower1024 = (whole: Field): TowerField => towerOf(whole, createField(5, 0x25));

/** The exponent of an element of `whole` that is a root of the polynomial of `half`. */
function subfieldRoot(whole: Field, half: Field): number {
  const step = whole.order / half.order;
  for (let exponent = step; exponent < whole.order; exponent += step) {
    let value = 0;
    for (let at = 0; at <= half.bits; at += 1) {
      if ((half.polynomial >> at) & 1) value ^= whole.power(exponent * at);
    }
    if (value === 0) return exponent;
  }
  throw new RangeError(`GF(2^${half.bits}) is not within GF(2^${whole.bits})`);
}

/** The first element of `half`, 1 upwards, for which y^2 + y + it has no root in `half`, and a root in `whole`. */
function extension(whole: Field, half: Field, base: number): { readonly shift: number; readonly y: number } {
  const inWhole = (element: number): number =>
    element === 0 ? 0 : whole.power(half.logarithm(element) * base);
  const squares = new Set(Array.from({ length: half.order + 1 }, (_, x) => half.multiply(x, x) ^ x));
  for (let shift = 1; shift <= half.order; shift += 1) {
    if (squares.has(shift)) continue;
    for (let y = 2; y <= whole.order; y += 1) {
      if ((whole.multiply(y, y) ^ y) === inWhole(shift)) return { shift, y };
    }
  }
  throw new RangeError("there is no such tower");
}

/** A pair's bits from an element, or the other way round, by one of the tower's matrices. */
export function changeBasis(matrix: Gf2Matrix, element: number): number {
  return Number(applyMatrix(matrix, BigInt(element)));
}
