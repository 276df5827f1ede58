import type { LinkDesign } from "../../generator/design/link.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, field, portsOf, resetAll, sameBytes } from "./link-bench.ts";
import { type BufferBeat, BufferReference } from "./vl-buffer-reference.ts";

/** Probabilities: of an offer, a grant and a read a cycle, and of a fault a packet. */
export interface QueueLoad {
  readonly offer: number;
  readonly grant: number;
  readonly read: number;
  readonly fault: number;
  readonly lanes?: readonly number[];
}

/** A packet as a client hands it over, good or not. */
interface Packet {
  readonly vl: number;
  /** Lane, or -1 when there is none. */
  readonly lane: number;
  /** PktLen of its LRH. */
  readonly length: number;
  /** Bytes that the client sends. */
  readonly bytes: Uint8Array;
  readonly error: boolean;
  /** The last word has fewer than four bytes. */
  /** Beat whose tkeep is not that of its words, or -1. */
  readonly hole: number;
  readonly refused: boolean;
}

type Fault = "none" | "short" | "long" | "error" | "odd" | "lane" | "tiny" | "huge";

/** `tx_queue` between a client and a scheduler that grants and reads. */
export class TxQueueBench {
  readonly model: Model;
  readonly buffer: BufferReference;
  readonly seen = { dropped: 0, marked: 0, refused: 0, whole: 0, early: 0, blocked: 0, descriptors: 0 };
  readonly #rng: Rng;
  readonly #p;
  readonly #design: LinkDesign;
  readonly #beatBytes: number;
  readonly #lanes: number;
  readonly #lowBytes: number;
  readonly #lengthBits: number;
  /** PktLen of the complete packets that wait for a grant, by lane. */
  readonly #waiting: number[][];
  /** Lanes granted and not read to the end. */
  readonly #grants: number[] = [];
  #packet: Packet | undefined;
  #at = 0;
  #offered = false;
  /** The packet that is being written: shown to the scheduler since the cycle after its first beat. */
  #partial: { lane: number; length: number; granted: boolean } | undefined;
  #swallow = false;
  #shown: BufferBeat | undefined;
  #roomBefore = 0;

