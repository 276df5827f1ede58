/** What stands around an input buffer: a receiver that writes, a look-up, a scheduler, and the rooms of the outputs. */
import type { Rng } from "../../sim/traffic/rng.ts";
import {
  type BufferShape,
  drawBeat,
  drawPacket,
  type Mix,
  type Row,
  type VoqPacket,
} from "./switch-voq-packets.ts";
import type { Write } from "./switch-voq-reference.ts";

const noFault = { corrected: false, uncorrectable: false };

export interface WriteLoad {
  /** Probability that a packet begins, that a beat of it comes, and that it is given up without any beat. */
  readonly begin: number;
  readonly beat: number;
  readonly void: number;
  /** Probability that the receiver says that a packet may end, and it does not; 0 unless given. */
  readonly early?: number;
  /** Random packets; none but those in the writer's queue unless given. */
  readonly mix?: Mix | undefined;
}

/** Writes as `llr_rx` does: a packet that turns out to be bad is taken back, or ended with an error when it is being read. */
export class Writer {
  /** Packets written to their end, taken back, ended with an error. */
  written = 0;
  aborts = 0;
  badEnds = 0;
  /** Cycles in which a packet found no room. */
  full = 0;
  /** Packets to be written before any others. */
  readonly queue: VoqPacket[] = [];
  readonly #shape: BufferShape;
  readonly #rng: Rng;
  #packet: VoqPacket | undefined;

  constructor(shape: BufferShape, rng: Rng) {
    this.#shape = shape;
    this.#rng = rng;
  }

  get busy(): boolean {
    return this.#packet !== undefined || this.queue.length > 0;
  }

  /** The next beat, its data in `data`; nothing when there is none in this cycle. */
  next(
    load: WriteLoad,
    room: (lane: number) => boolean,
    started: boolean,
    data: Uint8Array,
  ): Write | undefined {
    const rng = this.#rng;
    if (this.#packet === undefined) {
      if (rng.chance(load.void)) return { kind: "abort" };
      if (!rng.chance(load.begin)) return undefined;
      const packet = this.queue[0] ?? (load.mix && drawPacket(this.#shape, rng, load.mix));
      if (packet === undefined) return undefined;
      if (!room(packet.lane)) {
        this.full += 1;
        return undefined;
      }
      this.queue.shift();
      this.#packet = packet;
    } else if (!rng.chance(load.beat)) {
      return undefined;
    }
    return this.#beat(this.#packet, started, data);
  }

  #beat(packet: VoqPacket, started: boolean, data: Uint8Array): Write {
    const { beatWords } = this.#shape;
    const at = packet.rows.length;
    const bad = at >= packet.badAfter;
    const last = bad || at === packet.beats - 1;
    if (last) this.#packet = undefined;
    if (bad && !started) {
      this.aborts += 1;
      return { kind: "abort" };
    }
    drawBeat(packet, this.#rng, data);
    this.written += Number(last);
    this.badEnds += Number(bad);
    const words = at === packet.beats - 1 ? packet.length - at * beatWords : beatWords;
    const row: Row = { data: data.slice(), words, last, error: bad, fault: noFault };
    return { kind: "beat", packet, row };
  }
}

export interface MatchLoad {
  /** Probability that a free pair is matched in a cycle, and that the match is one nobody asked for. */
  readonly match: number;
  readonly blind: number;
}

/**
 * The scheduler as one input sees it: in a cycle in which the input is free it may be matched with what is asked for in that
 * cycle, or was in the one before, as the design has it, and the match is there in the next one; from the cycle behind
 * `done` on it is free again.
 */
export class MatchDriver {
  matches = 0;
  #free = true;
  #chosen = -1;
  /** What was asked for in the cycle before. */
  #asked = 0;
  readonly #ports: number;
  readonly #staged: boolean;
  readonly #rng: Rng;

  constructor({ P, requestStages }: BufferShape, rng: Rng) {
    this.#ports = P;
    this.#staged = requestStages > 0;
    this.#rng = rng;
  }

  /** The match of this cycle, -1 for none. */
  get match(): number {
    return this.#chosen;
  }

  /** @throws when `done` comes without a match */
  finish(load: MatchLoad, now: number, done: boolean): void {
    const rng = this.#rng;
    const request = this.#staged ? this.#asked : now;
    this.#asked = now;
    this.matches += Number(this.#chosen >= 0);
    this.#chosen = -1;
    if (done) {
      if (this.#free) throw new Error("done without a match");
      this.#free = true;
      return;
    }
    if (!this.#free || !rng.chance(load.match)) return;
    const asked = Array.from({ length: this.#ports }, (_, port) => port).filter(
      (port) => ((request >> port) & 1) === 1,
    );
    if (rng.chance(load.blind)) this.#chosen = rng.below(this.#ports);
    else if (asked.length > 0) this.#chosen = rng.pick(asked);
    if (this.#chosen >= 0) this.#free = false;
  }
}

export interface RoomLoad {
  /** Changes of a lane's room in a cycle, and the probability that it has room then. */
  readonly change: number;
  readonly open: number;
  /** Outputs that have none at all. */
  readonly blocked?: readonly number[];
}

/** Rooms of the outputs, by `port * lanes + lane`; they come and go. */
export class Rooms {
  readonly now: Uint8Array;
  readonly #shape: BufferShape;
  readonly #rng: Rng;

  constructor(shape: BufferShape, rng: Rng) {
    this.#shape = shape;
    this.#rng = rng;
    this.now = new Uint8Array(shape.P * shape.lanes).fill(1);
  }

  turn({ change, open, blocked = [] }: RoomLoad): void {
    const rng = this.#rng;
    if (open >= 1 || open <= 0) this.now.fill(Number(open >= 1));
    else if (rng.chance(change)) this.now[rng.below(this.now.length)] = Number(rng.chance(open));
    const { lanes } = this.#shape;
    for (const port of blocked) this.now.fill(0, port * lanes, (port + 1) * lanes);
  }
}
