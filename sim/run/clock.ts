/** Runs the cycles of a simulation, and stops where an interrupt, the bench or the model says so. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { ModelStopped } from "../driver/model.ts";

/** What goes on cycle by cycle. */
export interface Ticking {
  readonly cycle: number;
  tick(): void;
}

/** What a look at the bench finds: nothing, that it must stop, or also why it failed. */
export interface Finding {
  readonly stop: boolean;
  readonly failure: string | null;
}

/** The event loop gets a turn this often, ms: for signals and progress. */
const turnMs = 40;
const cyclesBetweenLooks = 64;

export class Clock {
  failure: string | null = null;
  interrupted = false;
  /** The model has stopped and cannot go on. */
  dead = false;
  readonly #bench: Ticking;
  readonly #look: () => Finding;
  readonly #signal: AbortSignal | undefined;
  #lastTurn = performance.now();

  /** @param look called every 64 cycles */
  constructor(bench: Ticking, look: () => Finding, signal: AbortSignal | undefined) {
    this.#bench = bench;
    this.#look = look;
    this.#signal = signal;
  }

  /** Ticks until `done`; false when it had to stop before. */
  async until(done: () => boolean): Promise<boolean> {
    const bench = this.#bench;
    try {
      while (!done()) {
        bench.tick();
        if (bench.cycle % cyclesBetweenLooks === 0 && !(await this.#goesOn())) return false;
      }
    } catch (error) {
      if (!(error instanceof ModelStopped)) throw error;
      this.failure = error.message;
      this.dead = true;
      return false;
    }
    return true;
  }

  async #goesOn(): Promise<boolean> {
    const { stop, failure } = this.#look();
    this.failure = failure;
    if (performance.now() - this.#lastTurn > turnMs) {
      await nextTurn();
      this.#lastTurn = performance.now();
    }
    this.interrupted = this.#signal?.aborted === true;
    return !stop && failure === null && !this.interrupted;
  }
}
