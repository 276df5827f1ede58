import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, resetAll, setField } from "./link-bench.ts";

/** Sizes of a crossbar under test. */
export interface CrossbarShape {
  readonly P: number;
  readonly portBits: number;
  readonly sideBits: number;
  readonly indexBits: number;
  readonly beatBytes: number;
  readonly stages: number;
}

/** How a run is loaded; probabilities a cycle. */
export interface CrossbarLoad {
  /** A free input and a free output are matched. */
  readonly match: number;
  /** An input that may start does. */
  readonly start: number;
  /** A match that may start comes to nothing. */
  readonly cancel: number;
  /** A beat is missing inside of a packet. */
  readonly hole: number;
  readonly longest: number;
  /** Outputs that are matched; all unless given. */
  readonly outputs?: number;
}

/** A beat as it comes out. */
interface Beat {
  readonly data: Uint8Array;
  readonly side: number;
  readonly words: number;
  readonly last: boolean;
  readonly error: boolean;
}

interface Input {
  /** Output of the match that has not started yet, and the cycle of its `select`. */
  match: { output: number; cycle: number } | undefined;
  /** Output of the packet being sent, and its beats to come; none before the first beat. */
  packet: { output: number; left: number } | undefined;
  /** The packet whose first beat comes in the next cycle. */
  started: { output: number; left: number } | undefined;
}

/**
 * Plays scheduler and inputs at once: matches at random, starts them as early as the rules allow or later, and knows in
 * which cycle which beat must come out.
 */
export class CrossbarBench {
  readonly seen = {
    packets: 0,
    beats: 0,
    holes: 0,
    cancelled: 0,
    stale: 0,
    behindSame: 0,
    behindOther: 0,
    all: 0,
  };
  readonly #p;
  readonly #model: Model;
  readonly #shape: CrossbarShape;
  readonly #rng: Rng;
  readonly #inputs: Input[];
  /** Input that sends to each output, or is about to; -1: none. */
  readonly #sender: number[];
  /** Input that a cancelled match left behind at each output; -1: none. */
  readonly #stale: number[];
  /** Beats that are on their way, the next to come out first. */
  readonly #due: (Beat | undefined)[][];
  /** Input of the last beat of each output, when that beat was in the cycle before. */
  #ended: number[];
  #cycle = 0;