  constructor(model: Model, design: LinkDesign, rng: Rng) {
    resetAll(model, rng.fork("reset"));
    this.model = model;
    this.#rng = rng;
    this.#design = design;
    this.buffer = new BufferReference(design, "tx");
    this.#lanes = design.virtualLanes.data + 1;
    this.#p = portsOf(model, [
      ...(["s_tdata", "s_tkeep", "s_tvalid", "s_tready", "s_tlast", "s_tuser", "vl_room"] as const),
      ...(["head_valid", "head_length", "pop", "pop_lane", "beat_ready", "rd_en", "rd_lane"] as const),
      ...(["rd_data", "rd_words", "rd_last", "rd_error", "evt_discard"] as const),
    ]);
    this.#beatBytes = this.#p.s_tdata.bytes.length;
    this.#lowBytes = design.derived.creditBlockBytes.value;
    this.#lengthBits = this.#p.head_length.bits / this.#lanes;
    this.#waiting = Array.from({ length: this.#lanes }, () => []);
  }

  /** Whether nothing is left anywhere. */
  get empty(): boolean {
    return this.#packet === undefined && this.buffer.lanes.every(({ unread }) => unread.length === 0);
  }

  cycle(load: QueueLoad): void {
    const { model, buffer } = this;
    const p = this.#p;
    this.#offer(load);
    const granted = this.#grant(load);
    const readLane = this.#read(load);
    model.eval();
    this.#checkHeads();
    const packet = this.#offered ? this.#packet : undefined;
    const ready = p.s_tready.get() === 1;
    if (packet !== undefined) this.#checkReady(packet, ready);
    const room = this.#room();
    const beat = readLane < 0 ? undefined : buffer.read(readLane);
    if (granted >= 0) this.#take(granted);
    let discarded = false;
    const apply = packet !== undefined && ready ? this.#accept(packet, () => (discarded = true)) : undefined;
    model.step();
    apply?.();
    buffer.endCycle(beat, readLane);
    if (beat !== undefined) this.#shown = beat;
    if (beat?.last === true) this.#grants.shift();
    this.#roomBefore = room;
    this.#checkAfter(discarded);
  }

  #offer(load: QueueLoad): void {
    const rng = this.#rng;
    const p = this.#p;
    if (this.#packet === undefined && rng.chance(load.offer)) this.#packet = this.#make(load);
    this.#offered ||= this.#packet !== undefined && (this.#at === 0 || rng.chance(load.offer));
    p.s_tvalid.set(this.#offered ? 1 : 0);
    if (!this.#offered || this.#packet === undefined) return;
    const { bytes, vl, error, hole } = this.#packet;
    const start = this.#at * this.#beatBytes;
    const part = bytes.subarray(start, start + this.#beatBytes);
    const last = start + this.#beatBytes >= bytes.length;
    rng.fill(p.s_tdata.bytes);
    p.s_tdata.bytes.set(part);
    const count = part.length - (this.#at === hole ? 1 + rng.below(3) : 0);
    for (const byte of p.s_tkeep.bytes.keys())
      p.s_tkeep.bytes[byte] = 2 ** Math.max(0, Math.min(8, count - 8 * byte)) - 1;
    p.s_tlast.set(last ? 1 : 0);
    p.s_tuser.set(vl + (last && error ? 16 : 0));
  }

  #make({ fault, lanes }: QueueLoad): Packet {
    const rng = this.#rng;
    const data = this.#lanes - 1;
    const lane = lanes === undefined ? rng.below(this.#lanes) : rng.pick(lanes);
    let vl = lane === data ? 15 : lane;
    const most = vl === 15 ? 72 : (this.#design.derived.maxPacketBytes.value - 2) / 4;
    let kind: Fault = rng.chance(fault)
      ? rng.pick(["short", "long", "error", "odd", "lane", "tiny", "huge"] as const)
      : "none";
    if (kind === "lane" && data === 15) kind = "error";
    if (kind === "lane") vl = rng.range(data, 14);
    const length = { tiny: rng.below(5), huge: most + 1 + rng.below(2047 - most) }[kind as "tiny"] ?? 0;
    const declared =
      kind === "tiny" || kind === "huge" ? length : rng.chance(0.3) ? most : rng.range(5, most);
    const off =
      kind === "short" ? -rng.pick([1, 2, declared - 2]) : kind === "long" ? rng.pick([1, 2, 70]) : 0;
    const words = Math.max(2, Math.min(200, declared + off));
    const bytes = new Uint8Array(4 * words);
    rng.fill(bytes);
    bytes[4] = (bytes[4]! & 0xf8) | (declared >> 8);
    bytes[5] = declared;
    const beats = Math.ceil(bytes.length / this.#beatBytes);
    const refused = kind === "lane" || kind === "tiny" || kind === "huge";
    return {
      vl,
      lane: refused ? -1 : lane,
      length: declared,
      bytes,
      error: kind === "error",
      hole: kind !== "odd" ? -1 : rng.chance(0.5) ? beats - 1 : rng.below(beats),
      refused,
    };
  }

  /** Lane whose head is granted in this cycle, or -1. */
  #grant({ grant }: QueueLoad): number {
    const rng = this.#rng;
    const p = this.#p;
    const heads = Array.from({ length: this.#lanes }, (_, lane) => lane).filter(
      (lane) => this.#headOf(lane) !== undefined,
    );
    const grants = heads.length > 0 && this.#grants.length < 2 && rng.chance(grant);
    const lane = grants ? rng.pick(heads) : -1;
    p.pop.set(grants ? 1 : 0);
    p.pop_lane.set(grants ? lane : rng.below(this.#lanes));
    return lane;
  }

  /** PktLen of the packet that a grant of the lane would take. */
  #headOf(lane: number): number | undefined {
    const partial = this.#partial;
    const open = partial !== undefined && partial.lane === lane && !partial.granted;
    return this.#waiting[lane]![0] ?? (open ? partial.length : undefined);
  }

  #take(lane: number): void {
    this.#grants.push(lane);
    if (this.#waiting[lane]!.shift() !== undefined) return;
    this.#partial!.granted = true;
    this.seen.early += 1;
  }

  #read({ read }: QueueLoad): number {
    const p = this.#p;
    const lane = this.#grants[0] ?? -1;
    const reads = lane >= 0 && this.buffer.ready(lane) && this.#rng.chance(read);
    p.rd_en.set(reads ? 1 : 0);
    p.rd_lane.set(Math.max(0, lane));
    return reads ? lane : -1;
  }

  #room(): number {
    let bits = 0;
    for (let lane = 0; lane < this.#lanes; lane += 1)
      if (this.buffer.room(lane) && this.#waiting[lane]!.length < this.#design.derived.queueDescriptors.value)
        bits |= 1 << (lane === this.#lanes - 1 ? 15 : lane);
    return bits;
  }

  #checkReady({ refused, vl, lane }: Packet, ready: boolean): void {
    const open = ((this.#room() >> (vl === 15 ? 15 : lane)) & 1) === 1;
    if (ready !== (this.#at > 0 || refused || open)) fail(this.model, `s_tready is ${ready}`);
    if (!ready && !open) this.seen.blocked += 1;
    if (!ready && this.#waiting[lane]!.length === 16) this.seen.descriptors += 1;
  }

  #checkHeads(): void {
    const p = this.#p;
    for (let lane = 0; lane < this.#lanes; lane += 1) {
      const head = this.#headOf(lane);
      if ((field(p.head_valid, lane, 1) === 1) !== (head !== undefined))
        fail(this.model, `head_valid of lane ${lane} is not ${head !== undefined}`);
      const length = field(p.head_length, lane * this.#lengthBits, this.#lengthBits);
      if (head !== undefined && length !== Math.floor((4 * head) / this.#lowBytes))
        fail(this.model, `head_length of lane ${lane}`);
    }
  }

  /** A beat is taken; gives what the reference does at the edge. */
  #accept(packet: Packet, discard: () => void): () => void {
    const { buffer } = this;
    const { bytes, lane, length, refused, vl, error, hole } = packet;
    const start = this.#at * this.#beatBytes;
    const last = start + this.#beatBytes >= bytes.length;
    const closes = start + this.#beatBytes >= 4 * length;
    const data = this.#p.s_tdata.bytes.slice();
    if (this.#at === 0) data[0] = (vl << 4) | (data[0]! & 15);
    const [first, swallowed] = [this.#at === 0, this.#swallow];
    this.#offered = false;
    this.#at += 1;
    this.#swallow = !last && (swallowed || refused || closes);
    if (last) this.#at = 0;
    if (last) this.#packet = undefined;
    if (refused && first) this.seen.refused += 1;
    if (refused && first) discard();
    if (refused || swallowed) return () => {};
    const proper = last && bytes.length === 4 * length && !error && hole < 0;
    const granted = !first && this.#partial?.granted === true;
    const words = Math.min(this.#beatBytes, bytes.length - start) / 4;
    const ends = last || closes;
    if (ends && !proper && !granted) discard();
    return () => {
      if (!ends) {
        buffer.write(lane, { data, words: this.#beatBytes / 4, last: false, error: false });
        this.#partial = this.#cutThrough ? { lane, length, granted } : undefined;
        return;
      }
      this.#partial = undefined;
      if (proper && !granted) this.#waiting[lane]!.push(length);
      if (!proper && !granted) {
        buffer.abort(lane);
        this.seen.dropped += 1;
        return;
      }
      buffer.write(lane, { data, words, last: true, error: !proper });
      this.seen[proper ? "whole" : "marked"] += 1;
    };
  }

  get #cutThrough(): boolean {
    return this.#design.forwarding === "cut-through";
  }

  #checkAfter(discarded: boolean): void {
    const { model, buffer } = this;
    const p = this.#p;
    if ((p.evt_discard.get() === 1) !== discarded) fail(model, `evt_discard is not ${discarded}`);
    if (p.vl_room.get() !== this.#roomBefore) fail(model, `vl_room is not ${this.#roomBefore}`);
    for (let lane = 0; lane < this.#lanes; lane += 1)
      if ((field(p.beat_ready, lane, 1) === 1) !== buffer.ready(lane))
        fail(model, `beat_ready of lane ${lane}`);
    const beat = this.#shown;
    if (beat === undefined) return;
    if ((p.rd_last.get() === 1) !== beat.last || (p.rd_error.get() === 1) !== beat.error)
      fail(model, "rd_last or rd_error");
    if (!beat.error && p.rd_words.get() + 1 !== beat.words) fail(model, "rd_words");
    if (!sameBytes(p.rd_data.bytes, beat.data, 4 * beat.words)) fail(model, "rd_data");
  }
}
