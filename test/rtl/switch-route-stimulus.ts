/** Random packets and rows of tables for the bench of `route_lookup`. */
import type { Rng } from "../../sim/traffic/rng.ts";
import {
  type RouteReference,
  type TableName,
  type TableWrite,
  tableNames,
} from "./switch-route-reference.ts";

/** How a run is loaded; probabilities. */
export interface RouteLoad {
  /** A beat in this cycle. */
  readonly beat: number;
  /** A packet is taken back, somewhere. */
  readonly abort: number;
  /** A packet is a single beat, whatever its headers say. */
  readonly single: number;
  /** Software writes, in this cycle. */
  readonly write: number;
  readonly swap: number;
  readonly copy: number;
}

export interface RoutePacket {
  readonly lane: number;
  readonly beats: readonly Uint8Array[];
  /** Beats after which it is taken back. */
  readonly abortAfter: number | undefined;
  at: number;
}

/** First DLID of a multicast group. */
const firstGroup = 0xc000;

/** Draws what lies in the tables and beside them, and the rare cases often. */
export class RouteStimulus {
  settings = { enforceKeys: false, ownLid: 0, lftTop: 0xffff };
  readonly reference: RouteReference;
  readonly rng: Rng;
  readonly #parity: boolean;

  /** @param parity some rows get the wrong parity */
  constructor(reference: RouteReference, rng: Rng, parity: boolean) {
    this.reference = reference;
    this.rng = rng;
    this.#parity = parity;
  }

  newSettings(): void {
    const { rng } = this;
    const { unicastRows } = this.reference.sizes;
    this.settings = {
      enforceKeys: rng.chance(0.7),
      ownLid: rng.pick([0, 1 + rng.below(unicastRows - 1), 0xbfff, rng.below(0xc000)]),
      lftTop: rng.pick([0xffff, unicastRows - 1, rng.below(unicastRows), unicastRows + 100]),
    };
  }

  newPacket(load: RouteLoad): RoutePacket {
    const { rng } = this;
    const { beatBytes, dataLanes } = this.reference.sizes;
    const words = rng.pick([5, 6, 7, 11, 12, 13, 14, 16, 17, rng.range(5, 40)]);
    const count = rng.chance(load.single) ? 1 : Math.ceil((4 * words) / beatBytes);
    const bytes = new Uint8Array(Math.max(64, count * beatBytes));
    rng.fill(bytes);
    const linkNextHeader = rng.pick([0, 1, 2, 2, 3, 3]);
    const dlid = this.#someDlid();
    bytes[1] = (bytes[1]! & 0xfc) | linkNextHeader;
    bytes.set([dlid >> 8, dlid & 255, (bytes[4]! & 0xf8) | (words >> 8), words & 255], 2);
    const key = this.#someKey();
    if (linkNextHeader >= 2) bytes.set([key >> 8, key & 255], linkNextHeader === 2 ? 10 : 50);
    return {
      lane: rng.chance(0.2) ? dataLanes : rng.below(dataLanes),
      beats: Array.from({ length: count }, (_, at) => bytes.slice(at * beatBytes, (at + 1) * beatBytes)),
      abortAfter: rng.chance(load.abort) ? rng.below(count) : undefined,
      at: 0,
    };
  }

  #someDlid(): number {
    const { rng } = this;
    const { unicastRows, multicastRows } = this.reference.sizes;
    const { ownLid, lftTop } = this.settings;
    const inTable = (): number => 1 + rng.below(unicastRows - 1);
    if (rng.chance(0.6)) return inTable();
    const group = firstGroup + rng.below(Math.max(1, multicastRows));
    return rng.pick([
      ...[0, ownLid, ownLid, 0xffff, 0xfffe, 0xbfff, group, group, group, firstGroup + multicastRows],
      ...[Math.min(lftTop, unicastRows), Math.min(lftTop + 1, unicastRows), unicastRows, rng.below(0x10000)],
    ]);
  }

  /** Of a few partitions, so that they meet. */
  #someKey(): number {
    return this.rng.pick([0x7fff, 0xffff, 0x0001, 0x8001, 0x4000, 0xc000, this.rng.below(0x10000)]);
  }

  rowWrite(table: TableName, address: number): TableWrite {
    const { rng } = this;
    const { ports, dataLanes } = this.reference.sizes;
    const anyPort = rng.below(ports + 1);
    const values: Readonly<Record<TableName, number>> = {
      unicast: rng.chance(0.7) ? anyPort : rng.pick([this.reference.ownPort, 255, ports + 1, rng.below(256)]),
      multicast: rng.next(),
      slToVl: rng.chance(0.8) ? rng.below(dataLanes) : rng.pick([15, rng.below(16)]),
      partitionKeys: this.#someKey() + (rng.chance(0.7) ? 0x10000 : 0),
    };
    const noise = table === "multicast" ? 0 : rng.next() & 0xfff00000;
    const corrupt = this.#parity && rng.chance(0.05);
    const port = this.reference.ownPort;
    return { table, port, address, data: (values[table] | noise) >>> 0, corrupt };
  }

  randomWrite(): TableWrite {
    const { rng } = this;
    const { table, address } = this.someRow(rng.chance(0.1));
    const write = this.rowWrite(table, address);
    return rng.chance(0.2) ? { ...write, port: rng.below(this.reference.sizes.ports + 1) } : write;
  }

  someRow(outside: boolean): { table: TableName; address: number } {
    const { rng } = this;
    const { unicastRows, multicastRows, ports, keys } = this.reference.sizes;
    const groups = Math.ceil((ports + 1) / 32);
    const table = rng.pick(tableNames);
    if (outside || (table === "multicast" && multicastRows === 0))
      return { table, address: rng.below(0x80000) };
    const addresses: Readonly<Record<TableName, number>> = {
      unicast: rng.below(unicastRows),
      multicast: 8 * rng.below(Math.max(1, multicastRows)) + rng.below(groups),
      slToVl: rng.below(16 * (ports + 1)),
      partitionKeys: rng.below(keys),
    };
    return { table, address: addresses[table] };
  }
}
