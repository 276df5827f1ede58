/** Self-synchronising scrambler 1 + x^39 + x^58 (IEEE Std 802.3 clause 49.2.6), and the descrambler that belongs to it. */
import { readBits, writeBits } from "./bits.ts";

const stateBits = 58n;

/** Both of them: they differ in what goes into the history. */
abstract class History {
  /** The last 64 bits of the scrambled stream: bit 31 of `newer` is the last one, bit 0 of `older` the oldest. */
  protected newer = 0;
  protected older = 0;

  /** @param state see {@link state} */
  constructor(state: bigint) {
    this.state = state;
  }

  /** Bit i is S_i of the standard's figure: S_0 the last bit of the scrambled stream, S_57 the oldest one that counts. */
  get state(): bigint {
    const history = (BigInt(this.newer >>> 0) << 32n) | BigInt(this.older >>> 0);
    let state = 0n;
    for (let i = 0n; i < stateBits; i++) state |= ((history >> (63n - i)) & 1n) << i;
    return state;
  }

  set state(state: bigint) {
    let history = 0n;
    for (let i = 0n; i < stateBits; i++) history |= ((state >> i) & 1n) << (63n - i);
    this.newer = Number(history >> 32n) | 0;
    this.older = Number(history & 0xffffffffn) | 0;
  }

  /** Works on `count` bits from bit `at` on, in place. */
  run(bits: Uint8Array, at: number, count: number): void {
    for (let done = 0; done < count; done += 24) {
      const step = Math.min(24, count - done);
      writeBits(bits, at + done, step, this.chunk(readBits(bits, at + done, step), step));
    }
  }

  /** What the history adds to the next 32 bits, the next one in bit 0. */
  protected get mask(): number {
    const { newer, older } = this;
    return ((older >>> 25) | (newer << 7)) ^ ((older >>> 6) | (newer << 26));
  }

  /** Takes `count` bits of the scrambled stream, 1 ... 31, into the history. */
  protected take(scrambled: number, count: number): void {
    this.older = (this.older >>> count) | (this.newer << (32 - count));
    this.newer = (this.newer >>> count) | (scrambled << (32 - count));
  }

  /** 1 ... 24 bits, the first in bit 0. */
  protected abstract chunk(value: number, count: number): number;
}

export class Scrambler extends History {
  protected override chunk(value: number, count: number): number {
    const scrambled = (value ^ this.mask) & ((1 << count) - 1);
    this.take(scrambled, count);
    return scrambled;
  }
}

/** Is in step after 58 bits, whatever its state was. */
export class Descrambler extends History {
  protected override chunk(value: number, count: number): number {
    const plain = (value ^ this.mask) & ((1 << count) - 1);
    this.take(value, count);
    return plain;
  }
}

/** State of a scrambler from the text `S<0:57>` of the standard's examples: leftmost bit of 58 is S_0. */
export function scramblerStateOf(hex: string): bigint {
  const text = BigInt(`0x${hex}`);
  let state = 0n;
  for (let i = 0n; i < stateBits; i++) state |= ((text >> (57n - i)) & 1n) << i;
  return state;
}
