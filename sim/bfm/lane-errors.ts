/** Errors of a word of lanes: single ones at a rate, bursts, and chosen bits. Rare ones cost nothing in the words between. */
import { readBits } from "../reference/pcs/bits.ts";
import type { Rng } from "../traffic/rng.ts";
import type { LaneBurstOptions, SymbolHit } from "./lanes.ts";

export interface LaneShape {
  readonly pcsLanes: number;
  readonly lanes: number;
  readonly lineBits: number;
}

const symbolBits = 10;

/** Puts errors into words as the transmitter sends them, and counts them for its PCS lanes. */
export class LaneErrors {
  /** Bits changed, and symbols with at least one of them, for each PCS lane. */
  readonly bitErrors: number[];
  readonly symbolErrors: number[];
  bursts = 0;
  readonly #rng: Rng;
  readonly #shape: LaneShape;
  readonly #laneBits: number;
  /** Per physical lane: error rate, bits until the next error, bits that a burst still has. */
  #rates: readonly number[];
  readonly #untilFlip: number[];
  readonly #burstLeft: number[];
  #burst: LaneBurstOptions | null = null;
  #untilBurst = Number.POSITIVE_INFINITY;
  /** Bits of this word to be changed, and of later ones by the number of the word. */
  #flips: number[] = [];
  readonly #planned = new Map<number, number[]>();

  constructor(rng: Rng, shape: LaneShape) {
    this.#rng = rng;
    this.#shape = shape;
    this.#laneBits = shape.lineBits / shape.lanes;
    this.bitErrors = new Array<number>(shape.pcsLanes).fill(0);
    this.symbolErrors = new Array<number>(shape.pcsLanes).fill(0);
    this.#rates = new Array<number>(shape.lanes).fill(0);
    this.#untilFlip = new Array<number>(shape.lanes).fill(Number.POSITIVE_INFINITY);
    this.#burstLeft = new Array<number>(shape.lanes).fill(0);
  }

  setBer(rates: readonly number[]): void {
    this.#rates = rates;
    for (const [lane, rate] of rates.entries()) this.#untilFlip[lane] = this.#rng.skip(rate);
  }

  setBurst(burst: LaneBurstOptions | null): void {
    this.#burst = burst;
    this.#untilBurst = burst === null ? Number.POSITIVE_INFINITY : this.#rng.skip(burst.perWord);
  }

  burstNow(lane: number, bits: number): void {
    this.bursts++;
    this.#burstLeft[lane] = bits;
  }

  /** Changes bit `bit` of a PCS lane in word `index`. */
  flip(pcsLane: number, bit: number, index: number): void {
    const r = this.#shape.pcsLanes / this.#shape.lanes;
    const at = Math.floor(pcsLane / r) * this.#laneBits + (pcsLane % r) + bit * r;
    this.#planned.set(index, [...(this.#planned.get(index) ?? []), at]);
  }

  /** Changes the word in place. @param index its number */
  apply(word: Uint8Array, index: number, onSymbol: SymbolHit | null): void {
    for (let lane = 0; lane < this.#shape.lanes; lane++) {
      if (this.#untilFlip[lane]! < this.#laneBits) this.#singles(lane);
      this.#untilFlip[lane]! -= this.#laneBits;
      if (this.#burstLeft[lane]! > 0) this.#continue(lane, 0);
    }
    if (this.#untilBurst-- <= 0) this.#begin();
    if (this.#planned.size > 0) {
      this.#flips.push(...(this.#planned.get(index) ?? []));
      this.#planned.delete(index);
    }
    if (this.#flips.length > 0) this.#change(word, index, onSymbol);
  }

  #singles(lane: number): void {
    let next = this.#untilFlip[lane]!;
    for (; next < this.#laneBits; next += 1 + this.#rng.skip(this.#rates[lane]!)) {
      this.#flips.push(lane * this.#laneBits + next);
    }
    this.#untilFlip[lane] = next;
  }

  #begin(): void {
    this.setBurst(this.#burst);
    if (this.#burst === null) return;
    const lane = this.#rng.below(this.#shape.lanes);
    this.burstNow(lane, this.#burst.bits);
    this.#continue(lane, this.#rng.below(this.#laneBits));
  }

  /** Changes each bit of a burst with probability one half. */
  #continue(lane: number, from: number): void {
    for (let bit = from; bit < this.#laneBits && this.#burstLeft[lane]! > 0; bit++) {
      this.#burstLeft[lane]!--;
      if (this.#rng.next() & 1) this.#flips.push(lane * this.#laneBits + bit);
    }
  }

  /** Two changes of a bit are none; the counts are of what is really different afterwards. */
  #change(word: Uint8Array, index: number, onSymbol: SymbolHit | null): void {
    const before = word.slice();
    const { pcsLanes, lanes } = this.#shape;
    const r = pcsLanes / lanes;
    for (const at of this.#flips) word[at >> 3]! ^= 1 << (at & 7);
    const symbols = new Set<number>();
    for (const at of new Set(this.#flips)) {
      if (readBits(before, at, 1) === readBits(word, at, 1)) continue;
      const bit = at % this.#laneBits;
      const pcsLane = Math.floor(at / this.#laneBits) * r + (bit % r);
      this.bitErrors[pcsLane]!++;
      symbols.add(pcsLane + pcsLanes * Math.floor(Math.floor(bit / r) / symbolBits));
    }
    this.#flips = [];
    for (const one of symbols) {
      const pcsLane = one % pcsLanes;
      this.symbolErrors[pcsLane]!++;
      onSymbol?.(index, pcsLane, Math.floor(one / pcsLanes));
    }
  }
}
