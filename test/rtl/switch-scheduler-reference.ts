/**
 * What the schedulers of a switch must do, cycle by cycle, written from the papers and from the rules of
 * `docs/schedulers.md`, with pointers as numbers and pairs one by one.
 */

export interface Pair {
  readonly input: number;
  readonly output: number;
}

/** Pairs that are heard, and pairs that starve. */
interface Heard {
  readonly pairs: Uint8Array;
  readonly starving: Uint8Array;
}

/** What stands at the scheduler's inputs in a cycle; pair (i, o) is element `i * ports + o`. */
export interface SchedulerInputs {
  readonly request: Uint8Array;
  readonly waiting: Uint8Array;
  readonly done: Uint8Array;
}

/**
 * Free flags and starvation, the same for all kinds; a kind matches what is heard, in the same cycle or, `staged`, in the
 * next one.
 */
export abstract class SchedulerReference {
  readonly ports: number;
  readonly inputFree: boolean[];
  readonly outputFree: boolean[];
  /** A register stands between what is heard and the matching. */
  staged = false;
  /** Pairs that go first in this cycle. */
  starving: Uint8Array;
  /** Output that each input was last matched with. */
  readonly #partner: number[];
  readonly #starvationCycles: number;
  /** What is matched in this cycle, and what is kept for the next one: pairs heard, and of them those that starve. */
  #heardNow: Heard;
  #kept: Heard;
  #snapshot: Uint8Array;
  #count = 0;
  /** Matches that stand at the outputs. */
  #shown: readonly Pair[] = [];

  constructor(ports: number, starvationCycles: number) {
    this.ports = ports;
    this.#starvationCycles = starvationCycles;
    this.inputFree = new Array<boolean>(ports).fill(true);
    this.outputFree = new Array<boolean>(ports).fill(true);
    this.#partner = new Array<number>(ports).fill(0);
    this.starving = new Uint8Array(ports * ports);
    this.#snapshot = new Uint8Array(ports * ports);
    this.#heardNow = { pairs: new Uint8Array(ports * ports), starving: this.starving };
    this.#kept = this.#heardNow;
  }

