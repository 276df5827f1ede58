/** A wire between two Ethernet ports on which whole frames are seen, changed, held up and lost. */

import { type MiiEnd, modelMii } from "../bfm/mii.ts";
import type { Model } from "../driver/model.ts";
import type { BeforeEdge, PairWire, WireCounts } from "../run/pair-wire.ts";
import { deviceEdge } from "../run/pair-wire.ts";

export interface FrameWireOptions {
  /** Rate of the ports in rows of the MII a cycle, 0 … 1. */
  readonly rows: number;
  /** Cycles from the last row of a frame in to its first row out, at least. */
  readonly delayCycles: number;
  /** Bytes of a frame on the wire from port 0, or 1; @returns those that go on, or null for a lost frame */
  readonly pass: (frame: Uint8Array, from: 0 | 1, cycle: number) => Uint8Array | null;
  /** Cycles that a frame takes up the way out, preamble and gap included; default: what its bytes take at `rows`. */
  readonly cyclesOf?: (bytes: number, from: 0 | 1) => number;
}

const [idle, start, terminate] = [0x07, 0xfb, 0xfd];

export interface MiiRow {
  readonly data: Uint8Array;
  readonly control: Uint8Array;
}

interface Queued {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** One direction. */
export class Way {
  readonly queue: Queued[] = [];
  #open: number[] | null = null;
  #rows: MiiRow[] = [];
  #free = 0;

  /** Takes a row; @param done called with each frame, FCS included */
  hear(data: Uint8Array, control: Uint8Array, done: (frame: Uint8Array) => void): void {
    for (let at = 0; at < data.length; at += 1) {
      const isControl = ((control[at >> 3]! >> (at & 7)) & 1) === 1;
      if (!isControl) this.#open?.push(data[at]!);
      else if (data[at] === start) this.#open = [];
      else if (data[at] === terminate && this.#open !== null) {
        done(Uint8Array.from(this.#open.slice(7)));
        this.#open = null;
      }
    }
  }

  /** A row for the other end, or null: idle. */
  row(cycle: number, rowBytes: number, cyclesOf: (bytes: number) => number): MiiRow | null {
    const next = this.queue[0];
    if (this.#rows.length === 0 && next !== undefined && next.at <= cycle && this.#free <= cycle) {
      this.queue.shift();
      this.#free = cycle + cyclesOf(next.bytes.length + 20);
      this.#rows = rowsOf(next.bytes, rowBytes);
    }
    return this.#rows.shift() ?? null;
  }
}

/** A frame with FCS in rows of its own, from their first column on. */
export function rowsOf(frame: Uint8Array, rowBytes: number): MiiRow[] {
  const length = Math.ceil((8 + frame.length + 1) / rowBytes) * rowBytes;
  const data = new Uint8Array(length).fill(idle);
  const control = new Uint8Array(length / 8).fill(0xff);
  const put = (at: number, value: number): void => {
    data[at] = value;
    control[at >> 3]! &= ~(1 << (at & 7));
  };
  data[0] = start;
  for (let at = 1; at < 8; at += 1) put(at, at < 7 ? 0x55 : 0xd5);
  for (const [at, value] of frame.entries()) put(8 + at, value);
  data[8 + frame.length] = terminate;
  return Array.from({ length: length / rowBytes }, (_, row) => ({
    data: data.subarray(row * rowBytes, (row + 1) * rowBytes),
    control: control.subarray((row * rowBytes) / 8, ((row + 1) * rowBytes) / 8),
  }));
}

export class FrameWire implements PairWire {
  readonly ends: readonly [MiiEnd, MiiEnd];
  readonly counts: readonly [WireCounts, WireCounts];
  readonly #models: readonly [Model, Model];
  readonly #options: FrameWireOptions;
  readonly #ways = [new Way(), new Way()] as const;
  #credit = 0;
  cycle = 0;

  constructor(models: readonly [Model, Model], options: FrameWireOptions) {
    this.#models = models;
    this.#options = options;
    this.ends = [modelMii(models[0]), modelMii(models[1])];
    this.counts = [{} as WireCounts, {} as WireCounts];
  }

  /** Puts a frame, FCS included, behind those that are on their way from an end. */
  send(from: 0 | 1, bytes: Uint8Array): void {
    this.#ways[from].queue.push({ bytes, at: this.cycle });
  }

  /** Frames that wait on their way from an end. */
  waiting(from: 0 | 1): number {
    return this.#ways[from].queue.length;
  }

  setFaults(): void {
    throw new Error("faults of this wire are those of `pass`");
  }

  reset(cycles: number): void {
    for (const model of this.#models) {
      model.port("p0_mii_link_up").set(0);
      model.reset(cycles);
      model.port("p0_mii_link_up").set(1);
    }
  }

  step(before: BeforeEdge): number {
    const { rows, delayCycles, pass, cyclesOf } = this.#options;
    this.#credit += rows;
    const moves = this.#credit >= 1;
    if (moves) this.#credit -= 1;
    for (const from of [0, 1] as const) {
      const [near, far] = [this.#models[from], this.#models[from === 0 ? 1 : 0]];
      near.port("p0_mii_tx_ready").set(Number(moves));
      far.port("p0_mii_rx_valid").set(Number(moves));
      if (!moves) continue;
      const [data, control] = [near.port("p0_mii_txd").bytes, near.port("p0_mii_txc").bytes];
      this.#ways[from].hear(data, control, (frame) => {
        const bytes = pass(frame, from, this.cycle);
        if (bytes !== null) this.#ways[from].queue.push({ bytes, at: this.cycle + delayCycles });
      });
      const takes = (bytes: number): number => cyclesOf?.(bytes, from) ?? bytes / (rows * data.length);
      const row = this.#ways[from].row(this.cycle, data.length, takes);
      if (row === null) {
        far.port("p0_mii_rxd").bytes.fill(idle);
        far.port("p0_mii_rxc").bytes.fill(0xff);
      } else {
        far.port("p0_mii_rxd").bytes.set(row.data);
        far.port("p0_mii_rxc").bytes.set(row.control);
      }
    }
    before(0);
    before(1);
    this.#models[0].step();
    this.#models[1].step();
    this.cycle += 1;
    return deviceEdge[0] | deviceEdge[1];
  }
}
