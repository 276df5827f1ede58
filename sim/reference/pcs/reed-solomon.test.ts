import { describe, expect, it } from "vitest";
import { Rng } from "../../traffic/rng.ts";
import { alpha, divide, inverse, multiply, powers } from "./gf.ts";
import { ReedSolomon, rs272, rs528, rs544 } from "./reed-solomon.ts";
import { readVectors, symbolsOf } from "./vectors.ts";

const vectors = readVectors();
const codes = [rs544, rs528, rs272];
const codeFor = (n: number): ReedSolomon => codes.find((code) => code.n === n)!;

/** Changes `count` different symbols. @returns their places, ascending */
function damage(rng: Rng, word: Uint16Array, count: number): number[] {
  const places = new Set<number>();
  while (places.size < count) places.add(rng.below(word.length));
  for (const at of places) word[at]! ^= rng.range(1, 1023);
  return [...places].sort((x, y) => x - y);
}

function randomWord(rng: Rng, code: ReedSolomon): Uint16Array {
  const word = Uint16Array.from({ length: code.n }, () => rng.below(1024));
  code.encode(word);
  return word;
}

describe("GF(2^10)", () => {
  it("is that of the vectors", () => {
    const { alpha_powers_0_to_39, mul, inv } = vectors.gf1024;
    expect([...powers.subarray(0, 40)]).toEqual(alpha_powers_0_to_39);
    for (const [a, b, product] of mul) expect(multiply(a, b)).toBe(product);
    for (const [a, inverted] of inv) expect(inverse(a)).toBe(inverted);
  });

  it("is a field: alpha has the full order, and division undoes multiplication", () => {
    expect(new Set(powers).size).toBe(1023);
    expect([alpha(1023), alpha(-1), alpha(10)]).toEqual([1, inverse(2), 9]);
    const rng = new Rng(1);
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [rng.below(1024), rng.range(1, 1023)];
      expect(divide(multiply(a, b), b)).toBe(a);
    }
    expect(() => inverse(0)).toThrow(RangeError);
  });
});

describe("Reed-Solomon codes", () => {
  it("have the published generators", () => {
    const { rs544_514, rs528_514_rs272_258_rs271_257 } = vectors.generator_polynomials_g0_first;
    expect(rs544.generator).toEqual(rs544_514);
    for (const code of [rs528, rs272]) expect(code.generator).toEqual(rs528_514_rs272_258_rs271_257);
  });

  for (const { name, n, message, parity } of vectors.rs_encode) {
    it(`encodes ${name}`, () => {
      expect(codeFor(n).parity(symbolsOf(message))).toEqual(symbolsOf(parity));
    });
  }

  it("encodes the message of the encoder's trace, and part by part", () => {
    const one = vectors.rs544_encoder_trace_32_symbols_per_clock;
    const message = symbolsOf(one.message);
    expect(rs544.parity(message)).toEqual(symbolsOf(one.parity));
    for (const [clock, state] of one.state_after_clock_p29_first.entries()) {
      const front = new Uint16Array(514);
      const count = 32 * (clock + 1) - 30;
      front.set(message.subarray(0, count), 514 - count);
      expect(rs544.parity(front)).toEqual(symbolsOf(state));
    }
  });

  for (const one of vectors.rs_decode) {
    it(`decodes ${one.name}`, () => {
      const code = codeFor(one.n);
      const received = symbolsOf(one.received);
      const syndromes = code.syndromes(received);
      expect([...syndromes]).toEqual(one.syndromes_S0_first);
      if (one.lambda_low_first !== null) {
        expect(code.locator(syndromes).lambda).toEqual(one.lambda_low_first);
      }
      const { correctable, word, positions } = code.decode(received);
      expect(correctable).toBe(one.correctable);
      const expected = received.slice();
      if (correctable) for (const [at, value] of one.errors_index_value) expected[at]! ^= value;
      expect(word).toEqual(expected);
      expect(positions).toEqual(correctable ? one.errors_index_value.map(([at]) => at) : []);
    });
  }

  for (const code of codes) {
    it(`RS(${code.n},${code.k}) corrects what it can and leaves the rest alone`, () => {
      const rng = new Rng(code.n);
      for (let round = 0; round < 300; round++) {
        const sent = randomWord(rng, code);
        const received = sent.slice();
        const errors = round % (code.t + 6);
        const places = damage(rng, received, errors);
        const { correctable, word, positions } = code.decode(received);
        expect(correctable).toBe(errors <= code.t);
        expect(word).toEqual(correctable ? sent : received);
        expect(positions).toEqual(correctable ? places : []);
      }
    });
  }

  it("accepts nothing but codewords, also where a short code miscorrects", () => {
    const code = new ReedSolomon(200, 196);
    const rng = new Rng(7);
    let accepted = 0;
    for (let round = 0; round < 4000; round++) {
      const word = randomWord(rng, code);
      damage(rng, word, rng.range(3, 6));
      const result = code.decode(word);
      if (!result.correctable) continue;
      accepted++;
      expect(code.syndromes(result.word).every((s) => s === 0)).toBe(true);
    }
    expect(accepted).toBeGreaterThan(20);
  });
});
