/** Packets of the management on their way into the ingress: what port 0 is to make of right and wrong ones. */
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf } from "./link-bench.ts";
import {
  beatsOf,
  drawStreamPacket,
  laneOf,
  refused,
  type StreamPacket,
  type StreamShape,
} from "./switch-management-source.ts";

/** Probabilities a cycle. */
export interface InLoad {
  /** A packet begins, a beat of it is offered; a packet is wrong. */
  readonly begin: number;
  readonly offer: number;
  readonly faulty: number;
  /** Rooms of the ingress change, and are open then; a packet that is written is begun to be read. */
  readonly change: number;
  readonly open: number;
  readonly start: number;
}

export class ManagementIn {
  readonly counts = { good: 0, marked: 0, takenBack: 0, refused: 0, waits: 0 };
  /** Packets that have come to their end, by what was wrong with them. */
  readonly byFault = new Map<string, number>();
  readonly #shape: StreamShape;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #p;
  #packet: StreamPacket | undefined;
  #sent = 0;
  #offered = false;
  /** The beat that stands in the port's register, and whether it is taken on in this cycle. */
  #held: { readonly packet: StreamPacket; readonly at: number } | undefined;
  #goes = false;
  /** Of the packet in the register: no more of it gets in; it has been begun by a reader; beats written. */
  #closed = false;
  #started = false;
  #written = 0;
  #rooms = 0;

