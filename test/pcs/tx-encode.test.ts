import { describe, expect, it } from "vitest";
import { copyBits, readBits } from "../../sim/reference/pcs/bits.ts";
import { blockBytes, encodeBlock } from "../../sim/reference/pcs/blocks.ts";
import { groupBits, transcode } from "../../sim/reference/pcs/transcode.ts";
import { freshSeed, parseSeed, Rng, seedText } from "../../sim/traffic/rng.ts";
import { portsOf, resetAll } from "../rtl/link-bench.ts";
import { long, openTxModule, type TxBenchOptions, txHost, writeColumn } from "./tx-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

const all: readonly TxBenchOptions[] = [
  { bits: 64, symbols: 16, lanes: 8 },
  { bits: 256, symbols: 4, lanes: 8 },
  { bits: 512, symbols: 8, lanes: 8, slow: true },
  { rateGbps: 400, bits: 1024, symbols: 32, lanes: 4, slow: true },
];
const shapes = all.filter(({ slow = false }) => !slow || long > 1);

/** Words of groups of a stream of columns. */
class Reference {
  readonly words: Uint8Array[] = [];
  readonly #blocks: Uint8Array;
  readonly #wordBytes: number;
  #count = 0;

  constructor(groups: number) {
    this.#blocks = new Uint8Array(4 * groups * blockBytes);
    this.#wordBytes = Math.ceil((groups * groupBits) / 8);
  }

  push(data: Uint8Array, flags: Uint8Array): void {
    for (let column = 0; column < flags.length; column += 1) {
      encodeBlock(data, flags, column, this.#blocks, blockBytes * this.#count);
      this.#count += 1;
      if (this.#count * blockBytes < this.#blocks.length) continue;
      this.#count = 0;
      const word = new Uint8Array(this.#wordBytes);
      for (let at = 0; 4 * at * blockBytes < this.#blocks.length; at += 1) {
        copyBits(transcode(this.#blocks, 4 * at * blockBytes), 0, word, at * groupBits, groupBits);
      }
      this.words.push(word);
    }
  }
}

/** The sync headers of the group that begins at bit `at`, bit i being that of block i: 1 for data. */
function headersOf(word: Uint8Array, at: number): number {
  const bits = readBits(word, at, 5);
  return bits & 1 ? 15 : bits >> 1;
}

describe.each(shapes.map((shape) => [`${shape.bits} bits`, shape] as const))("pcs_encode, %s", (_, shape) => {
  const host = txHost(shape);
  const groups = host.pcs.derived.groupsPerWord.value;

  const beatsPerWord = (256 * groups) / shape.bits;
  const rng = new Rng(seed);

  /** Offers a new beat after each one that is taken. */
  async function run(cycles: number, ready: (cycle: number) => boolean) {
    const model = await openTxModule(host, "pcs_encode");
    const p = portsOf(model, ["mii_txd", "mii_txc", "mii_tx_ready", "m_data", "m_valid", "m_ready"]);
    model.step(50); // so that the reset has something to undo
    resetAll(model);
    const reference = new Reference(groups);
    const seen = { beats: 0, words: 0, first: -1, last: -1, kinds: new Set<number>() };
    let waiting: Uint8Array | undefined;
    const offer = (): void => {
      for (let column = 0; column < shape.bits / 64; column += 1) {
        writeColumn(p.mii_txd.bytes, p.mii_txc.bytes, column, rng);
      }
    };
    offer();
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      p.m_ready.set(ready(cycle) ? 1 : 0);
      const before = p.mii_tx_ready.get();
      model.eval();
      expect(p.mii_tx_ready.get(), "mii_tx_ready follows an input of its cycle").toBe(before);
      const taken = before === 1;
      if (taken) {
        reference.push(p.mii_txd.bytes, p.mii_txc.bytes);
        seen.beats += 1;
      }
      if (p.m_valid.get() === 1) {
        if (seen.first < 0) seen.first = cycle;
        const word = p.m_data.bytes.slice();
        expect(word, `word ${seen.words} of seed ${seedText(seed)}`).toEqual(reference.words[seen.words]);
        if (waiting !== undefined) expect(word, "the word changed while it waited").toEqual(waiting);
        waiting = word;
        if (p.m_ready.get() === 1) {
          for (let at = 0; at < groups; at += 1) seen.kinds.add(headersOf(word, at * groupBits));
          seen.words += 1;
          waiting = undefined;
        }
      } else {
        expect(waiting, "m_valid fell before m_ready").toBeUndefined();
      }
      seen.last = cycle;
      model.step();
      if (taken) offer();
    }
    return { ...seen, expected: reference.words.length };
  }

  it("takes a beat in every cycle, and gives each out two cycles later", async () => {
    const cycles = 4000 * long;
    const { beats, words, first, kinds } = await run(cycles, () => true);
    expect(beats).toBe(cycles);
    expect(words).toBe(Math.floor((cycles - 2) / beatsPerWord));
    expect(first).toBe(beatsPerWord - 1 + 2);
    expect(kinds.size, "sets of sync headers").toBe(16);
  });

  it("takes a beat in every cycle while a word waits until the next one is complete", async () => {
    const { beats, words } = await run(1024, (cycle) => cycle % beatsPerWord === beatsPerWord >> 1);
    expect(beats).toBe(1024);
    expect(words).toBe(1024 / beatsPerWord - (beatsPerWord > 1 ? 1 : 2));
  });

  it.each([0.1, 0.5, 0.9])("loses no beat when a word waits with probability %f", async (stalls) => {
    const { words, expected } = await run(3000 * long, () => !rng.chance(stalls));
    expect(expected - words).toBeLessThanOrEqual(3);
    expect(words).toBeGreaterThan(50);
  });
});
