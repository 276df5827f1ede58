/** The transmitting side of a PCS: MII columns in, symbols of the lanes out, pair of codewords by pair. */
import { bytesOf, copyBits } from "./bits.ts";
import { blockBytes, encodeBlock } from "./blocks.ts";
import { encodePair, interleave } from "./distribution.ts";
import { type LaneFormat, markerPeriodPairs } from "./format.ts";
import { markerGroup } from "./markers.ts";
import { Prbs9 } from "./prbs9.ts";
import { Scrambler } from "./scrambler.ts";
import { blocksPerGroup, groupBits, transcode } from "./transcode.ts";

export interface TransmitterOptions {
  /** Bit i is S_i, see {@link Scrambler}; all ones when it is not given. */
  readonly scramblerState?: bigint;
  /** Bit i is P_i, see {@link Prbs9}; all ones when it is not given. */
  readonly prbsState?: number;
  /** Pairs from markers to markers; the format's when it is not given. */
  readonly periodPairs?: number;
}

/**
 * Begins with a group of markers. Takes no account of the rate: whoever gives it columns leaves room for the markers.
 */
export class PcsTransmitter {
  readonly format: LaneFormat;
  readonly scrambler: Scrambler;
  readonly pad: Prbs9;
  /** tx_am_sf of the next markers, bit 0 sent first. */
  status = 0;
  /** Pairs with markers and all pairs that were begun. */
  markers = 0;
  pairs = 0;
  readonly #period: number;
  readonly #blocks = new Uint8Array(blocksPerGroup * blockBytes);
  #blockCount = 0;
  #message: Uint8Array;
  /** Groups in the message; 0 also before it is begun. */
  #filled = 0;
  readonly #done: Uint16Array[] = [];

  constructor(format: LaneFormat, options: TransmitterOptions = {}) {
    this.format = format;
    this.scrambler = new Scrambler(options.scramblerState ?? (1n << 58n) - 1n);
    this.pad = new Prbs9(options.prbsState);
    this.#period = options.periodPairs ?? markerPeriodPairs(format);
    this.#message = this.#emptyMessage();
  }

  /** Takes a column: data at `8*column`, flags at `column`. */
  pushColumn(data: Uint8Array, flags: Uint8Array, column = 0): void {
    encodeBlock(data, flags, column, this.#blocks, this.#blockCount * blockBytes);
    if (++this.#blockCount < blocksPerGroup) return;
    this.#blockCount = 0;
    this.pushGroup(transcode(this.#blocks));
  }

  /** Takes a transcoded group of 257 bits, not yet scrambled; `group` stays as it is. @param at its first bit */
  pushGroup(group: Uint8Array, at = 0): void {
    if (this.#filled === 0) this.#begin();
    const to = this.#filled * groupBits;
    copyBits(group, at, this.#message, to, groupBits);
    this.scrambler.run(this.#message, to, groupBits);
    this.#filled++;
    if (this.#filled < this.format.groups) return;
    this.#done.push(interleave(this.format, encodePair(this.format, this.#message)));
    this.#message = this.#emptyMessage();
    this.#filled = 0;
  }

  /** Symbols of the oldest pair not yet taken, in the order sent; undefined when there is none. See `distribution.ts`. */
  takePair(): Uint16Array | undefined {
    return this.#done.shift();
  }

  /** Groups that the pair in work still takes before it is complete. */
  get room(): number {
    const { groups, markerGroups } = this.format;
    if (this.#filled > 0) return groups - this.#filled;
    return groups - (this.pairs % this.#period === 0 ? markerGroups : 0);
  }

  #begin(): void {
    const marked = this.pairs % this.#period === 0;
    this.pairs++;
    if (!marked) return;
    this.markers++;
    this.#message.set(markerGroup(this.format, this.pad, this.status));
    this.#filled = this.format.markerGroups;
  }

  #emptyMessage(): Uint8Array {
    return new Uint8Array(bytesOf(20 * this.format.messageSymbols));
  }
}
