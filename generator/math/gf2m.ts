/**
 * Finite fields GF(2^m). An element is an integer, bit `i` the coefficient of alpha^i, where alpha is a root of the
 * field's primitive polynomial.
 */
export interface Field {
  /** m: bits of an element. */
  readonly bits: number;
  /** The primitive polynomial, bit `i` the coefficient of x^i, x^m with it. */
  readonly polynomial: number;
  /** 2^m - 1: the number of powers of alpha. */
  readonly order: number;
  /** alpha to the power of `exponent`, which may be any integer. */
  power(exponent: number): number;
  /** The exponent of a nonzero element. Throws RangeError for 0. */
  logarithm(element: number): number;
  multiply(a: number, b: number): number;
  /** 1 / `element`. Throws RangeError for 0. */
  invert(element: number): number;
}

/** The field of `bits` bits (2 … 16). Throws RangeError when alpha does not run through every element but 0. */
export function createField(bits: number, polynomial: number): Field {
  const order = 2 ** bits - 1;
  const powers = new Uint16Array(order);
  const logarithms = new Int32Array(order + 1).fill(-1);
  let element = 1;
  for (let exponent = 0; exponent < order; exponent += 1) {
    if (logarithms[element] !== -1) throw new RangeError(`${polynomial} is not primitive`);
    powers[exponent] = element;
    logarithms[element] = exponent;
    element <<= 1;
    if (element > order) element ^= polynomial;
  }
  const power = (exponent: number): number => powers[((exponent % order) + order) % order]!;
  const logarithm = (one: number): number => {
    if (!(one > 0 && one <= order)) throw new RangeError(`${one} has no logarithm`);
    return logarithms[one]!;
  };
  return {
    bits,
    polynomial,
    order,
    power,
    logarithm,
    multiply: (a, b) => (a === 0 || b === 0 ? 0 : power(logarithm(a) + logarithm(b))),
    invert: (one) => power(-logarithm(one)),
  };
}

/** GF(2^10) of the Reed-Solomon codes of Ethernet (IEEE Std 802.3 clauses 91 and 119): x^10 + x^3 + 1. */
export const gf1024 = createField(10, 0x409);
