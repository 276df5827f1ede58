import type { LinkDesign } from "../../generator/design/link.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { portsOf, setField } from "./link-bench.ts";
import { type Frame, randomFrame } from "./llr-tx-reference.ts";

/** A frame on its way from the scheduler. */
export interface Offered {
  readonly frame: Frame;
  readonly epoch: number;
  /** Reserved in the window: everything but what is thrown away for want of a session. */
  readonly counted: boolean;
  readonly reserved: number;
  readonly beats: number;
  /** Cycle from which on it can be offered. */
  readonly from: number;
}

/** The scheduler and the CRC generator in front of `llr_tx`: reserves, and hands frames over some cycles later. */
export class FrameSource {
  readonly queue: Offered[] = [];
  /** Beats of the first frame that have been taken. */
  at = 0;
  /** Beats and frames reserved and not yet handed over. */
  pendingBeats = 0;
  pendingFrames = 0;
  readonly longest: number;
  readonly beatBytes: number;
  readonly #rng: Rng;
  readonly #p;
  readonly #sideBits: number;
  readonly #reserveBits: number;
  readonly #reserveBeats;
  #offered = false;

  constructor(model: Model, design: LinkDesign, rng: Rng) {
    this.#rng = rng;
    this.longest = design.derived.maxPacketBytes.value;
    this.#p = portsOf(model, [
      "s_data",
      "s_bytes",
      "s_sop",
      "s_eop",
      "s_poison",
      "s_side",
      "s_valid",
      "reserve",
      "window_open",
    ]);
    this.beatBytes = this.#p.s_data.bytes.length;
    this.#sideBits = this.#p.s_side.bits;
    this.#reserveBits = this.#sideBits - 3;
    this.#reserveBeats = model.hasPort("reserve_beats") ? model.port("reserve_beats") : undefined;
  }

  /** The frame that is being offered. */
  get head(): Offered | undefined {
    return this.#offered ? this.queue[0] : undefined;
  }

  get sop(): boolean {
    return this.at === 0;
  }

  get eop(): boolean {
    const head = this.queue[0];
    return head !== undefined && this.at === head.beats - 1;
  }

  /**
   * Chooses, reserves and sets the inputs of the cycle.
   * @param load probability that a frame is chosen when the window is open
   * @param bubble probability that a beat is held back
   */
  drive(cycle: number, ready: boolean, epoch: number, load: number, bubble: number): void {
    const rng = this.#rng;
    const p = this.#p;
    const open = ready && p.window_open.get() === 1;
    const counted = open && rng.chance(load);
    const discarded = !ready && rng.chance(0.02 * load);
    p.reserve.set(counted ? 1 : 0);
    if (counted || discarded) {
      const frame = randomFrame(rng, this.longest);
      const beats = Math.ceil(frame.bytes.length / this.beatBytes);
      const reserved = Math.min(2 ** this.#reserveBits - 1, beats + (frame.flow ? 0 : rng.below(3)));
      this.#reserveBeats?.set(reserved);
      this.queue.push({ frame, epoch, counted, reserved, beats, from: cycle + 1 + rng.below(5) });
      if (counted) this.pendingBeats += reserved;
      if (counted) this.pendingFrames += 1;
    }
    const head = this.queue[0];
    this.#offered ||= head !== undefined && head.from <= cycle && !rng.chance(bubble);
    p.s_valid.set(this.#offered ? 1 : 0);
    p.s_data.bytes.fill(0xa5);
    if (this.#offered && head !== undefined) this.#offer(head);
  }

  /** The beat offered has been taken. */
  advance(): void {
    const head = this.queue[0]!;
    this.#offered = false;
    this.at += 1;
    if (this.at < head.beats) return;
    this.at = 0;
    this.queue.shift();
    if (head.counted) this.pendingBeats -= head.reserved;
    if (head.counted) this.pendingFrames -= 1;
  }

  #offer({ frame, epoch, counted, reserved }: Offered): void {
    const p = this.#p;
    const start = this.at * this.beatBytes;
    const part = frame.bytes.subarray(start, start + this.beatBytes);
    p.s_data.bytes.set(part);
    p.s_bytes.set(part.length);
    p.s_sop.set(this.sop ? 1 : 0);
    p.s_eop.set(this.eop ? 1 : 0);
    p.s_poison.set(this.eop && frame.poison ? 1 : 0);
    const top = this.#sideBits;
    setField(p.s_side, 0, this.#reserveBits, reserved);
    setField(p.s_side, top - 1, 1, Number(frame.flow));
    setField(p.s_side, top - 2, 1, Number(counted));
    setField(p.s_side, top - 3, 1, epoch);
  }
}
