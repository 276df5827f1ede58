/** Read side of {@link Axi4Memory}: bursts are answered in order for each ID, the beats of several IDs mixed on request. */
import type { Rng } from "../traffic/rng.ts";
import { AddressChannel, axiRespond, type Breaches, type Burst } from "./axi4-rules.ts";
import type { HostPages } from "./host-pages.ts";
import type { SimModel, SimPort } from "./ports.ts";

export interface ReadOptions {
  readonly ids: boolean;
  readonly breaches: Breaches;
  readonly rng: Rng;
  /** Cycles from the address to the first beat, the least and the most. */
  readonly latency: readonly [least: number, most: number];
  readonly arStall: number;
  readonly rStall: number;
  /** Probability that a beat of another ID comes between those of a burst. */
  readonly interleave: number;
}

interface Pending extends Burst {
  readonly from: number;
  done: number;
}

export class Axi4ReadSide {
  bursts = 0;
  beats = 0;
  /** Most bursts without their last beat at a time. */
  most = 0;
  options: ReadOptions;
  readonly #pages: HostPages;
  readonly #address: AddressChannel;
  readonly #queues = new Map<number, Pending[]>();
  readonly #valid: SimPort;
  readonly #ready: SimPort;
  readonly #last: SimPort;
  readonly #response: SimPort;
  readonly #data: SimPort;
  readonly #id: SimPort | null;
  readonly #beatBytes: number;
  #waiting = 0;
  #offered: Pending | null = null;
  #current = -1;

  constructor(model: SimModel, prefix: string, pages: HostPages, options: ReadOptions) {
    this.options = options;
    this.#pages = pages;
    this.#data = model.port(`${prefix}_rdata`);
    this.#beatBytes = this.#data.bits >> 3;
    this.#address = new AddressChannel(model, prefix, "ar", { ...options, beatBytes: this.#beatBytes });
    this.#valid = model.port(`${prefix}_rvalid`);
    this.#ready = model.port(`${prefix}_rready`);
    this.#last = model.port(`${prefix}_rlast`);
    this.#response = model.port(`${prefix}_rresp`);
    this.#id = options.ids ? model.port(`${prefix}_rid`) : null;
    this.#valid.set(0);
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  drive(cycle: number): void {
    const { rng, arStall, rStall } = this.options;
    this.#address.drive(!rng.chance(arStall));
    if (this.#offered !== null) return;
    const burst = rng.chance(rStall) ? null : this.#choose(cycle);
    this.#offered = burst;
    this.#valid.set(burst === null ? 0 : 1);
    if (burst !== null) this.#offer(burst);
  }

  sample(cycle: number): void {
    const { rng, latency } = this.options;
    const burst = this.#address.sample(cycle);
    if (burst !== null) {
      const from = cycle + Math.max(1, rng.range(latency[0], latency[1]));
      const queue = this.#queues.get(burst.id) ?? [];
      queue.push({ ...burst, from, done: 0 });
      this.#queues.set(burst.id, queue);
      this.bursts += 1;
      this.#waiting += 1;
      this.most = Math.max(this.most, this.#waiting);
    }
    const offered = this.#offered;
    if (offered === null || this.#ready.get() === 0) return;
    this.#offered = null;
    this.beats += 1;
    offered.done += 1;
    this.#current = offered.id;
    if (offered.done < offered.beats) return;
    this.#queues.get(offered.id)!.shift();
    this.#waiting -= 1;
    this.#current = -1;
  }

  /** The burst that the next beat belongs to: the one in progress, or any that is due. */
  #choose(cycle: number): Pending | null {
    const due = [...this.#queues.values()].flatMap(([head]) =>
      head !== undefined && head.from <= cycle ? [head] : [],
    );
    const current = due.find(({ id }) => id === this.#current);
    if (current !== undefined && !this.options.rng.chance(this.options.interleave)) return current;
    return due.length === 0 ? null : this.options.rng.pick(due);
  }

  #offer(burst: Pending): void {
    const width = this.#beatBytes;
    const at = (burst.low & 0xfff & -width) + burst.done * width;
    const page = this.#pages.page(burst.high, burst.low);
    const { bytes } = this.#data;
    if (page === undefined) bytes.fill(0xee, 0, width);
    else for (let i = 0; i < width; i += 1) bytes[i] = page[(at + i) & 0xfff]!;
    this.#response.set(page === undefined ? axiRespond.decodeError : axiRespond.okay);
    this.#last.set(burst.done + 1 === burst.beats ? 1 : 0);
    this.#id?.set(burst.id);
  }
}
