/**
 * Scoreboard of one direction: every packet that goes in must come out once, in the order of its lane, unchanged.
 * The usual case costs one comparison of the next expected packet; only a surprise is searched for.
 */
import { payloadBytesOf } from "../reference/packet.ts";
import { readTag } from "../reference/tagged.ts";
import { type Distribution, Histogram } from "./histogram.ts";
import { Lane, samePacket } from "./lane.ts";

/** What became of a received packet. */
export type Verdict = "match" | "errored" | "duplicated" | "reordered" | "corrupted";

export interface ScoreboardOptions {
  /** Lanes that may lose packets: bit v for VL v. Default VL15 alone, which has no flow control. */
  readonly lossyVls?: number;
  /** Called for everything but a match. */
  readonly onProblem?: (verdict: Verdict, vl: number, cycle: number, bytes: Uint8Array) => void;
}

/** Figures of one direction. Cycles are of the device clock. */
export interface ScoreboardResult {
  readonly expected: number;
  /** Packets received without error mark. */
  readonly received: number;
  readonly matched: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  /** Packets that came marked as errors: poisoned ones, and fragments of damaged ones. */
  readonly errored: number;
  /** Lost on a lane that may lose packets. */
  readonly dropped: number;
  /** Lost by a restart of the session that was announced with {@link Scoreboard.excuse}. */
  readonly excused: number;
  /** Bytes (LRH … ICRC) and payload bytes of matched packets. */
  readonly bytes: number;
  readonly payloadBytes: number;
  readonly latencyCycles: Distribution;
  readonly perVl: readonly { readonly vl: number; readonly expected: number; readonly matched: number }[];
}

const searchDepth = 4096;

/** Compares what came with what was sent. */
export class Scoreboard {
  readonly #options: ScoreboardOptions;
  readonly #lanes: Lane[] = Array.from({ length: 16 }, () => new Lane());
  readonly #expectedPerVl = new Float64Array(16);
  readonly #matchedPerVl = new Float64Array(16);
  readonly #latency = new Histogram();
  #received = 0;
  #matched = 0;
  #duplicated = 0;
  #reordered = 0;
  #corrupted = 0;
  #errored = 0;
  #bytes = 0;
  #payloadBytes = 0;

  constructor(options: ScoreboardOptions = {}) {
    this.#options = options;
  }

  /**
   * Announces a packet. It is not copied and must not change afterwards.
   * @param cycle from which its latency counts
   */
  expect(packet: Uint8Array, vl: number, cycle: number): void {
    this.#expectedPerVl[vl]! += 1;
    this.#lanes[vl]!.push({ packet, cycle, excused: false });
  }

  /** Takes the first `length` of `bytes`; they are not kept. */
  receive(bytes: Uint8Array, length: number, vl: number, error: boolean, cycle: number): Verdict {
    if (error) {
      this.#errored++;
      return "errored";
    }
    this.#received++;
    const lane = this.#lanes[vl]!;
    const next = lane.peek();
    if (next !== undefined && samePacket(next.packet, bytes, length)) {
      this.#match(lane, vl, 0, cycle);
      return "match";
    }
    const verdict = this.#surprise(lane, bytes, length, vl, cycle);
    if (verdict !== "match") this.#options.onProblem?.(verdict, vl, cycle, bytes.slice(0, length));
    return verdict;
  }

  /** Packets announced and not come yet, lossy lanes left out. */
  get outstanding(): number {
    let sum = 0;
    this.#lanes.forEach((lane, vl) => {
      if (((this.#lossy >> vl) & 1) === 0) sum += lane.pending + lane.missing.length;
    });
    return sum;
  }

  /** Packets that may still come: announced, and not passed over by a later one of their lane; lossy lanes left out. */
  get pending(): number {
    let sum = 0;
    this.#lanes.forEach((lane, vl) => {
      if (((this.#lossy >> vl) & 1) === 0) sum += lane.pending;
    });
    return sum;
  }

  /** Packets of one lane announced and not come yet. */
  outstandingOn(vl: number): number {
    const lane = this.#lanes[vl]!;
    return lane.pending + lane.missing.length;
  }

  /** Cycle in which the oldest packet that has not come was announced; null when none is missing (lossy lanes left out). */
  get oldestAbsent(): number | null {
    let oldest: number | null = null;
    this.#lanes.forEach((lane, vl) => {
      if ((this.#lossy >> vl) & 1) return;
      for (const { excused, cycle } of lane.absent())
        if (!excused && (oldest === null || cycle < oldest)) oldest = cycle;
    });
    return oldest;
  }

  /** Allows the loss of all that is under way: the session restarts. */
  excuse(): void {
    for (const lane of this.#lanes) lane.excuse();
  }

  /** The figures so far; whatever is still expected counts as lost. */
  result(): ScoreboardResult {
    let lost = 0;
    let dropped = 0;
    let excused = 0;
    this.#lanes.forEach((lane, vl) => {
      for (const absent of lane.absent()) {
        if (absent.excused) excused++;
        else if ((this.#lossy >> vl) & 1) dropped++;
        else lost++;
      }
    });
    const perVl = this.#lanes
      .map((_, vl) => ({ vl, expected: this.#expectedPerVl[vl]!, matched: this.#matchedPerVl[vl]! }))
      .filter(({ expected }) => expected > 0);
    return {
      expected: perVl.reduce((sum, { expected }) => sum + expected, 0),
      received: this.#received,
      matched: this.#matched,
      lost,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      corrupted: this.#corrupted,
      errored: this.#errored,
      dropped,
      excused,
      bytes: this.#bytes,
      payloadBytes: this.#payloadBytes,
      latencyCycles: this.#latency.summary(),
      perVl,
    };
  }

  get #lossy(): number {
    return this.#options.lossyVls ?? 0x8000;
  }

  #match(lane: Lane, vl: number, depth: number, cycle: number): void {
    const { packet, cycle: sent } = lane.take(depth);
    lane.remember(packet);
    this.#matched++;
    this.#matchedPerVl[vl]! += 1;
    this.#bytes += packet.length;
    this.#payloadBytes += payloadBytesOf(packet);
    this.#latency.add(cycle - sent);
  }

  #surprise(lane: Lane, bytes: Uint8Array, length: number, vl: number, cycle: number): Verdict {
    const limit = Math.min(lane.pending, searchDepth);
    for (let depth = 1; depth < limit; depth++) {
      if (!samePacket(lane.peek(depth)!.packet, bytes, length)) continue;
      this.#match(lane, vl, depth, cycle);
      return "match";
    }
    const late = lane.missing.findIndex(({ packet }) => samePacket(packet, bytes, length));
    if (late >= 0) {
      lane.remember(lane.missing.splice(late, 1)[0]!.packet);
      this.#reordered++;
      return "reordered";
    }
    if (lane.seenBefore(bytes, length)) {
      this.#duplicated++;
      return "duplicated";
    }
    this.#corrupted++;
    this.#dropNamesake(lane, bytes, length);
    return "corrupted";
  }

  /** A corrupted packet whose tag is whole stands for the one it names, so that this one is not counted as lost too. */
  #dropNamesake(lane: Lane, bytes: Uint8Array, length: number): void {
    const tag = readTag(bytes.subarray(0, length));
    if (tag === null) return;
    const limit = Math.min(lane.pending, searchDepth);
    for (let depth = 0; depth < limit; depth++) {
      const other = readTag(lane.peek(depth)!.packet);
      if (other?.index === tag.index && other.source === tag.source) {
        lane.remember(lane.take(depth).packet);
        return;
      }
    }
  }
}
