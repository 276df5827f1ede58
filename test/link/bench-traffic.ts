/** Traffic of the partner bench: tagged packets, one by one or endlessly at random. */
import type { AxisPacket } from "../../sim/bfm/axis.ts";
import { taggedPacket } from "../../sim/reference/tagged.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** Endless random traffic of one end. */
export interface Load {
  readonly vls: readonly number[];
  /** Packet bytes (LRH … ICRC). */
  readonly low: number;
  readonly high: number;
}

/** Who sends, as it stands in the tags. */
const tagOf = { device: 1, partner: 2 } as const;
export type End = keyof typeof tagOf;

/** Cycles from the last beat of a packet to the room of its lane that knows of it. */
const roomDelay = 4;

export class BenchTraffic {
  readonly loads: { device: Load | null; partner: Load | null } = { device: null, partner: null };
  readonly #rng: Rng;
  readonly #beatBytes: number;
  readonly #indices = new Map<string, number>();
  /** By lane: cycle from which on its room tells of the packet sent last. */
  readonly #settled = new Float64Array(16);

  constructor(rng: Rng, beatBytes: number) {
    this.#rng = rng;
    this.#beatBytes = beatBytes;
  }

  /** The next packet of the device's load. @param room bit v: VL v takes a packet */
  next(cycle: number, room: number): AxisPacket | null {
    const load = this.loads.device;
    if (load === null) return null;
    const open = load.vls.filter((vl) => (room >> vl) & 1 && cycle >= this.#settled[vl]!);
    if (open.length === 0) return null;
    const vl = this.#rng.pick(open);
    const bytes = this.#size(load, vl);
    this.#settled[vl] = cycle + Math.ceil(bytes / this.#beatBytes) + roomDelay;
    return { bytes: this.make("device", vl, bytes), vl };
  }

  /** Keeps packets of the partner's load queued on each of its lanes. */
  feed(queued: (vl: number) => number, send: (packet: Uint8Array) => void): void {
    const load = this.loads.partner;
    if (load === null) return;
    for (const vl of load.vls) if (queued(vl) < 2) send(this.make("partner", vl, this.#size(load, vl)));
  }

  /** The next packet of an end and a lane. */
  make(end: End, vl: number, bytes: number): Uint8Array {
    const key = `${end} ${vl}`;
    const index = this.#indices.get(key) ?? 0;
    this.#indices.set(key, index + 1);
    return taggedPacket({ source: tagOf[end], vl, index }, bytes);
  }

  #size({ low, high }: Load, vl: number): number {
    const least = vl === 15 ? 32 : 24;
    return 4 * this.#rng.range(Math.max(low, least) >> 2, Math.min(high, vl === 15 ? 288 : high) >> 2);
  }
}
