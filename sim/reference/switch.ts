/**
 * What a switch does with a packet, by its tables (InfiniBand vol. 1: forwarding tables, SL to VL mapping, partition
 * enforcement): which ports get it on which lane, or why it is dropped. Order and tables, no time. Written from
 * the project's fact sheet, sections 2, 4, 9 and 10.
 */
import { grhBytes, lnh, lrhBytes, readUint16 } from "./headers.ts";

/**
 * Why a packet, or one copy of a multicast packet, goes nowhere. A packet has one reason: that it leads nowhere or back
 * comes before its P_Key, and that before the members of its group and its lane.
 */
export const dropReasons = ["unknownLid", "hairpin", "pkey", "noMember", "slToVl"] as const;
export type DropReason = (typeof dropReasons)[number];

export interface SwitchOutput {
  readonly port: number;
  readonly vl: number;
}

export interface Decision {
  /** Ports that get the packet, each once; empty when it is dropped. */
  readonly outputs: readonly SwitchOutput[];
  /** Reasons to be counted at the input: one for a dropped packet, one for each dropped copy of a multicast packet. */
  readonly drops: readonly DropReason[];
}

export interface SwitchReferenceOptions {
  /** External ports, numbered from 1; port 0 is for management. */
  readonly ports: number;
  readonly dataVls: number;
  readonly unicastEntries: number;
  readonly multicastEntries: number;
  readonly partitionKeys: number;
}

const permissiveLid = 0xffff;
const firstMulticastLid = 0xc000;
const management = 0;
const managementVl = 15;
/** LFT entry of a LID that leads nowhere. */
export const noPort = 255;
/** P_Key of the default partition, full member. */
const defaultKey = 0xffff;
const keyMask = 0x7fff;
/** The P_Key is bytes 2 and 3 of the BTH. */
const keyEnd = 4;

/** One pair of forwarding tables. */
class Bank {
  readonly lft: Uint8Array;
  readonly mft: ReadonlySet<number>[];

  constructor(unicastEntries: number, multicastEntries: number) {
    this.lft = new Uint8Array(unicastEntries).fill(noPort);
    this.mft = Array.from({ length: multicastEntries }, () => new Set());
  }
}

/** The tables of a switch and what follows from them. Writes go to the shadow bank; a swap exchanges the banks. */
export class SwitchReference {
  readonly #options: SwitchReferenceOptions;
  #lft: [Uint8Array, Uint8Array];
  #mft: [ReadonlySet<number>[], ReadonlySet<number>[]];
  /** [input][output][SL]. */
  readonly #slToVl: Uint8Array[][];
  readonly #keys: (number | null)[][];
  readonly #enforced: boolean[];
  /** The switch's own LID; 0 for none. */
  ownLid = 0;
  /** Highest DLID that is looked up. */
  lftTop: number;

