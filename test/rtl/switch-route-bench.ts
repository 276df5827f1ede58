/** Random packets, tables and copies for `route_lookup`, held against {@link RouteReference} in every cycle. */
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, resetAll } from "./link-bench.ts";
import {
  type BeatIn,
  type DropReason,
  dropReasons,
  type RouteInputs,
  type RouteOutputs,
  type RouteReference,
  type TableName,
  type TableWrite,
  tableNames,
} from "./switch-route-reference.ts";
import { type RouteLoad, type RoutePacket, RouteStimulus } from "./switch-route-stimulus.ts";

const eventPorts: Readonly<Record<DropReason, string>> = {
  unknownLid: "evt_drop_unknown_lid",
  parity: "evt_drop_table_parity",
  hairpin: "evt_drop_hairpin",
  partitionKey: "evt_drop_pkey",
  noLane: "evt_drop_vl15_map",
};

export class RouteBench {
  /** What has been seen. */
  readonly seen = {
    routed: 0,
    multicast: 0,
    toSelf: 0,
    directed: 0,
    aborted: 0,
    reads: 0,
    swaps: 0,
    copies: 0,
  };
  readonly drops: Record<DropReason, number> = {
    unknownLid: 0,
    parity: 0,
    hairpin: 0,
    partitionKey: 0,
    noLane: 0,
  };
  readonly model: Model;
  readonly reference: RouteReference;
  readonly rng: Rng;
  /** Cycles from the end of the reset until the tables were filled. */
  readonly fillCycles: number;
  readonly #p;
  readonly #events;
  readonly #corrupt;
  readonly #stimulus: RouteStimulus;
  #packet: RoutePacket | undefined;
  /** Cycles without a packet in which a read waits. */
  #quietCycles = 0;
  #read: { table: TableName; address: number; shadow: boolean; mine: boolean; age: number } | undefined;

