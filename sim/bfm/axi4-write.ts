/**
 * Write side of {@link Axi4Memory}. Data may come before its address. What is written is seen in memory when its answer
 * goes out and not before, so that a device that does not wait for answers is found out.
 */
import type { Rng } from "../traffic/rng.ts";
import { AddressChannel, axiRespond, type Breaches, type Burst, HeldChannel } from "./axi4-rules.ts";
import type { HostPages } from "./host-pages.ts";
import type { SimModel, SimPort } from "./ports.ts";

export interface WriteOptions {
  readonly ids: boolean;
  readonly breaches: Breaches;
  readonly rng: Rng;
  /** Cycles from the last beat to the answer, the least and the most. */
  readonly latency: readonly [least: number, most: number];
  readonly awStall: number;
  readonly wStall: number;
  readonly bStall: number;
}

/** A beat of a burst that was written. */
export interface Beat {
  readonly data: Uint8Array;
  readonly strobe: Uint8Array;
  readonly last: boolean;
}

/** A burst with its beats. */
export interface WrittenBurst extends Burst {
  readonly data: readonly Beat[];
}

interface Pending extends Burst {
  readonly data: Beat[];
  /** Cycle of the answer, once all beats are there. */
  due: number;
}

/** Beats taken before their address, at most. */
const beatsAhead = 16;

export class Axi4WriteSide {
  bursts = 0;
  beats = 0;
  /** Bytes whose strobe was set. */
  bytes = 0;
  /** Most bursts without an answer at a time. */
  most = 0;
  options: WriteOptions;
  /** Told of each burst as its answer goes out. */
  onWritten: ((burst: WrittenBurst) => void) | null = null;
  readonly #pages: HostPages;
  readonly #address: AddressChannel;
  readonly #held: HeldChannel;
  readonly #data: SimPort;
  readonly #strobe: SimPort;
  readonly #last: SimPort;
  readonly #ready: SimPort;
  readonly #answer: SimPort;
  readonly #answerReady: SimPort;
  readonly #response: SimPort;
  readonly #id: SimPort | null;
  readonly #beatBytes: number;
  readonly #open: Pending[] = [];
  readonly #early: Beat[] = [];
  #offered = false;

  constructor(model: SimModel, prefix: string, pages: HostPages, options: WriteOptions) {
    this.options = options;
    this.#pages = pages;
    this.#data = model.port(`${prefix}_wdata`);
    this.#beatBytes = this.#data.bits >> 3;
    this.#address = new AddressChannel(model, prefix, "aw", { ...options, beatBytes: this.#beatBytes });
    this.#held = new HeldChannel(model, prefix, "w", ["wdata", "wstrb", "wlast"], options.breaches);
    this.#strobe = model.port(`${prefix}_wstrb`);
    this.#last = model.port(`${prefix}_wlast`);
    this.#ready = model.port(`${prefix}_wready`);
    this.#answer = model.port(`${prefix}_bvalid`);
    this.#answerReady = model.port(`${prefix}_bready`);
    this.#response = model.port(`${prefix}_bresp`);
    this.#id = options.ids ? model.port(`${prefix}_bid`) : null;
    this.#answer.set(0);
  }

  get idle(): boolean {
    return this.#open.length === 0 && this.#early.length === 0;
  }

  drive(cycle: number): void {
    const { rng, awStall, wStall, bStall } = this.options;
    this.#address.drive(!rng.chance(awStall));
    this.#ready.set(this.#early.length < beatsAhead && !rng.chance(wStall) ? 1 : 0);
    if (this.#offered) return;
    const head = this.#open[0];
    this.#offered = head !== undefined && head.due <= cycle && !rng.chance(bStall);
    this.#answer.set(this.#offered ? 1 : 0);
    if (head === undefined || !this.#offered) return;
    this.#response.set(this.#commit(head) ? axiRespond.okay : axiRespond.decodeError);
    this.#id?.set(head.id);
    this.onWritten?.(head);
  }

  sample(cycle: number): void {
    const burst = this.#address.sample(cycle);
    if (burst !== null) {
      this.bursts += 1;
      this.#open.push({ ...burst, data: [], due: Number.POSITIVE_INFINITY });
      this.most = Math.max(this.most, this.#open.length);
    }
    if (this.#held.sample(cycle, this.#ready.get() !== 0)) {
      this.beats += 1;
      this.#early.push({
        data: this.#data.bytes.slice(0, this.#beatBytes),
        strobe: this.#strobe.bytes.slice(0, this.#beatBytes >> 3),
        last: this.#last.get() !== 0,
      });
    }
    this.#match(cycle);
    if (this.#offered && this.#answerReady.get() !== 0) {
      this.#offered = false;
      this.#open.shift();
    }
  }

  /** Gives beats to the bursts that they belong to. */
  #match(cycle: number): void {
    const { rng, latency, breaches } = this.options;
    while (this.#early.length > 0) {
      const burst = this.#open.find(({ data, beats }) => data.length < beats);
      if (burst === undefined) return;
      const beat = this.#early.shift()!;
      burst.data.push(beat);
      const last = burst.data.length === burst.beats;
      if (beat.last !== last)
        breaches.add(cycle, `wlast is ${beat.last} with beat ${burst.data.length} of ${burst.beats}`);
      if (burst.data.length === 1) this.#checkFirst(cycle, burst, beat);
      if (last) burst.due = cycle + Math.max(1, rng.range(latency[0], latency[1]));
    }
  }

  #checkFirst(cycle: number, burst: Burst, { strobe }: Beat): void {
    for (let lane = 0; lane < (burst.low & (this.#beatBytes - 1)); lane += 1)
      if (((strobe[lane >> 3]! >> (lane & 7)) & 1) !== 0)
        this.options.breaches.add(cycle, `wstrb has lane ${lane}, which is before the address`);
  }

  #commit({ high, low, data }: Pending): boolean {
    const page = this.#pages.page(high, low);
    let at = low & 0xfff & -this.#beatBytes;
    for (const beat of data) {
      for (let lane = 0; lane < this.#beatBytes; lane += 1) {
        if (((beat.strobe[lane >> 3]! >> (lane & 7)) & 1) === 0) continue;
        if (page !== undefined) page[(at + lane) & 0xfff] = beat.data[lane]!;
        this.bytes += 1;
      }
      at += this.#beatBytes;
    }
    return page !== undefined;
  }
}
