/** What was delivered and how long it took: counts of a window by source, destination and lane, latencies by destination. */
import { vcrcBytes } from "../reference/headers.ts";
import { Histogram } from "../scoreboard/histogram.ts";
import { framedBytes } from "../traffic/patterns-sizes.ts";
import type { FlowPacket } from "./flow-packet.ts";

const lanes = 16;

/** Counts since {@link FlowFigures.open}. */
export interface Delivered {
  packets: number;
  /** LRH … VCRC, as on the wire. */
  bytes: number;
  payloadBytes: number;
  /** With framing, as they take up the wire's time. */
  framedBytes: number;
}

export class FlowFigures {
  readonly ends: number;
  /** From generation, and from the start on the wire, to the first beat at the destination; by destination. */
  readonly latency: readonly Histogram[];
  readonly wireLatency: readonly Histogram[];
  readonly latencyOfAll = new Histogram(latencyLimit);
  readonly wireLatencyOfAll = new Histogram(latencyLimit);
  readonly #packets: Float64Array;
  readonly #bytes: Float64Array;
  readonly #payload: Float64Array;
  readonly #framed: Float64Array;
  readonly #beatBytes: number;
  #openFrom = 0;
  #openTo = Number.POSITIVE_INFINITY;
  /** Deliveries at each end in all, window or not. */
  readonly total: readonly Delivered[];

  /** @param beatBytes of the wire: no packet takes less of it */
  constructor(ends: number, beatBytes = 8) {
    this.ends = ends;
    this.#beatBytes = beatBytes;
    this.#framed = new Float64Array(ends * ends * lanes);
    this.latency = Array.from({ length: ends }, () => new Histogram(latencyLimit));
    this.wireLatency = Array.from({ length: ends }, () => new Histogram(latencyLimit));
    this.#packets = new Float64Array(ends * ends * lanes);
    this.#bytes = new Float64Array(ends * ends * lanes);
    this.#payload = new Float64Array(ends * ends * lanes);
    this.total = Array.from({ length: ends }, () => noDeliveries());
  }

  /** Counts start at 0; from here on only deliveries in cycles from … to-1 count. */
  open(from: number, to = Number.POSITIVE_INFINITY): void {
    this.#openFrom = from;
    this.#openTo = to;
    for (const counts of [this.#packets, this.#bytes, this.#payload, this.#framed]) counts.fill(0);
  }

  /** Notes a delivery; it is in the window when its last beat is. */
  delivered(
    packet: FlowPacket,
    end: number,
    vl: number,
    payloadBytes: number,
    firstCycle: number,
    lastCycle: number,
  ): void {
    const bytes = packet.bytes.length + vcrcBytes;
    const total = this.total[end]!;
    total.packets++;
    total.bytes += bytes;
    total.payloadBytes += payloadBytes;
    const framed = framedBytes(packet.bytes.length, this.#beatBytes);
    total.framedBytes += framed;
    if (packet.measured && vl !== 15) {
      const waited = Math.max(0, Math.round(firstCycle - packet.generated));
      this.latency[end]!.add(waited);
      this.latencyOfAll.add(waited);
      if (packet.wire >= 0) {
        this.wireLatency[end]!.add(firstCycle - packet.wire);
        this.wireLatencyOfAll.add(firstCycle - packet.wire);
      }
    }
    if (lastCycle < this.#openFrom || lastCycle >= this.#openTo) return;
    const at = (packet.source * this.ends + end) * lanes + packet.vl;
    this.#packets[at]! += 1;
    this.#bytes[at]! += bytes;
    this.#payload[at]! += payloadBytes;
    this.#framed[at]! += framed;
  }

  /** What was delivered in the window: of one flow, or of all sources, destinations or lanes that are left open. */
  window(flow: { readonly source?: number; readonly end?: number; readonly vl?: number } = {}): Delivered {
    const sum = noDeliveries();
    for (const source of range(flow.source, this.ends))
      for (const end of range(flow.end, this.ends))
        for (const vl of range(flow.vl, lanes)) {
          const at = (source * this.ends + end) * lanes + vl;
          sum.packets += this.#packets[at]!;
          sum.bytes += this.#bytes[at]!;
          sum.payloadBytes += this.#payload[at]!;
          sum.framedBytes += this.#framed[at]!;
        }
    return sum;
  }
}

function noDeliveries(): Delivered {
  return { packets: 0, bytes: 0, payloadBytes: 0, framedBytes: 0 };
}

/** Longer latencies, in cycles, are counted together. */
const latencyLimit = 1 << 15;

function range(one: number | undefined, count: number): readonly number[] {
  return one === undefined ? Array.from({ length: count }, (_, index) => index) : [one];
}
