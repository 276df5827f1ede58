/**
 * Reed-Solomon codes as linear maps of symbols, for a number of symbols a clock.
 *
 * A codeword is a polynomial; its first symbol is the coefficient of x^(n-1), its last that of x^0. It is a multiple of
 * the generator polynomial, whose roots are alpha^0 … alpha^(n-k-1).
 */

import type { Gf2Matrix } from "./gf2.ts";
import { type Field, gf1024 } from "./gf2m.ts";

export interface RsCode {
  readonly field: Field;
  /** Symbols of a codeword, and of the message in front. */
  readonly n: number;
  readonly k: number;
  /** Symbols that may be wrong. */
  readonly t: number;
}

/** The code of `n` symbols, `k` of them the message. n - k is even, n at most the order of the field. */
export function rsCode(n: number, k: number, field = gf1024): RsCode {
  if (!(k > 0 && k < n && n <= field.order && (n - k) % 2 === 0)) {
    throw new RangeError(`there is no RS(${n},${k}) over GF(2^${field.bits})`);
  }
  return { field, n, k, t: (n - k) / 2 };
}

/** Coefficients of the generator polynomial, that of x^0 first. */
export function generatorPolynomial({ field, n, k }: RsCode): readonly number[] {
  let product = [1];
  for (let root = 0; root < n - k; root += 1) {
    const next = [0, ...product];
    product.forEach((coefficient, at) => {
      next[at]! ^= field.multiply(coefficient, field.power(root));
    });
    product = next;
  }
  return product;
}

/** A linear map of symbols: element (r, c) is what input `c` is multiplied by in output `r`. */
export type SymbolMatrix = readonly (readonly number[])[];

/**
 * The remainder of `symbols` symbols, behind which as many zeros follow as there are parity symbols. Both are in the
 * order of the line: input 0 came first, output 0 (the coefficient of the highest power) goes first.
 */
export function remainderMatrix(code: RsCode, symbols: number): SymbolMatrix {
  const { field, n, k } = code;
  const parity = n - k;
  const generator = generatorPolynomial(code);
  const columns: number[][] = [];
  let remainder = Array.from({ length: parity }, (_, at) => generator[parity - 1 - at]!);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    columns.unshift(remainder);
    const top = remainder[0]!;
    remainder = Array.from(
      { length: parity },
      (_, at) => (remainder[at + 1] ?? 0) ^ field.multiply(top, generator[parity - 1 - at]!),
    );
  }
  return Array.from({ length: parity }, (_, row) => columns.map((column) => column[row]!));
}

/** What `symbols` symbols, first one first, add to each of the n - k syndromes, the last of them at power 0. */
export function syndromeMatrix({ field, n, k }: RsCode, symbols: number): SymbolMatrix {
  return Array.from({ length: n - k }, (_, root) =>
    Array.from({ length: symbols }, (_, at) => field.power(root * (symbols - 1 - at))),
  );
}

/** Each symbol times a constant of its own: alpha to the power of `exponents[symbol]`. */
export function scalingMatrix(field: Field, exponents: readonly number[]): SymbolMatrix {
  return exponents.map((exponent, row) => exponents.map((_, at) => (at === row ? field.power(exponent) : 0)));
}

/** A linear map of bits: for each output the inputs that it is the sum of, in ascending order. */
export interface BitMatrix {
  readonly inputs: number;
  readonly rows: readonly (readonly number[])[];
}

/**
 * The same map over bits; symbol `s` takes the bits from `bits * s` on, its coefficient of alpha^0 first.
 * @param basis what the bits of the outputs are taken in, if not powers of alpha
 */
export function bitMatrix(field: Field, matrix: SymbolMatrix, basis?: Gf2Matrix): BitMatrix {
  const { bits } = field;
  const toBasis = basis?.map(Number);
  const inBasis = (element: number): number =>
    toBasis?.reduce((word, row, at) => word | (oddOnes(row & element) << at), 0) ?? element;
  const rows = matrix.flatMap((row) => {
    const words = row.map((factor) =>
      Array.from({ length: bits }, (_, bit) => inBasis(field.multiply(factor, 1 << bit))),
    );
    return Array.from({ length: bits }, (_, bit) =>
      words.flatMap((columns, symbol) =>
        columns.flatMap((column, at) => ((column >> bit) & 1 ? [symbol * bits + at] : [])),
      ),
    );
  });
  return { inputs: (matrix[0]?.length ?? 0) * bits, rows };
}

/** Maps of the same inputs below each other. */
export function stackBits(matrices: readonly BitMatrix[]): BitMatrix {
  return { inputs: matrices[0]?.inputs ?? 0, rows: matrices.flatMap(({ rows }) => rows) };
}

function oddOnes(word: number): number {
  let odd = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) odd ^= 1;
  return odd;
}
