/**
 * What `route_lookup` has to say, cycle by cycle, from the rules of routing alone: InfiniBand vol. 1 on forwarding tables,
 * partitions and SL-to-VL mapping. It knows when tables and settings are looked at, and nothing of how.
 */

export interface RouteSizes {
  /** Bytes of a beat. */
  readonly beatBytes: number;
  /** External ports; port 0 comes on top. */
  readonly ports: number;
  readonly dataLanes: number;
  readonly unicastRows: number;
  readonly multicastRows: number;
  readonly keys: number;
}

export interface BeatIn {
  readonly lane: number;
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** Tables by their `table_select`. */
export const tableNames = ["unicast", "multicast", "slToVl", "partitionKeys"] as const;

export type TableName = (typeof tableNames)[number];

export interface TableWrite {
  readonly table: TableName;
  /** Whose SL-to-VL or P_Key table. */
  readonly port: number;
  readonly address: number;
  readonly data: number;
  readonly corrupt: boolean;
}

/** Inputs of a cycle. */
export interface RouteInputs {
  readonly beat?: BeatIn | undefined;
  readonly abort: boolean;
  readonly managementDest: number;
  readonly enforceKeys: boolean;
  readonly ownLid: number;
  readonly lftTop: number;
  readonly write?: TableWrite | undefined;
  readonly swapUnicast: boolean;
  readonly swapMulticast: boolean;
  readonly copyRow?: number | undefined;
  readonly copyLane?: { readonly port: number; readonly sl: number } | undefined;
}

export const dropReasons = ["unknownLid", "parity", "hairpin", "partitionKey", "noLane"] as const;

export type DropReason = (typeof dropReasons)[number];

export interface Route {
  readonly drop?: DropReason;
  readonly multicast: boolean;
  /** Port 0 names the output. */
  readonly directed: boolean;
  readonly port: number;
  readonly lane: number;
  readonly sl: number;
  readonly row: number;
}

/** Outputs of a cycle; what is undefined is not looked at. */
export interface RouteOutputs {
  readonly route: Route | undefined;
  readonly events: ReadonlySet<DropReason>;
  readonly copyMask: readonly boolean[] | undefined;
  readonly copyLane: { readonly lane: number; readonly drop: boolean } | undefined;
}

interface Row<Value> {
  readonly value: Value;
  readonly bad: boolean;
}

interface Packet {
  readonly dlid: number;
  readonly sl: number;
  readonly lane: number;
  /** DLID is the switch's own LID. */
  readonly isOwn: boolean;
  readonly local: boolean;
  readonly checkKey: boolean;
  readonly managementDest: number;
  readonly unicastRow: Row<number> | undefined;
  /** Its first bytes. */
  readonly head: number[];
  readonly words: number;
}

interface Decided {
  readonly packet: Packet;
  /** The P_Key, if it was to be checked and the packet has one. */
  readonly key: number | undefined;
}

const good = <Value>(value: Value): Row<Value> => ({ value, bad: false });

export class RouteReference {
  readonly sizes: RouteSizes;
  readonly ownPort: number;
  /** Banks: 0 is the active one. */
  unicast: Map<number, Row<number>>[] = [new Map(), new Map()];
  multicast: Map<number, Row<readonly boolean[]>>[] = [new Map(), new Map()];
  readonly slToVl = new Map<number, Row<number>>();
  readonly partitionKeys: (number | undefined)[];

  #open: Packet | undefined;
  #inPacket = false;
  #decided: Decided | undefined;
  #route: Route | undefined;
  #events = new Set<DropReason>();
  #lateEvents = new Set<DropReason>();
  #copyMask: readonly boolean[] | undefined;
  #copyLane: RouteOutputs["copyLane"];

  constructor(sizes: RouteSizes, ownPort: number) {
    this.sizes = sizes;
    this.ownPort = ownPort;
    this.partitionKeys = Array.from({ length: sizes.keys }, (_, at) => (at === 0 ? 0xffff : undefined));
  }

  unicastRow(bank: 0 | 1, dlid: number): Row<number> {
    return this.unicast[bank]!.get(dlid) ?? good(255);
  }

  /** One group of 32 ports of a row. */
  multicastGroup(bank: 0 | 1, row: number, group: number): Row<readonly boolean[]> {
    return this.multicast[bank]!.get(8 * row + group) ?? good(new Array<boolean>(32).fill(false));
  }

  virtualLane(port: number, sl: number): Row<number> {
    return this.slToVl.get(16 * port + sl) ?? good(sl % this.sizes.dataLanes);
  }

  /** The outputs of this cycle, and what its inputs lead to. */
  cycle(inputs: RouteInputs): RouteOutputs {
    const outputs: RouteOutputs = {
      route: this.#route,
      events: this.#events,
      copyMask: this.#copyMask,
      copyLane: this.#copyLane,
    };
    // A packet dropped in this cycle is counted in the next one, damage found by a copy likewise
    this.#events = this.#lateEvents;
    if (this.#route?.drop !== undefined) this.#events.add(this.#route.drop);
    this.#lateEvents = new Set();
    this.#route = this.#decided === undefined ? undefined : this.#judge(this.#decided, inputs);
    this.#decided = this.#take(inputs);
    this.#copy(inputs);
    this.#software(inputs);
    return outputs;
  }

  #take({ beat, abort, managementDest, enforceKeys, ownLid }: RouteInputs): Decided | undefined {
    if (beat === undefined) {
      if (abort) {
        this.#inPacket = false;
        this.#open = undefined;
      }
      return undefined;
    }
    if (!this.#inPacket) {
      const { bytes, lane } = beat;
      const dlid = 256 * bytes[2]! + bytes[3]!;
      const linkNextHeader = bytes[1]! & 3;
      const management = lane === this.sizes.dataLanes;
      this.#open = {
        dlid,
        sl: bytes[1]! >> 4,
        lane,
        isOwn: dlid !== 0 && dlid === ownLid,
        local: linkNextHeader === 2,
        checkKey: enforceKeys && linkNextHeader >= 2 && !management,
        managementDest,
        unicastRow: dlid < this.sizes.unicastRows ? this.unicastRow(0, dlid) : undefined,
        head: [],
        words: 256 * (bytes[4]! & 7) + bytes[5]!,
      };
    }
    this.#inPacket = !beat.last;
    const packet = this.#open;
    if (packet === undefined) return undefined;
    packet.head.push(...beat.bytes.subarray(0, 64));
    const decided = this.#decide(packet, beat.last);
    if (decided !== undefined || beat.last) this.#open = undefined;
    return decided;
  }

