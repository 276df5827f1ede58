/**
 * What an input buffer is to do, cycle by cycle: call {@link VoqReference.decide} with what comes from scheduler and outputs,
 * look at what it says, then {@link VoqReference.finish} with what is written.
 *
 * Of a packet whose last beat is written in cycle t the ticket goes into its queue in cycle t + 2, behind the look-up, and
 * counts from t + 3 on. From three cycles after the beat that decided it until t + 2 it may be read while it arrives, unless
 * something waits in its queue. A lane's pages are those of its complete packets, from the cycle behind the last beat on, to
 * the cycle behind that in which its last beat is at the output (of its last copy).
 */
import {
  type BufferShape,
  type CopyTables,
  fecnByte,
  type Row,
  type VoqPacket,
} from "./switch-voq-packets.ts";
import { type CopierAsks, copier } from "./switch-voq-reference-copier.ts";
import { ReaderReference, type Ticket } from "./switch-voq-reference-reader.ts";

/** What happens on the write side in a cycle. */
export type Write =
  | { readonly kind: "beat"; readonly packet: VoqPacket; readonly row: Row }
  | { readonly kind: "abort" };

/** Events that are told in the cycle behind the one they belong to. */
export interface VoqEvents {
  dropped: number;
  lifetime: number;
  multicastPacket: number;
  multicastCopy: number;
  noMember: number;
  copyUnmapped: number;
  fecnMarked: number;
  corrected: number;
  uncorrectable: number;
  /** Bits by lane of the output. */
  lanePacket: number;
  laneWait: number;
  /** Words of the packet that begins, and its lane. */
  laneWords: number;
}

export class VoqReference {
  readonly reader: ReaderReference;
  /** By `port * lanes + lane`. */
  readonly outputs: readonly Ticket[][];
  readonly waiting: readonly VoqPacket[][];
  readonly drops: Ticket[] = [];
  /** Pages of complete packets, by lane. */
  readonly used: number[];
  /** Copies that wait, by lane. */
  readonly copies: number[];
  cycle = 0;
  direct: VoqPacket | undefined;
  /** It is not begun in this cycle. */
  held = false;
  /** The packet on the write side has been begun before this cycle. */
  started = false;
  asks: CopierAsks = {};
  /** Events of the cycle before. */
  events: VoqEvents = noEvents();
  readonly shape: BufferShape;
  readonly tables: CopyTables;
  /** Packets on the write side, or behind it in the look-up. */
  #recent: VoqPacket[] = [];
  #open: VoqPacket | undefined;
  #next: VoqEvents = noEvents();
  /** Lane of the copy that was taken out of its queue in the cycle before, -1 for none: its place is free now. */
  #gone = -1;
  /** The row that was read in the cycle before. */
  #row: Row | undefined;
  readonly #copier: ReturnType<typeof copier>;

