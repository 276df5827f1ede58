/** An input buffer with everything around it, and its reference beside it. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll } from "./link-bench.ts";
import { VoqChecker } from "./switch-voq-check.ts";
import {
  MatchDriver,
  type MatchLoad,
  type RoomLoad,
  Rooms,
  type WriteLoad,
  Writer,
} from "./switch-voq-drivers.ts";
import { type BufferShape, CopyTables, type Mix, shapeOf, type VoqPacket } from "./switch-voq-packets.ts";
import { VoqReference, type Write } from "./switch-voq-reference.ts";

/** How a part of a run is loaded. */
export interface Load extends WriteLoad, MatchLoad {
  readonly rooms: RoomLoad;
}

const inputs = [
  ...["wr_valid", "wr_lane", "wr_data", "wr_words", "wr_last", "wr_error", "wr_abort", "wr_ending"],
  ...["route_valid", "route_drop", "route_multicast", "route_port", "route_lane", "route_sl", "route_index"],
  ...["copy_mask", "copy_lane", "copy_lane_drop", "outputs_room", "match_valid", "match_port"],
  ...["cfg_lifetime", "cfg_fecn_threshold"],
] as const;

export class VoqBench {
  readonly model: Model;
  readonly shape: BufferShape;
  readonly tables: CopyTables;
  readonly rng: Rng;
  readonly checker: VoqChecker;
  reference!: VoqReference;
  writer!: Writer;
  scheduler!: MatchDriver;
  rooms!: Rooms;
  /** Packets that are complete, as they were written, since the last look at them. */
  packets: VoqPacket[] = [];
  /** Last word on what is written, once a cycle, for faults. */
  spoil: (write: Write | undefined) => Write | undefined = (write) => write;
  readonly #p;
  /** Packets lost until the last look at them. */
  #lost = 0;
  /** Packets that a beat of one and of two cycles ago has decided. */
  #decided: readonly [VoqPacket | undefined, VoqPacket | undefined] = [undefined, undefined];

  constructor(model: Model, design: SwitchDesign, rng: Rng) {
    this.model = model;
    this.shape = shapeOf(design);
    this.rng = rng;
    this.tables = new CopyTables(this.shape, rng);
    this.checker = new VoqChecker(model, this.shape);
    this.#p = portsOf(model, inputs);
    this.restart();
  }

  /** Resets everything, whatever is under way, and waits until the buffer is ready. */
  restart(): void {
    const { model, shape, rng } = this;
    resetAll(model);
    this.#decided = [undefined, undefined];
    this.packets = [];
    this.#lost = this.checker.seen.lifetime;
    this.reference = new VoqReference(shape, this.tables);
    this.writer = new Writer(shape, rng);
    this.scheduler = new MatchDriver(shape, rng);
    this.rooms = new Rooms(shape, rng);
    let waited = 0;
    for (; model.port("ready").get() === 0; waited += 1) {
      if (waited > shape.pages) fail(model, "the buffer does not get ready");
      this.reference.decide(-1, this.rooms.now, false);
      this.reference.finish(undefined);
      model.step();
    }
    // a page is put into the ring in a cycle, the one that is written first not
    if (waited !== shape.pages - 1) fail(model, `ready after ${waited} cycles`);
  }

  /** Time that packets may wait, in units of 1024 cycles, and depth of a queue that is congested. */
  configure(settings: { lifetime?: number; fecnThreshold?: number }): void {
    const now = Object.assign(this.reference.reader.settings, settings);
    this.#p.cfg_lifetime.set(now.lifetime);
    this.#p.cfg_fecn_threshold.set(now.fecnThreshold);
  }

  run(load: Load, cycles: number): void {
    for (let cycle = 0; cycle < cycles; cycle += 1) this.cycle(load);
  }

  /** Runs until the writer has nothing more and the buffer is empty. */
  drain(load: Partial<Load> = {}): void {
    const all: Load = { ...draining, ...load };
    const { cycle } = this.model;
    while (!this.reference.idle || this.writer.busy) {
      if (this.model.cycle > cycle + 50_000) fail(this.model, "the buffer does not get empty");
      this.cycle(all);
    }
    this.run(all, 3);
  }

  /** Runs until the writer has nothing more. */
  write(packets: readonly VoqPacket[], load: Load): void {
    this.writer.queue.push(...packets);
    const { cycle } = this.model;
    while (this.writer.busy) {
      if (this.model.cycle > cycle + 50_000) fail(this.model, "there is no room for what is to be written");
      this.cycle(load);
    }
    this.run(load, 3);
  }

