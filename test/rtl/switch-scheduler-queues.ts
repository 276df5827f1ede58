/** Inputs of a switch as its scheduler sees them: a queue for each pair, transfers that take their time. */
import type { SchedulerBench } from "./switch-scheduler-bench.ts";

export interface QueueOptions {
  /** Cycles from a match, as it stands at the outputs, to its done: 1 or more. Drawn for each packet. */
  readonly length: (input: number, output: number) => number;
  /** True when the pair has room in this cycle; always unless given. */
  readonly room?: (input: number, output: number) => boolean;
  /** True when a match is given back at once and its packet stays; never unless given. */
  readonly cancel?: (input: number, output: number) => boolean;
  /** The scheduler is not told who waits, so that its guard sees nothing. */
  readonly unguarded?: boolean;
}

/** A packet that was begun. */
export interface Served {
  readonly input: number;
  readonly output: number;
  /** Cycle in which its match stood at the outputs. */
  readonly cycle: number;
}

export class Queues {
  /** Packets that wait, by pair; Infinity for an endless stream. */
  readonly waiting: Float64Array;
  cycle = 0;
  readonly #bench: SchedulerBench;
  readonly #options: QueueOptions;
  /** Cycle of each input's done; -1 when it is not busy. */
  readonly #end: Int32Array;

  constructor(bench: SchedulerBench, options: QueueOptions) {
    bench.reset();
    this.#bench = bench;
    this.#options = options;
    this.waiting = new Float64Array(bench.ports ** 2);
    this.#end = new Int32Array(bench.ports).fill(-1);
  }

  add(input: number, output: number, packets: number): void {
    this.waiting[input * this.#bench.ports + output]! += packets;
  }

  /** One cycle; gives the packets that begin with it. */
  step(): readonly Served[] {
    const bench = this.#bench;
    const { length, room = () => true, cancel = () => false, unguarded = false } = this.#options;
    for (let input = 0; input < bench.ports; input += 1) {
      bench.done[input] = this.#end[input] === this.cycle ? 1 : 0;
      for (let output = 0; output < bench.ports; output += 1) {
        const pair = input * bench.ports + output;
        const waits = this.waiting[pair]! > 0;
        bench.waiting[pair] = waits && !unguarded ? 1 : 0;
        bench.request[pair] = waits && room(input, output) ? 1 : 0;
      }
    }
    const found = bench.cycle();
    this.cycle += 1;
    return found.flatMap(({ input, output }) => {
      const cancelled = cancel(input, output);
      this.#end[input] = this.cycle - 1 + (cancelled ? 1 : length(input, output));
      if (cancelled) return [];
      this.waiting[input * bench.ports + output]! -= 1;
      return [{ input, output, cycle: this.cycle }];
    });
  }

  run(cycles: number): readonly Served[] {
    return Array.from({ length: cycles }, () => this.step()).flat();
  }
}
