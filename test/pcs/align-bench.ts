/** `pcs_align` with lanes at its input and a check of every word that it gives. */

import { alignModules } from "../../generator/views/pcs/rx-front-align.ts";
import { frontSizes } from "../../generator/views/pcs/rx-front-sizes.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { type FrontShape, frontHost, textsOf } from "./front-bench.ts";
import { LaneStreams, type StreamShape } from "./lane-streams.ts";

/** Clocks from the word with the first bit of the last lane's marker to the word of m_line that begins with it. */
export const alignCycles = 6;

export async function openAlign(shape: FrontShape): Promise<Model> {
  const host = frontHost(shape);
  return openModel(await buildTexts("dut_pcs_align", textsOf(host, alignModules(host)), undefined, true));
}

/** A line of `pcs_align` and what comes in. */
export class AlignBench {
  readonly sizes;
  readonly streams: LaneStreams;
  readonly model: Model;
  /** Words that were checked. */
  checked = 0;
  /** Clocks since the lanes began. */
  clock = 0;
  /** Whether the words that come are held against what was sent. */
  checking = true;
  readonly #p;
  readonly #expected: Uint8Array;
  #wasValid = false;

  constructor(
    model: Model,
    shape: FrontShape,
    rng: Rng,
    order: readonly number[],
    delays: readonly number[],
  ) {
    const sizes = frontSizes(frontHost(shape));
    this.sizes = sizes;
    const streamShape: StreamShape = {
      rateGbps: shape.rateGbps,
      pcsLanes: sizes.L,
      lanes: shape.lanes,
      B: sizes.B,
      periodClocks: sizes.periodClocks,
    };
    this.streams = new LaneStreams(streamShape, rng, order, delays);
    this.model = model;
    const port = (name: string) => model.port(name);
    this.#p = {
      restart: port("restart"),
      rx: port("rx_lane"),
      line: port("m_line"),
      valid: port("m_valid"),
      first: port("m_first"),
      marker: port("m_marker"),
      locked: port("locked"),
      laneOf: port("lane_of"),
      aligned: port("aligned"),
    };
    this.#expected = new Uint8Array(this.#p.line.bytes.length);
    this.#p.restart.set(0);
    model.reset();
  }

  get aligned(): boolean {
    return this.#p.aligned.get() === 1;
  }

  get locked(): number {
    return this.#p.locked.get();
  }

  get allLocked(): boolean {
    return this.locked === 2 ** this.sizes.L - 1;
  }

  /** Number that the lane sent in `place` of the order has told. */
  laneOf(place: number): number {
    const at = this.streams.placeReceived(place);
    return (this.#p.laneOf.bytes[at >> 1]! >> (4 * (at & 1))) & 15;
  }

  /** Whether the lane sent in `place` of the order is locked. */
  isLocked(place: number): boolean {
    return ((this.locked >> this.streams.placeReceived(place)) & 1) === 1;
  }

  /** Goes on to a clock in which no marker is under way. */
  stepBetweenMarkers(): void {
    const { periodClocks } = this.sizes;
    while ((this.clock - this.streams.lastMarker + 9 * periodClocks) % periodClocks !== 30) this.step();
  }

  step(clocks = 1, restart = false): void {
    const { model } = this;
    for (let at = 0; at < clocks; at += 1) {
      this.#p.restart.set(restart && at === 0 ? 1 : 0);
      this.streams.word(this.clock, this.#p.rx.bytes);
      model.step();
      this.clock += 1;
      this.#check();
    }
  }

  /** Goes on until `done`; gives the clocks that it took. Throws after `most`. */
  until(what: string, most: number, done: () => boolean): number {
    const from = this.clock;
    while (!done()) {
      if (this.clock - from >= most) this.#fail(`${what} has not come in ${most} clocks`);
      this.step();
    }
    return this.clock - from;
  }

  #check(): void {
    const p = this.#p;
    const valid = p.valid.get() === 1;
    if (valid && !this.#wasValid && p.first.get() === 0) this.#fail("the line begins inside of a codeword");
    this.#wasValid = valid;
    if (!valid && (p.first.get() === 1 || p.marker.get() === 1))
      this.#fail("m_first or m_marker without m_valid");
    if (!valid || !this.checking) return;
    const { periodClocks, pairClocks } = this.sizes;
    const word = this.clock - alignCycles - this.streams.lastMarker;
    const place = ((word % periodClocks) + periodClocks) % periodClocks;
    const marks = [place % pairClocks === 0, place === 0];
    if ((p.first.get() === 1) !== marks[0]) this.#fail(`m_first is wrong in word ${place} of a period`);
    if (marks[0] && (p.marker.get() === 1) !== marks[1]) this.#fail(`m_marker is wrong in word ${place}`);
    this.streams.expected(word, this.#expected);
    if (Buffer.compare(this.#expected, p.line.bytes) !== 0) this.#fail(`word ${word} is not what was sent`);
    this.checked += 1;
  }

  #fail(what: string): never {
    throw new Error(`${what} (clock ${this.clock}, locked ${this.locked.toString(2)})`);
  }
}