  /** Decides as soon as everything is there: at the first beat, or when the P_Key has come or cannot come any more. */
  #decide(packet: Packet, last: boolean): Decided | undefined {
    if (!packet.checkKey) return { packet, key: undefined };
    const place = packet.local ? 8 + 2 : 8 + 40 + 2;
    const never = !packet.local && 4 * packet.words < place + 2;
    if (never) return { packet, key: undefined };
    if (packet.head.length >= place + 2) {
      return { packet, key: 256 * packet.head[place]! + packet.head[place + 1]! };
    }
    return last ? { packet, key: undefined } : undefined;
  }

  #judge({ packet, key }: Decided, { lftTop }: RouteInputs): Route {
    const { dlid, isOwn, sl, lane, managementDest, unicastRow } = packet;
    const { ports, dataLanes, unicastRows, multicastRows } = this.sizes;
    const management = lane === dataLanes;
    const directed = this.ownPort === 0 && managementDest !== 0;
    const route = { multicast: false, directed, port: 0, lane, sl, row: 0 };
    const keyFails = packet.checkKey && !this.#keyMatches(key);

    let port = 0;
    if (directed) {
      if (managementDest > ports) return { ...route, drop: "unknownLid" };
      port = managementDest;
    } else if (isOwn || (management && dlid === 0xffff)) {
      port = 0;
    } else if (dlid >= 0xc000) {
      const row = dlid - 0xc000;
      if (dlid === 0xffff || row >= multicastRows) return { ...route, drop: "unknownLid" };
      return keyFails ? { ...route, drop: "partitionKey" } : { ...route, multicast: true, row };
    } else {
      if (dlid === 0 || dlid > lftTop || dlid >= unicastRows) return { ...route, drop: "unknownLid" };
      const { value, bad } = unicastRow!;
      if (bad) return { ...route, drop: "parity" };
      if (value > ports) return { ...route, drop: "unknownLid" };
      if (value === this.ownPort && this.ownPort !== 0) return { ...route, drop: "hairpin" };
      port = value;
    }
    if (keyFails) return { ...route, drop: "partitionKey" };
    if (management) return { ...route, port };
    const { value, bad } = this.virtualLane(port, sl);
    if (bad) return { ...route, drop: "parity" };
    if (value >= dataLanes) return { ...route, drop: "noLane" };
    return { ...route, port, lane: value };
  }

  /** Key 15 bits, bit 15: full member. Limited members do not talk to each other. */
  #keyMatches(key: number | undefined): boolean {
    if (key === undefined) return false;
    return this.partitionKeys.some(
      (entry) => entry !== undefined && entry % 0x8000 === key % 0x8000 && (entry >= 0x8000 || key >= 0x8000),
    );
  }

  #copy({ copyRow, copyLane }: RouteInputs): void {
    if (copyRow !== undefined) {
      const ports = this.sizes.ports + 1;
      const groups = Array.from({ length: Math.ceil(ports / 32) }, (_, group) =>
        this.multicastGroup(0, copyRow, group),
      );
      const bad = groups.some((group) => group.bad);
      const all = groups.flatMap(({ value }) => value).slice(0, ports);
      this.#copyMask = all.map((is, port) => is && !bad && port !== this.ownPort);
      if (bad) this.#lateEvents.add("parity");
    }
    if (copyLane === undefined) return;
    const { value, bad } = this.virtualLane(copyLane.port, copyLane.sl);
    this.#copyLane = { lane: value, drop: bad || value >= this.sizes.dataLanes };
    if (bad) this.#lateEvents.add("parity");
  }

  #software({ write, swapUnicast, swapMulticast }: RouteInputs): void {
    if (write !== undefined) this.#write(write);
    if (swapUnicast) this.unicast = [this.unicast[1]!, this.unicast[0]!];
    if (swapMulticast) this.multicast = [this.multicast[1]!, this.multicast[0]!];
  }

  #write({ table, port, address, data, corrupt }: TableWrite): void {
    const { ports, unicastRows, multicastRows, keys } = this.sizes;
    const bad = corrupt;
    if (table === "unicast") {
      if (address < unicastRows) this.unicast[1]!.set(address, { value: data % 256, bad });
    } else if (table === "multicast") {
      const value = Array.from({ length: 32 }, (_, bit) => ((data >>> bit) & 1) === 1);
      if (address >> 3 < multicastRows) this.multicast[1]!.set(address, { value, bad });
    } else if (port === this.ownPort && table === "slToVl") {
      if (address < 16 * (ports + 1)) this.slToVl.set(address, { value: data % 16, bad });
    } else if (port === this.ownPort && address < keys) {
      this.partitionKeys[address] = ((data >>> 16) & 1) === 1 ? data % 0x10000 : undefined;
    }
  }
}
