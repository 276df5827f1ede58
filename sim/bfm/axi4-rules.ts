/** Rules of AXI4 that a slave can see: addresses of bursts, and that what waits for ready stands still. */
import { hostPageBytes } from "./host-pages.ts";
import type { SimModel, SimPort } from "./ports.ts";

export const axiRespond = { okay: 0, slaveError: 2, decodeError: 3 } as const;

/** A burst as its address channel names it: whole beats, INCR. */
export interface Burst {
  readonly id: number;
  /** Address in two halves of 32 bits. */
  readonly high: number;
  readonly low: number;
  readonly beats: number;
}

/** Collects breaches of the rules; with `strict` the first one throws. */
export class Breaches {
  readonly list: string[] = [];
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  add(cycle: number, what: string): void {
    const text = `cycle ${cycle}: ${what}`;
    if (this.list.length < 100) this.list.push(text);
    if (this.#strict) throw new Error(`AXI4 rule broken at ${text}`);
  }
}

/** One channel that the device drives: valid holds until ready, and everything beside it with it. */
export class HeldChannel {
  readonly #name: string;
  readonly #valid: SimPort;
  readonly #payload: readonly SimPort[];
  readonly #seen: readonly Uint8Array[];
  readonly #breaches: Breaches;
  #waiting = false;

  constructor(model: SimModel, prefix: string, name: string, payload: readonly string[], breaches: Breaches) {
    this.#name = name;
    this.#valid = model.port(`${prefix}_${name}valid`);
    this.#payload = payload.map((port) => model.port(`${prefix}_${port}`));
    this.#seen = this.#payload.map((port) => new Uint8Array(Math.ceil(port.bits / 8)));
    this.#breaches = breaches;
  }

  /** Once a cycle; @returns whether a transfer takes place at the coming edge */
  sample(cycle: number, ready: boolean): boolean {
    const valid = this.#valid.get() !== 0;
    if (this.#waiting) this.#check(cycle, valid);
    this.#waiting = valid && !ready;
    if (this.#waiting)
      this.#payload.forEach((port, at) => {
        const seen = this.#seen[at]!;
        for (let byte = 0; byte < seen.length; byte += 1) seen[byte] = port.bytes[byte]!;
      });
    return valid && ready;
  }

  #check(cycle: number, valid: boolean): void {
    if (!valid) {
      this.#breaches.add(cycle, `${this.#name}valid falls before ${this.#name}ready`);
      return;
    }
    const changed = this.#payload.some((port, at) =>
      this.#seen[at]!.some((value, byte) => port.bytes[byte] !== value),
    );
    if (changed) this.#breaches.add(cycle, `${this.#name} changes while it waits for ready`);
  }
}

/** Address channel, `ar` or `aw`, of a device whose bursts have `beatBytes` bytes a beat. */
export class AddressChannel {
  readonly #held: HeldChannel;
  readonly #address: SimPort;
  readonly #length: SimPort;
  readonly #id: SimPort | null;
  readonly #ready: SimPort;
  readonly #beatBytes: number;
  readonly #breaches: Breaches;
  readonly #name: string;

  constructor(
    model: SimModel,
    prefix: string,
    name: "ar" | "aw",
    options: { readonly ids: boolean; readonly beatBytes: number; readonly breaches: Breaches },
  ) {
    const { ids, beatBytes, breaches } = options;
    const payload = [`${name}addr`, `${name}len`, ...(ids ? [`${name}id`] : [])];
    this.#held = new HeldChannel(model, prefix, name, payload, breaches);
    this.#address = model.port(`${prefix}_${name}addr`);
    this.#length = model.port(`${prefix}_${name}len`);
    this.#id = ids ? model.port(`${prefix}_${name}id`) : null;
    this.#ready = model.port(`${prefix}_${name}ready`);
    this.#beatBytes = beatBytes;
    this.#breaches = breaches;
    this.#name = name;
  }

  drive(ready: boolean): void {
    this.#ready.set(ready ? 1 : 0);
  }

  /** @returns the burst whose address is transferred at the coming edge */
  sample(cycle: number): Burst | null {
    if (!this.#held.sample(cycle, this.#ready.get() !== 0)) return null;
    const low = this.#address.words[0]!;
    const high = this.#address.words[1]!;
    const beats = this.#length.get() + 1;
    const begin = low & (hostPageBytes - 1) & -this.#beatBytes;
    if (begin + beats * this.#beatBytes > hostPageBytes)
      this.#breaches.add(cycle, `${this.#name}: ${beats} beats from 0x${low.toString(16)} cross 4 KiB`);
    return { id: this.#id?.get() ?? 0, high, low, beats };
  }
}
