/** A cable between two MII ports: delay, rate, errors, lost control sets, loss of the link. */
import { Rng } from "../traffic/rng.ts";
import { ColumnFaults, type ControlFaultOptions, type Injection } from "./channel-control.ts";
import { BitErrors, type BurstOptions } from "./channel-errors.ts";
import type { MiiEnd } from "./mii.ts";

export type { ControlFaultOptions, Injection } from "./channel-control.ts";
export type { BurstOptions } from "./channel-errors.ts";

export interface ChannelOptions {
  /** Cycles from a port's output to the other's input, 0 or more. */
  readonly delayCycles?: number;
  readonly seed?: number;
  /** Bit error rate over the 72 bits of a column, 0 … 1. */
  readonly ber?: number;
  readonly burst?: BurstOptions;
  readonly control?: ControlFaultOptions;
  /** Part of the cycles in which the wire takes a beat, 0 … 1: see {@link throttleOf}. */
  readonly throttle?: number;
}

/**
 * The part of the cycles in which a wire of `rateGbps` takes a beat of `widthBits` at `clockMHz`: 32 of 33 for 400 Gb/s at
 * 1024 bits and 402.83 MHz.
 */
export function throttleOf(rateGbps: number, widthBits: number, clockMHz: number): number {
  return Math.min(1, (rateGbps * 1000) / (widthBits * clockMHz));
}

/** What a channel did so far. */
export interface ChannelCounts {
  readonly beats: number;
  readonly beatsLost: number;
  readonly beatsWithErrors: number;
  readonly bitErrors: number;
  readonly bursts: number;
  readonly burstBitErrors: number;
  readonly controlDropped: number;
  readonly controlRepeated: number;
  readonly controlSwapped: number;
  readonly injected: number;
}

/** One direction of a cable. */
export class Channel {
  readonly columns: number;
  readonly #slots: Uint8Array[] = [];
  readonly #slotFlags: Uint8Array[] = [];
  readonly #valid: Uint8Array;
  #write = 0;
  readonly #errors: BitErrors;
  readonly #faults: ColumnFaults;
  #throttle: number;
  #credit = 1;
  #beats = 0;
  #lost = 0;
  #touched = 0;

  /** @param widthBits of the beats, 64 … 2048 */
  constructor(widthBits: number, options: ChannelOptions = {}) {
    this.columns = widthBits / 64;
    const depth = (options.delayCycles ?? 0) + 1;
    const data = new Uint8Array((depth * widthBits) / 8);
    const flags = new Uint8Array(depth * this.columns);
    for (let i = 0; i < depth; i++) {
      this.#slots.push(data.subarray((i * widthBits) / 8, ((i + 1) * widthBits) / 8));
      this.#slotFlags.push(flags.subarray(i * this.columns, (i + 1) * this.columns));
    }
    this.#valid = new Uint8Array(depth);
    const rng = new Rng(options.seed ?? 3);
    this.#errors = new BitErrors(rng.fork("errors"), this.columns);
    this.#faults = new ColumnFaults(rng.fork("columns"), this.columns);
    this.#throttle = options.throttle ?? 1;
    this.setBer(options.ber ?? 0);
    this.setBurst(options.burst ?? null);
    this.setControl(options.control ?? null);
  }

  setBer(ber: number): void {
    this.#errors.setBer(ber);
  }

  setBurst(burst: BurstOptions | null): void {
    this.#errors.setBurst(burst);
  }

  /** Starts one burst of `bits` in the next beat. */
  burstNow(bits: number): void {
    this.#errors.burstNow(bits);
  }

  setControl(control: ControlFaultOptions | null): void {
    this.#faults.setControl(control);
  }

  setThrottle(throttle: number): void {
    this.#throttle = throttle;
  }

  /** Damages the next column that fits. */
  inject(injection: Injection): void {
    this.#faults.inject(injection);
  }

  /** Injections still waiting for their column. */
  get waiting(): number {
    return this.#faults.waiting;
  }

