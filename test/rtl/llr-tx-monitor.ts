import type { Model } from "../../sim/driver/model.ts";
import { frameKind, notEligible, startGood, startSequence, writeStart } from "../../sim/reference/columns.ts";
import { judgeVcrc } from "../../sim/reference/packet.ts";
import { fail, portsOf, sameBytes } from "./link-bench.ts";
import { after, distance, type Frame, type GoBackN } from "./llr-tx-reference.ts";

/** A reason to replay that has not been served. */
interface Demand {
  /** Oldest frame when it arose. */
  readonly from: number;
  /** Everything has been acknowledged since: a replay that was under way comes within so many beats, or not at all. */
  chances: number | undefined;
}

/** Watches the frames that go to the MAC. */
export class FrameMonitor {
  demand: Demand | undefined;
  /** A replay is on its way, from its first frame to its last. */
  replaying = false;
  replays = 0;
  /** Frames that were open when their session ended. */
  damaged = 0;
  newFrames = 0;
  replayedFrames = 0;
  /** Number that the next frame has to carry, unless a replay starts. */
  cursor = 0;
  readonly #start = new Uint8Array(8);
  readonly #flags = new Uint8Array(1);
  readonly #p;
  #open: { frame: Frame; seq: number; bytes: number[]; live: boolean; old: boolean } | undefined;

  readonly model: Model;
  readonly reference: GoBackN;
  readonly retry: boolean;

  constructor(model: Model, reference: GoBackN, retry: boolean) {
    this.model = model;
    this.reference = reference;
    this.retry = retry;
    this.#p = portsOf(model, [
      "m_data",
      "m_bytes",
      "m_sop",
      "m_eop",
      "m_poison",
      "m_start",
      "m_valid",
      "m_ready",
    ]);
  }

  get open(): boolean {
    return this.#open !== undefined;
  }

  /** A new frame has begun and not ended. */
  get openLive(): boolean {
    return this.#open?.live === true;
  }

  /** The session of the open frame is over. */
  get old(): boolean {
    return this.#open?.old === true;
  }

  spoil(): void {
    if (this.#open !== undefined) this.#open.old = true;
  }

  /** A beat is handed over in this cycle. */
  get beat(): boolean {
    return this.#p.m_valid.get() === 1 && this.#p.m_ready.get() === 1;
  }

  /**
   * Looks at the beat of this cycle.
   * @param live the new frame whose beat is taken from the source in this cycle
   * @param ready whether there is a session
   * @param restart whether it ends with this cycle
   */
  watch(live: Frame | undefined, ready: boolean, restart: boolean): void {
    const p = this.#p;
    if (p.m_sop.get() === 1) {
      if (!ready) fail(this.model, "a frame starts without a session");
      this.#begin(live, restart);
    }
    const open = this.#open;
    if (open === undefined) fail(this.model, "a beat outside of a frame");
    if (open.live !== (live !== undefined) && !open.old) fail(this.model, "a beat of another frame");
    const count = p.m_bytes.get();
    const data = p.m_data.bytes;
    const eop = p.m_eop.get() === 1;
    const rest = open.frame.bytes.subarray(open.bytes.length);
    open.bytes.push(...data.subarray(0, count));
    if (open.old && eop) {
      this.#endOld(open.bytes);
      return;
    }
    const last = rest.length <= data.length;
    if (last !== eop || count !== Math.min(rest.length, data.length)) fail(this.model, `frame ends wrongly`);
    if (!sameBytes(data, rest, count)) fail(this.model, `content of frame ${open.seq.toString(16)}`);
    if ((p.m_poison.get() === 1) !== (eop && open.frame.poison)) fail(this.model, "poison mark");
    if (eop) this.#end(open.live);
  }

  /** All that was sent belongs to the past; what is open may not end as if it were good. */
  restart(next: number): void {
    this.demand = undefined;
    this.replaying = false;
    this.cursor = next;
    this.spoil();
  }

  /** A replay has to start before the next new frame. */
  ask(from: number): void {
    this.demand = this.demand ?? { from, chances: undefined };
    this.demand.chances = undefined;
  }

  #begin(live: Frame | undefined, restart: boolean): void {
    const p = this.#p;
    const start = p.m_start.bytes;
    if (this.#open !== undefined) fail(this.model, "a frame starts inside a frame");
    if (!startGood(start, 0)) fail(this.model, "start column");
    const seq = startSequence(start, 0);
    const frame = live ?? this.reference.frames.get(seq);
    if (frame === undefined) fail(this.model, `replay of ${seq}, which was not sent`);
    const kind = frame.flow ? frameKind.flowControl : frameKind.data;
    writeStart(this.#start, this.#flags, 0, this.retry ? this.cursorOf(live, seq) : notEligible, kind);
    if (!sameBytes(start, this.#start, 8)) fail(this.model, `start column of frame ${seq.toString(16)}`);
    this.#open = { frame, seq, bytes: [], live: live !== undefined, old: restart && live !== undefined };
  }

  /** The number that the frame must have. */
  cursorOf(live: Frame | undefined, seq: number): number {
    const { reference, demand } = this;
    if (live !== undefined) {
      if (demand !== undefined && demand.chances === undefined)
        fail(this.model, "a new frame before the replay");
      if (demand !== undefined) {
        this.replaying = false;
        this.cursor = reference.next;
      }
      if (this.cursor !== reference.next) fail(this.model, "a new frame in the middle of a replay");
      this.demand = undefined;
    } else if (demand?.chances !== undefined && this.replaying && seq === this.cursor) {
      // The replay before goes on: all of it is known to have arrived
      this.demand = undefined;
    } else if (demand !== undefined) {
      // The replay starts at what is oldest by now, or was when it began
      if (distance(demand.from, seq) > distance(demand.from, reference.oldest))
        fail(this.model, `the replay starts at ${seq}`);
      this.demand = undefined;
      this.replaying = true;
      this.replays += 1;
      this.cursor = seq;
    } else if (!this.replaying) fail(this.model, "a replay that nobody asked for");
    return this.cursor;
  }

  #end(live: boolean): void {
    this.#open = undefined;
    this.cursor = after(this.cursor);
    if (live) {
      this.newFrames += 1;
      return;
    }
    this.replayedFrames += 1;
    if (this.cursor === this.reference.next) this.replaying = false;
  }

  #endOld(bytes: readonly number[]): void {
    const verdict = judgeVcrc(Uint8Array.from(bytes), bytes.length);
    const poisoned = verdict === "complemented" && this.#p.m_poison.get() === 1;
    if (verdict === "good" || poisoned) fail(this.model, "a good frame of the session before");
    this.damaged += 1;
    this.#open = undefined;
  }
}
