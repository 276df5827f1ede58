/** A model without a device: ports that are plain arrays and a function for the clock edge. Tests of bus models use it. */
import type { SimModel, SimPort } from "./ports.ts";

export class ArrayPort implements SimPort {
  readonly bits: number;
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;

  constructor(bits: number) {
    this.bits = bits;
    this.words = new Uint32Array(Math.ceil(bits / 32));
    this.bytes = new Uint8Array(this.words.buffer);
  }

  get(): number {
    return this.words[0]!;
  }

  set(value: number): void {
    this.words[0] = value;
  }
}

export class ArrayModel implements SimModel {
  readonly #ports = new Map<string, ArrayPort>();
  readonly #edge: () => void;

  /** @param widths bits of each port  @param edge what the device does at a clock edge */
  constructor(widths: Readonly<Record<string, number>>, edge: () => void = () => {}) {
    for (const [name, bits] of Object.entries(widths)) this.#ports.set(name, new ArrayPort(bits));
    this.#edge = edge;
  }

  port(name: string): ArrayPort {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`there is no port ${name}`);
    return port;
  }

  step(): void {
    this.#edge();
  }
}