  cycle(load: Load): void {
    const { model, reference, scheduler, rooms, writer, checker } = this;
    rooms.turn(load.rooms);
    this.#driveSchedule(scheduler.match);
    this.#driveRoute();
    this.#clearWrite();
    const drawn = writer.next(load, (lane) => reference.room(lane), reference.started, this.#p.wr_data.bytes);
    const write = this.spoil(drawn);
    this.#driveWrite(write);
    const ending = write?.kind === "abort" || write?.row.last === true || this.rng.chance(load.early ?? 0);
    this.#p.wr_ending.set(Number(ending));
    model.eval();
    reference.decide(scheduler.match, rooms.now, ending);
    checker.check(reference);
    const { request, done } = checker;
    model.step();
    const decides = write?.kind === "beat" && write.packet.rows.length === write.packet.decidesAt;
    this.#decided = [decides ? write.packet : undefined, this.#decided[0]];
    if (write?.kind === "beat" && write.row.last) this.#keep(write.packet);
    this.#answerCopies();
    reference.finish(write);
    scheduler.finish(load, request, done);
  }

  /**
   * Every packet written since the last call has left as often as it has to, but for those that went by their lifetime;
   * gives the number of these.
   */
  checkAllLeft(): number {
    const lost = this.checker.seen.lifetime - this.#lost;
    const missing = this.packets.reduce((sum, { due, left }) => sum + due - left, 0);
    if (missing !== lost) fail(this.model, `${missing} packets or copies have not left, not ${lost}`);
    if (this.packets.some(({ due, left }) => left > due))
      fail(this.model, "a packet has left more than once");
    this.packets = [];
    this.#lost += lost;
    return lost;
  }

  #keep(packet: VoqPacket): void {
    this.packets.push(packet);
    const { way, lane } = packet;
    packet.due = way.kind === "unicast" ? 1 : 0;
    if (way.kind !== "multicast") return;
    const stays = lane === this.shape.dataLanes;
    const members = this.tables.members(way.index);
    packet.due = members.filter((port) => stays || this.tables.lane(port, way.sl) >= 0).length;
  }

  #driveSchedule(match: number): void {
    const { lanes, stride } = this.shape;
    this.#p.match_valid.set(Number(match >= 0));
    if (match >= 0) this.#p.match_port.set(match); // stands until the next one
    const { bytes } = this.#p.outputs_room;
    const { now } = this.rooms;
    bytes.fill(0);
    for (let at = 0; at < now.length; at += 1) {
      const bit = Math.floor(at / lanes) * stride + (at % lanes);
      bytes[bit >> 3]! |= now[at]! << (bit & 7);
    }
  }

  /** The decision of the look-up, with noise in all that means nothing. */
  #driveRoute(): void {
    const p = this.#p;
    const { rng, shape } = this;
    const way = this.#decided[1]?.way;
    const kind = way?.kind;
    p.route_valid.set(Number(way !== undefined));
    p.route_drop.set(way === undefined ? rng.below(2) : Number(kind === "drop"));
    const other = way === undefined || kind === "drop";
    p.route_multicast.set(other ? rng.below(2) : Number(kind === "multicast"));
    p.route_port.set(way?.kind === "unicast" ? way.port : rng.below(shape.P));
    p.route_lane.set(way?.kind === "unicast" ? way.lane : rng.below(shape.lanes));
    p.route_sl.set(way?.kind === "multicast" ? way.sl : rng.below(16));
    p.route_index.set(way?.kind === "multicast" ? way.index : rng.below(16));
  }

  #clearWrite(): void {
    const p = this.#p;
    for (const port of [p.wr_valid, p.wr_abort, p.wr_last, p.wr_error]) port.set(0);
    p.wr_lane.set(this.rng.below(this.shape.lanes));
    p.wr_words.set(this.rng.below(this.shape.beatWords));
  }

  #driveWrite(write: Write | undefined): void {
    const p = this.#p;
    if (write === undefined) return;
    if (write.kind === "abort") {
      p.wr_abort.set(1);
      return;
    }
    const { packet, row } = write;
    p.wr_valid.set(1);
    p.wr_lane.set(packet.lane);
    p.wr_words.set(row.words - 1);
    p.wr_last.set(Number(row.last));
    p.wr_error.set(row.last ? Number(row.error) : this.rng.below(2));
  }

  /** The look-ups of the copies: what is asked for in a cycle is there in the next one, until the next question. */
  #answerCopies(): void {
    const { tables } = this;
    const { group, member } = this.reference.asks;
    if (group?.way.kind === "multicast") this.#p.copy_mask.set(tables.masks[group.way.index]!);
    if (member === undefined) return;
    const lane = tables.lane(member.port, member.sl);
    this.#p.copy_lane.set(lane < 0 ? this.rng.below(this.shape.lanes) : lane);
    this.#p.copy_lane_drop.set(Number(lane < 0));
  }
}

/** Packets of all kinds. */
export function anyMix(shape: BufferShape): Mix {
  const lanes = Array.from({ length: shape.lanes }, (_, lane) => lane);
  const outputs = Array.from({ length: shape.P }, (_, port) => port);
  return { lanes, outputs, outputLanes: lanes, multicast: 0.15, drop: 0.1, bad: 0.1, late: 0.3, size: "any" };
}

/** Nothing random is written, everything is read as fast as it goes. */
export const draining: Load = {
  begin: 1,
  beat: 1,
  void: 0,
  match: 1,
  blind: 0,
  rooms: { change: 0, open: 1 },
};

/** The same, but no output has room. */
export const blocked: Load = { ...draining, rooms: { change: 0, open: 0 } };
