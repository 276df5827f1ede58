/** The lanes between two PCSs, bit by bit: skew, order, errors, bursts, slips, lanes that fall silent. */
import { copyBits, readBits, writeBits } from "../reference/pcs/bits.ts";
import { Rng } from "../traffic/rng.ts";
import { LaneErrors } from "./lane-errors.ts";

export interface LaneBurstOptions {
  /** Length of a burst in bits of its lane; it may run over many words. */
  readonly bits: number;
  /** Probability that a burst begins in a word, on any one of the lanes. */
  readonly perWord: number;
}

/** One number for all lanes, or one for each. */
export type PerLane = number | readonly number[];

export interface LaneChannelOptions {
  readonly pcsLanes: number;
  /** Physical lanes, and bits of all of them together in a word. */
  readonly lanes: number;
  readonly lineBits: number;
  readonly seed?: number;
  /** Bit error rate of the physical lanes. */
  readonly ber?: PerLane;
  readonly burst?: LaneBurstOptions;
  /**
   * What the paths are that have a delay and an order: physical lanes, or, with another multiplexer on the way, PCS lanes.
   */
  readonly paths?: "lane" | "pcs";
  /** Bits of delay of each path, by its place at the transmitter; 0 when it is not given. */
  readonly delayBits?: PerLane;
  /** For each place at the receiver the path that arrives there; as sent when it is not given. */
  readonly order?: readonly number[];
}

/** What was done to a lane so far; the PCS lanes are those of the transmitter. */
export interface LaneChannelCounts {
  readonly words: number;
  /** Bits changed by errors and bursts, and 10-bit symbols with at least one of them, for each PCS lane. */
  readonly bitErrors: readonly number[];
  readonly symbolErrors: readonly number[];
  readonly bursts: number;
  readonly slips: number;
  /** Words that a physical lane lost while it was silent. */
  readonly silentWords: number;
}

/** A symbol that was changed: symbol `symbol` of its PCS lane in word `word`, counted since the beginning. */
export type SymbolHit = (word: number, pcsLane: number, symbol: number) => void;

/** Bits on their way; the next to be read is `read`, the next to be written `write`. */
interface Path {
  bits: Uint8Array;
  read: number;
  write: number;
}

const each = (value: PerLane | undefined, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (typeof value === "object" ? (value[i] ?? 0) : (value ?? 0)));

/**
 * One direction. Words are as a device has them at `tx_lane` and `rx_lane`: physical lane l is bits `[l*laneBits +: laneBits]`,
 * bit 0 of it first; it carries PCS lanes l*r ... l*r+r-1 bit by bit in turn. Errors strike the word as it is sent.
 */
export class LaneChannel {
  readonly options: LaneChannelOptions;
  /** Called for every symbol that errors or bursts change. */
  onSymbol: SymbolHit | null = null;
  readonly #errors: LaneErrors;
  readonly #paths: Path[];
  readonly #pathBits: number;
  readonly #order: readonly number[];
  readonly #word: Uint8Array;
  /** Words that a physical lane stays silent. */
  readonly #silent: number[];
  #words = 0;
  #slips = 0;
  #silentWords = 0;

