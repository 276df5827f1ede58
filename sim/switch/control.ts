/** What a subnet manager does to a switch: tables and settings, written over registers and kept in a reference model. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { type DropReason, SwitchReference } from "../reference/switch.ts";
import type { RegisterFile } from "./register-file.ts";

const tables = { unicast: 0, multicast: 1, slToVl: 2, keys: 3 } as const;
const firstMulticastLid = 0xc000;
/** Rows of the multicast table are written 32 ports at a time; addresses leave room for 8 such groups. */
const groupPorts = 32;
const groupsPerRow = 8;
const keyValid = 0x10000;

/** Counters of an ingress that tell why packets were dropped. */
export const dropCounters: Readonly<Record<DropReason, string>> = {
  unknownLid: "DROP_UNKNOWN_LID",
  hairpin: "DROP_HAIRPIN",
  pkey: "DROP_PKEY",
  noMember: "DROP_NO_MEMBER",
  slToVl: "DROP_VL15_MAP",
};

/** Tells a bench that tables change: what is under way may see the old or the new ones until `done` is called. */
export type OnSwap = (change: () => void, revert: () => void) => () => void;

export class SwitchControl {
  readonly registers: RegisterFile;
  readonly reference: SwitchReference;
  readonly #design: SwitchDesign;
  readonly #onSwap: OnSwap;
  #address = -1;

  constructor(design: SwitchDesign, registers: RegisterFile, onSwap: OnSwap) {
    const { ports } = design;
    const { unicastEntries, multicastEntries, partitionKeys } = design.tables;
    const dataVls = design.port.virtualLanes.data;
    this.#design = design;
    this.registers = registers;
    this.reference = new SwitchReference({ ports, dataVls, unicastEntries, multicastEntries, partitionKeys });
    this.#onSwap = onSwap;
  }

  /** The tables are filled after a reset. */
  get ready(): boolean {
    return this.registers.readField("switch", "TABLE_STATUS", "READY") === 1;
  }

  /** Writes rows of the forwarding tables into both banks; nothing must be under way to the LIDs of other rows. */
  program(rows: {
    readonly unicast?: ReadonlyMap<number, number>;
    readonly multicast?: ReadonlyMap<number, readonly number[]>;
  }): void {
    const { unicast, multicast } = rows;
    for (const bank of [0, 1]) {
      for (const [dlid, port] of unicast ?? []) this.setLft(dlid, port);
      for (const [mlid, ports] of multicast ?? []) this.setMft(mlid, ports);
      if (bank === 1) continue;
      if (unicast !== undefined) this.swapLft();
      if (multicast !== undefined) this.swapMft();
    }
  }

  /** Writes the shadow of the unicast table. @param port 255: nowhere */
  setLft(dlid: number, port: number): void {
    this.#store(tables.unicast, 0, dlid, port);
    this.reference.setLft(dlid, port);
  }

  /** Writes the shadow of the multicast table. @param ports the members, port 0 among them where it is one */
  setMft(mlid: number, ports: readonly number[]): void {
    const row = (mlid - firstMulticastLid) * groupsPerRow;
    for (let group = 0; group * groupPorts <= this.#design.ports; group++) {
      const mask = ports
        .filter((port) => Math.floor(port / groupPorts) === group)
        .reduce((sum, port) => sum + 2 ** (port % groupPorts), 0);
      this.#store(tables.multicast, 0, row + group, mask);
    }
    this.reference.setMft(mlid, ports);
  }

  /** Takes effect at once. */
  setSlToVl(input: number, output: number, sl: number, vl: number): void {
    this.#store(tables.slToVl, input, output * 16 + sl, vl);
    this.reference.setSlToVl(input, output, sl, vl);
  }

  /** Takes effect at once. @param key null: the entry holds none */
  setKey(port: number, entry: number, key: number | null): void {
    this.#store(tables.keys, port, entry, key === null ? 0 : keyValid + key);
    this.reference.setKey(port, entry, key);
  }

  /** What was written of the unicast table comes into force. */
  swapLft(): void {
    const swap = (): void => this.reference.swapLft();
    const done = this.#onSwap(swap, swap);
    this.registers.writeFields("switch", "TABLE_COMMAND", { SWAP_UNICAST: 1 });
    done();
  }

  /** What was written of the multicast table comes into force. */
  swapMft(): void {
    const swap = (): void => this.reference.swapMft();
    const done = this.#onSwap(swap, swap);
    this.registers.writeFields("switch", "TABLE_COMMAND", { SWAP_MULTICAST: 1 });
    done();
  }

  setKeyEnforcement(port: number, enforced: boolean): void {
    this.registers.writeFields("ingress", "CONTROL", { PKEY_ENFORCE: enforced ? 1 : 0 }, port);
    this.reference.setEnforced(port, enforced);
  }

  setOwnLid(lid: number): void {
    this.registers.write("switch", "OWN_LID", lid);
    this.reference.ownLid = lid;
  }

  setLftTop(lid: number): void {
    this.registers.write("switch", "LFT_TOP", lid);
    this.reference.lftTop = lid;
  }

  /** Reads a row of the unicast table, that in force or the shadow. */
  readLft(dlid: number, options: { readonly port?: number; readonly shadow?: boolean } = {}): number {
    const shadow = options.shadow === true ? 0x80000 : 0;
    return this.#fetch(tables.unicast, options.port ?? 0, dlid + shadow);
  }

  readSlToVl(input: number, output: number, sl: number): number {
    return this.#fetch(tables.slToVl, input, output * 16 + sl);
  }

  /** Reads the ports of a multicast row that is in force. */
  readMft(mlid: number, port = 0): readonly number[] {
    const row = (mlid - firstMulticastLid) * groupsPerRow;
    const members: number[] = [];
    for (let group = 0; group * groupPorts <= this.#design.ports; group++) {
      const mask = this.#fetch(tables.multicast, port, row + group);
      for (let bit = 0; bit < groupPorts; bit++)
        if (Math.floor(mask / 2 ** bit) % 2 === 1) members.push(group * groupPorts + bit);
    }
    return members;
  }

  /** Packets that an ingress has dropped so far, by reason. */
  drops(port: number): Readonly<Record<DropReason, number>> {
    const rows = Object.entries(dropCounters).map(
      ([reason, name]) => [reason, this.registers.counter("ingress", name, port)] as const,
    );
    return Object.fromEntries(rows) as Record<DropReason, number>;
  }

  /** Rows one behind the other need their address only once. */
  #store(table: number, port: number, row: number, value: number): void {
    const place = this.#place(table, port, row);
    if (place !== this.#address) this.registers.write("switch", "TABLE_ADDRESS", place);
    this.registers.write("switch", "TABLE_DATA", value);
    this.#address = place + 1;
  }

  #fetch(table: number, port: number, row: number): number {
    this.#address = -1;
    this.registers.write("switch", "TABLE_ADDRESS", this.#place(table, port, row));
    this.registers.writeFields("switch", "TABLE_COMMAND", { READ: 1 });
    for (let tries = 0; tries < 1000; tries++)
      if (this.registers.readField("switch", "TABLE_STATUS", "READ_PENDING") === 0)
        return this.registers.read("switch", "TABLE_DATA");
    throw new Error(`row ${row} of table ${table} of port ${port} does not come`);
  }

  #place(table: number, port: number, row: number): number {
    return table * 2 ** 28 + port * 2 ** 20 + row;
  }
}
