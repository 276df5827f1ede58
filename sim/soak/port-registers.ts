/** Register fields of the ports of a pair, by name. */
import { linkRegisters } from "../../generator/elaborate/registers.ts";
import type { LinkPair } from "../run/index.ts";

interface Place {
  readonly offset: number;
  readonly lsb: number;
  readonly bits: number;
}

export class PortRegisters {
  readonly #pair: LinkPair;
  readonly #fields = new Map<string, Place>();

  constructor(pair: LinkPair) {
    this.#pair = pair;
    for (const { registers } of linkRegisters(pair.design).groups)
      for (const { name, offset, fields } of registers)
        for (const { name: field, lsb, bits } of fields)
          this.#fields.set(`${name}.${field}`, { offset, lsb, bits });
  }

  /** @param field as `PCS_STATUS.ALIGNED` @param index of an array of registers */
  read(port: 0 | 1, field: string, index = 0): number {
    const { offset, lsb, bits } = this.#place(field);
    const { value } = this.#pair.bus(port).read(offset + 4 * index);
    return Math.floor(value / 2 ** lsb) % 2 ** bits;
  }

  /** Writes a register that consists of this field. */
  write(port: 0 | 1, field: string, value: number): void {
    const response = this.#pair.bus(port).write(this.#place(field).offset, value);
    if (response !== 0) throw new Error(`${field} cannot be written`);
  }

  #place(field: string): Place {
    const place = this.#fields.get(field);
    if (place === undefined) throw new Error(`there is no register field ${field}`);
    return place;
  }
}