  get counts(): ChannelCounts {
    return {
      beats: this.#beats,
      beatsLost: this.#lost,
      beatsWithErrors: this.#touched,
      bitErrors: this.#errors.flips,
      bursts: this.#errors.bursts,
      burstBitErrors: this.#errors.burstFlips,
      controlDropped: this.#faults.dropped,
      controlRepeated: this.#faults.repeated,
      controlSwapped: this.#faults.swapped,
      injected: this.#faults.injected,
    };
  }

  /** Loses everything that is on the wire. */
  clear(): void {
    for (let i = 0; i < this.#valid.length; i++) this.#lost += this.#valid[i]!;
    this.#valid.fill(0);
  }

  /** One cycle: takes what `from` sends, gives `to` what arrives. @param up false while the link is lost */
  tick(from: MiiEnd, to: MiiEnd, up = true): void {
    const slot = this.#write;
    const ready = this.#credit >= 1;
    this.#credit += this.#throttle - (ready ? 1 : 0);
    from.setTxReady(ready);
    this.#valid[slot] = ready && up ? 1 : 0;
    if (ready) {
      this.#beats++;
      if (up) this.#take(slot, from);
      else this.#lost++;
    }
    const next = slot + 1 === this.#valid.length ? 0 : slot + 1;
    this.#write = next;
    const valid = this.#valid[next] === 1;
    if (valid) {
      to.rxData.set(this.#slots[next]!);
      to.rxFlags.set(this.#slotFlags[next]!);
    }
    to.setRxValid(valid);
  }

  #take(slot: number, from: MiiEnd): void {
    const data = this.#slots[slot]!;
    const flags = this.#slotFlags[slot]!;
    data.set(from.txData);
    flags.set(from.txFlags);
    this.#faults.apply(data, flags);
    if (this.#errors.apply(data, flags)) this.#touched++;
  }
}

export interface CableOptions {
  /** From end a to end b, and back; `ba` is `ab` with another seed when it is not given. */
  readonly ab?: ChannelOptions;
  readonly ba?: ChannelOptions;
}

/** Two channels and the state of the link at both ends. */
export class Cable {
  readonly ab: Channel;
  readonly ba: Channel;
  /** Times that the link was lost at an end. */
  flaps = 0;
  readonly #a: MiiEnd;
  readonly #b: MiiEnd;
  #downA = 0;
  #downB = 0;
  #held = false;

  constructor(a: MiiEnd, b: MiiEnd, options: CableOptions = {}) {
    this.#a = a;
    this.#b = b;
    const ab = options.ab ?? {};
    this.ab = new Channel(a.txData.length * 8, ab);
    this.ba = new Channel(b.txData.length * 8, options.ba ?? { ...ab, seed: (ab.seed ?? 3) ^ 0x5a5a5a5a });
  }

  /** Loses the link for `cycles`: `link_up` is low there, what travels to that end is lost. */
  flap(cycles: number, end: "a" | "b" | "both" = "both"): void {
    this.flaps++;
    if (end !== "b") this.#downA = Math.max(this.#downA, cycles);
    if (end !== "a") this.#downB = Math.max(this.#downB, cycles);
    if (end !== "b") this.ba.clear();
    if (end !== "a") this.ab.clear();
  }

  /** Holds the link down at both ends until released. */
  hold(down: boolean): void {
    this.#held = down;
    if (down) this.flap(1);
  }

  /** One cycle, before the clock edge of the devices at both ends. */
  tick(): void {
    const upA = this.#downA === 0 && !this.#held;
    const upB = this.#downB === 0 && !this.#held;
    if (this.#downA > 0) this.#downA--;
    if (this.#downB > 0) this.#downB--;
    this.#a.setLinkUp(upA);
    this.#b.setLinkUp(upB);
    this.ab.tick(this.#a, this.#b, upB);
    this.ba.tick(this.#b, this.#a, upA);
  }
}
