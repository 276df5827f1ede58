/**
 * Systematic Reed-Solomon codes over GF(2^10) with roots alpha^0 ... alpha^(2t-1), as IEEE Std 802.3 uses them. A word is an
 * array in order of time: index 0 is sent first and is the coefficient of x^(n-1); the parity stands at the end.
 */
import { alpha, divide, evaluate, fieldSize, logarithms, multiply, powers } from "./gf.ts";

/** What a decoder makes of a word. */
export interface Decoded {
  /** False: more errors than can be corrected; the word then comes back as it was. */
  readonly correctable: boolean;
  readonly word: Uint16Array;
  /** Places that were corrected, ascending. */
  readonly positions: readonly number[];
}

/** An error locator, coefficient of x^0 first and never 0, without zeros at its end, and the length of its register. */
export interface Locator {
  readonly lambda: number[];
  readonly length: number;
}

export class ReedSolomon {
  readonly n: number;
  readonly k: number;
  /** Symbols that can be corrected. */
  readonly t: number;
  /** The generator polynomial, coefficient of x^0 first; its last one is 1. */
  readonly generator: readonly number[];
  readonly #paritySymbols: number;
  /** The generator times every element: entry 2t*e + i is e times coefficient i. */
  readonly #multiples: Uint16Array;
  /** Times alpha^i for every element: entry 1024*i + e. */
  readonly #roots: Uint16Array;

  constructor(n: number, k: number) {
    this.n = n;
    this.k = k;
    const parity = n - k;
    this.#paritySymbols = parity;
    this.t = parity >> 1;
    let generator = [1];
    for (let j = 0; j < parity; j++) {
      const next = [0, ...generator];
      for (const [i, c] of generator.entries()) next[i]! ^= multiply(c, alpha(j));
      generator = next;
    }
    this.generator = generator;
    this.#multiples = new Uint16Array(fieldSize * parity);
    this.#roots = new Uint16Array(fieldSize * parity);
    for (let e = 0; e < fieldSize; e++) {
      for (let i = 0; i < parity; i++) {
        this.#multiples[e * parity + i] = multiply(e, generator[i]!);
        this.#roots[i * fieldSize + e] = multiply(e, alpha(i));
      }
    }
  }

  /** Writes the 2t parity symbols behind the k message symbols of `word`, in place. */
  encode(word: Uint16Array): void {
    const { k } = this;
    const last = this.#paritySymbols - 1;
    const table = this.#multiples;
    const register = new Uint16Array(last + 1);
    for (let s = 0; s < k; s++) {
      const row = (word[s]! ^ register[last]!) * (last + 1);
      for (let i = last; i > 0; i--) register[i] = register[i - 1]! ^ table[row + i]!;
      register[0] = table[row]!;
    }
    for (let i = 0; i <= last; i++) word[k + i] = register[last - i]!;
  }

  /** Parity of a message, the first one on the wire first. */
  parity(message: ArrayLike<number>): Uint16Array {
    const word = new Uint16Array(this.n);
    word.set(message);
    this.encode(word);
    return word.slice(this.k);
  }

  /** Syndromes S_0 ... S_(2t-1): the received polynomial at the roots; all 0 for a codeword. */
  syndromes(word: Uint16Array): Uint16Array {
    const sums = new Uint16Array(this.#paritySymbols);
    const table = this.#roots;
    // Two at a time: each waits for its own table only.
    for (let i = 0; i < sums.length; i += 2) {
      const row = i * fieldSize;
      const next = row + fieldSize;
      let even = 0;
      let odd = 0;
      for (let s = 0; s < word.length; s++) {
        const symbol = word[s]!;
        even = table[row + even]! ^ symbol;
        odd = table[next + odd]! ^ symbol;
      }
      sums[i] = even;
      sums[i + 1] = odd;
    }
    return sums;
  }

  /** Berlekamp and Massey's shortest register for the syndromes. */
  locator(syndromes: ArrayLike<number>): Locator {
    let lambda = [1];
    let previous = [1];
    let length = 0;
    let shift = 1;
    let base = 1;
    for (let step = 0; step < syndromes.length; step++) {
      let discrepancy = syndromes[step]!;
      for (let i = 1; i <= Math.min(length, lambda.length - 1); i++) {
        discrepancy ^= multiply(lambda[i]!, syndromes[step - i]!);
      }
      if (discrepancy === 0) {
        shift++;
        continue;
      }
      const factor = divide(discrepancy, base);
      const next = lambda.slice();
      while (next.length < previous.length + shift) next.push(0);
      for (const [i, c] of previous.entries()) next[i + shift]! ^= multiply(factor, c);
      if (2 * length <= step) {
        length = step + 1 - length;
        previous = lambda;
        base = discrepancy;
        shift = 1;
      } else shift++;
      lambda = next;
    }
    while (lambda.length > 1 && lambda[lambda.length - 1] === 0) lambda.pop();
    return { lambda, length };
  }

  /**
   * Corrects a word. Accepted is what the hardware accepts, too: the locator has the degree of its register, at most t, and as
   * many different roots, all at places that the shortened code has. The words that this lets through are codewords.
   */
  decode(received: Uint16Array): Decoded {
    const syndromes = this.syndromes(received);
    if (syndromes.every((s) => s === 0)) return { correctable: true, word: received.slice(), positions: [] };
    const { lambda, length } = this.locator(syndromes);
    const failed = { correctable: false, word: received.slice(), positions: [] };
    if (lambda.length - 1 !== length || length > this.t) return failed;
    const positions = this.#search(lambda);
    if (positions.length !== length) return failed;
    const word = received.slice();
    const omega = new Array<number>(length).fill(0);
    for (let i = 0; i < length; i++) {
      for (let j = 0; j <= i; j++) omega[i]! ^= multiply(syndromes[i - j]!, lambda[j]!);
    }
    const derivative = lambda.slice(1).map((c, i) => (i & 1 ? 0 : c));
    for (const at of positions) {
      const exponent = this.n - 1 - at;
      const x = alpha(-exponent);
      const value = divide(evaluate(omega, x), evaluate(derivative, x));
      word[at]! ^= multiply(alpha(exponent), value);
    }
    return { correctable: true, word, positions };
  }

  /** Places whose power of alpha is the inverse of a root of the locator. */
  #search(lambda: readonly number[]): number[] {
    const places: number[] = [];
    const terms = lambda.map((c) => (c === 0 ? -1 : logarithms[c]!));
    const degree = lambda.length - 1;
    for (let at = 0; at < this.n && places.length < degree; at++) {
      const x = (1023 - (this.n - 1 - at)) % 1023;
      let sum = lambda[0]!;
      for (let i = 1, power = 0; i <= degree; i++) {
        power += x;
        if (power >= 1023) power -= 1023;
        if (terms[i]! >= 0) sum ^= powers[terms[i]! + power]!;
      }
      if (sum === 0) places.push(at);
    }
    return places;
  }
}

/** The codes of the link's FECs. RS(528,514) and RS(272,258) have the same generator. */
export const rs544 = new ReedSolomon(544, 514);
export const rs528 = new ReedSolomon(528, 514);
export const rs272 = new ReedSolomon(272, 258);
