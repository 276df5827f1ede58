/**
 * Networks of two-input XORs for linear maps of bits, with terms shared between the outputs: the pair of signals that the
 * most outputs sum up becomes a signal of its own, again and again (C. Paar, "Optimized arithmetic for Reed-Solomon
 * encoders", IEEE ISIT 1997). Of pairs that are equally frequent the one that has waited longest goes first, which keeps
 * the network shallow.
 */
import type { BitMatrix } from "./reed-solomon.ts";

export interface XorNetwork {
  readonly inputs: number;
  /** Each the sum of two signals; signal `i` is input `i`, signal `inputs + j` term `j`, which uses earlier ones only. */
  readonly terms: readonly (readonly [left: number, right: number])[];
  /** The signal that each output is; -1 for one that is always 0. */
  readonly outputs: readonly number[];
  /** XORs that the outputs would take one by one. */
  readonly naive: number;
  /** XORs between an input and an output, at most. */
  readonly depth: number;
}

/** The network of a map. The same map gives the same network. */
export function shareXors(matrix: BitMatrix): XorNetwork {
  const naive = matrix.rows.reduce((sum, row) => sum + Math.max(0, row.length - 1), 0);
  const sharing = new Sharing(matrix);
  sharing.run();
  const outputs = sharing.rows.map((row) => sharing.sumOf(row));
  const depth = outputs.reduce((most, at) => Math.max(most, sharing.depths[at] ?? 0), 0);
  return { inputs: matrix.inputs, terms: sharing.terms, outputs, naive, depth };
}

/** The outputs of a network, each 0 or 1, for inputs of 0 or 1. */
export function evaluateNetwork(network: XorNetwork, inputs: readonly number[]): readonly number[] {
  const values = [...inputs];
  for (const [left, right] of network.terms) values.push(values[left]! ^ values[right]!);
  return network.outputs.map((at) => (at < 0 ? 0 : values[at]!));
}

/** Pairs are kept as one number; a signal's number stays below this. */
const pairBase = 2 ** 24;

class Sharing {
  readonly terms: [number, number][] = [];
  readonly depths: number[];
  /** Signals that are left to be summed up for each output. */
  readonly rows: number[][];

  readonly #inputs: number;
  /** Words of 32 bits for a set of outputs. */
  readonly #words: number;
  /** For each signal the set of outputs that sum it up. */
  #users: Uint32Array;
  /** `#queues[c]`: pairs that had `c` outputs in common when they came; meanwhile it may be fewer, never more. */
  readonly #queues: number[][] = [];

  constructor({ inputs, rows }: BitMatrix) {
    this.#inputs = inputs;
    this.#words = Math.ceil(rows.length / 32);
    this.#users = new Uint32Array(this.#words * Math.max(2 * inputs, 64));
    this.depths = new Array<number>(inputs).fill(0);
    this.rows = rows.map((row) => [...row]);
    rows.forEach((row, at) => {
      for (const signal of row) this.#users[signal * this.#words + (at >> 5)]! |= 1 << (at & 31);
    });
  }

  run(): void {
    this.#queueInputs();
    for (let count = this.#queues.length - 1; count >= 2; count -= 1) {
      const queue = this.#queues[count] ?? [];
      for (let at = 0; at < queue.length; at += 1) {
        const pair = queue[at]!;
        const [left, right] = [Math.floor(pair / pairBase), pair % pairBase];
        const common = this.#common(left, right);
        if (common === count) this.#share(left, right);
        else if (common >= 2) this.#queue(common, pair);
      }
      this.#queues[count] = [];
    }
  }

  /** One signal for the sum of `signals`: the shallowest two first. -1 for none. */
  sumOf(signals: readonly number[]): number {
    const left = [...signals].sort((a, b) => this.depths[a]! - this.depths[b]! || a - b);
    while (left.length > 1) {
      const sum = this.#term(left.shift()!, left.shift()!);
      const place = left.findIndex((one) => this.depths[one]! > this.depths[sum]!);
      left.splice(place < 0 ? left.length : place, 0, sum);
    }
    return left[0] ?? -1;
  }

  #queue(count: number, pair: number): void {
    let queue = this.#queues[count];
    if (queue === undefined) {
      queue = [];
      this.#queues[count] = queue;
    }
    queue.push(pair);
  }

  #queueInputs(): void {
    const counts = new Uint16Array(this.#inputs * this.#inputs);
    for (const row of this.rows) {
      row.forEach((left, at) => {
        for (let next = at + 1; next < row.length; next += 1) counts[left * this.#inputs + row[next]!]! += 1;
      });
    }
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    for (let count = 0; count <= most; count += 1) this.#queues[count] ??= [];
    for (let left = 0; left < this.#inputs; left += 1) {
      for (let right = left + 1; right < this.#inputs; right += 1) {
        const count = counts[left * this.#inputs + right]!;
        if (count >= 2) this.#queue(count, left * pairBase + right);
      }
    }
  }

  /** Outputs that sum up both signals. */
  #common(left: number, right: number): number {
    const users = this.#users;
    let [a, b, count] = [left * this.#words, right * this.#words, 0];
    for (let word = 0; word < this.#words; word += 1) count += ones(users[a++]! & users[b++]!);
    return count;
  }

  /** A term for two signals in place of both, wherever they stand together; its own pairs come into the queues. */
  #share(left: number, right: number): void {
    const term = this.#term(left, right);
    this.#makeRoom(term);
    const users = this.#users;
    const pairs = new Map<number, number>();
    for (let word = 0; word < this.#words; word += 1) {
      const [a, b] = [left * this.#words + word, right * this.#words + word];
      const both = users[a]! & users[b]!;
      users[a]! &= ~both;
      users[b]! &= ~both;
      users[term * this.#words + word] = both;
      for (let rest = both; rest !== 0; rest &= rest - 1) {
        const row = this.rows[word * 32 + 31 - Math.clz32(rest & -rest)]!;
        remove(row, left);
        remove(row, right);
        for (const other of row) pairs.set(other, (pairs.get(other) ?? 0) + 1);
        row.push(term);
      }
    }
    for (const [other, count] of pairs) {
      if (count >= 2) this.#queue(count, other * pairBase + term);
    }
  }

  #term(left: number, right: number): number {
    this.terms.push([left, right]);
    this.depths.push(Math.max(this.depths[left]!, this.depths[right]!) + 1);
    return this.#inputs + this.terms.length - 1;
  }

  #makeRoom(signal: number): void {
    if ((signal + 1) * this.#words <= this.#users.length) return;
    const larger = new Uint32Array(2 * this.#users.length);
    larger.set(this.#users);
    this.#users = larger;
  }
}

/** Number of ones in a word of 32 bits. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function remove(list: number[], value: number): void {
  list[list.indexOf(value)] = list[list.length - 1]!;
  list.pop();
}
