/**
 * What is read out of an input buffer, and when:
 * - A match is taken when no packet is picked, or the one picked begins to be read and is not to be dropped: VL15 of the
 *   output when it has a packet and room, else its other lanes in turn. A match that finds nothing is given back at once.
 *   A packet to be dropped, one at most, goes before it while nothing is picked: first those of the look-up's choice,
 *   then the head of an expired queue, of which one is looked at in a cycle.
 * - What is picked is read from the next cycle on, or when the packet before has its last beat at the output. A beat a
 *   cycle; of a packet that arrives, each beat in the cycle after it was written at the earliest.
 * - The pair is free again two cycles before the last read, as PktLen tells, and at the latest with the last beat at the
 *   output: a packet that ends bad may be shorter. Not before a packet that arrives is complete in the memory and being read.
 */
import type { BufferShape, Row, VoqPacket } from "./switch-voq-packets.ts";

/** A packet in a queue, or one of its copies. */
export interface Ticket {
  readonly packet: VoqPacket;
  readonly copy: boolean;
}

/** What the reader looks at. */
export interface Waiting {
  readonly cycle: number;
  /** Queues of the outputs, by `port * lanes + lane`. */
  readonly outputs: readonly Ticket[][];
  readonly drops: Ticket[];
  /** The packet that may be read while it arrives; `held`: not from this cycle on. */
  readonly direct: VoqPacket | undefined;
  readonly held: boolean;
}

export interface Settings {
  /** Units of 1024 cycles; 0: for ever. */
  lifetime: number;
  /** Packets in a queue; 0: never. */
  fecnThreshold: number;
}

interface Job {
  readonly packet: VoqPacket;
  readonly copy: boolean;
  readonly drop: boolean;
  readonly direct: boolean;
  /** Lane of the output. */
  readonly lane: number;
  /** Packets in its queue where that counts, else 0; with as many it is marked when it is read. */
  readonly depth: number;
  mark: boolean;
  /** The scheduler knows that the pair is free. */
  told: boolean;
  read: number;
  /** Its pages come back. */
  frees: boolean;
  /** A row of it could not be corrected. */
  broken: boolean;
}

interface Shown {
  readonly job: Job;
  readonly row: Row;
  readonly first: boolean;
}

interface Decision {
  /** Output of the match that is taken or held, -1 for none. */
  match: number;
  taken: boolean;
  pick: Job | undefined;
  from: Ticket[] | undefined;
  /** It holds more than the one that is taken. */
  steps: boolean;
  expired: boolean;
  /** A packet goes, or would go, in front of the match. */
  dropper: boolean;
  take: boolean;
  read: boolean;
  done: boolean;
}

/** Cycles from one look at who has waited too long to the next; a shorter lifetime takes effect at once. */
export const periodOf = (lifetime: number): number => 1024 * lifetime + 1;

export class ReaderReference {
  readonly settings: Settings = { lifetime: 0, fecnThreshold: 0 };
  shown: Shown | undefined;
  /** Times that a queue was popped in the very cycle in which it was found to have waited too long. */
  spared = 0;
  #now: Decision = idle();
  #next: Job | undefined;
  #job: Job | undefined;
  #held = -1;
  /** A packet to be dropped has gone before the match that is held: the next one does not. */
  #passed = false;
  readonly #turn: number[];
  /** Of each output: lanes asked for in this cycle and in the one before, a bit each, and the lane chosen, -1 for none. */
  readonly #wanted: number[];
  readonly #asked: number[];
  readonly #chosen: number[];
  /** A queue that was popped in the cycle before and is not empty: how many are left is not known yet. */
  #stepping: Ticket[] | undefined;
  /** The queue found expired in the cycle before, and whether it was popped in that cycle. */
  #late = -1;
  #moved = false;
  /** Data lane that is picked in this cycle, -1 for none. */
  #served = -1;
  /** Looks at the queue in which it had not moved since the one before, this one included. */
  readonly #seen: number[];
  #tick = 0;
  #scan = 0;
  readonly #shape: BufferShape;

  constructor(shape: BufferShape) {
    this.#shape = shape;
    this.#turn = new Array<number>(shape.P).fill(0);
    this.#wanted = new Array<number>(shape.P).fill(0);
    this.#asked = new Array<number>(shape.P).fill(0);
    this.#chosen = new Array<number>(shape.P).fill(-1);
    this.#seen = new Array<number>(shape.P * shape.lanes).fill(0);
  }

