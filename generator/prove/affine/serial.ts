/**
 * The definitions of the codes, one bit or one symbol at a time, over forms in place of numbers. Written from the standards
 * and apart from `generator/math`, which the matrices of the RTL come from.
 */
import type { Form } from "./forms.ts";

/** Exponents of a CRC's polynomial without the highest, and its width. */
export interface SerialCrc {
  readonly bits: number;
  readonly exponents: readonly number[];
}

/** InfiniBand vol. 1, 7.8.2: x^16 + x^12 + x^3 + x + 1. */
export const vcrc: SerialCrc = { bits: 16, exponents: [12, 3, 1, 0] };
/** InfiniBand vol. 1, 7.8.1: the CRC-32 of IEEE Std 802.3, 3.2.9. */
export const icrc: SerialCrc = {
  bits: 32,
  exponents: [26, 23, 22, 16, 12, 11, 10, 8, 7, 5, 4, 2, 1, 0],
};
/** Start columns and control sets (docs/wire-format.md): x^8 + x^2 + x + 1. */
export const crc8: SerialCrc = { bits: 8, exponents: [2, 1, 0] };

/**
 * The shift register after `data`, whose first bit is bit 0. Stage i of the register is the coefficient of x^i.
 * @param register stages before, x^0 first
 */
export function shift(crc: SerialCrc, register: readonly Form[], data: readonly Form[]): readonly Form[] {
  let stages = [...register];
  for (const bit of data) {
    const feedback = stages[crc.bits - 1]! ^ bit;
    stages = [0n, ...stages.slice(0, -1)];
    for (const exponent of crc.exponents) stages[exponent]! ^= feedback;
  }
  return stages;
}

/** A register that starts a packet. */
export const ones = (bits: number): readonly Form[] => new Array<Form>(bits).fill(1n);
export const complement = (bits: readonly Form[]): readonly Form[] => bits.map((bit) => bit ^ 1n);
/** Bits in the other order: the stage of the highest power leaves first, and what leaves first is bit 0. */
export const reversed = (bits: readonly Form[]): readonly Form[] => [...bits].reverse();

/** CRC-8 of bytes that stand in a vector, byte 0 low; of each byte the most significant bit goes first. */
export function crc8Of(vector: readonly Form[]): readonly Form[] {
  const order = vector.map((_, at) => vector[(at & ~7) + 7 - (at & 7)]!);
  return shift(crc8, ones(8), order);
}

/** Scrambler 1 + x^39 + x^58 of IEEE Std 802.3, 49.2.6. */
export class SerialScrambler {
  /** The last 58 bits of the scrambled stream, the newest last. */
  #history: readonly Form[];

  constructor(history: readonly Form[] = new Array<Form>(58).fill(0n)) {
    this.#history = history;
  }

  scramble(data: readonly Form[]): readonly Form[] {
    return data.map((bit) => this.#take(bit, (sum) => sum));
  }

  descramble(data: readonly Form[]): readonly Form[] {
    return data.map((bit) => this.#take(bit, () => bit));
  }

  #take(bit: Form, kept: (sum: Form) => Form): Form {
    const sum = bit ^ this.#history[58 - 39]! ^ this.#history[0]!;
    this.#history = [...this.#history.slice(1), kept(sum)];
    return sum;
  }
}

/** A symbol of GF(2^10), ten forms, the coefficient of alpha^0 first. */
export type Symbol10 = readonly Form[];

/** Times alpha, which is a root of x^10 + x^3 + 1 (IEEE Std 802.3, 91.5.2.7). */
function timesAlpha(symbol: Symbol10): Symbol10 {
  const top = symbol[9]!;
  return symbol.map((_, at) => (symbol[at - 1] ?? 0n) ^ (at === 0 || at === 3 ? top : 0n));
}

/** `symbol` times constants of the field; bit i of a constant is the coefficient of alpha^i. */
export function times(symbol: Symbol10, factors: readonly number[]): readonly Symbol10[] {
  const powers = [symbol];
  while (powers.length < 10) powers.push(timesAlpha(powers[powers.length - 1]!));
  return factors.map((factor) =>
    powers.reduce((sum, power, at) => ((factor >> at) & 1 ? add(sum, power) : sum), zeroSymbol),
  );
}

export const zeroSymbol: Symbol10 = new Array<Form>(10).fill(0n);
export const add = (a: Symbol10, b: Symbol10): Symbol10 => a.map((bit, at) => bit ^ b[at]!);

/** alpha^exponent as a number. */
export function alphaTo(exponent: number): number {
  let power = 1;
  for (let at = 0; at < exponent; at += 1) power = (power << 1) ^ (power & 0x200 ? 0x409 : 0);
  return power;
}

function multiply(a: number, b: number): number {
  const bits = Array.from({ length: 10 }, (_, at) => BigInt((a >> at) & 1));
  return times(bits, [b])[0]!.reduce((sum, bit, at) => sum | (Number(bit) << at), 0);
}

/** The generator with roots alpha^0 to alpha^(count - 1): coefficient of x^0 first, the last is 1. */
export function generatorPolynomial(count: number): readonly number[] {
  let polynomial = [1];
  for (let root = 0; root < count; root += 1) {
    const scaled = [...polynomial.map((c) => multiply(c, alphaTo(root))), 0];
    polynomial = [0, ...polynomial].map((c, at) => c ^ scaled[at]!);
  }
  return polynomial;
}

/** The remainder after one more symbol of a message: the encoder of 91.5.2.7. Coefficient of x^0 first. */
export function divideStep(
  remainder: readonly Symbol10[],
  symbol: Symbol10,
  generator: readonly number[],
): readonly Symbol10[] {
  const feedback = add(symbol, remainder[remainder.length - 1]!);
  const products = times(feedback, generator);
  return remainder.map((_, at) => add(remainder[at - 1] ?? zeroSymbol, products[at]!));
}
