/** What was delivered and how long it took: counts of a window by source, destination and lane, latencies by destination. */
import { vcrcBytes } from "../reference/headers.ts";
import { Histogram } from "../scoreboard/histogram.ts";
import type { FlowPacket } from "./flow-packet.ts";

const lanes = 16;

/** Counts since {@link FlowFigures.open}. */
export interface Delivered {
  packets: number;
  /** LRH … VCRC, as on the wire. */
  bytes: number;
  payloadBytes: number;
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
  #openFrom = 0;
  #openTo = Number.POSITIVE_INFINITY;
  /** Deliveries at each end in all, window or not. */
  readonly total: readonly Delivered[];

  constructor(ends: number) {
    this.ends = ends;
    this.latency = Array.from({ length: ends }, () => new Histogram(latencyLimit));
    this.wireLatency = Array.from({ length: ends }, () => new Histogram(latencyLimit));
    this.#packets = new Float64Array(ends * ends * lanes);
    this.#bytes = new Float64Array(ends * ends * lanes);
    this.#payload = new Float64Array(ends * ends * lanes);
    this.total = Array.from({ length: ends }, () => ({ packets: 0, bytes: 0, payloadBytes: 0 }));
  }

  /** Counts start at 0; from here on only deliveries in cycles from … to-1 count. */
  open(from: number, to = Number.POSITIVE_INFINITY): void {
    this.#openFrom = from;
    this.#openTo = to;
    for (const counts of [this.#packets, this.#bytes, this.#payload]) counts.fill(0);
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
  }

  /** What was delivered in the window: of one flow, or of all sources, destinations or lanes that are left open. */
  window(flow: { readonly source?: number; readonly end?: number; readonly vl?: number } = {}): Delivered {
    const sum = { packets: 0, bytes: 0, payloadBytes: 0 };
    for (const source of range(flow.source, this.ends))
      for (const end of range(flow.end, this.ends))
        for (const vl of range(flow.vl, lanes)) {
          const at = (source * this.ends + end) * lanes + vl;
          sum.packets += this.#packets[at]!;
          sum.bytes += this.#bytes[at]!;
          sum.payloadBytes += this.#payload[at]!;
        }
    return sum;
  }
}

/** Longer latencies, in cycles, are counted together. */
const latencyLimit = 1 << 15;

function range(one: number | undefined, count: number): readonly number[] {
  return one === undefined ? Array.from({ length: count }, (_, index) => index) : [one];
}
