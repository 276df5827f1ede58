/** InfiniBand's credits (vol. 1, flow control) in plain numbers, modulo 4096. */
export const modulo = (value: number): number => ((value % 4096) + 4096) % 4096;

/** Blocks of a packet: LRH through VCRC, rounded up by itself. @param words PktLen */
export const blocksOf = (words: number, blockBytes: number): number =>
  Math.ceil((4 * words + 2) / blockBytes);

/** A packet may go when this holds, and not before the first limit was told. */
export const mayGo = (limit: number, sent: number, blocks: number): boolean =>
  modulo(limit - (sent + blocks)) <= 2048;

/** The receiver's counters of one lane. */
export class LaneCredit {
  /** Blocks received, or what the peer said it has sent. */
  received = 0;
  /** Limit as it stands, a cycle behind the counters and the buffer. */
  limit = 0;
  /** Limit as the peer was last told. */
  told = 0;
  refresh = false;
  heard = false;
  readonly #capacity: number;
  readonly #beatsPerBlock: number;

  /** @param capacity blocks that the lane may promise */
  constructor(capacity: number, beatsPerBlock: number) {
    this.#capacity = capacity;
    this.#beatsPerBlock = beatsPerBlock;
  }

  /** The limit for what is counted now and `used` beats in the buffer. */
  promise(used: number): number {
    const free = Math.max(0, this.#capacity - Math.ceil(used / this.#beatsPerBlock));
    return modulo(this.received + Math.min(2048, free));
  }

  /** Whether the peer has to be told the limit. @param longest blocks of the longest packet */
  due(update: number, longest: number): boolean {
    const gained = modulo(this.limit - this.told);
    if (this.refresh) return true;
    if (gained > 2048) return false;
    const left = modulo(this.told - this.received);
    const short = left >= 2048 || left < update;
    return gained >= update || (short && gained >= longest);
  }
}
