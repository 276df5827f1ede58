import { expect } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import type { AxilMonkey } from "./axil-monkey.ts";

/** Watches a write take effect: at the edge that raises bvalid. */
export class WriteWatch {
  readonly #model: Model;
  #before = 0;

  constructor(model: Model) {
    this.#model = model;
  }

  /** True when the edge just gone by was that of a write; call it behind every step. */
  took(): boolean {
    const now = this.#model.port("s_axil_bvalid").get();
    const rising = now === 1 && this.#before === 0;
    this.#before = now;
    return rising;
  }
}

/** One bitmap that the device sets and software clears: input port and place in it, header name of its register. */
export interface StickyField {
  readonly name: string;
  readonly port: string;
  readonly at: number;
  readonly lsb: number;
  readonly bits: number;
}

/** A write by the header name of its register. */
export interface StickyWrite {
  readonly name: string;
  readonly data: number;
  readonly strobe: number;
}

/**
 * Reference of the registers that software clears, and of the interrupt: sets win over clears, the interrupt follows a
 * cycle later. Compares in every cycle what can be seen, and every read.
 */
export class StickyReference {
  /** Value of each register by name. */
  readonly values = new Map<string, number>();
  /** Sets and clears of one bit in one cycle. */
  races = 0;
  /** Cycles with the interrupt high. */
  high = 0;
  enable = 0;
  readonly #model: Model;
  readonly #bus: AxilMonkey;
  readonly #fields: readonly StickyField[];
  readonly #watch: WriteWatch;
  readonly #writes: StickyWrite[] = [];

  constructor(model: Model, bus: AxilMonkey, fields: readonly StickyField[]) {
    this.#model = model;
    this.#bus = bus;
    this.#fields = fields;
    this.#watch = new WriteWatch(model);
    for (const { name } of fields) this.values.set(name, 0);
  }

  /** Sets each bit with this chance in the coming cycle. */
  noise(rng: Rng, chance: number): void {
    for (const name of new Set(this.#fields.map(({ port }) => port))) {
      const port = this.#model.port(name);
      let word = 0n;
      for (let bit = 0; bit < port.bits; bit += 1) if (rng.chance(chance)) word |= 1n << BigInt(bit);
      port.setBig(word);
    }
  }

  /** Announces a write that goes to the bus, too. */
  write(write: StickyWrite): void {
    this.#writes.push(write);
  }

  /** One cycle. */
  step(): void {
    const sets = new Map<string, number>();
    for (const { name, port, at, lsb, bits } of this.#fields) {
      const value = Number((this.#model.port(port).getBig() >> BigInt(at)) & ((1n << BigInt(bits)) - 1n));
      sets.set(name, (sets.get(name) ?? 0) + value * 2 ** lsb);
    }
    const irq = (this.values.get("INTERRUPT_STATUS")! & this.enable) >>> 0 === 0 ? 0 : 1;
    this.#bus.step();
    const took = this.#watch.took();
    const write = took ? this.#writes.shift() : undefined;
    let mask = 0;
    if (write !== undefined) {
      for (let lane = 0; lane < 4; lane += 1) if ((write.strobe >>> lane) & 1) mask |= 0xff << (8 * lane);
    }
    for (const [name, value] of this.values) {
      const cleared = write?.name === name ? mask & write.data : 0;
      const set = sets.get(name)!;
      if ((cleared & set) !== 0) this.races += 1;
      this.values.set(name, (set | (value & ~cleared)) >>> 0);
    }
    if (write?.name === "INTERRUPT_ENABLE") {
      this.enable = ((this.enable & ~mask) | (write.data & mask & 0x3f)) >>> 0;
    }
    this.high += irq;
    expect(this.#model.port("irq").get(), "irq").toBe(irq);
  }
}