  constructor(options: SwitchReferenceOptions) {
    this.#options = options;
    const banks = [0, 1].map(() => new Bank(options.unicastEntries, options.multicastEntries));
    this.#lft = [banks[0]!.lft, banks[1]!.lft];
    this.#mft = [banks[0]!.mft, banks[1]!.mft];
    const all = Array.from({ length: options.ports + 1 }, (_, port) => port);
    const identity = Uint8Array.from({ length: 16 }, (_, sl) => sl % options.dataVls);
    this.#slToVl = all.map(() => all.map(() => identity.slice()));
    this.#keys = all.map(() =>
      Array.from({ length: options.partitionKeys }, (_, entry) => (entry === 0 ? defaultKey : null)),
    );
    this.#enforced = all.map(() => false);
    this.lftTop = options.unicastEntries - 1;
  }

  /** Writes the shadow bank of the linear forwarding table. @param port 255 for none */
  setLft(dlid: number, port: number): void {
    this.#lft[1][dlid] = port;
  }

  /** Writes the shadow bank of the multicast forwarding table. */
  setMft(mlid: number, ports: Iterable<number>): void {
    this.#mft[1][mlid - firstMulticastLid] = new Set(ports);
  }

  swapLft(): void {
    this.#lft = [this.#lft[1], this.#lft[0]];
  }

  swapMft(): void {
    this.#mft = [this.#mft[1], this.#mft[0]];
  }

  setSlToVl(input: number, output: number, sl: number, vl: number): void {
    this.#slToVl[input]![output]![sl] = vl;
  }

  setKey(port: number, entry: number, key: number | null): void {
    this.#keys[port]![entry] = key;
  }

  setEnforced(port: number, enforced: boolean): void {
    this.#enforced[port] = enforced;
  }

  /**
   * What becomes of a packet that comes in at `input`.
   * @param vl that it comes on
   * @param given output that the management client asks for, 0 for none
   */
  decide(packet: Uint8Array, input: number, vl: number, given = 0): Decision {
    const dlid = readUint16(packet, 2);
    const sl = packet[1]! >> 4;
    const way = this.#way(dlid, input, vl, given);
    if (way === "unknownLid" || way === "hairpin") return dropped(way);
    const checked = vl !== managementVl && this.#enforced[input] === true;
    if (checked && !this.#keyFits(packet, input)) return dropped("pkey");
    if (way === "group") return this.#multicast(dlid, sl, input, vl);
    const lane = this.#laneTo(way, sl, input, vl);
    return lane === null ? dropped("slToVl") : { outputs: [{ port: way, vl: lane }], drops: [] };
  }

  /** The output port, or that it is a group's, or why there is none. */
  #way(dlid: number, input: number, vl: number, given: number): number | "group" | "unknownLid" | "hairpin" {
    const { ports, unicastEntries, multicastEntries } = this.#options;
    if (input === management && given !== 0) return given <= ports ? given : "unknownLid";
    if (this.ownLid !== 0 && dlid === this.ownLid) return management;
    if (dlid === permissiveLid) return vl === managementVl ? management : "unknownLid";
    if (dlid >= firstMulticastLid)
      return dlid - firstMulticastLid < multicastEntries ? "group" : "unknownLid";
    if (dlid === 0 || dlid > this.lftTop || dlid >= unicastEntries) return "unknownLid";
    const port = this.#lft[0][dlid]!;
    if (port > ports) return "unknownLid";
    return port === input && port !== management ? "hairpin" : port;
  }

  #multicast(mlid: number, sl: number, input: number, vl: number): Decision {
    const ports = this.#mft[0][mlid - firstMulticastLid];
    const others = [...(ports ?? [])].filter((port) => port !== input).sort((a, b) => a - b);
    if (others.length === 0) return dropped("noMember");
    const outputs: SwitchOutput[] = [];
    const drops: DropReason[] = [];
    for (const port of others) {
      const lane = this.#laneTo(port, sl, input, vl);
      if (lane === null) drops.push("slToVl");
      else outputs.push({ port, vl: lane });
    }
    return { outputs, drops };
  }

  /** Lane at the output; null when the mapping gives none. */
  #laneTo(output: number, sl: number, input: number, vl: number): number | null {
    if (vl === managementVl) return managementVl;
    const lane = this.#slToVl[input]![output]![sl]!;
    return lane < this.#options.dataVls ? lane : null;
  }

  /** Same key, and at least one of the two a full member. Raw packets carry no key. */
  #keyFits(packet: Uint8Array, port: number): boolean {
    const next = packet[1]! & 3;
    if (next < lnh.local) return true;
    const at = lrhBytes + (next === lnh.global ? grhBytes : 0);
    if (packet.length < at + keyEnd) return false;
    const key = readUint16(packet, at + 2);
    return this.#keys[port]!.some(
      (own) => own !== null && (own & keyMask) === (key & keyMask) && ((own | key) & 0x8000) !== 0,
    );
  }
}

function dropped(reason: DropReason): Decision {
  return { outputs: [], drops: [reason] };
}
