/** Endless traffic: tagged packets of chosen sizes over chosen lanes. */
import { bthBytes, icrcBytes, lrhBytes } from "../reference/headers.ts";
import { longestVl15PacketBytes, taggedPacket } from "../reference/tagged.ts";
import { Rng } from "./rng.ts";

export interface LoadOptions {
  /** Who sends, 0 … 255: stands in the tags. */
  readonly source: number;
  readonly seed?: number;
  /** Lanes to use; VL15 may be one of them. */
  readonly vls: readonly number[];
  /** Payload bytes of packets, one is drawn for each; 4096 unless given. */
  readonly payloadBytes?: readonly number[];
  /** Or packet bytes (LRH … ICRC), drawn from low to high, multiples of 4. */
  readonly packetBytes?: { readonly low: number; readonly high: number };
  /** Packets to make in all; default endless. */
  readonly count?: number;
}

export interface LoadPacket {
  readonly bytes: Uint8Array;
  readonly vl: number;
}

const everyLane = 0xffff;

/** Makes packets, lanes in turn. */
export class LoadGenerator {
  readonly #options: LoadOptions;
  readonly #rng: Rng;
  readonly #indices = new Float64Array(16);
  #turn = 0;
  /** Packets made so far. */
  made = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#rng = new Rng(options.seed ?? 1).fork(`load ${options.source}`);
  }

  /** All packets are made. */
  get done(): boolean {
    return this.made >= (this.#options.count ?? Number.POSITIVE_INFINITY);
  }

  /**
   * The next packet.
   * @param room bit v: VL v takes a packet now, as `p0_tx_vl_room` says
   * @returns null when no lane has room, or all packets are made
   */
  next(room = everyLane): LoadPacket | null {
    const { vls, source } = this.#options;
    if (this.done) return null;
    for (let i = 0; i < vls.length; i++) {
      const vl = vls[(this.#turn + i) % vls.length]!;
      if (((room >> vl) & 1) === 0) continue;
      this.#turn = (this.#turn + i + 1) % vls.length;
      this.made++;
      const index = this.#indices[vl]!;
      this.#indices[vl] = index + 1;
      return { bytes: taggedPacket({ source, vl, index }, this.#size(vl)), vl };
    }
    return null;
  }

  #size(vl: number): number {
    const { payloadBytes, packetBytes } = this.#options;
    const headers = lrhBytes + bthBytes + (vl === 15 ? 8 : 0) + icrcBytes;
    const low = Math.max(packetBytes?.low ?? headers, headers);
    const bytes =
      packetBytes === undefined
        ? headers + 4 * Math.ceil(this.#rng.pick(payloadBytes ?? [4096]) / 4)
        : 4 * this.#rng.range(low >> 2, Math.max(packetBytes.high, low) >> 2);
    return vl === 15 ? Math.min(bytes, longestVl15PacketBytes) : bytes;
  }
}
