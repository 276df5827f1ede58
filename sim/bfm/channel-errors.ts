/** Bit errors of a channel: single errors at a rate, and bursts. Both jump from event to event, so rare ones cost nothing. */
import { columnBytes } from "../reference/columns.ts";
import type { Rng } from "../traffic/rng.ts";

/** Bits of a column on the wire: 64 of data, then 8 flags. */
export const columnBits = 72;

export interface BurstOptions {
  /** Length of a burst in bits of the wire; it may run over many beats. */
  readonly bits: number;
  /** Probability that a burst begins in a beat. */
  readonly perBeat: number;
}

/** Flips bit `bit` (0 … 63 data, 64 … 71 flags) of a column. */
export function flipBit(data: Uint8Array, flags: Uint8Array, column: number, bit: number): void {
  if (bit >= 64) flags[column] = flags[column]! ^ (1 << (bit - 64));
  else {
    const at = column * columnBytes + (bit >> 3);
    data[at] = data[at]! ^ (1 << (bit & 7));
  }
}

/** Puts errors into beats. */
export class BitErrors {
  /** Bits flipped outside of bursts; bursts begun; bits flipped in bursts. */
  flips = 0;
  bursts = 0;
  burstFlips = 0;
  readonly #rng: Rng;
  readonly #beatBits: number;
  #ber = 0;
  #untilFlip = Number.POSITIVE_INFINITY;
  #burst: BurstOptions | null = null;
  #untilBurst = Number.POSITIVE_INFINITY;
  #burstLeft = 0;

  constructor(rng: Rng, columns: number) {
    this.#rng = rng;
    this.#beatBits = columns * columnBits;
  }

  /** Sets the bit error rate, 0 … 1. */
  setBer(ber: number): void {
    this.#ber = ber;
    this.#untilFlip = this.#rng.skip(ber);
  }

  /** Sets the bursts, or none. */
  setBurst(burst: BurstOptions | null): void {
    this.#burst = burst;
    this.#untilBurst = burst === null ? Number.POSITIVE_INFINITY : this.#rng.skip(burst.perBeat);
  }

  /** Starts a burst of `bits` in the next beat. */
  burstNow(bits: number): void {
    this.#burstLeft = 0;
    this.#untilBurst = 0;
    this.#once = bits;
  }
  #once = 0;

  /** Passes a beat through; changes it in place. @returns whether anything was flipped */
  apply(data: Uint8Array, flags: Uint8Array): boolean {
    const before = this.flips + this.burstFlips;
    if (this.#untilFlip < this.#beatBits) this.#singles(data, flags);
    this.#untilFlip -= this.#beatBits;
    if (this.#burstLeft > 0) this.#continue(data, flags, 0);
    if (this.#untilBurst <= 0 && this.#burstLeft === 0) this.#begin(data, flags);
    else this.#untilBurst--;
    return this.flips + this.burstFlips !== before;
  }

  #singles(data: Uint8Array, flags: Uint8Array): void {
    while (this.#untilFlip < this.#beatBits) {
      const bit = this.#untilFlip;
      flipBit(data, flags, Math.floor(bit / columnBits), bit % columnBits);
      this.flips++;
      this.#untilFlip += 1 + this.#rng.skip(this.#ber);
    }
  }

  #begin(data: Uint8Array, flags: Uint8Array): void {
    const bits = this.#once > 0 ? this.#once : (this.#burst?.bits ?? 0);
    this.#once = 0;
    this.#untilBurst = this.#burst === null ? Number.POSITIVE_INFINITY : this.#rng.skip(this.#burst.perBeat);
    if (bits === 0) return;
    this.bursts++;
    this.#burstLeft = bits;
    this.#continue(data, flags, this.#rng.below(this.#beatBits));
  }

  /** Flips each bit of the burst with probability one half; its first bit always. */
  #continue(data: Uint8Array, flags: Uint8Array, from: number): void {
    let random = from === 0 ? this.#rng.next() : this.#rng.next() | 1;
    let have = 32;
    for (let bit = from; bit < this.#beatBits && this.#burstLeft > 0; bit++, this.#burstLeft--) {
      if (have-- === 0) {
        random = this.#rng.next();
        have = 31;
      }
      if (random & 1) {
        flipBit(data, flags, Math.floor(bit / columnBits), bit % columnBits);
        this.burstFlips++;
      }
      random >>>= 1;
    }
  }
}
