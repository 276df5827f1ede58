/**
 * Matrices over GF(2). A matrix is its rows, lowest index first; bit `c` of row `r` is the element (r, c). A vector is
 * one bigint, bit `i` its element `i`.
 */
export type Gf2Matrix = readonly bigint[];

/** Raised where a matrix has no inverse. */
export class SingularMatrixError extends Error {
  override readonly name = "SingularMatrixError";
}

/** The identity of `size` rows. */
export function identityMatrix(size: number): Gf2Matrix {
  return Array.from({ length: size }, (_, row) => 1n << BigInt(row));
}

/** The matrix with the given columns, each of `rows` elements. */
export function matrixOfColumns(columns: readonly bigint[], rows: number): Gf2Matrix {
  return Array.from({ length: rows }, (_, row) =>
    columns.reduce((word, column, at) => word | (((column >> BigInt(row)) & 1n) << BigInt(at)), 0n),
  );
}

/** Sum of the elements of a vector: 0n or 1n. `vector` must not be negative. */
export function parity(vector: bigint): bigint {
  let rest = vector;
  let odd = 0n;
  while (rest !== 0n) {
    rest &= rest - 1n;
    odd ^= 1n;
  }
  return odd;
}

/** The product of a matrix and a column vector. */
export function applyMatrix(matrix: Gf2Matrix, vector: bigint): bigint {
  return matrix.reduce((sum, row, at) => sum | (parity(row & vector) << BigInt(at)), 0n);
}

/** The product `left * right`: what applies `right` first. */
export function multiplyMatrices(left: Gf2Matrix, right: Gf2Matrix): Gf2Matrix {
  return left.map((row) =>
    right.reduce((sum, term, at) => ((row >> BigInt(at)) & 1n ? sum ^ term : sum), 0n),
  );
}

/** The square matrix `matrix` to the power of `exponent` (0 or more). */
export function matrixPower(matrix: Gf2Matrix, exponent: number): Gf2Matrix {
  let result = identityMatrix(matrix.length);
  let square = matrix;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplyMatrices(square, result);
    square = multiplyMatrices(square, square);
  }
  return result;
}

/** The inverse of a square matrix, by Gauss-Jordan elimination. Throws {@link SingularMatrixError} if there is none. */
export function invertMatrix(matrix: Gf2Matrix): Gf2Matrix {
  const size = matrix.length;
  const left = [...matrix];
  const right = [...identityMatrix(size)];
  for (let column = 0; column < size; column += 1) {
    const bit = 1n << BigInt(column);
    const pivot = left.findIndex((row, at) => at >= column && (row & bit) !== 0n);
    if (pivot < 0) throw new SingularMatrixError(`the matrix of ${size} rows has no inverse`);
    swap(left, pivot, column);
    swap(right, pivot, column);
    for (let row = 0; row < size; row += 1) {
      if (row === column || (left[row]! & bit) === 0n) continue;
      left[row]! ^= left[column]!;
      right[row]! ^= right[column]!;
    }
  }
  return right;
}

function swap(rows: bigint[], a: number, b: number): void {
  [rows[a], rows[b]] = [rows[b]!, rows[a]!];
}
