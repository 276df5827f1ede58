/** Where the packets of one port come from in a phase. */
import type { AxisPacket } from "../bfm/axis.ts";
import { LoadGenerator } from "../traffic/load.ts";
import type { LoadTraffic, Traffic } from "./phase.ts";

export interface Feed {
  /** All packets were given; never true of endless traffic. */
  readonly done: boolean;
  /**
   * The next packet, or null when there is none for now.
   * @param room bit v: VL v takes a packet now, as `p0_tx_vl_room` says
   */
  next(cycle: number, room: number): AxisPacket | null;
}

export interface FeedOptions {
  /** 0 or 1. */
  readonly port: number;
  readonly seed: number;
  /** What the wire carries in a cycle. */
  readonly bytesPerCycle: number;
}

export function feedOf(traffic: Traffic, options: FeedOptions): Feed {
  if (traffic.kind === "load") return new LoadFeed(traffic, options);
  return traffic.kind === "list" ? new ListFeed(traffic.packets[options.port] ?? []) : idleFeed;
}

const idleFeed: Feed = { done: false, next: () => null };

/** Keeps to the order of the list: a packet whose lane has no room lets those behind it wait. */
class ListFeed implements Feed {
  readonly #packets: readonly AxisPacket[];
  #at = 0;

  constructor(packets: readonly AxisPacket[]) {
    this.#packets = packets;
  }

  get done(): boolean {
    return this.#at >= this.#packets.length;
  }

  next(_cycle: number, room: number): AxisPacket | null {
    const packet = this.#packets[this.#at];
    if (packet === undefined || ((room >> packet.vl) & 1) === 0) return null;
    this.#at++;
    return packet;
  }
}

/** What a pause may leave to be made up for, cycles. */
const slackCycles = 1000;
const columnBytes = 8;
const vcrcBytes = 2;

/** Bytes of the wire that a packet takes: start column, packet and VCRC, and at least one more byte for the terminate. */
function wireBytes(packetBytes: number): number {
  return columnBytes * (2 + Math.floor((packetBytes + vcrcBytes) / columnBytes));
}

class LoadFeed implements Feed {
  readonly #generator: LoadGenerator;
  /** Cycles of the wire for a byte, stretched by the load; 0 without a limit. */
  readonly #cyclesPerByte: number;
  #nextAt = 0;

  constructor(traffic: LoadTraffic, { port, seed, bytesPerCycle }: FeedOptions) {
    const { vls, payloadBytes, packetBytes, packets, load } = traffic;
    this.#generator = new LoadGenerator({
      source: port + 1,
      seed,
      vls,
      ...(payloadBytes !== undefined && { payloadBytes }),
      ...(packetBytes !== undefined && { packetBytes }),
      ...(packets !== undefined && { count: packets }),
    });
    this.#cyclesPerByte = load === undefined || load >= 1 ? 0 : 1 / (bytesPerCycle * load);
  }

  get done(): boolean {
    return this.#generator.done;
  }

  next(cycle: number, room: number): AxisPacket | null {
    if (this.#cyclesPerByte > 0 && cycle < this.#nextAt) return null;
    const packet = this.#generator.next(room);
    if (packet !== null && this.#cyclesPerByte > 0) {
      const time = wireBytes(packet.bytes.length) * this.#cyclesPerByte;
      this.#nextAt = Math.max(this.#nextAt, cycle - slackCycles) + time;
    }
    return packet;
  }
}
