import { describe, expect, it } from "vitest";
import { rsEncoderOf } from "../../generator/views/pcs/rs-encoder.ts";
import type { Model } from "../../sim/driver/model.ts";
import { readVectors, symbolsOf } from "../../sim/reference/pcs/vectors.ts";
import { Rng, withSeed } from "../../sim/traffic/rng.ts";
import {
  caseText,
  getSymbols,
  openRs,
  pinsOf,
  putSymbols,
  type RsCase,
  randomCodeword,
  rsCases,
  seed,
  shapeOf,
} from "./rs-bench.ts";

const latency = 2;
const vectors = readVectors();

/** Sends messages with noise in the places of the parity, and holds what comes out against the codewords. */
class Encoder {
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #gaps: number;
  /** What must come out, word by word: after the cycle, what it holds, whether a codeword begins. */
  readonly #due: { readonly cycle: number; readonly word: Uint16Array; readonly first: boolean }[] = [];

  constructor(model: Model, rng: Rng, gaps: number) {
    this.#model = model;
    this.#rng = rng;
    this.#gaps = gaps;
  }

  send(codeword: Uint16Array, { reference, symbols }: RsCase, length = codeword.length): void {
    const noisy = codeword.map((symbol, at) => (at < reference.k ? symbol : this.#rng.below(1024)));
    for (let at = 0; at < length; at += symbols) {
      while (this.#rng.chance(this.#gaps)) this.#cycle(undefined, false);
      const word = codeword.subarray(at, at + symbols);
      this.#due.push({ cycle: this.#model.cycle + latency, word, first: at === 0 });
      this.#cycle(noisy.subarray(at, at + symbols), at === 0);
    }
  }

  drain(): void {
    for (let left = latency; left >= 0; left -= 1) this.#cycle(undefined, false);
    expect(this.#due).toEqual([]);
  }

  #cycle(word: Uint16Array | undefined, first: boolean): void {
    const into = pinsOf(this.#model, "s");
    this.#model.eval();
    this.#check();
    into.valid.set(word === undefined ? 0 : 1);
    into.first.set(word === undefined ? this.#rng.below(2) : Number(first));
    if (word === undefined) this.#rng.fill(into.data.bytes, 0, into.data.bits >> 3);
    else putSymbols(into.data, word);
    this.#model.step();
  }

  #check(): void {
    const out = pinsOf(this.#model, "m");
    const due = this.#due[0]?.cycle === this.#model.cycle ? this.#due.shift() : undefined;
    expect(out.valid.get()).toBe(due === undefined ? 0 : 1);
    if (due === undefined) return;
    expect(out.first.get()).toBe(Number(due.first));
    expect(getSymbols(out.data)).toEqual(due.word);
  }
}

describe.each(rsCases.map((one) => [caseText(one), one] as const))("rs_encoder: %s", (_, one) => {
  const { reference } = one;
  const model = openRs(rsEncoderOf(shapeOf(one)));

  it("gives the parities of the vectors", async () => {
    const encoder = new Encoder(await model, new Rng(1), 0);
    for (const { n, k, message, parity } of vectors.rs_encode) {
      if (n === reference.n && k === reference.k) {
        encoder.send(Uint16Array.from([...symbolsOf(message), ...symbolsOf(parity)]), one);
      }
    }
    encoder.drain();
  });

  it("codes back to back, with gaps, and after codewords that break off", async () => {
    const opened = await model;
    await withSeed(seed, (rng) => {
      for (const gaps of [0, 0.3]) {
        const encoder = new Encoder(opened, rng, gaps);
        for (let count = 0; count < 40; count += 1) {
          const codeword = randomCodeword(rng, reference);
          const isCut = rng.chance(0.2);
          encoder.send(codeword, one, isCut ? rng.range(1, reference.k - 2 * one.symbols) : codeword.length);
        }
        encoder.drain();
      }
    });
  });
});
