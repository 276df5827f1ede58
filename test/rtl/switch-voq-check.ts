/** Compares all that an input buffer says in a cycle with its reference. */
import type { Model } from "../../sim/driver/model.ts";
import { fail, field, portsOf } from "./link-bench.ts";
import type { BufferShape } from "./switch-voq-packets.ts";
import type { VoqReference } from "./switch-voq-reference.ts";

const outputs = [
  ...["room", "started", "used", "used_pages", "request", "waiting", "done", "start"],
  ...["x_valid", "x_last", "x_error", "x_lane", "x_words", "x_data"],
  ...["copy_read", "copy_index", "copy_lane_read", "copy_port", "copy_sl"],
  ...["evt_dropped", "evt_drop_lifetime", "evt_multicast_packet", "evt_multicast_copy", "evt_no_member"],
  ...["evt_copy_unmapped", "evt_fecn_marked", "evt_lane_packet", "evt_lane_words", "evt_lane_wait"],
] as const;

export class VoqChecker {
  /** What was seen: sums of beats, packets, events. */
  readonly seen = {
    beats: 0,
    packets: 0,
    broken: 0,
    marks: 0,
    drops: 0,
    lifetime: 0,
    multicasts: 0,
    copies: 0,
    unmapped: 0,
    noMember: 0,
  };
  readonly #model: Model;
  readonly #shape: BufferShape;
  readonly #p;

  constructor(model: Model, shape: BufferShape) {
    this.#model = model;
    this.#shape = shape;
    this.#p = portsOf(model, outputs);
  }

  get request(): number {
    return this.#p.request.get();
  }

  get done(): boolean {
    return this.#p.done.get() === 1;
  }

  /** The cycle before its edge. */
  check(reference: VoqReference): void {
    const { reader, asks } = reference;
    this.#checkLanes(reference);
    this.#checkRequests(reference);
    this.#is("done", Number(reader.done));
    this.#is("start", Number(reader.start));
    this.#is("started", reference.started ? (1 << this.#shape.lanes) - 1 : 0);
    this.#checkOutput(reference);
    this.#checkEvents(reference);
    const { group, member } = asks;
    this.#is("copy_read", Number(group !== undefined));
    if (group?.way.kind === "multicast") this.#is("copy_index", group.way.index);
    this.#is("copy_lane_read", Number(member !== undefined));
    if (member === undefined) return;
    this.#is("copy_port", member.port);
    this.#is("copy_sl", member.sl);
  }

  #is(name: (typeof outputs)[number], value: number): void {
    const found = this.#p[name].get();
    if (found !== value) fail(this.#model, `${name} is ${found}, not ${value}`);
  }

  #checkLanes(reference: VoqReference): void {
    const p = this.#p;
    const { lanes, dataLanes, countBits, pageBeats } = this.#shape;
    const usedBits = p.used.bits / dataLanes;
    const rooms = p.room.get();
    for (let lane = 0; lane < lanes; lane += 1) {
      const pages = reference.used[lane]!;
      if (pages > reference.share(lane).pages) fail(this.#model, `lane ${lane} has more than its share`);
      const told = field(p.used_pages, lane * countBits, countBits);
      if (told !== pages) fail(this.#model, `used_pages of lane ${lane} is ${told}, not ${pages}`);
      if (((rooms >> lane) & 1) !== Number(reference.room(lane))) fail(this.#model, `room of lane ${lane}`);
      if (lane < dataLanes && field(p.used, lane * usedBits, usedBits) !== pages * pageBeats)
        fail(this.#model, `used of lane ${lane} is not ${pages} pages`);
    }
  }

  #checkRequests(reference: VoqReference): void {
    const { P, lanes } = this.#shape;
    let [request, waiting] = [0, 0];
    for (let port = 0; port < P; port += 1) {
      request |= Number(reference.reader.asks(port)) << port;
      for (let lane = 0; lane < lanes; lane += 1) if (reference.present(port, lane)) waiting |= 1 << port;
    }
    this.#is("waiting", waiting);
    this.#is("request", request);
  }

  #checkOutput(reference: VoqReference): void {
    const p = this.#p;
    const { shown } = reference.reader;
    const out = shown !== undefined && !shown.job.drop ? shown : undefined;
    this.#is("x_valid", Number(out !== undefined));
    if (out === undefined) return;
    const { job, row } = out;
    const { uncorrectable } = row.fault;
    this.seen.beats += 1;
    this.seen.packets += Number(row.last);
    this.seen.broken += Number(row.last && job.broken);
    this.#is("x_last", Number(row.last));
    this.#is("x_error", Number(row.last && (row.error || job.broken)));
    this.#is("x_lane", job.lane);
    const { markAt } = reference;
    this.seen.marks += Number(markAt >= 0);
    if (uncorrectable) return;
    this.#is("x_words", row.words - 1);
    const { bytes } = p.x_data;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = row.data[at]! | (at === markAt ? 0x80 : 0);
      if (bytes[at] !== byte) fail(this.#model, `byte ${at} of a beat is ${bytes[at]}, not ${byte}`);
    }
  }

  #checkEvents({ events }: VoqReference): void {
    const { lanes, secded } = this.#shape;
    this.#is("evt_dropped", events.dropped);
    this.#is("evt_drop_lifetime", events.lifetime);
    this.#is("evt_multicast_packet", events.multicastPacket);
    this.#is("evt_multicast_copy", events.multicastCopy);
    this.#is("evt_copy_unmapped", events.copyUnmapped);
    this.#is("evt_no_member", events.noMember);
    this.#is("evt_fecn_marked", events.fecnMarked);
    this.#is("evt_lane_packet", events.lanePacket);
    this.#is("evt_lane_wait", events.laneWait);
    for (let lane = 0; lane < lanes; lane += 1) {
      const words = (events.lanePacket >> lane) & 1 ? events.laneWords : 0;
      const told = field(this.#p.evt_lane_words, 12 * lane, 12);
      if (told !== words) fail(this.#model, `evt_lane_words of lane ${lane} is ${told}, not ${words}`);
    }
    this.seen.drops += events.dropped;
    this.seen.lifetime += events.lifetime;
    this.seen.multicasts += events.multicastPacket;
    this.seen.copies += events.multicastCopy;
    this.seen.unmapped += events.copyUnmapped;
    this.seen.noMember += events.noMember;
    if (!secded) return;
    const model = this.#model;
    const told = [model.port("evt_memory_corrected").get(), model.port("evt_memory_uncorrectable").get()];
    const due = [events.corrected, events.uncorrectable];
    if (told.join() !== due.join()) fail(model, `events of the memory are ${told}, not ${due}`);
  }
}