  constructor(model: Model, shape: StreamShape, rng: Rng) {
    this.#model = model;
    this.#shape = shape;
    this.#rng = rng;
    this.#p = portsOf(model, [
      ...["tx_tdata", "tx_tkeep", "tx_tvalid", "tx_tready", "tx_tlast", "tx_tuser", "tx_tdest"],
      ...["wr_valid", "wr_lane", "wr_data", "wr_words", "wr_last", "wr_error", "wr_abort", "mgmt_dest"],
      ...["wr_ready", "wr_room", "started"],
    ] as const);
  }

  get idle(): boolean {
    return this.#packet === undefined && this.#held === undefined;
  }

  drive(load: InLoad): void {
    this.#driveIngress(load);
    this.#offer(load);
  }

  /** Rooms come and go; a packet that has begun to be written may be begun by a reader. */
  #driveIngress(load: InLoad): void {
    const rng = this.#rng;
    const lanes = this.#shape.dataVls + 1;
    if (rng.chance(load.change)) {
      const bit = 1 << rng.below(lanes);
      this.#rooms = rng.chance(load.open) ? this.#rooms | bit : this.#rooms & ~bit;
    }
    if (load.open >= 1) this.#rooms = (1 << lanes) - 1;
    this.#p.wr_room.set(this.#rooms);
    this.#p.wr_ready.set(Number(load.open >= 1 || rng.chance(0.95)));
    if (this.#written > 0 && rng.chance(load.start)) this.#started = true;
    this.#p.started.set(this.#started ? (1 << lanes) - 1 : 0);
  }

  #offer(load: InLoad): void {
    const p = this.#p;
    const rng = this.#rng;
    if (this.#packet === undefined && rng.chance(load.begin)) {
      this.#packet = drawStreamPacket(this.#shape, rng, load.faulty);
      this.#sent = 0;
    }
    this.#offered ||= this.#packet !== undefined && rng.chance(load.offer);
    p.tx_tvalid.set(Number(this.#offered));
    if (!this.#offered) return;
    const packet = this.#packet!;
    const { data, keep, last } = packet.beats[this.#sent]!;
    p.tx_tdata.bytes.set(data);
    p.tx_tkeep.setBig(keep);
    p.tx_tlast.set(Number(last));
    // the VL and the output count with the first beat, the error with the last one
    const first = this.#sent === 0;
    const vl = first ? packet.vl : rng.below(16);
    p.tx_tuser.set(vl + 16 * Number(last ? packet.error : rng.chance(0.1)));
    p.tx_tdest.set(first ? packet.dest : rng.below(this.#shape.ports));
  }

  /** What the ingress is told of the beat in the register. */
  check(): void {
    const model = this.#model;
    const p = this.#p;
    const told = [p.wr_valid.get(), p.wr_abort.get()];
    const held = this.#held;
    const quiet = (why: string): void => {
      if (told.join() !== "0,0") fail(model, `valid, abort are ${told}: ${why}`);
    };
    this.#goes = false;
    if (held === undefined) {
      quiet("there is no beat");
      if (p.tx_tready.get() !== 1) fail(model, "not ready, with nothing in the register");
      return;
    }
    const { packet, at } = held;
    const out = refused(packet, this.#shape);
    const lane = laneOf(packet.vl, this.#shape);
    const open = p.wr_ready.get() === 1 && ((this.#rooms >> lane) & 1) === 1;
    this.#goes = at > 0 || out || open;
    if (p.tx_tready.get() !== Number(this.#goes)) fail(model, `tx_tready is not ${this.#goes}`);
    if (!this.#goes) quiet("the lane has no room");
    else if (out || this.#closed) quiet("this is not to get in");
    else this.#checkBeat(packet, at, told.join());
  }

  #checkBeat(packet: StreamPacket, at: number, told: string): void {
    const model = this.#model;
    const p = this.#p;
    const beat = packet.beats[at]!;
    const ends = beat.last || at === beatsOf(packet, this.#shape) - 1;
    const proper = ends && this.#proper(packet, at);
    const what = `beat ${at} of a packet with fault "${packet.fault}"`;
    if (ends && !proper && !this.#started) {
      if (told !== "0,1") fail(model, `${what}: not taken back, valid and abort are ${told}`);
      return;
    }
    if (told !== "1,0") fail(model, `${what}: valid and abort are ${told}`);
    const lane = p.wr_lane.get();
    if (lane !== laneOf(packet.vl, this.#shape)) fail(model, `${what}: lane ${lane}`);
    if (at === 0 && p.mgmt_dest.get() !== packet.dest) fail(model, `${what}: to ${p.mgmt_dest.get()}`);
    if (p.wr_last.get() !== Number(ends)) fail(model, `${what}: wr_last`);
    if (ends && p.wr_error.get() !== Number(!proper)) fail(model, `${what}: wr_error`);
    if (ends && !proper) return;
    const words = Math.min(this.#shape.bits / 32, packet.length - at * (this.#shape.bits / 32));
    if (ends && p.wr_words.get() !== words - 1) fail(model, `${what}: ${p.wr_words.get() + 1} words`);
    this.#checkData(packet, at, what);
  }

  /** The bytes as they came, but for the VL in the first one. */
  #checkData(packet: StreamPacket, at: number, what: string): void {
    const { bytes } = this.#p.wr_data;
    for (const [byte, value] of packet.beats[at]!.data.entries()) {
      const due = at === 0 && byte === 0 ? (value & 15) | (packet.vl << 4) : value;
      if (bytes[byte] !== due) fail(this.#model, `${what}: byte ${byte} is ${bytes[byte]}, not ${due}`);
    }
  }

  /** The packet is what its PktLen says, its bytes are kept without a hole, and it has no error. */
  #proper(packet: StreamPacket, at: number): boolean {
    const { beats, length, error } = packet;
    const perBeat = this.#shape.bits / 32;
    if (!beats[at]!.last || at !== beatsOf(packet, this.#shape) - 1 || error) return false;
    return beats.every(({ keep }, index) => {
      const words = Math.min(perBeat, length - index * perBeat);
      return keep === (1n << BigInt(4 * words)) - 1n;
    });
  }

  /** The clock edge; `sent`: the beat on the stream was taken. */
  finish(sent: boolean): void {
    const held = this.#held;
    if (held !== undefined && this.#goes) {
      const { packet, at } = held;
      const out = refused(packet, this.#shape);
      const ends = packet.beats[at]!.last || at === beatsOf(packet, this.#shape) - 1;
      if (!out && !this.#closed) this.#written += 1;
      if (!out && !this.#closed && ends) this.#count(packet, at);
      if (out && at === 0) this.counts.refused += 1;
      this.#closed ||= ends;
      if (ends) this.#written = 0;
      if (ends) this.#started = false;
      if (packet.beats[at]!.last) this.#closed = false;
      this.#held = undefined;
    } else if (held !== undefined) this.counts.waits += 1;
    if (!sent || !this.#offered) return;
    const packet = this.#packet!;
    this.#held = { packet, at: this.#sent };
    this.#offered = false;
    this.#sent += 1;
    if (this.#sent === packet.beats.length) this.#packet = undefined;
  }

  #count(packet: StreamPacket, at: number): void {
    if (this.#proper(packet, at)) this.counts.good += 1;
    else if (this.#started) this.counts.marked += 1;
    else this.counts.takenBack += 1;
    const { fault } = packet;
    this.byFault.set(fault, (this.byFault.get(fault) ?? 0) + 1);
  }
}
