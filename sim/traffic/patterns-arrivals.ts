/** When packets are generated: the times between them, so that on average a share of the wire's time is offered. */
import type { Rng } from "./rng.ts";

/** How packets follow each other at the same average load. */
export type ArrivalProcess =
  /** Evenly spaced. */
  | { readonly kind: "paced" }
  /** Independent of each other: exponential gaps. */
  | { readonly kind: "poisson" }
  /**
   * On and off (two-state Markov): in a burst packets stand back to back and have one destination; a burst has
   * `meanPackets` on average, its length and the pauses are memoryless.
   */
  | { readonly kind: "bursty"; readonly meanPackets: number };

/** Gives the times of packets. */
export class Arrivals {
  readonly #process: ArrivalProcess;
  readonly #rng: Rng;
  readonly #load: number;
  #free = 0;
  #left = 0;

  /**
   * @param load of the wire's time, above 0; more than 1 offers more than the wire takes
   * @param from cycle from which packets are generated
   */
  constructor(process: ArrivalProcess, load: number, from: number, rng: Rng) {
    if (!(load > 0)) throw new RangeError(`a load of ${load}`);
    this.#process = process;
    this.#load = load;
    this.#rng = rng;
    this.#free = from;
  }

  /** The packet that {@link next} gives begins a burst of its own. */
  get fresh(): boolean {
    return this.#process.kind !== "bursty" || this.#left === 0;
  }

  /**
   * Cycle in which the next packet is generated.
   * @param wireCycles that it takes on the wire
   */
  next(wireCycles: number): number {
    const share = wireCycles / this.#load;
    if (this.#process.kind === "paced") return this.#take(0, share);
    if (this.#process.kind === "poisson") return this.#take(this.#gap(share), 0);
    if (this.#load >= 1) return this.#take(0, share);
    if (this.#left > 0) {
      this.#left--;
      return this.#take(0, wireCycles);
    }
    const mean = this.#process.meanPackets;
    this.#left = this.#rng.skip(1 / mean);
    return this.#take(this.#gap(mean * (share - wireCycles)), wireCycles);
  }

  /** A packet after a pause, and time for itself. */
  #take(pause: number, time: number): number {
    const at = this.#free + pause;
    this.#free = at + time;
    return at;
  }

  #gap(mean: number): number {
    return -Math.log(1 - this.#rng.float()) * mean;
  }
}
