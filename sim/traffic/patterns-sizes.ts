/** Packet sizes of traffic patterns. Sizes are bytes on the wire, LRH … VCRC; packets are whole words before the VCRC. */
import { vcrcBytes } from "../reference/headers.ts";
import { longestVl15PacketBytes, shortestPacketBytes } from "../reference/tagged.ts";
import type { Rng } from "./rng.ts";

/** How large the packets are. */
export type SizeMix =
  | { readonly kind: "fixed"; readonly bytes: number }
  /** All sizes from low to high alike. */
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** Some sizes, each with its share of the packets. */
  | { readonly kind: "mix"; readonly parts: readonly { readonly bytes: number; readonly weight: number }[] };

/** RDMA as two sizes: acknowledges and requests of 64 bytes, full packets of 4 KiB, as many of one as of the other. */
export const rdmaSizes: SizeMix = {
  kind: "mix",
  parts: [
    { bytes: 64, weight: 1 },
    { bytes: 4096, weight: 1 },
  ],
};

/** The simple IMIX of Ethernet testers: 7 packets of 64 bytes to 4 of 576 and 1 of 1500. */
export const imixSizes: SizeMix = {
  kind: "mix",
  parts: [
    { bytes: 64, weight: 7 },
    { bytes: 576, weight: 4 },
    { bytes: 1500, weight: 1 },
  ],
};

const columnBytes = 8;
const shortestVl15PacketBytes = shortestPacketBytes + columnBytes;

/** The longest packet, LRH … ICRC, that takes no more than `wireBytes` with its VCRC. */
export function packetBytesFor(wireBytes: number): number {
  return Math.max(shortestPacketBytes, 4 * Math.floor((wireBytes - vcrcBytes) / 4));
}

/**
 * Bytes of the wire that a packet takes: start column, packet and VCRC, at least one byte for the terminate, and no less
 * than a beat, as start columns stand at least a beat apart.
 */
export function framedBytes(packetBytes: number, beatBytes: number): number {
  return Math.max(beatBytes, columnBytes * (2 + Math.floor((packetBytes + vcrcBytes) / columnBytes)));
}

/** Draws packet sizes, LRH … ICRC, of a mix; longer ones than the device carries are made the longest. */
export class SizeDraw {
  readonly #mix: SizeMix;
  readonly #rng: Rng;
  readonly #longest: number;
  readonly #weights: number;

  /** @param longestPacketBytes LRH … ICRC */
  constructor(mix: SizeMix, rng: Rng, longestPacketBytes: number) {
    this.#mix = mix;
    this.#rng = rng;
    this.#longest = longestPacketBytes;
    this.#weights = mix.kind === "mix" ? mix.parts.reduce((sum, { weight }) => sum + weight, 0) : 0;
    if (mix.kind === "mix" && !(this.#weights > 0)) throw new RangeError("a mix of sizes has no weights");
  }

  next(vl: number): number {
    const bytes = Math.min(packetBytesFor(this.#draw()), this.#longest);
    return vl === 15 ? Math.max(shortestVl15PacketBytes, Math.min(bytes, longestVl15PacketBytes)) : bytes;
  }

  #draw(): number {
    const mix = this.#mix;
    if (mix.kind === "fixed") return mix.bytes;
    if (mix.kind === "uniform") return this.#rng.range(mix.low, mix.high);
    let at = this.#rng.float() * this.#weights;
    for (const { bytes, weight } of mix.parts) {
      at -= weight;
      if (at < 0) return bytes;
    }
    return mix.parts.at(-1)!.bytes;
  }
}