  constructor(options: LaneChannelOptions) {
    this.options = options;
    const { lanes, lineBits, pcsLanes } = options;
    const count = options.paths === "pcs" ? pcsLanes : lanes;
    this.#pathBits = lineBits / count;
    this.#order = options.order ?? Array.from({ length: count }, (_, i) => i);
    if (new Set(this.#order).size !== count) throw new RangeError(`order names ${count} paths once each`);
    this.#errors = new LaneErrors(new Rng(options.seed ?? 5), { lanes, lineBits, pcsLanes });
    this.#paths = each(options.delayBits, count).map((delay) => this.#newPath(delay));
    this.#word = new Uint8Array((lineBits + 7) >> 3);
    this.#silent = each(0, lanes);
    this.setBer(options.ber ?? 0);
    this.setBurst(options.burst ?? null);
  }

  setBer(ber: PerLane): void {
    this.#errors.setBer(each(ber, this.options.lanes));
  }

  setBurst(burst: LaneBurstOptions | null): void {
    this.#errors.setBurst(burst);
  }

  /** Starts a burst of `bits` on a physical lane, at the first bit of the next word. */
  burstNow(lane: number, bits: number): void {
    this.#errors.burstNow(lane, bits);
  }

  /** Changes bit `bit` of a PCS lane in the next word, or `later` words after it. */
  flip(pcsLane: number, bit: number, later = 0): void {
    this.#errors.flip(pcsLane, bit, this.#words + later);
  }

  /** A physical lane carries zeros for the next `words` words. */
  silence(lane: number, words: number): void {
    this.#silent[lane] = words;
  }

  /**
   * Moves a path by bits: more than 0 repeats that many, fewer loses them. Paths are named by their place at the transmitter.
   * @throws RangeError when there are not as many bits on the way
   */
  slip(path: number, bits: number): void {
    const one = this.#paths[path]!;
    const read = one.read - bits;
    if (read < 0 || read > one.write) throw new RangeError(`path ${path} cannot slip by ${bits} bits`);
    one.read = read;
    this.#slips++;
  }

  get counts(): LaneChannelCounts {
    const { bitErrors, symbolErrors, bursts } = this.#errors;
    return {
      words: this.#words,
      bitErrors: [...bitErrors],
      symbolErrors: [...symbolErrors],
      bursts,
      slips: this.#slips,
      silentWords: this.#silentWords,
    };
  }

  /** One clock of the lanes at both ends. `rx` may be `tx`. */
  pass(tx: Uint8Array, rx: Uint8Array): void {
    this.push(tx);
    this.pull(rx);
  }

  /** Takes a word from the transmitter. */
  push(tx: Uint8Array): void {
    const word = this.#word;
    word.set(tx);
    this.#errors.apply(word, this.#words, this.onSymbol);
    this.#words++;
    for (const [lane, left] of this.#silent.entries()) {
      if (left > 0) this.#mute(word, lane);
    }
    for (const [path, one] of this.#paths.entries()) {
      if (one.write + this.#pathBits + 32 > 8 * one.bits.length) compact(one);
      this.#transfer(word, path, one.bits, one.write, true);
      one.write += this.#pathBits;
    }
  }

  /** Gives a word to the receiver. @returns false, and nothing, when less than a word is on the way */
  pull(rx: Uint8Array): boolean {
    if (this.#paths.some((one) => one.read + this.#pathBits > one.write)) return false;
    for (const [place, path] of this.#order.entries()) {
      const one = this.#paths[path]!;
      this.#transfer(rx, place, one.bits, one.read, false);
      one.read += this.#pathBits;
    }
    return true;
  }

  /** Room for the delay, twice: bits are moved to the front as seldom as that. A slip may take a word's bits more. */
  #newPath(delay: number): Path {
    const slack = 2 * this.#pathBits + 64;
    return { bits: new Uint8Array((2 * (delay + slack)) >> 2), read: slack, write: slack + delay };
  }

  #mute(word: Uint8Array, lane: number): void {
    const laneBits = this.options.lineBits / this.options.lanes;
    for (let bit = 0; bit < laneBits; bit += 24) {
      writeBits(word, lane * laneBits + bit, Math.min(24, laneBits - bit), 0);
    }
    this.#silent[lane]!--;
    this.#silentWords++;
  }

  /** Moves the bits of a path from its place in a word to bit `at` of its own, or back. */
  #transfer(word: Uint8Array, place: number, bits: Uint8Array, at: number, into: boolean): void {
    const { lanes, pcsLanes, lineBits, paths } = this.options;
    const count = this.#pathBits;
    const step = paths === "pcs" ? pcsLanes / lanes : 1;
    if (step === 1) {
      if (into) copyBits(word, place * count, bits, at, count);
      else copyBits(bits, at, word, place * count, count);
      return;
    }
    const from = Math.floor(place / step) * (lineBits / lanes) + (place % step);
    for (let i = 0; i < count; i++) {
      if (into) writeBits(bits, at + i, 1, readBits(word, from + i * step, 1));
      else writeBits(word, from + i * step, 1, readBits(bits, at + i, 1));
    }
  }
}

/** Moves what is still to be read, and a little before it for slips, to the front; whole bytes. */
function compact(path: Path): void {
  const bytes = Math.max(0, path.read - 64) >> 3;
  if (2 * bytes < path.bits.length) {
    const wider = new Uint8Array(2 * path.bits.length);
    wider.set(path.bits);
    path.bits = wider;
    return;
  }
  path.bits.copyWithin(0, bytes);
  path.read -= 8 * bytes;
  path.write -= 8 * bytes;
}
