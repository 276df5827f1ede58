import { expect } from "vitest";
import { rsDecoderCycles } from "../../generator/views/pcs/rs-decoder.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { getSymbols, type Pins, pinsOf, putSymbols, type RsCase, shapeOf } from "./rs-bench.ts";

/** A word that must come out. */
interface Due {
  readonly cycle: number;
  /** Undefined: it may have been changed, as its codeword cannot be corrected. */
  readonly word: Uint16Array | undefined;
  readonly first: boolean;
  /** Places in the word that are corrected. */
  readonly errors: readonly number[];
  readonly verdict: { readonly uncorrectable: boolean; readonly count: number } | undefined;
}

/** Feeds a decoder and holds what comes out, cycle by cycle, against the reference. */
export class DecoderBench {
  corrected = 0;
  uncorrectable = 0;
  /** Codewords that came out as another one than was sent. */
  miscorrected = 0;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #case: RsCase;
  readonly #latency: number;
  readonly #into: Pins;
  readonly #out: Pins;
  #due: Due[] = [];
  #next = 0;

  constructor(model: Model, one: RsCase, rng: Rng) {
    this.#model = model;
    this.#rng = rng;
    this.#case = one;
    this.#latency = rsDecoderCycles(shapeOf(one));
    this.#into = pinsOf(model, "s");
    this.#out = pinsOf(model, "m");
  }

  /** Sends a whole word of the code. @param sent what it was before errors came in */
  send(received: Uint16Array, sent?: Uint16Array): void {
    const { reference, symbols } = this.#case;
    const { correctable, word, positions } = reference.decode(received);
    if (!correctable) this.uncorrectable += 1;
    else if (positions.length > 0) this.corrected += 1;
    if (correctable && sent !== undefined && word.some((one, at) => one !== sent[at])) this.miscorrected += 1;
    for (let at = 0; at < reference.n; at += symbols) {
      const errors = positions.filter((place) => place >= at && place < at + symbols).map((p) => p - at);
      const isLast = at + symbols === reference.n;
      const verdict = { uncorrectable: !correctable, count: positions.length };
      this.#expect(
        correctable ? word.subarray(at, at + symbols) : undefined,
        at === 0,
        errors,
        isLast ? verdict : undefined,
      );
      this.#cycle(received.subarray(at, at + symbols), at === 0);
    }
  }

  /** Sends the words `from` ... `to` - 1 of a codeword only; they come out as they are. */
  sendPart(received: Uint16Array, from: number, to: number): void {
    const { symbols } = this.#case;
    for (let word = from; word < to; word += 1) {
      const part = received.subarray(word * symbols, (word + 1) * symbols);
      this.#expect(part, word === 0, [], undefined);
      this.#cycle(part, word === 0);
    }
  }

  idle(cycles: number): void {
    for (let left = cycles; left > 0; left -= 1) this.#cycle(undefined, false);
  }

  /** Waits for the last word. */
  drain(): void {
    this.idle(this.#latency + 1);
    expect(this.#next).toBe(this.#due.length);
    this.#due = [];
    this.#next = 0;
  }

  #expect(
    word: Uint16Array | undefined,
    first: boolean,
    errors: readonly number[],
    verdict: Due["verdict"],
  ): void {
    this.#due.push({ cycle: this.#model.cycle + this.#latency, word, first, errors, verdict });
  }

  #cycle(word: Uint16Array | undefined, first: boolean): void {
    this.#check();
    this.#into.valid.set(word === undefined ? 0 : 1);
    this.#into.first.set(word === undefined ? this.#rng.below(2) : Number(first));
    if (word !== undefined) putSymbols(this.#into.data, word);
    this.#model.step();
  }

  #check(): void {
    const pin = (name: string): number => this.#model.port(name).get();
    const due = this.#due[this.#next];
    if (due?.cycle !== this.#model.cycle) {
      if (pin("m_valid") !== 0 || pin("m_last") !== 0) throw new Error("a word came out when none was due");
      return;
    }
    this.#next += 1;
    expect(pin("m_valid")).toBe(1);
    expect(pin("m_first")).toBe(Number(due.first));
    expect(pin("m_last")).toBe(due.verdict === undefined ? 0 : 1);
    if (due.verdict !== undefined) {
      const seen = { uncorrectable: pin("m_uncorrectable") === 1, count: pin("m_count") };
      expect(seen).toEqual(due.verdict);
    } else expect(pin("m_uncorrectable") + pin("m_count")).toBe(0);
    if (due.word === undefined) return;
    const errors = this.#model.port("m_errors").getBig();
    expect(errors).toBe(due.errors.reduce((mask, at) => mask | (1n << BigInt(at)), 0n));
    expect(
      Buffer.compare(Buffer.from(getSymbols(this.#out.data).buffer), Buffer.from(due.word.slice().buffer)),
    ).toBe(0);
  }
}
