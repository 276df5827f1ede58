import { poison as poisonFrame, sealVcrc } from "../../sim/reference/packet.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** Sequence numbers count modulo 2^20. */
const space = 2 ** 20;
export const after = (seq: number, by = 1): number => (seq + by + space) % space;
/** How far `b` lies behind `a` in the number space, 0 … 2^20 - 1. */
export const distance = (a: number, b: number): number => (b - a + space) % space;

/** A frame as the CRC generator hands it over. */
export interface Frame {
  /** With its VCRC, complemented when poisoned. */
  readonly bytes: Uint8Array;
  readonly flow: boolean;
  readonly poison: boolean;
}

/** A frame of random content whose VCRC is right, or complemented. @param longest bytes */
export function randomFrame(rng: Rng, longest: number): Frame {
  const flow = rng.chance(0.2);
  const bytes = new Uint8Array(
    flow ? 6 : rng.chance(0.2) ? longest : 4 * rng.range(5, (longest - 2) / 4) + 2,
  );
  rng.fill(bytes);
  sealVcrc(bytes);
  const poison = !flow && rng.chance(0.1);
  if (poison) poisonFrame(bytes);
  return { bytes, flow, poison };
}

/** What an ACK or NACK does. */
export interface Answer {
  /** Frames newly acknowledged. */
  readonly freed: number;
  /** What follows has to be sent again. */
  readonly replay: boolean;
  /** Out of the window. */
  readonly refused: boolean;
}

/** The sender's half of go-back-N, as the rules of the wire tell it; knows nothing of cycles. */
export class GoBackN {
  /** Every frame sent in this session by its number. */
  readonly frames = new Map<number, Frame>();
  /** Number of the next new frame. */
  next = 0;
  /** Oldest frame that is not acknowledged. */
  oldest = 0;
  /** Replays without progress. */
  attempts = 0;

  get outstanding(): number {
    return distance(this.oldest, this.next);
  }

  /** A new session whose word is `word`. */
  restart(word: number): void {
    this.frames.clear();
    this.next = word * 16;
    this.oldest = this.next;
    this.attempts = 0;
  }

  sent(frame: Frame): void {
    this.frames.set(this.next, frame);
    this.next = after(this.next);
  }

  /** ACK(n) is good for n in (acked, next - 1], NACK(n) for n in [acked, next - 1]. Nothing changes yet. */
  judge(kind: "ack" | "nack", seq: number): Answer {
    const freed = distance(after(this.oldest, -1), seq);
    const refused = freed > this.outstanding || (kind === "ack" && freed === 0);
    if (refused) return { freed: 0, replay: false, refused };
    return { freed, replay: kind === "nack" && freed < this.outstanding, refused };
  }

  /** The answer takes effect, together with the end of the replay timer when `expired`. */
  take(answer: Answer | undefined, expired: boolean): void {
    const replay = answer?.replay === true;
    if (answer !== undefined && answer.freed > 0) {
      this.oldest = after(this.oldest, answer.freed);
      this.attempts = replay ? 1 : 0;
    } else if (replay || expired) this.attempts = Math.min(255, this.attempts + 1);
  }
}
