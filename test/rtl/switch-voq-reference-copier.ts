/**
 * How copies of multicast packets are made, a cycle a step: of the lanes that have a packet, and places for copies to all
 * ports, one in turn is chosen, and taken when the reader does not look at the queues. What was kept with the packet is read, then its
 * group; the members are counted, one a cycle; then each has its lane looked up and its copy put into its queue. A packet
 * that has come whole goes into its queue first.
 */
import type { CopyTables, VoqPacket } from "./switch-voq-packets.ts";
import type { Ticket } from "./switch-voq-reference-reader.ts";

/** What the copier sees of a cycle. */
export interface CopierCycle {
  /** The heads of the queues are needed elsewhere. */
  readonly hold: boolean;
  /** A packet goes into its queue. */
  readonly join: boolean;
  /** The first beat of a copy is at the output: its packet's count is written. */
  readonly usedOnce: boolean;
}

/** What the copier asks for in a cycle. */
export interface CopierAsks {
  readonly group?: VoqPacket;
  readonly member?: { readonly port: number; readonly sl: number };
}

export interface CopierHost {
  readonly tables: CopyTables;
  readonly lanes: number;
  /** Places for copies, a lane, and those that must be free when a packet is begun. */
  readonly places: number;
  readonly needed: number;
  /** Multicast packets by lane. */
  readonly waiting: readonly VoqPacket[][];
  /** Copies of each lane that wait. */
  readonly copies: readonly number[];
  /** A ticket for an output, or for no output: it is to be dropped. */
  push(ticket: Ticket, to: { port: number; lane: number } | undefined): void;
  event(name: "packet" | "copy" | "noMember" | "unmapped"): void;
}

const nothing: CopierAsks = {};

export function* copier(host: CopierHost): Generator<CopierAsks, never, CopierCycle> {
  let turn = 0;
  for (;;) {
    yield nothing;
    const lane = nextLane(host, turn);
    if (lane < 0) continue;
    turn = lane;
    while ((yield nothing).hold);
    const packet = host.waiting[lane]!.shift()!;
    if (packet.way.kind !== "multicast") throw new Error("bench: not a multicast packet");
    const { index, sl } = packet.way;
    const members = host.tables.members(index);
    yield nothing;
    yield { group: packet };
    yield nothing;
    for (const _ of members) yield nothing;
    if (members.length === 0) {
      yield nothing;
      while ((yield nothing).join);
      host.push({ packet, copy: false }, undefined);
      host.event("noMember");
      continue;
    }
    while ((yield nothing).usedOnce);
    packet.copiesLeft = members.length;
    host.event("packet");
    for (const port of members) {
      yield { member: { port, sl } };
      while ((yield nothing).join || host.copies[lane]! >= host.places);
      const stays = lane === host.lanes - 1; // VL15
      const out = stays ? lane : host.tables.lane(port, sl);
      host.push({ packet, copy: true }, out < 0 ? undefined : { port, lane: out });
      host.event(out >= 0 ? "copy" : "unmapped");
    }
  }
}

/** The next lane in turn behind the one served last, as the queues stand at the beginning of the cycle. */
function nextLane({ lanes, waiting, copies, places, needed }: CopierHost, turn: number): number {
  for (let at = 1; at <= lanes; at += 1) {
    const lane = (turn + at) % lanes;
    if (waiting[lane]!.length > 0 && (copies[lane] === 0 || copies[lane]! + needed <= places)) return lane;
  }
  return -1;
}
