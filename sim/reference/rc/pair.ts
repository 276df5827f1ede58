/** Two adapters and the cables between them, in simulated time: loss, duplicates, reordering, damage, congestion marks. */
import { Rng } from "../../traffic/rng.ts";
import { readUint16, writeUint16 } from "../headers.ts";
import { sealVcrc } from "../packet.ts";
import type { ReferenceNic } from "./nic.ts";

/** Probabilities are per frame; times in nanoseconds. */
export interface Faults {
  readonly loss: number;
  readonly duplicate: number;
  /** A frame is held back by up to `reorderNs`. */
  readonly reorder: number;
  readonly reorderNs: number;
  /** One bit is flipped. */
  readonly damage: number;
  /** A switch on the way was congested. */
  readonly mark: number;
  readonly latencyNs: number;
}

export const noFaults: Faults = {
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderNs: 0,
  damage: 0,
  mark: 0,
  latencyNs: 200,
};

interface Flight {
  readonly time: number;
  readonly to: number;
  readonly frame: Uint8Array;
}

/** Sets FECN, or ECN "congestion experienced" with the header checksum that follows from it. */
export function markCongestion(frame: Uint8Array, native: boolean): Uint8Array {
  const marked = frame.slice();
  if (native) {
    const bth = (marked[1]! & 3) === 3 ? 48 : 8;
    marked[bth + 4] = marked[bth + 4]! | 0x80;
    sealVcrc(marked);
    return marked;
  }
  if (readUint16(marked, 12) === 0x86dd) {
    marked[15] = marked[15]! | 0x30;
    return marked;
  }
  if (readUint16(marked, 12) !== 0x0800) return marked;
  marked[15] = marked[15]! | 3;
  writeUint16(marked, 24, 0);
  let sum = 0;
  for (let i = 14; i < 34; i += 2) sum += readUint16(marked, i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  writeUint16(marked, 24, sum ^ 0xffff);
  return marked;
}

/** Line rate of the cables, bytes a nanosecond: 400 Gb/s. */
const bytesPerNs = 50;

export class Pair {
  readonly nics: readonly [ReferenceNic, ReferenceNic];
  readonly faults: Faults;
  readonly #rng: Rng;
  #flights: Flight[] = [];
  readonly #freeAt: [number, number] = [0, 0];
  now = 0;
  /** Frames sent by each side. */
  readonly sent: [number, number] = [0, 0];
  /** Sees each frame as it is sent; what it returns goes on the cable (null loses it). */
  tap: (from: number, frame: Uint8Array, time: number) => Uint8Array | null = (_from, frame) => frame;

  constructor(nics: readonly [ReferenceNic, ReferenceNic], faults: Partial<Faults> = {}, seed = 1) {
    this.nics = nics;
    this.faults = { ...noFaults, ...faults };
    this.#rng = new Rng(seed);
  }

  /** Runs for a time, or until `done` after an event. @returns true when it was done */
  run(ns: number, done: () => boolean = () => false): boolean {
    const end = this.now + ns;
    for (;;) {
      this.#transmit();
      if (done()) return true;
      const next = this.#nextEvent();
      if (next > end) break;
      this.now = next;
      this.#deliver();
    }
    this.now = end;
    return false;
  }

  #nextEvent(): number {
    let next = this.#flights[0]?.time ?? Number.POSITIVE_INFINITY;
    for (const side of [0, 1] as const) {
      const free = this.#freeAt[side];
      if (free > this.now) next = Math.min(next, free);
      else next = Math.min(next, this.nics[side].nextTime(this.now) ?? Number.POSITIVE_INFINITY);
    }
    return next;
  }

  #deliver(): void {
    while (this.#flights.length > 0 && this.#flights[0]!.time <= this.now) {
      const { to, frame } = this.#flights.shift()!;
      this.nics[to]!.receive(frame, this.now);
    }
  }

  #transmit(): void {
    for (const side of [0, 1] as const) {
      if (this.#freeAt[side] > this.now) continue;
      const frame = this.nics[side].transmit(this.now);
      if (frame === null) continue;
      this.sent[side]++;
      this.#freeAt[side] = this.now + Math.ceil((frame.length + 24) / bytesPerNs);
      const tapped = this.tap(side, frame, this.now);
      if (tapped !== null) this.#launch(1 - side, tapped);
    }
  }

  #launch(to: number, frame: Uint8Array): void {
    const { faults } = this;
    const rng = this.#rng;
    if (rng.chance(faults.loss)) return;
    let sent = rng.chance(faults.mark)
      ? markCongestion(frame, this.nics[0].port.frame === "infiniband")
      : frame;
    if (rng.chance(faults.damage)) {
      sent = sent.slice();
      const at = rng.below(sent.length);
      sent[at] = sent[at]! ^ (1 << rng.below(8));
    }
    const copies = rng.chance(faults.duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const held = rng.chance(faults.reorder) || i > 0 ? rng.below(faults.reorderNs + 1) : 0;
      const time = this.#freeAt[1 - to]! + faults.latencyNs + held;
      let place = this.#flights.length;
      while (place > 0 && this.#flights[place - 1]!.time > time) place--;
      this.#flights.splice(place, 0, { time, to, frame: sent });
    }
  }
}
