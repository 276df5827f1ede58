/** Registers of a device by name, over its AXI4-Lite slave; each access takes cycles of the whole bench. */
import type {
  DeviceRegisters,
  Field,
  PlacedBlock,
  Register,
} from "../../generator/elaborate/register-model.ts";
import { type AxiLite, axiResponse } from "../bfm/axil.ts";

/** Names of blocks: what a switch has once, the link of each external port, the ingress of each port. */
export type BlockName = "switch" | "link" | "ingress";

export class RegisterFile {
  readonly #bus: AxiLite;
  readonly #registers: DeviceRegisters;
  readonly #blocks = new Map<string, PlacedBlock>();

  constructor(bus: AxiLite, registers: DeviceRegisters) {
    this.#bus = bus;
    this.#registers = registers;
    for (const block of registers.blocks) this.#blocks.set(block.map.id, block);
  }

  /** @param index of an array of registers  @param port whose block it is */
  read(block: BlockName, register: string, port = 0, index = 0): number {
    const { offset } = this.#find(block, register);
    return this.#readAt(this.#base(block, port) + offset + 4 * index);
  }

  write(block: BlockName, register: string, value: number, port = 0, index = 0): void {
    const { offset } = this.#find(block, register);
    this.#writeAt(this.#base(block, port) + offset + 4 * index, value);
  }

  /** One field of a register. */
  readField(block: BlockName, register: string, field: string, port = 0, index = 0): number {
    const { lsb, bits } = this.#field(block, register, field);
    return (this.read(block, register, port, index) >>> lsb) & (2 ** bits - 1);
  }

  /** Writes some fields of a register; the others of it are written as 0. */
  writeFields(block: BlockName, register: string, fields: Readonly<Record<string, number>>, port = 0): void {
    const value = Object.entries(fields).reduce((sum, [name, part]) => {
      return sum + part * 2 ** this.#field(block, register, name).lsb;
    }, 0);
    this.write(block, register, value, port);
  }

  /** Whether the device has a counter: those of the retry are left out where there is none. */
  hasCounter(block: BlockName, name: string): boolean {
    return this.#block(block).map.counters.some((counter) => counter.name === name);
  }

  /** The low 32 bits of a counter. */
  counter(block: BlockName, name: string, port = 0): number {
    const found = this.#block(block).map.counters.find((counter) => counter.name === name);
    if (found === undefined) throw new RangeError(`block ${block} has no counter ${name}`);
    return this.#readAt(this.#base(block, port) + found.offset);
  }

  /** The low words of all counters of a block that are not 0. */
  counters(block: BlockName, port = 0): Readonly<Record<string, number>> {
    const rows = this.#block(block).map.counters.map(
      ({ name, offset }) => [name, this.#readAt(this.#base(block, port) + offset)] as const,
    );
    return Object.fromEntries(rows.filter(([, value]) => value !== 0));
  }

  #readAt(address: number): number {
    const { value, response } = this.#bus.read(address);
    if (response !== axiResponse.okay)
      throw new Error(`the read of register 0x${address.toString(16)} is answered with ${response}`);
    return value;
  }

  #writeAt(address: number, value: number): void {
    const response = this.#bus.write(address, value);
    if (response !== axiResponse.okay)
      throw new Error(`the write of register 0x${address.toString(16)} is answered with ${response}`);
  }

  #base(block: BlockName, port: number): number {
    const { base, ports } = this.#block(block);
    if (ports === undefined) return base;
    if (port < ports.first || port > ports.last) throw new RangeError(`port ${port} has no block ${block}`);
    return base + this.#registers.portStride * port;
  }

  #block(name: string): PlacedBlock {
    const block = this.#blocks.get(name);
    if (block === undefined) throw new RangeError(`there is no block ${name}`);
    return block;
  }

  #find(block: string, name: string): Register {
    for (const { registers } of this.#block(block).map.groups)
      for (const register of registers) if (register.name === name) return register;
    throw new RangeError(`block ${block} has no register ${name}`);
  }

  #field(block: string, register: string, name: string): Field {
    const field = this.#find(block, register).fields.find((one) => one.name === name);
    if (field === undefined) throw new RangeError(`${register} has no field ${name}`);
    return field;
  }
}
