/** The receiving side of a PCS: words of the physical lanes in, MII columns and figures out. */
import { copyBits, readBits } from "./bits.ts";
import { blockBytes, decodeBlock, writeErrorBlock } from "./blocks.ts";
import { codeOf, deinterleave, joinPair, placeOf } from "./distribution.ts";
import { type LaneFormat, laneBitsPerPair, markerPeriodPairs } from "./format.ts";
import { LaneLock } from "./lane-lock.ts";
import { markerStatus } from "./markers.ts";
import type { Decoded } from "./reed-solomon.ts";
import { Descrambler } from "./scrambler.ts";
import { blocksPerGroup, groupBits, groupBytes, untranscode } from "./transcode.ts";

export interface ReceiverOptions {
  /** Physical lanes, and bits of all of them together in a word. */
  readonly lanes: number;
  readonly lineBits: number;
  /** Pairs from markers to markers; the format's when it is not given. */
  readonly periodPairs?: number;
  /** Sees every group that is not of markers, descrambled, before it is replaced by error blocks when `error` is set. */
  readonly onGroup?: (group: Uint8Array, error: boolean) => void;
  /** Sees the decoded words of every pair. */
  readonly onPair?: (a: Decoded, b: Decoded, marked: boolean) => void;
}

/** Counted since the beginning. */
export interface ReceiverCounts {
  pairs: number;
  /** Codewords with errors that were corrected, and with too many. */
  correctedCodewords: number;
  uncorrectableCodewords: number;
  /** Codewords with 0, 1 ... t corrected symbols. */
  readonly bins: number[];
  /** Corrected symbols of each PCS lane; of pairs with no uncorrectable codeword. */
  readonly symbolErrors: number[];
  /** Times that the lanes were aligned, and that the alignment was lost. */
  alignments: number;
  losses: number;
  /** Searches begun anew after three uncorrectable codewords in a row; also losses. */
  restarts: number;
  /** Groups replaced by error blocks. */
  markedGroups: number;
}

const codewordsToRestart = 3;

/** PCS lanes may come in any order, phase of the multiplexing and skew of less than half a period. */
export class PcsReceiver {
  readonly format: LaneFormat;
  readonly counts: ReceiverCounts;
  /** tx_am_sf of the last group of markers that was received well. */
  status = 0;
  readonly #options: ReceiverOptions;
  readonly #locks: LaneLock[];
  readonly #period: number;
  readonly #descrambler = new Descrambler(0n);
  /** Bit number where the next pair begins, for each input; empty while not aligned. */
  #starts: number[] = [];
  /** Input that carries a PCS lane. */
  #inputs: number[] = [];
  #pairInPeriod = 0;
  #badInRow = 0;
  /** The group before spoils the next one: it was bad, or there was none. */
  #spoilt = true;
  #data = new Uint8Array(1 << 12);
  #flags = new Uint8Array(1 << 9);
  #columns = 0;

  constructor(format: LaneFormat, options: ReceiverOptions) {
    this.format = format;
    this.#options = options;
    this.#period = options.periodPairs ?? markerPeriodPairs(format);
    const bits = this.#period * laneBitsPerPair(format);
    this.#locks = Array.from({ length: format.pcsLanes }, () => new LaneLock(format, bits));
    const zeros = (count: number): number[] => new Array<number>(count).fill(0);
    this.counts = {
      pairs: 0,
      correctedCodewords: 0,
      uncorrectableCodewords: 0,
      bins: zeros(codeOf(format).t + 1),
      symbolErrors: zeros(format.pcsLanes),
      alignments: 0,
      losses: 0,
      restarts: 0,
      markedGroups: 0,
    };
  }

  get aligned(): boolean {
    return this.#starts.length > 0;
  }

  /** PCS lane of each input, -1 while it is not locked: input l*r+j is every r-th bit of physical lane l from bit j on. */
  get laneOf(): number[] {
    return this.#locks.map((lock) => lock.lane);
  }