  constructor(shape: BufferShape, tables: CopyTables) {
    const { lanes, P } = shape;
    this.shape = shape;
    this.tables = tables;
    this.reader = new ReaderReference(shape);
    this.outputs = Array.from({ length: P * lanes }, () => []);
    this.waiting = Array.from({ length: lanes }, () => []);
    this.used = new Array<number>(lanes).fill(0);
    this.copies = new Array<number>(lanes).fill(0);
    this.#copier = copier({
      tables,
      lanes,
      places: shape.copies,
      needed: P,
      waiting: this.waiting,
      copies: this.copies,
      push: (ticket, to) => this.#push(ticket, to),
      event: (name) => {
        if (name === "packet") this.#next.multicastPacket = 1;
        else if (name === "copy") this.#next.multicastCopy = 1;
        else if (name === "unmapped") this.#next.copyUnmapped = 1;
        else this.#next.noMember = 1;
      },
    });
    this.#copier.next();
  }

  /** Pages of a lane, and of its longest packet. */
  share(lane: number): { pages: number; longest: number } {
    const { dataLanes, dataPages, vl15Pages, longest, longest15 } = this.shape;
    return lane === dataLanes ? { pages: vl15Pages, longest: longest15 } : { pages: dataPages, longest };
  }

  room(lane: number): boolean {
    const { pages, longest } = this.share(lane);
    return pages - this.used[lane]! >= longest;
  }

  /** True when nothing is in the buffer, or on its way into it. */
  get idle(): boolean {
    const none = (queues: readonly (readonly unknown[])[]): boolean =>
      queues.every(({ length }) => length === 0);
    return (
      none([this.#recent, this.drops, ...this.outputs, ...this.waiting]) &&
      this.used.every((pages) => pages === 0)
    );
  }

  /**
   * The cycle up to the clock edge: `room` by `port * lanes + lane`, `match` -1 for none; `ending` where the packet that is
   * being written may end in it.
   */
  decide(match: number, room: Uint8Array, ending: boolean): void {
    const { cycle } = this;
    const one = this.#recent.find(
      ({ decidedCycle, begun }) => decidedCycle >= 0 && decidedCycle + 3 <= cycle && !begun,
    );
    const way = one?.way;
    const here =
      way?.kind === "unicast" && this.outputs[way.port * this.shape.lanes + way.lane]!.length === 0;
    this.direct = here && this.shape.cutThrough ? one : undefined;
    this.held = (ending && one !== undefined && one === this.#open) || one?.lastCycle === cycle - 2;
    this.reader.decide(this, match, room);
    const { begins } = this.reader;
    if (begins !== undefined) begins.begun = true;
  }

  /** Whether a packet waits for a lane of an output. */
  present(port: number, lane: number): boolean {
    const way = this.direct?.way;
    const here = way?.kind === "unicast" && way.port === port && way.lane === lane;
    return here || this.outputs[port * this.shape.lanes + lane]!.length > 0;
  }

  /** The FECN bit is set in the beat at the output: its place in the beat, or -1. */
  get markAt(): number {
    const { shown } = this.reader;
    if (shown === undefined || !shown.job.mark || shown.job.drop) return -1;
    const { packet } = shown.job;
    const beatBytes = this.shape.beatWords * 4;
    const at = fecnByte(packet) - packet.rows.indexOf(shown.row) * beatBytes;
    return at >= 0 && at < beatBytes ? at : -1;
  }

  /** The clock edge. */
  finish(write: Write | undefined): void {
    const { reader, cycle } = this;
    const { shown, popped } = reader;
    const arrived = this.#recent.find(({ lastCycle }) => lastCycle === cycle - 2);
    const joins = arrived !== undefined && !arrived.begun;
    this.#note(arrived);
    const asks = this.#copier.next({
      hold: reader.looking,
      join: joins,
      usedOnce: shown?.first === true && shown.job.copy,
    });
    this.asks = asks.value;
    if (shown?.row.last && shown.job.frees) this.#release(shown.job.packet);
    if (shown?.row.last && !shown.job.drop) shown.job.packet.left += 1;
    if (this.#gone >= 0) this.copies[this.#gone]! -= 1;
    this.#gone = popped?.copy ? popped.packet.lane : -1;
    this.#row = reader.reads;
    reader.commit();
    if (arrived !== undefined) this.#recent = this.#recent.filter((one) => one !== arrived);
    if (joins) this.#join(arrived);
    this.#write(write);
    this.started = this.#open?.begun === true;
    this.events = this.#next;
    this.#next = noEvents();
    this.cycle += 1;
  }

  #release(packet: VoqPacket): void {
    this.used[packet.lane]! -= packet.pages(this.shape.pageBeats);
  }

  #join(packet: VoqPacket): void {
    const { way } = packet;
    if (way.kind === "multicast") this.waiting[packet.lane]!.push(packet);
    else this.#push({ packet, copy: false }, way.kind === "drop" ? undefined : way);
  }

  #push(ticket: Ticket, to: { port: number; lane: number } | undefined): void {
    const queue = to === undefined ? this.drops : this.outputs[to.port * this.shape.lanes + to.lane]!;
    queue.push(ticket);
    if (ticket.copy) this.copies[ticket.packet.lane]! += 1;
  }

  #write(write: Write | undefined): void {
    if (write?.kind === "beat") {
      const { packet, row } = write;
      if (packet.rows.length === 0) this.#recent.push(packet);
      if (packet.rows.length === packet.decidesAt) packet.decidedCycle = this.cycle;
      packet.rows.push(row);
      this.#open = row.last ? undefined : packet;
      if (!row.last) return;
      packet.lastCycle = this.cycle;
      this.used[packet.lane]! += packet.pages(this.shape.pageBeats);
    } else if (write?.kind === "abort" && this.#open !== undefined) {
      this.#recent = this.#recent.filter((one) => one !== this.#open);
      this.#open = undefined;
    }
  }

  /** Events of this cycle. */
  #note(arrived: VoqPacket | undefined): void {
    const events = this.#next;
    const { lanes, P } = this.shape;
    const { shown } = this.reader;
    events.dropped = Number(arrived?.way.kind === "drop");
    events.lifetime = Number(this.reader.expires);
    events.fecnMarked = Number(this.markAt >= 0);
    events.corrected = Number(this.#row?.fault.corrected === true);
    events.uncorrectable = Number(this.#row?.fault.uncorrectable === true);
    const out = shown !== undefined && !shown.job.drop ? shown : undefined;
    const lane = out?.job.lane ?? -1;
    events.lanePacket = out?.first ? 1 << lane : 0;
    events.laneWords = out?.first ? out.job.packet.length : 0;
    for (let at = 0; at < lanes; at += 1) {
      if (at === lane) continue;
      for (let port = 0; port < P; port += 1)
        if (this.outputs[port * lanes + at]!.length > 0) events.laneWait |= 1 << at;
    }
  }
}

function noEvents(): VoqEvents {
  return {
    dropped: 0,
    lifetime: 0,
    multicastPacket: 0,
    multicastCopy: 0,
    noMember: 0,
    copyUnmapped: 0,
    fecnMarked: 0,
    corrected: 0,
    uncorrectable: 0,
    lanePacket: 0,
    laneWait: 0,
    laneWords: 0,
  };
}
