/** Packets that wait at their source, by lane: what was generated and the device has not taken. */
import type { Demand } from "../traffic/patterns.ts";

const lanes = 16;

export class SourceQueues {
  readonly #queues: Demand[][] = Array.from({ length: lanes }, () => []);
  readonly #heads = new Uint32Array(lanes);
  /** Packets that wait. */
  length = 0;

  push(demand: Demand): void {
    this.#queues[demand.vl]!.push(demand);
    this.length++;
  }

  /** The packet that has waited longest on a lane with room. @param room bit v: VL v takes a packet now */
  take(room: number): Demand | null {
    if (this.length === 0) return null;
    let best = -1;
    let oldest = Number.POSITIVE_INFINITY;
    for (let vl = 0; vl < lanes; vl++) {
      if (((room >> vl) & 1) === 0) continue;
      const head = this.#queues[vl]![this.#heads[vl]!];
      if (head === undefined || head.at >= oldest) continue;
      oldest = head.at;
      best = vl;
    }
    if (best < 0) return null;
    const queue = this.#queues[best]!;
    const demand = queue[this.#heads[best]!]!;
    this.#heads[best]! += 1;
    this.length--;
    if (this.#heads[best]! >= 1024) {
      queue.splice(0, this.#heads[best]!);
      this.#heads[best] = 0;
    }
    return demand;
  }

  /** Throws away what waits. */
  clear(): void {
    for (const queue of this.#queues) queue.length = 0;
    this.#heads.fill(0);
    this.length = 0;
  }
}