  /** Takes a word of all physical lanes; see `distribution.ts`. */
  pushWord(word: Uint8Array): void {
    const { lanes, lineBits } = this.#options;
    const { pcsLanes } = this.format;
    const laneBits = lineBits / lanes;
    const each = pcsLanes / lanes;
    for (let input = 0; input < pcsLanes; input++) {
      const { stream } = this.#locks[input]!;
      const from = Math.floor(input / each) * laneBits + (input % each);
      const count = laneBits / each;
      for (let done = 0; done < count; done += 24) {
        const step = Math.min(24, count - done);
        stream.push(gather(word, from + done * each, each, step), step);
      }
    }
    let lost = false;
    for (const lock of this.#locks) lost = lock.advance() || lost;
    if (lost && this.aligned) this.#lose();
    if (!this.aligned) this.#align();
    while (this.aligned && this.#pairIsThere()) this.#takePair();
    for (const [input, { stream, wanted }] of this.#locks.entries()) {
      stream.dropBefore(this.aligned ? Math.min(this.#starts[input]!, wanted) : wanted);
    }
  }

  /** Columns received since the last call: data at `8*column`, flags at `column`. */
  takeColumns(): { data: Uint8Array; flags: Uint8Array; count: number } {
    const count = this.#columns;
    this.#columns = 0;
    return { data: this.#data.slice(0, 8 * count), flags: this.#flags.slice(0, count), count };
  }

  #lose(): void {
    this.#starts = [];
    this.counts.losses++;
  }

  /** Once all lanes are locked and have different numbers: begins with the markers nearest to the latest one. */
  #align(): void {
    const locks = this.#locks;
    if (!locks.every((lock) => lock.locked)) return;
    const inputs = locks.map((_, lane) => locks.findIndex((lock) => lock.lane === lane));
    if (inputs.includes(-1)) return;
    const latest = Math.max(...locks.map(({ marker }) => marker));
    const bits = this.#period * laneBitsPerPair(this.format);
    this.#inputs = inputs;
    this.#starts = locks.map(({ marker }) => marker + (latest - marker > bits / 2 ? bits : 0));
    this.#pairInPeriod = 0;
    this.#badInRow = 0;
    this.#spoilt = true;
    this.counts.alignments++;
  }

  #pairIsThere(): boolean {
    const bits = laneBitsPerPair(this.format);
    return this.#starts.every((start, input) => start + bits <= this.#locks[input]!.stream.end);
  }

  #takePair(): void {
    const { format, counts } = this;
    const { pcsLanes } = format;
    const symbols = new Uint16Array(2 * format.codewordSymbols);
    for (const [lane, input] of this.#inputs.entries()) {
      const { stream } = this.#locks[input]!;
      let at = this.#starts[input]!;
      for (let s = lane; s < symbols.length; s += pcsLanes, at += 10) symbols[s] = stream.read(at, 10);
      this.#starts[input] = at;
    }
    const received = deinterleave(format, symbols);
    const code = codeOf(format);
    const decoded = [code.decode(received.a), code.decode(received.b)] as const;
    const marked = this.#pairInPeriod === 0;
    this.#pairInPeriod = (this.#pairInPeriod + 1) % this.#period;
    counts.pairs++;
    const good = decoded[0].correctable && decoded[1].correctable;
    for (const [i, one] of decoded.entries()) this.#count(one, i as 0 | 1, good);
    this.#options.onPair?.(...decoded, marked);
    const bits = joinPair(format, { a: decoded[0].word, b: decoded[1].word });
    if (marked && good) this.status = markerStatus(format, bits);
    for (let i = marked ? format.markerGroups : 0; i < format.groups; i++) this.#takeGroup(bits, i, good);
    if (this.#badInRow < codewordsToRestart) return;
    this.counts.restarts++;
    this.#lose();
    for (const lock of this.#locks) lock.restart();
  }

  #count({ correctable, positions }: Decoded, codeword: 0 | 1, good: boolean): void {
    const { counts } = this;
    if (!correctable) {
      counts.uncorrectableCodewords++;
      this.#badInRow++;
      return;
    }
    if (this.#badInRow < codewordsToRestart) this.#badInRow = 0;
    if (positions.length > 0) counts.correctedCodewords++;
    counts.bins[positions.length]!++;
    if (!good) return;
    for (const at of positions)
      counts.symbolErrors[placeOf(this.format, codeword, at) % this.format.pcsLanes]!++;
  }

  /** A bad pair spoils its groups and, through the memory of the descrambler, the next one. */
  #takeGroup(bits: Uint8Array, index: number, good: boolean): void {
    const group = new Uint8Array(groupBytes);
    copyBits(bits, groupBits * index, group, 0, groupBits);
    this.#descrambler.run(group, 0, groupBits);
    const error = !good || this.#spoilt;
    this.#spoilt = !good;
    this.#options.onGroup?.(group, error);
    const blocks = new Uint8Array(blocksPerGroup * blockBytes);
    untranscode(group, blocks);
    if (error) this.counts.markedGroups++;
    for (let j = 0; j < blocks.length; j += blockBytes) {
      if (error) writeErrorBlock(blocks, j);
      this.#makeRoom();
      decodeBlock(blocks, j, this.#data, this.#flags, this.#columns++);
    }
  }

  #makeRoom(): void {
    if (this.#columns < this.#flags.length) return;
    const [data, flags] = [this.#data, this.#flags];
    this.#data = new Uint8Array(2 * data.length);
    this.#flags = new Uint8Array(2 * flags.length);
    this.#data.set(data);
    this.#flags.set(flags);
  }
}

/** Every `each`-th bit from bit `from` on, `count` of them. */
function gather(word: Uint8Array, from: number, each: number, count: number): number {
  if (each === 1) return readBits(word, from, count);
  let value = 0;
  for (let i = 0, bit = from; i < count; i++, bit += each) {
    value |= ((word[bit >> 3]! >> (bit & 7)) & 1) << i;
  }
  return value;
}
