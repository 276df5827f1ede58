/**
 * The field of the FEC: GF(2^10) with x^10 + x^3 + 1, alpha = x (IEEE Std 802.3 clause 91.5.2.7). Bit i of an element is the
 * coefficient of alpha^i; bit 0 is the first one on the wire.
 */

export const fieldSize = 1024;
/** Non-zero elements: the order of alpha. */
export const fieldOrder = fieldSize - 1;
const polynomial = 0x409;

/** Powers of alpha, 0 ... 2*1023-1, so that two logarithms can be added without reducing them. */
export const powers = new Uint16Array(2 * fieldOrder);
/** Logarithms of 1 ... 1023; that of 0 does not exist. */
export const logarithms = new Uint16Array(fieldSize);
for (let i = 0, value = 1; i < fieldOrder; i++) {
  powers[i] = value;
  powers[i + fieldOrder] = value;
  logarithms[value] = i;
  value <<= 1;
  if (value & fieldSize) value ^= polynomial;
}

export function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : powers[logarithms[a]! + logarithms[b]!]!;
}

/** alpha to any whole power, negative ones too. */
export function alpha(exponent: number): number {
  return powers[((exponent % fieldOrder) + fieldOrder) % fieldOrder]!;
}

/** 1/a for a other than 0. */
export function inverse(a: number): number {
  if (a === 0) throw new RangeError("zero has no inverse");
  return powers[fieldOrder - logarithms[a]!]!;
}

/** a/b for b other than 0. */
export function divide(a: number, b: number): number {
  return multiply(a, inverse(b));
}

/** Value of a polynomial at x; coefficient of x^0 first. */
export function evaluate(polynomialLowFirst: ArrayLike<number>, x: number): number {
  let value = 0;
  for (let i = polynomialLowFirst.length - 1; i >= 0; i--)
    value = multiply(value, x) ^ polynomialLowFirst[i]!;
  return value;
}
