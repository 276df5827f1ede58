/**
 * Scoreboard of a network: every packet must come at the ports that the tables name, once, unchanged and on the right lane,
 * in the order of its flow. A flow is what one host sends to one LID on one service level.
 */
import { readUint16 } from "../reference/headers.ts";
import { payloadBytesOf } from "../reference/packet.ts";
import { readTag } from "../reference/tagged.ts";
import { FlowFigures } from "./flow-figures.ts";
import type { FlowPacket } from "./flow-packet.ts";
import { Delivery, FlowQueue, hasFecn, type Ledger, sameFlowPacket } from "./flow-queue.ts";

export const flowVerdicts = [
  "match",
  "errored",
  "duplicated",
  "reordered",
  "corrupted",
  "misrouted",
] as const;
/** What became of a received packet. Misrouted: whole, at a port or on a lane that is not its own. */
export type FlowVerdict = (typeof flowVerdicts)[number];

export interface FlowBoardOptions {
  /** Hosts and other ends that send or receive are numbered 0 … ends-1. */
  readonly ends: number;
  /** Lanes that may lose packets: bit v for VL v. Default VL15 alone, which has no flow control. */
  readonly lossyVls?: number;
  /** Of the wires; default 8. */
  readonly beatBytes?: number;
  /** Switches may set the FECN bit. */
  readonly marking?: boolean;
  /** Called for everything but a match and an errored packet. */
  readonly onProblem?: (verdict: FlowVerdict, end: number, cycle: number, bytes: Uint8Array) => void;
}

/** Where a packet may come: a port and the lane there. */
export interface Place {
  readonly end: number;
  readonly vl: number;
}

export interface FlowBoardResult {
  readonly expected: number;
  readonly matched: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  readonly misrouted: number;
  /** Packets that came marked as errors: poisoned ones, and fragments of damaged ones. */
  readonly errored: number;
  /** Lost on a lane that may lose packets. */
  readonly dropped: number;
  /** Not come, and nobody can tell whether the tables of that moment dropped them. */
  readonly undecided: number;
  readonly excused: number;
  /** Packets that came with the FECN bit set. */
  readonly marked: number;
}

const lids = 0x10000;

function noVerdicts(): Record<FlowVerdict, number> {
  return { match: 0, errored: 0, duplicated: 0, reordered: 0, corrupted: 0, misrouted: 0 };
}

export class FlowBoard {
  readonly figures: FlowFigures;
  readonly #options: FlowBoardOptions;
  readonly #ledger: Ledger = { pending: 0 };
  readonly #queues = new Map<number, FlowQueue>();
  readonly #lids = new Map<number, number>();
  readonly #counts: readonly Record<FlowVerdict, number>[];
  readonly #expected: Float64Array;
  readonly #marked: Float64Array;
  #matched = 0;

  constructor(options: FlowBoardOptions) {
    this.#options = options;
    this.figures = new FlowFigures(options.ends, options.beatBytes);
    this.#counts = Array.from({ length: options.ends }, noVerdicts);
    this.#expected = new Float64Array(options.ends);
    this.#marked = new Float64Array(options.ends);
  }

