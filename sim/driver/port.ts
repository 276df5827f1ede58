import type { PortInfo } from "../build/ports.ts";

/** The model's memory, seen in units of 1, 2 and 4 bytes; shared by all ports of a model. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
}

/**
 * One port, looking straight at the model's memory: what is written is the input of the next `step` or `eval`, what is
 * read is what the last one left.
 *
 * Up to 32 bits: `get` and `set`. Wider: `words` (32 bits each, least significant first) or `bytes` (byte 0 is bits
 * 7..0). Bits above the width must stay 0 in what is written through a view.
 */
export class Port {
  readonly name: string;
  readonly bits: number;
  readonly dir: "in" | "out" | "inout";
  /** The port's memory in words of 32 bits; empty for ports of up to 16 bits. */
  readonly words: Uint32Array;
  /** The port's ceil(bits/8) bytes. */
  readonly bytes: Uint8Array;

  readonly #memory: Memory;
  /** Bytes of one element, or 0 when the port is wider than 32 bits. */
  readonly #unit: number;
  /** Index of the element in the view of its unit. */
  readonly #index: number;
  /** Largest value that `set` takes; -1 when it takes none. */
  readonly #max: number;

  /** @param offset of the port in the memory, bytes; a multiple of the port's unit. */
  constructor(info: PortInfo, memory: Memory, offset: number) {
    this.name = info.name;
    this.bits = info.bits;
    this.dir = info.dir;
    this.words = new Uint32Array(memory.buffer, info.bytes >= 4 ? offset : 0, Math.floor(info.bytes / 4));
    this.bytes = new Uint8Array(memory.buffer, offset, Math.ceil(info.bits / 8));
    this.#memory = memory;
    this.#unit = info.bits > 32 ? 0 : info.bytes;
    this.#index = this.#unit === 0 ? 0 : offset / this.#unit;
    this.#max = this.#unit === 0 || info.dir === "out" ? -1 : 2 ** info.bits - 1;
  }

  /** The value of a port of up to 32 bits. */
  get(): number {
    const unit = this.#unit;
    if (unit === 1) return this.#memory.bytes[this.#index]!;
    if (unit === 4) return this.#memory.words[this.#index]!;
    if (unit === 2) return this.#memory.halves[this.#index]!;
    throw new RangeError(`${this.name} has ${this.bits} bits: read its words or bytes`);
  }

  /** Sets an input of up to 32 bits; `value` is an integer that fits. */
  set(value: number): void {
    if (!(value >= 0 && value <= this.#max)) this.#refuse(value);
    const unit = this.#unit;
    if (unit === 1) this.#memory.bytes[this.#index] = value;
    else if (unit === 4) this.#memory.words[this.#index] = value;
    else this.#memory.halves[this.#index] = value;
  }

  /** The value at any width. Slow: about a microsecond for 512 bits; for messages and set-up, not for every cycle. */
  getBig(): bigint {
    let value = 0n;
    for (let at = this.bytes.length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(this.bytes[at]!);
    return value;
  }

  /** Sets an input of any width. Slow, as {@link getBig}. */
  setBig(value: bigint): void {
    if (this.dir === "out" || value < 0n || value >> BigInt(this.bits) !== 0n) this.#refuse(value);
    let rest = value;
    for (let at = 0; at < this.bytes.length; at += 1) {
      this.bytes[at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  #refuse(value: number | bigint): never {
    if (this.dir === "out") throw new RangeError(`${this.name} is an output`);
    if (typeof value === "number" && this.#unit === 0) {
      throw new RangeError(`${this.name} has ${this.bits} bits: write its words or bytes`);
    }
    throw new RangeError(`${value} does not fit into ${this.name}, which has ${this.bits} bits`);
  }
}