  constructor(model: Model, reference: RouteReference, rng: Rng) {
    this.model = model;
    this.reference = reference;
    this.rng = rng;
    this.#p = portsOf(model, [
      ...([
        "port",
        "table_ready",
        "wr_valid",
        "wr_lane",
        "wr_data",
        "wr_last",
        "wr_abort",
        "mgmt_dest",
      ] as const),
      ...(["route_valid", "route_drop", "route_multicast", "route_port", "route_lane", "route_sl"] as const),
      ...(["route_index", "copy_read", "copy_index", "copy_mask", "copy_lane_read", "copy_port"] as const),
      ...(["copy_sl", "copy_lane", "copy_lane_drop", "table_write", "table_read", "table_select"] as const),
      ...(["table_port", "table_address", "table_data", "table_swap_lft", "table_swap_mft"] as const),
      ...(["table_read_done", "table_read_data", "cfg_pkey_enforce", "cfg_own_lid", "cfg_lft_top"] as const),
    ]);
    this.#corrupt = model.hasPort("table_corrupt") ? model.port("table_corrupt") : undefined;
    this.#stimulus = new RouteStimulus(reference, rng, this.#corrupt !== undefined);
    this.#events = dropReasons
      .filter((reason) => model.hasPort(eventPorts[reason]))
      .map((reason) => [reason, model.port(eventPorts[reason])] as const);
    resetAll(model);
    this.#p.port.set(reference.ownPort);
    const begin = model.cycle;
    while (this.#p.table_ready.get() === 0) {
      if (model.cycle - begin > 1e6) fail(model, "the tables never become ready");
      model.step();
    }
    this.fillCycles = model.cycle - begin;
  }

  /** Fills both banks of the forwarding tables with random rows, through the ports. */
  fillForwarding(): void {
    const { unicastRows, multicastRows, ports } = this.reference.sizes;
    const groups = Math.ceil((ports + 1) / 32);
    for (const _bank of [0, 1]) {
      for (let row = 0; row < unicastRows; row += 1) this.#idle(this.#stimulus.rowWrite("unicast", row));
      for (let row = 0; row < multicastRows * 8; row += 1)
        if (row % 8 < groups) this.#idle(this.#stimulus.rowWrite("multicast", row));
      this.#idle(undefined, true);
    }
  }

  /** Fills all tables likewise. */
  fillTables(): void {
    const { ports, keys } = this.reference.sizes;
    this.fillForwarding();
    for (let row = 0; row < 16 * (ports + 1); row += 1) this.#idle(this.#stimulus.rowWrite("slToVl", row));
    for (let entry = 0; entry < keys; entry += 1) this.#idle(this.#stimulus.rowWrite("partitionKeys", entry));
  }

  /** Writes the first P_Key: the others are not valid after reset. */
  writeFirstKey(key: number): void {
    const port = this.reference.ownPort;
    this.#idle({ table: "partitionKeys", port, address: 0, data: 0x10000 + key, corrupt: false });
  }

  /** Reads every row of every table back, both banks. */
  readTables(): void {
    const { unicastRows, multicastRows, ports } = this.reference.sizes;
    const groups = Math.ceil((ports + 1) / 32);
    const multicast = Array.from({ length: 8 * multicastRows }, (_, row) => row);
    const rows: Readonly<Record<TableName, readonly number[]>> = {
      unicast: Array.from({ length: unicastRows }, (_, row) => row),
      multicast: multicast.filter((row) => row % 8 < groups),
      slToVl: Array.from({ length: 16 * (ports + 1) }, (_, row) => row),
      partitionKeys: [0],
    };
    for (const table of tableNames)
      for (const address of rows[table])
        for (const shadow of [false, true]) {
          this.#read = { table, address, shadow, mine: true, age: 0 };
          for (let cycle = 0; this.#read !== undefined; cycle += 1) {
            if (cycle > 5) fail(this.model, `${table} row ${address} is not read`);
            this.#cycle(this.#quiet());
          }
        }
  }

  run(load: RouteLoad, cycles: number): void {
    const { rng } = this;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      if (rng.chance(0.005)) this.#stimulus.newSettings();
      const reading = this.#read !== undefined;
      if (!reading && rng.chance(load.write / 20)) this.#startRead();
      const { beat, abort } = this.#traffic(load);
      const { sizes } = this.reference;
      const rows = sizes.multicastRows;
      this.#cycle({
        beat,
        abort,
        managementDest: rng.chance(0.5) ? 0 : rng.below(2 ** this.#p.mgmt_dest.bits),
        ...this.#stimulus.settings,
        write: this.#read === undefined && rng.chance(load.write) ? this.#stimulus.randomWrite() : undefined,
        swapUnicast: this.#read === undefined && rng.chance(load.swap),
        swapMulticast: this.#read === undefined && rng.chance(load.swap),
        copyRow: rows > 0 && rng.chance(load.copy) ? rng.below(rows) : undefined,
        copyLane: rng.chance(load.copy) ? { port: rng.below(sizes.ports + 1), sl: rng.below(16) } : undefined,
      });
    }
    // What is on its way comes out, and a read gets its turn
    if (this.#packet !== undefined) this.#cycle({ ...this.#quiet(), abort: true });
    this.#packet = undefined;
    for (let cycle = 0; cycle < 6; cycle += 1) this.#cycle(this.#quiet());
    if (this.#read?.mine === true) fail(this.model, `${this.#read.table} is not read`);
    this.#read = undefined;
  }

  #quiet(): RouteInputs {
    return {
      abort: false,
      managementDest: 0,
      swapUnicast: false,
      swapMulticast: false,
      ...this.#stimulus.settings,
    };
  }

  #idle(write: TableWrite | undefined, swap = false): void {
    this.#cycle({ ...this.#quiet(), write, swapUnicast: swap, swapMulticast: swap });
  }

  // ---- packets ----

  #traffic(load: RouteLoad): { beat: BeatIn | undefined; abort: boolean } {
    const { rng } = this;
    if (!rng.chance(load.beat)) return { beat: undefined, abort: false };
    this.#packet ??= this.#stimulus.newPacket(load);
    const packet = this.#packet;
    if (packet.at === packet.abortAfter) {
      this.#packet = undefined;
      this.seen.aborted += 1;
      return { beat: undefined, abort: true };
    }
    const bytes = packet.beats[packet.at]!;
    packet.at += 1;
    const last = packet.at === packet.beats.length;
    if (last) this.#packet = undefined;
    return { beat: { lane: packet.lane, bytes, last }, abort: false };
  }

  // ---- software ----

  #startRead(): void {
    const { table, address } = this.#stimulus.someRow(false);
    if (table === "multicast" && this.reference.sizes.multicastRows === 0) return;
    this.#read = { table, address, shadow: this.rng.chance(0.5), mine: this.rng.chance(0.8), age: 0 };
  }

  #rowValue(table: TableName, address: number, shadow: boolean): number {
    const bank = shadow ? 1 : 0;
    const { reference } = this;
    if (table === "unicast") return reference.unicastRow(bank, address).value;
    if (table === "slToVl") return reference.virtualLane(address >> 4, address & 15).value;
    if (table === "partitionKeys") return 0;
    const ports = reference.sizes.ports + 1;
    const { value } = reference.multicastGroup(bank, address >> 3, address & 7);
    return value.reduce((sum, is, bit) => (is && 32 * (address & 7) + bit < ports ? sum + 2 ** bit : sum), 0);
  }

  // ---- a cycle ----

  #cycle(inputs: RouteInputs): void {
    const quiet = inputs.beat === undefined && !inputs.abort && this.#packet === undefined;
    this.#quietCycles = quiet && (this.#read?.age ?? 0) > 0 ? this.#quietCycles + 1 : 0;
    if (this.#quietCycles > 4 && this.#read?.table === "unicast" && this.#read.mine)
      fail(this.model, "a read waits while no packet comes");
    this.#set(inputs);
    this.model.eval();
    this.#check(this.reference.cycle(inputs));
    this.model.step();
    if (inputs.swapUnicast) this.seen.swaps += 1;
    if (inputs.copyRow !== undefined) this.seen.copies += 1;
  }

  #set(inputs: RouteInputs): void {
    const p = this.#p;
    const { rng } = this;
    const { beat, write, copyRow, copyLane } = inputs;
    const flag = (is: boolean): number => (is ? 1 : 0);
    p.wr_valid.set(flag(beat !== undefined));
    p.wr_abort.set(flag(inputs.abort));
    if (beat === undefined) rng.fill(p.wr_data.bytes);
    else p.wr_data.bytes.set(beat.bytes);
    p.wr_lane.set(beat?.lane ?? rng.below(this.reference.sizes.dataLanes + 1));
    p.wr_last.set(beat === undefined ? rng.below(2) : flag(beat.last));
    p.mgmt_dest.set(inputs.managementDest);
    p.cfg_pkey_enforce.set(flag(inputs.enforceKeys));
    p.cfg_own_lid.set(inputs.ownLid);
    p.cfg_lft_top.set(inputs.lftTop);
    p.copy_read.set(flag(copyRow !== undefined));
    p.copy_index.set(copyRow ?? rng.below(2 ** p.copy_index.bits));
    p.copy_lane_read.set(flag(copyLane !== undefined));
    p.copy_port.set(copyLane?.port ?? 0);
    p.copy_sl.set(copyLane?.sl ?? rng.below(16));
    p.table_swap_lft.set(flag(inputs.swapUnicast));
    p.table_swap_mft.set(flag(inputs.swapMulticast));
    p.table_write.set(flag(write !== undefined));
    this.#corrupt?.set(write === undefined ? rng.below(2) : flag(write.corrupt));
    const read = this.#read;
    p.table_read.set(flag(read?.age === 0));
    if (write !== undefined) this.#aim(write.table, write.port, write.address, write.data);
    else if (read !== undefined) {
      const { ports } = this.reference.sizes;
      const { ownPort } = this.reference;
      const port = read.mine ? ownPort : (ownPort + 1) % (ports + 1);
      this.#aim(read.table, port, read.address + (read.shadow ? 0x80000 : 0), 0);
    } else
      this.#aim(rng.pick(tableNames), ownPortOrNot(rng, this.reference), rng.below(0x100000), rng.next());
  }

  #aim(table: TableName, port: number, address: number, data: number): void {
    this.#p.table_select.set(tableNames.indexOf(table));
    this.#p.table_port.set(port);
    this.#p.table_address.set(address);
    this.#p.table_data.set(data);
  }

  #check({ route, events, copyMask, copyLane }: RouteOutputs): void {
    const p = this.#p;
    const { model } = this;
    if (p.table_ready.get() !== 1) fail(model, "table_ready falls");
    if ((p.route_valid.get() === 1) !== (route !== undefined))
      fail(model, `route_valid is ${p.route_valid.get()}`);
    if (route !== undefined) {
      if ((p.route_drop.get() === 1) !== (route.drop !== undefined))
        fail(model, `route_drop is ${p.route_drop.get()}, the reason would be ${route.drop}`);
      if (route.drop === undefined) {
        const shown = [p.route_multicast, p.route_lane, p.route_sl].map((port) => port.get());
        const wanted = [route.multicast ? 1 : 0, route.lane, route.sl];
        if (shown.join() !== wanted.join()) fail(model, `multicast, lane, SL: ${shown}, not ${wanted}`);
        const [where, there] = route.multicast
          ? [p.route_index.get(), route.row]
          : [p.route_port.get(), route.port];
        if (where !== there) fail(model, `the packet goes to ${where}, not ${there}`);
        this.seen.routed += 1;
        if (route.directed) this.seen.directed += 1;
        else if (route.multicast) this.seen.multicast += 1;
        else if (route.port === 0) this.seen.toSelf += 1;
      }
    }
    for (const [reason, port] of this.#events) {
      if ((port.get() === 1) !== events.has(reason)) fail(model, `event ${reason} is ${port.get()}`);
      if (events.has(reason)) this.drops[reason] += 1;
    }
    for (const [port, is] of (copyMask ?? []).entries())
      if ((field(p.copy_mask, port, 1) === 1) !== is) fail(model, `copy to port ${port}`);
    if (copyLane !== undefined) {
      if ((p.copy_lane_drop.get() === 1) !== copyLane.drop) fail(model, "copy_lane_drop");
      if (!copyLane.drop && p.copy_lane.get() !== copyLane.lane) fail(model, "copy_lane");
    }
    this.#checkRead();
  }

  #checkRead(): void {
    const p = this.#p;
    const read = this.#read;
    if (p.table_read_done.get() === 1) {
      if (read === undefined || !read.mine) fail(this.model, "a read is done that was not asked for");
      const { table, address, shadow } = read;
      const value = this.#rowValue(table, address, shadow);
      const shown = p.table_read_data.get();
      if (shown !== value) fail(this.model, `${table} row ${address} reads as ${shown}, not ${value}`);
      this.seen.reads += 1;
      this.#read = undefined;
    } else if (read !== undefined) {
      read.age += 1;
      if (!read.mine && read.age > 5) this.#read = undefined;
    }
  }
}

const ownPortOrNot = (rng: Rng, { ownPort, sizes }: RouteReference): number =>
  rng.chance(0.5) ? ownPort : rng.below(sizes.ports + 1);