  /** Announces one delivery of a packet: at `place`, or at any one of several. */
  expect(packet: FlowPacket, ...places: readonly Place[]): Delivery {
    const delivery = new Delivery(packet, places.length);
    this.#expected[places[0]!.end]! += 1;
    if (!this.#isLossy(packet.vl)) this.#ledger.pending++;
    else delivery.mayDrop = true;
    for (const { end, vl } of places) this.#queueOf(packet.bytes, end).push({ delivery, vl });
    return delivery;
  }

  /** A delivery may come at one more place, or be dropped (null): the tables have changed while it is under way. */
  allow(delivery: Delivery, place: Place | null): void {
    if (delivery.came) return;
    if (place !== null) {
      this.#queueOf(delivery.packet.bytes, place.end).push({ delivery, vl: place.vl });
      delivery.places++;
    } else if (!delivery.mayDrop) {
      delivery.mayDrop = true;
      this.#ledger.pending--;
    }
  }

  /** Takes the first `length` of `bytes` at `end`; they are not kept. */
  receive(
    end: number,
    bytes: Uint8Array,
    length: number,
    vl: number,
    error: boolean,
    firstCycle: number,
    lastCycle: number,
  ): FlowVerdict {
    const verdict = error ? "errored" : this.#judge(end, bytes, length, vl, firstCycle, lastCycle);
    this.#counts[end]![verdict]++;
    if (verdict === "match") this.#matched++;
    if (verdict !== "match" && verdict !== "errored")
      this.#options.onProblem?.(verdict, end, firstCycle, bytes.slice(0, length));
    return verdict;
  }

  /** Deliveries that may still come, lossy lanes left out. */
  get pending(): number {
    return this.#ledger.pending;
  }

  /** Packets that came right so far. */
  get matched(): number {
    return this.#matched;
  }

  /** Deliveries that have not happened, lost ones among them. */
  *absent(): Generator<Delivery> {
    for (const { delivery } of this.#absences()) yield delivery;
  }

  /** Whether a delivery may come at `end`. */
  isExpectedAt(delivery: Delivery, end: number): boolean {
    for (const expected of this.#queueOf(delivery.packet.bytes, end).waiting())
      if (expected.delivery === delivery) return true;
    return false;
  }

  /** Allows the absence of all that is under way: the run was stopped. */
  excuse(): void {
    for (const delivery of this.absent()) delivery.excused = true;
  }

  /** Cycle in which the oldest packet that has not come was sent; null when none is missing. */
  get oldestAbsent(): number | null {
    let oldest: number | null = null;
    for (const { packet, mayDrop, excused } of this.absent())
      if (!mayDrop && !excused && (oldest === null || packet.entered < oldest)) oldest = packet.entered;
    return oldest;
  }

  /** The figures so far, of one end or of all; whatever is still expected counts as lost. */
  result(end?: number): FlowBoardResult {
    const ends = end === undefined ? [...this.#expected.keys()] : [end];
    const sum = (of: (one: number) => number): number => ends.reduce((total, one) => total + of(one), 0);
    const counted = (verdict: FlowVerdict): number => sum((one) => this.#counts[one]![verdict]);
    const absent = { lost: 0, dropped: 0, undecided: 0, excused: 0 };
    for (const { delivery, end: at } of this.#absences()) {
      const { packet, mayDrop, excused } = delivery;
      if (end !== undefined && at !== end) continue;
      if (excused) absent.excused++;
      else if (this.#isLossy(packet.vl)) absent.dropped++;
      else if (mayDrop) absent.undecided++;
      else absent.lost++;
    }
    return {
      expected: sum((one) => this.#expected[one]!),
      matched: counted("match"),
      duplicated: counted("duplicated"),
      reordered: counted("reordered"),
      corrupted: counted("corrupted"),
      misrouted: counted("misrouted"),
      errored: counted("errored"),
      ...absent,
      marked: sum((one) => this.#marked[one]!),
    };
  }

  /** Each delivery that has not happened once, with an end where it was expected. */
  *#absences(): Generator<{ readonly delivery: Delivery; readonly end: number }> {
    const seen = new Set<Delivery>();
    for (const [key, queue] of this.#queues)
      for (const list of [queue.missing, queue.waiting()])
        for (const { delivery } of list) {
          if (delivery.came || seen.has(delivery)) continue;
          seen.add(delivery);
          yield { delivery, end: Math.floor(key / lids) % this.#options.ends };
        }
  }

  #isLossy(vl: number): boolean {
    return (((this.#options.lossyVls ?? 0x8000) >> vl) & 1) !== 0;
  }

  #judge(
    end: number,
    bytes: Uint8Array,
    length: number,
    vl: number,
    firstCycle: number,
    lastCycle: number,
  ): Exclude<FlowVerdict, "errored"> {
    const queue = this.#queueOf(bytes, end);
    const marking = this.#options.marking ?? false;
    const next = queue.next();
    const fits = (packet: FlowPacket): boolean => sameFlowPacket(packet.bytes, bytes, length, marking);
    const found = next !== undefined && fits(next.delivery.packet) ? next : queue.find(fits);
    if (found === undefined) return this.#surprise(queue, end, bytes, length, fits);
    if (found === next) queue.take();
    else queue.takeLater(found);
    if (found.vl !== vl) return "misrouted";
    const { packet } = found.delivery;
    if (marking && hasFecn(bytes) && !hasFecn(packet.bytes)) this.#marked[end]! += 1;
    this.figures.delivered(packet, end, vl, payloadBytesOf(packet.bytes), firstCycle, lastCycle);
    return "match";
  }

  #surprise(
    queue: FlowQueue,
    end: number,
    bytes: Uint8Array,
    length: number,
    fits: (packet: FlowPacket) => boolean,
  ): "reordered" | "duplicated" | "misrouted" | "corrupted" {
    if (queue.takeMissing(fits)) return "reordered";
    if (queue.seenBefore(bytes, length)) return "duplicated";
    for (let other = 0; other < this.#options.ends; other++) {
      const found = other === end ? undefined : this.#queueOf(bytes, other).find(fits);
      if (found === undefined) continue;
      queue.settle(found.delivery);
      return "misrouted";
    }
    // A damaged packet whose tag is whole stands for the one that it names, which is not lost as well.
    const tag = readTag(bytes.subarray(0, length));
    const namesake = queue.find((packet) => {
      const other = readTag(packet.bytes);
      return tag !== null && other?.index === tag.index && other.source === tag.source && other.vl === tag.vl;
    });
    if (namesake !== undefined) queue.settle(namesake.delivery);
    return "corrupted";
  }

  /** By source LID, destination LID, service level and the port where it comes. */
  #queueOf(bytes: Uint8Array, end: number): FlowQueue {
    const { ends } = this.#options;
    const flow = (this.#lidIndex(readUint16(bytes, 6)) * 16 + (bytes[1]! >> 4)) * ends + end;
    const key = flow * lids + readUint16(bytes, 2);
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new FlowQueue(this.#ledger);
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #lidIndex(lid: number): number {
    let index = this.#lids.get(lid);
    if (index === undefined) {
      index = this.#lids.size;
      this.#lids.set(lid, index);
    }
    return index;
  }
}