  constructor(model: Model, shape: CrossbarShape, rng: Rng) {
    this.#model = model;
    this.#shape = shape;
    this.#rng = rng;
    resetAll(model);
    this.#p = portsOf(model, [
      ...(["select_valid", "select_port", "start"] as const),
      ...(["in_valid", "in_last", "in_error", "in_side", "in_words", "in_data"] as const),
      ...(["out_valid", "out_last", "out_error", "out_side", "out_words", "out_data"] as const),
    ]);
    this.#inputs = Array.from({ length: shape.P }, () => ({
      match: undefined,
      packet: undefined,
      started: undefined,
    }));
    this.#sender = new Array<number>(shape.P).fill(-1);
    this.#stale = new Array<number>(shape.P).fill(-1);
    this.#ended = new Array<number>(shape.P).fill(-1);
    this.#due = Array.from({ length: shape.stages - 1 }, () =>
      new Array<Beat | undefined>(shape.P).fill(undefined),
    );
  }

  run(load: CrossbarLoad, cycles: number): void {
    for (let at = 0; at < cycles; at += 1) {
      const beats = this.#sendBeats(load);
      this.#startPackets(load);
      this.#selectInputs(load);
      this.#model.step();
      this.#cycle += 1;
      this.#due.push(beats);
      this.#check(this.#due.shift()!);
      if (beats.every((beat) => beat !== undefined)) this.seen.all += 1;
    }
  }

  /** Sets the beats of this cycle: those of packets, and rubbish that is not valid. */
  #sendBeats({ hole }: CrossbarLoad): (Beat | undefined)[] {
    const { P, sideBits, indexBits, beatBytes } = this.#shape;
    const p = this.#p;
    const beats = new Array<Beat | undefined>(P).fill(undefined);
    const ended = new Array<number>(P).fill(-1);
    this.#rng.fill(p.in_data.bytes);
    for (const [i, input] of this.#inputs.entries()) {
      input.packet = input.started ?? input.packet;
      input.started = undefined;
      const { packet } = input;
      const sent = packet !== undefined && !this.#rng.chance(hole);
      const last = sent ? packet.left === 1 : this.#rng.chance(0.5);
      const error = this.#rng.chance(0.5);
      const side = this.#rng.below(2 ** sideBits);
      const words = this.#rng.below(2 ** indexBits);
      setField(p.in_valid, i, 1, sent ? 1 : 0);
      setField(p.in_last, i, 1, last ? 1 : 0);
      setField(p.in_error, i, 1, error ? 1 : 0);
      setField(p.in_side, sideBits * i, sideBits, side);
      setField(p.in_words, indexBits * i, indexBits, words);
      if (packet !== undefined && !sent) this.seen.holes += 1;
      if (!sent) continue;
      const data = p.in_data.bytes.slice(beatBytes * i, beatBytes * (i + 1));
      beats[packet.output] = { data, side, words, last, error };
      packet.left -= 1;
      if (packet.left > 0) continue;
      input.packet = undefined;
      this.#sender[packet.output] = -1;
      ended[packet.output] = i;
    }
    this.#ended = ended;
    return beats;
  }

  /** Matches that start, at the earliest with the last beat of the input's and of the output's packet, or come to nothing. */
  #startPackets({ start, cancel, longest }: CrossbarLoad): void {
    for (const [i, input] of this.#inputs.entries()) {
      const { match } = input;
      let starts = false;
      if (match !== undefined && match.cycle < this.#cycle) {
        const free = input.packet === undefined && this.#sender[match.output] === -1;
        if (this.#rng.chance(cancel)) {
          input.match = undefined;
          this.#stale[match.output] = i;
          this.seen.cancelled += 1;
        } else if (free && this.#rng.chance(start)) {
          starts = true;
          input.match = undefined;
          input.started = {
            output: match.output,
            left: this.#rng.pick([1, 2, 1 + this.#rng.below(longest)]),
          };
          this.#sender[match.output] = i;
          this.#note(i, match.output);
        }
      }
      setField(this.#p.start, i, 1, starts ? 1 : 0);
    }
  }

  #note(input: number, output: number): void {
    this.seen.packets += 1;
    if (this.#ended[output] === input) this.seen.behindSame += 1;
    else if (this.#ended[output] !== -1) this.seen.behindOther += 1;
    if (this.#stale.some((one, other) => one === input && other !== output)) this.seen.stale += 1;
  }

  /** New matches: of inputs and outputs without one; who is at a packet may have its next match already. */
  #selectInputs({ match, outputs = this.#shape.P }: CrossbarLoad): void {
    const { P, portBits } = this.#shape;
    const waiting = new Set(
      this.#inputs.flatMap((input) => (input.match === undefined ? [] : [input.match.output])),
    );
    for (let o = 0; o < P; o += 1) {
      const inputs = this.#inputs.flatMap((input, i) => (input.match === undefined ? [i] : []));
      const chosen = o < outputs && !waiting.has(o) && inputs.length > 0 && this.#rng.chance(match);
      const i = chosen ? this.#pick(inputs, o) : this.#rng.below(P);
      setField(this.#p.select_valid, o, 1, chosen ? 1 : 0);
      setField(this.#p.select_port, portBits * o, portBits, i);
      if (!chosen) continue;
      this.#inputs[i]!.match = { output: o, cycle: this.#cycle };
      this.#stale[o] = -1;
    }
  }

  /** Often an input that left a cancelled match behind, or the one that sends to the output now. */
  #pick(inputs: readonly number[], output: number): number {
    const left = inputs.filter((i) => this.#stale.includes(i));
    if (left.length > 0 && this.#rng.chance(0.5)) return this.#rng.pick(left);
    const sender = this.#sender[output]!;
    return inputs.includes(sender) && this.#rng.chance(0.3) ? sender : this.#rng.pick(inputs);
  }

  #check(beats: readonly (Beat | undefined)[]): void {
    const { sideBits, indexBits, beatBytes } = this.#shape;
    const p = this.#p;
    for (const [o, beat] of beats.entries()) {
      const valid = field(p.out_valid, o, 1) === 1;
      if (valid !== (beat !== undefined)) fail(this.#model, `out_valid of ${o} is ${valid}`);
      if (beat === undefined) continue;
      this.seen.beats += 1;
      const marks = [
        field(p.out_last, o, 1) === 1,
        field(p.out_error, o, 1) === 1,
        field(p.out_side, sideBits * o, sideBits),
        field(p.out_words, indexBits * o, indexBits),
      ];
      const right = [beat.last, beat.error, beat.side, beat.words];
      if (marks.join() !== right.join())
        fail(this.#model, `output ${o}: the marks are ${marks}, not ${right}`);
      const data = p.out_data.bytes.subarray(beatBytes * o, beatBytes * (o + 1));
      if (Buffer.compare(data, beat.data) !== 0)
        fail(this.#model, `output ${o}: the data are not those of the input`);
    }
  }
}
