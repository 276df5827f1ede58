/** What the benches of the MAC share: frames and a driver for `mac_tx`. */
import type { Model } from "../../sim/driver/model.ts";
import { frameKind, notEligible, writeControl, writeStart } from "../../sim/reference/columns.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** A frame as `mac_tx` is given it. */
export interface MacFrame {
  readonly bytes: Uint8Array;
  /** 20 bits or `notEligible`. */
  readonly seq: number;
  readonly kind: number;
  readonly poison: boolean;
}

/** A frame of random content. @param poison probability */
export function randomFrame(rng: Rng, length: number, poison = 0): MacFrame {
  const bytes = new Uint8Array(length);
  rng.fill(bytes);
  return {
    bytes,
    seq: rng.chance(0.1) ? notEligible : rng.below(1 << 20),
    kind: rng.chance(0.2) ? frameKind.flowControl : frameKind.data,
    poison: rng.chance(poison),
  };
}

/** Lengths of frames: 1 … `short`, the 16 longest and 16 between. */
export function lengthsOf(rng: Rng, longest: number, short: number): number[] {
  const lengths = Array.from({ length: short }, (_, at) => at + 1);
  for (let at = 0; at < 16; at += 1) lengths.push(rng.range(short, longest), longest - at);
  return lengths;
}

/** Takes the rows that go onto the wire; the arrays are used again. */
export type RowSink = (data: Uint8Array, columnFlags: Uint8Array) => void;

/** How traffic is offered to a {@link TxDriver}; probabilities a cycle. */
export interface TxTraffic {
  /** That a beat is held back. */
  readonly bubble?: () => boolean;
  readonly ready?: (cycle: number) => boolean;
  /** That a message is asked for when none is waiting. */
  readonly message?: number;
  /** Cycles that the traffic goes on for when there are no more frames. */
  readonly idle?: number;
}

/** A message as it was handed over. */
export interface SentMessage {
  readonly code: number;
  readonly seq: number;
  readonly word: number;
  /** Cycles that it waited. */
  readonly waited: number;
  /** Place of the last frame of one beat that had been there for longer than a cycle when it came; -1 for none. */
  readonly behind: number;
}

/** Drives `mac_tx` cycle by cycle. */
export class TxDriver {
  readonly model: Model;
  readonly frames: MacFrame[] = [];
  readonly messages: SentMessage[] = [];
  fills = 0;
  cycles = 0;
  accepted = 0;
  readonly #rng: Rng;
  readonly #sink: RowSink;
  readonly #beatBytes: number;
  readonly #p;
  readonly #control = new Uint8Array(8);
  readonly #flags = new Uint8Array(1);
  #frame = 0;
  #at = 0;
  #offered = false;
  #message: SentMessage | undefined;
  /** Place of the frame of one beat that was taken last, and the cycle. */
  #single: { readonly frame: number; readonly cycle: number } | undefined;
  #held: Uint8Array | undefined;

  constructor(model: Model, rng: Rng, sink: RowSink) {
    this.model = model;
    this.#rng = rng;
    this.#sink = sink;
    const port = (name: string) => model.port(name);
    this.#p = {
      data: port("s_data").bytes,
      bytes: port("s_bytes"),
      sop: port("s_sop"),
      eop: port("s_eop"),
      valid: port("s_valid"),
      ready: port("s_ready"),
      start: port("s_start").bytes,
      poison: port("s_poison"),
      control: port("ctl_data").bytes,
      controlValid: port("ctl_valid"),
      controlReady: port("ctl_ready"),
      txReady: port("mii_tx_ready"),
      txd: port("mii_txd").bytes,
      txc: port("mii_txc").bytes,
      fill: port("evt_fill"),
    };
    this.#beatBytes = this.#p.data.length;
    model.reset();
  }

  /** Whether all frames are taken. */
  get done(): boolean {
    return this.#frame === this.frames.length;
  }

  setSpacing(beats: number): void {
    this.model.port("cfg_control_spacing").set(beats);
  }

  cycle(traffic: TxTraffic): void {
    const p = this.#p;
    const frame = this.frames[this.#frame];
    this.#offered ||= frame !== undefined && !(traffic.bubble?.() ?? false);
    p.valid.set(this.#offered ? 1 : 0);
    if (this.#offered && frame !== undefined) this.#offer(frame);
    if (this.#message === undefined && this.#rng.chance(traffic.message ?? 0)) this.#ask();
    p.controlValid.set(this.#message === undefined ? 0 : 1);

    const registered = p.ready.get();
    const wire = traffic.ready?.(this.cycles) ?? true;
    p.txReady.set(wire ? 1 : 0);
    this.model.eval();
    if (p.ready.get() !== registered) throw new Error("s_ready follows an input");
    if (this.#held !== undefined && Buffer.compare(this.#held, p.txd) !== 0)
      throw new Error("mii_txd not held");
    this.#held = wire ? undefined : p.txd.slice();
    const takesMessage = p.controlReady.get() === 1;
    if (takesMessage && this.#message === undefined) throw new Error("ctl_ready without ctl_valid");
    if (wire) this.#sink(p.txd, p.txc);

    this.model.step();
    this.cycles += 1;
    this.fills += p.fill.get();
    if (this.#offered && registered === 1) this.#advance(frame!);
    if (takesMessage) {
      this.messages.push(this.#message!);
      this.#message = undefined;
    } else if (this.#message !== undefined)
      this.#message = { ...this.#message, waited: this.#message.waited + 1 };
  }

  /** Sends all that was queued and lets the wire run dry. @param limit cycles after which the driver gives up */
  run(traffic: TxTraffic, limit: number): void {
    const end = this.cycles + limit;
    while (!this.done) {
      if (this.cycles === end) throw new Error(`${this.frames.length - this.#frame} frames stuck`);
      this.cycle(traffic);
    }
    for (let at = 0; at < (traffic.idle ?? 0); at += 1) this.cycle(traffic);
    for (let at = 0; at < 40; at += 1) this.cycle({});
  }

  #offer(frame: MacFrame): void {
    const p = this.#p;
    const rest = frame.bytes.length - this.#at;
    const count = Math.min(rest, this.#beatBytes);
    const sop = this.#at === 0;
    const eop = rest <= this.#beatBytes;
    // bytes behind the end and the start column outside of its beat mean nothing
    p.data.fill(0xa5);
    p.data.set(frame.bytes.subarray(this.#at, this.#at + count));
    p.start.fill(0xa5);
    if (sop) writeStart(p.start, this.#flags, 0, frame.seq, frame.kind);
    p.bytes.set(count);
    p.sop.set(sop ? 1 : 0);
    p.eop.set(eop ? 1 : 0);
    p.poison.set(eop && frame.poison ? 1 : 0);
  }

  #advance(frame: MacFrame): void {
    this.accepted += 1;
    this.#offered = false;
    if (frame.bytes.length <= this.#beatBytes) this.#single = { frame: this.#frame, cycle: this.cycles };
    this.#at += this.#beatBytes;
    if (this.#at < frame.bytes.length) return;
    this.#at = 0;
    this.#frame += 1;
  }

  #ask(): void {
    const code = 1 + this.#rng.below(4);
    const single = this.#single;
    const message = {
      ...{ code, seq: this.#rng.below(1 << 20), word: this.#rng.below(1 << 16), waited: 0 },
      behind: single !== undefined && single.cycle < this.cycles ? single.frame : -1,
    };
    writeControl(this.#control, this.#flags, 0, code, message.seq, message.word);
    this.#p.control.set(this.#control);
    this.#message = message;
  }
}