  /** The matches that this cycle finds; they stand at the outputs in the next one. */
  cycle({ request, waiting, done }: SchedulerInputs): readonly Pair[] {
    const now = { pairs: this.#hear(request), starving: this.starving };
    this.#heardNow = this.staged ? this.#kept : now;
    this.#kept = now;
    const { pairs } = this.#heardNow;
    const found = this.match((input, output) => pairs[input * this.ports + output] === 1);
    this.#watch(waiting);
    for (const [input, one] of done.entries()) {
      if (one === 0 || this.inputFree[input]) continue;
      this.inputFree[input] = true;
      this.outputFree[this.#partner[input]!] = true;
    }
    for (const { input, output } of found) {
      this.inputFree[input] = false;
      this.outputFree[output] = false;
      this.#partner[input] = output;
    }
    this.#shown = found;
    return found;
  }

  /** Matches some of the pairs that are heard; free inputs and outputs only. */
  protected abstract match(heard: (input: number, output: number) => boolean): readonly Pair[];

  protected isStarving(input: number, output: number): boolean {
    return this.#heardNow.starving[input * this.ports + output] === 1;
  }

  /** True for a pair that takes part: an input with starving pairs asks for those only. */
  protected asks(heard: (input: number, output: number) => boolean, input: number, output: number): boolean {
    const open = (one: number): boolean =>
      this.inputFree[input]! && this.outputFree[one]! && heard(input, one);
    if (!open(output)) return false;
    if (this.isStarving(input, output)) return true;
    for (let one = 0; one < this.ports; one += 1) if (open(one) && this.isStarving(input, one)) return false;
    return true;
  }

  /** Requests, but of an output that a starving input asks only those of starving inputs. */
  #hear(request: Uint8Array): Uint8Array {
    const urgent = request.map((asks, pair) => asks & this.starving[pair]!);
    const held = new Array<boolean>(this.ports).fill(false);
    for (const [pair, one] of urgent.entries()) held[pair % this.ports] ||= one === 1;
    return request.map((asks, pair) => asks & (held[pair % this.ports] ? urgent[pair]! : 1));
  }

  /** The snapshots: starving is who stood in the last one, was not matched since, and waits still. */
  #watch(waiting: Uint8Array): void {
    const matched = new Set(this.#shown.map(({ input, output }) => input * this.ports + output));
    const tick = this.#count === this.#starvationCycles - 1;
    this.#count = tick ? 0 : this.#count + 1;
    const starving = this.starving.slice();
    for (let pair = 0; pair < starving.length; pair += 1) {
      if (tick && this.#snapshot[pair] === 1) starving[pair] = 1;
      if (waiting[pair] === 0) starving[pair] = 0;
      if (tick) this.#snapshot[pair] = waiting[pair]!;
      if (matched.has(pair)) {
        starving[pair] = 0;
        this.#snapshot[pair] = 0;
      }
    }
    this.starving = starving;
  }
}

/**
 * iSLIP with several iterations, from section III of N. McKeown, "The iSLIP scheduling algorithm for input-queued
 * switches", IEEE/ACM Transactions on Networking 7(2), 1999.
 */
export class IslipReference extends SchedulerReference {
  readonly #iterations: number;
  /** Highest-priority input of each output, and highest-priority output of each input. */
  readonly #grant: number[];
  readonly #accept: number[];

  constructor(ports: number, starvationCycles: number, iterations: number) {
    super(ports, starvationCycles);
    this.#iterations = iterations;
    this.#grant = new Array<number>(ports).fill(0);
    this.#accept = new Array<number>(ports).fill(0);
  }

  protected override match(heard: (input: number, output: number) => boolean): readonly Pair[] {
    const pairs: Pair[] = [];
    const open = (input: number, output: number): boolean =>
      this.inputFree[input]! &&
      this.outputFree[output]! &&
      heard(input, output) &&
      !pairs.some((pair) => pair.input === input || pair.output === output);
    for (let iteration = 1; iteration <= this.#iterations; iteration += 1) {
      const granted = Array.from({ length: this.ports }, (): number[] => []);
      for (let output = 0; output < this.ports; output += 1) {
        const input = this.#next(this.#grant[output]!, (one) => open(one, output));
        if (input !== undefined) granted[input]!.push(output);
      }
      for (const [input, outputs] of granted.entries()) {
        const first = outputs.filter((output) => this.isStarving(input, output));
        const pool = first.length > 0 ? first : outputs;
        const output = this.#next(this.#accept[input]!, (one) => pool.includes(one));
        if (output === undefined) continue;
        pairs.push({ input, output });
        if (iteration > 1) continue;
        this.#grant[output] = (input + 1) % this.ports;
        this.#accept[input] = (output + 1) % this.ports;
      }
    }
    return pairs;
  }

  /** The first port from `start` on, round and round, that is `wanted`. */
  #next(start: number, wanted: (port: number) => boolean): number | undefined {
    for (let step = 0; step < this.ports; step += 1) {
      const port = (start + step) % this.ports;
      if (wanted(port)) return port;
    }
    return undefined;
  }
}

/**
 * Wrapped wave front, from section IV of Y. Tamir and H.-C. Chi, "Symmetric crossbar arbiters for VLSI communication
 * switches", IEEE Transactions on Parallel and Distributed Systems 4(1), 1993. The first diagonal is the one behind the
 * first that matched anything the last time that anything was matched.
 */
export class WavefrontReference extends SchedulerReference {
  #start = 0;

  protected override match(heard: (input: number, output: number) => boolean): readonly Pair[] {
    const pairs: Pair[] = [];
    let first: number | undefined;
    for (let step = 0; step < this.ports; step += 1) {
      const diagonal = (this.#start + step) % this.ports;
      for (let input = 0; input < this.ports; input += 1) {
        const output = (input + diagonal) % this.ports;
        if (!this.asks(heard, input, output)) continue;
        if (pairs.some((pair) => pair.input === input || pair.output === output)) continue;
        pairs.push({ input, output });
        first ??= diagonal;
      }
    }
    if (first !== undefined) this.#start = (first + 1) % this.ports;
    return pairs;
  }
}