  /** Decides what happens in this cycle; `room` by `port * lanes + lane`. */
  decide(waiting: Waiting, match: number, room: Uint8Array): void {
    const now = idle();
    this.#now = now;
    const more = this.#job !== undefined && this.shown?.row.last !== true;
    now.take = this.#next !== undefined && !more;
    now.match = this.#held >= 0 ? this.#held : match;
    const go = more && this.#job!.packet.rows.length > this.#job!.read;
    now.read = now.take || go;
    const current = now.take ? this.#next! : more ? this.#job! : undefined;
    const after = now.take ? 1 : (current?.read ?? 0) + (go ? 1 : 0);
    const free = current === undefined || (now.read && this.#left(current, after, waiting.cycle) === 0);
    this.#want(waiting, room, now.match);
    this.#pick(waiting, now, free);
    const cancel = now.taken && now.pick === undefined; // a hold is not taken
    const told = now.take
      ? !current!.told && !current!.direct && this.#left(current!, after, waiting.cycle) <= 2
      : more && !current!.told && this.#left(current!, after, waiting.cycle) <= 2;
    const ended = this.shown?.row.last === true && !this.shown.job.told;
    now.done = cancel || now.pick?.told === true || told || ended;
    if (now.pick?.drop) now.done = told || ended;
    if (told) current!.told = true;
    this.#age(waiting);
  }

  get done(): boolean {
    return this.#now.done;
  }

  /** The first beat of a packet for an output comes in the next cycle. */
  get start(): boolean {
    return this.#now.take && !this.#next!.drop;
  }

  /** The packet that is picked while it arrives. */
  get begins(): VoqPacket | undefined {
    const { pick } = this.#now;
    return pick?.direct ? pick.packet : undefined;
  }

  /** The heads of the queues are needed by the reader. */
  get looking(): boolean {
    return this.#now.match >= 0 || this.#now.dropper;
  }

  /** An output is asked for. */
  asks(port: number): boolean {
    return this.#wanted[port] !== 0;
  }

  /** A ticket that has been taken out of its queue in this cycle. */
  get popped(): Ticket | undefined {
    return this.#now.from?.[0];
  }

  /** The head of a queue is dropped because it has waited too long. */
  get expires(): boolean {
    return this.#now.expired;
  }

  /** The beat that is read in this cycle. */
  get reads(): Row | undefined {
    const { take, read } = this.#now;
    if (!read) return undefined;
    return take ? this.#next!.packet.rows[0] : this.#job!.packet.rows[this.#job!.read];
  }

  /** Cycles until a queue is looked at that has waited too long; -1 while it has not. */
  looksIn(port: number, lane: number): number {
    const { P, lanes, stride } = this.#shape;
    if (this.#seen[port * lanes + lane]! < 2) return -1;
    return (port * stride + lane + P * stride - this.#scan) % (P * stride);
  }

  /** Ends the cycle. */
  commit(): void {
    const now = this.#now;
    const row = this.reads;
    this.#stepping = now.steps ? now.from : undefined;
    now.from?.shift();
    this.#choose(now);
    this.#held = now.taken ? -1 : now.match;
    this.#passed = this.#held >= 0 && (this.#passed || now.pick?.drop === true);
    if (now.take) {
      this.#job = this.#next;
      this.#next = undefined;
      const { packet, copy, depth } = this.#job!;
      const { fecnThreshold } = this.settings;
      this.#job!.mark = fecnThreshold > 0 && depth >= fecnThreshold;
      this.#job!.frees = !copy || packet.copiesLeft === 1;
      if (copy) packet.copiesLeft -= 1;
    } else if (this.shown?.row.last) {
      this.#job = undefined;
    }
    this.shown = row && { job: this.#job!, row, first: this.#job!.read === 0 };
    if (row !== undefined) {
      this.#job!.read += 1;
      this.#job!.broken ||= row.fault.uncorrectable;
    }
    if (now.pick !== undefined) this.#next = now.pick;
  }

  /** Beats to be read when `after` have been, as PktLen tells; Infinity while they are not all here. */
  #left({ packet, direct }: Job, after: number, cycle: number): number {
    const known = !direct || (packet.lastCycle >= 0 && packet.lastCycle < cycle);
    return known ? packet.beats - after : Number.POSITIVE_INFINITY;
  }

  #pick(waiting: Waiting, now: Decision, free: boolean): void {
    const { drops, outputs } = waiting;
    this.spared += Number(this.#late >= 0 && this.#moved);
    const drop = this.#next === undefined && (drops.length > 0 || this.#late >= 0);
    now.dropper = drop;
    if (drop && !(now.match >= 0 && this.#passed)) {
      const from = drops.length > 0 ? drops : outputs[this.#late]!;
      now.from = from;
      now.steps = from.length > 1;
      now.expired = from !== drops;
      now.pick = { ...from[0]!, ...unread, drop: true, direct: false, lane: 0, depth: 0, told: true };
      return;
    }
    if (now.match < 0 || (this.#next !== undefined && (!now.take || this.#next.drop))) return;
    now.taken = true;
    const lane = this.#chosen[now.match]!;
    if (lane < 0) return;
    const { lanes, dataLanes } = this.#shape;
    const queue = outputs[now.match * lanes + lane]!;
    const common = { ...unread, drop: false, lane };
    if (queue.length === 0) {
      if (!this.#arrives(waiting, now.match, lane)) return;
      now.taken = !waiting.held;
      if (waiting.held) return;
      const packet = waiting.direct!;
      now.pick = { ...common, packet, copy: false, direct: true, depth: 0, told: false };
    } else {
      const depth = lane !== dataLanes ? queue.length : 0;
      const told = free && queue[0]!.packet.beats <= 2;
      now.from = queue;
      now.steps = queue.length > 1;
      now.pick = { ...common, ...queue[0]!, direct: false, depth, told };
    }
    if (lane !== dataLanes) this.#served = lane;
  }

  #arrives({ direct }: Waiting, port: number, lane: number): boolean {
    const way = direct?.way;
    return way?.kind === "unicast" && way.port === port && way.lane === lane;
  }

  /** What is asked for: all that is there and has room, without what the match of this cycle takes. */
  #want(waiting: Waiting, room: Uint8Array, match: number): void {
    const { P, lanes } = this.#shape;
    for (let port = 0; port < P; port += 1) {
      let wanted = 0;
      for (let lane = 0; lane < lanes; lane += 1) {
        const queue = waiting.outputs[port * lanes + lane]!;
        const here = queue.length > 0 || this.#arrives(waiting, port, lane);
        const last = queue.length === 0 || (queue.length === 1 && queue !== this.#stepping);
        const taken = port === match && lane === this.#chosen[port] && last;
        if (here && room[port * lanes + lane] === 1 && !taken) wanted |= 1 << lane;
      }
      this.#wanted[port] = wanted;
    }
  }

  /** Ends the cycle for the choices; that of a match that is or was here stands. */
  #choose(now: Decision): void {
    for (const port of this.#chosen.keys()) {
      const asked = this.#shape.requestStages > 0 ? this.#asked[port]! : this.#wanted[port]!;
      if (port !== now.match) this.#chosen[port] = this.#lane(asked, this.#turn[port]!);
      this.#asked[port] = this.#wanted[port]!;
    }
    if (this.#served >= 0) this.#turn[now.match] = this.#served;
    this.#served = -1;
  }

  /** VL15 first, then the lane behind the one served last. */
  #lane(asked: number, turn: number): number {
    const { dataLanes } = this.#shape;
    const wanted = (lane: number): boolean => ((asked >> lane) & 1) === 1;
    if (wanted(dataLanes)) return dataLanes;
    for (let at = 1; at <= dataLanes; at += 1) {
      const lane = (turn + at) % dataLanes;
      if (wanted(lane)) return lane;
    }
    return -1;
  }

  /** The queue that is looked at in this cycle, -1 for a number without a queue. */
  #scanned(): number {
    const { stride, lanes } = this.#shape;
    const lane = this.#scan % stride;
    return lane < lanes ? Math.floor(this.#scan / stride) * lanes + lane : -1;
  }

  #age({ outputs }: Waiting): void {
    const { P, stride } = this.#shape;
    const { lifetime } = this.settings;
    const late = this.#scanned();
    this.#late = late >= 0 && this.#seen[late]! >= 2 && outputs[late]!.length > 0 ? late : -1;
    this.#moved = late >= 0 && outputs[late] === this.#now.from;
    this.#scan = (this.#scan + 1) % (P * stride);
    const tick = lifetime > 0 && (this.#tick === 0 || this.#tick >= 1024 * (lifetime + 1));
    this.#tick = lifetime === 0 ? 0 : tick ? periodOf(lifetime) - 1 : this.#tick - 1;
    for (const [at, queue] of outputs.entries()) {
      const moved = queue === this.#now.from || lifetime === 0 || (tick && queue.length === 0);
      this.#seen[at] = moved ? 0 : this.#seen[at]! + (tick ? 1 : 0);
    }
  }
}

const unread = { read: 0, frees: false, broken: false, mark: false };

function idle(): Decision {
  return {
    match: -1,
    taken: false,
    pick: undefined,
    from: undefined,
    steps: false,
    expired: false,
    dropper: false,
    take: false,
    read: false,
    done: false,
  };
}
