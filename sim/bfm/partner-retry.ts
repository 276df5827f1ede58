/** Both sides of the retry (`docs/wire-format.md`, "Retry (LLR)"). */
import { sequenceHalf, sequenceMask } from "../reference/columns.ts";
import type { PartnerCounters, PartnerMutations } from "./partner-options.ts";

/** A frame as the sender keeps it until it is acknowledged. */
export interface TxFrame {
  /** Packet with VCRC, or flow-control packet. */
  readonly frame: Uint8Array;
  readonly kind: number;
  readonly vl: number;
  readonly blocks: number;
  readonly poisoned: boolean;
}

export interface RetrySenderOptions {
  readonly timerCycles: number;
  readonly countMax: number;
  readonly outstandingMax: number;
  readonly outstandingBytesMax: number;
}

/** Sender: numbers frames, keeps them, sends them again. */
export class RetrySender {
  txSeq = 0;
  acked = 0;
  readonly #options: RetrySenderOptions;
  readonly #mutations: PartnerMutations;
  readonly #counters: PartnerCounters;
  readonly #frames: (TxFrame | undefined)[];
  readonly #mask: number;
  #bytes = 0;
  /** Number of the frame to send next in a replay, -1 while advancing. */
  #replayAt = -1;
  #timer = 0;
  #count = 0;

  constructor(options: RetrySenderOptions, mutations: PartnerMutations, counters: PartnerCounters) {
    this.#options = options;
    this.#mutations = mutations;
    this.#counters = counters;
    let size = 1;
    while (size <= options.outstandingMax) size *= 2;
    this.#frames = new Array<TxFrame | undefined>(size).fill(undefined);
    this.#mask = size - 1;
  }

  get outstanding(): number {
    return (this.txSeq - 1 - this.acked) & sequenceMask;
  }

  get replaying(): boolean {
    return this.#replayAt >= 0;
  }

  start(txSeq: number): void {
    this.txSeq = txSeq;
    this.acked = (txSeq - 1) & sequenceMask;
    this.#frames.fill(undefined);
    this.#bytes = 0;
    this.#replayAt = -1;
    this.#timer = 0;
    this.#count = 0;
  }

  /** Whether a new frame of `bytes` may be sent now. */
  admits(bytes: number): boolean {
    return (
      this.#replayAt < 0 &&
      this.outstanding < this.#options.outstandingMax &&
      this.#bytes + bytes <= this.#options.outstandingBytesMax
    );
  }

  /** Numbers and keeps a new frame. @returns its number */
  keep(frame: TxFrame): number {
    const seq = this.txSeq;
    if (this.outstanding === 0) this.#timer = 0;
    this.#frames[seq & this.#mask] = frame;
    this.#bytes += frame.frame.length;
    this.txSeq = (seq + 1) & sequenceMask;
    return seq;
  }

  /** The frame to be sent again next. */
  get replayFrame(): TxFrame | undefined {
    return this.#replayAt < 0 ? undefined : this.#frames[this.#replayAt & this.#mask];
  }

  /** Goes on to the next frame of the replay. @returns the number of the one that {@link replayFrame} gave */
  advanceReplay(): number {
    const seq = this.#replayAt;
    this.#replayAt = (this.#replayAt + 1) & sequenceMask;
    if (this.#replayAt === this.txSeq) this.#replayAt = -1;
    this.#timer = 0;
    return seq;
  }

  onAck(seq: number): void {
    const distance = (seq - this.acked) & sequenceMask;
    if ((distance === 0 || distance > this.outstanding) && !this.#mutations.ignoreAckWindow) {
      this.#counters.acksIgnored++;
      return;
    }
    this.#free(seq);
  }

  onNack(seq: number): void {
    const distance = (seq - this.acked) & sequenceMask;
    if (distance > this.outstanding && !this.#mutations.ignoreAckWindow) {
      this.#counters.acksIgnored++;
      return;
    }
    if (distance !== 0) this.#free(seq);
    if (this.outstanding === 0) return;
    this.#counters.replays++;
    this.#replay();
  }

  /** One cycle. @returns true when replays without progress have used up their number */
  tick(): boolean {
    if (this.outstanding === 0 || this.#replayAt >= 0) return false;
    if (++this.#timer < this.#options.timerCycles) return false;
    this.#timer = 0;
    this.#counters.timeouts++;
    this.#replay();
    return ++this.#count > this.#options.countMax;
  }

  #replay(): void {
    if (!this.#mutations.neverReplay) this.#replayAt = (this.acked + 1) & sequenceMask;
  }

  /** Frees all frames through `seq`. */
  #free(seq: number): void {
    const before = this.acked;
    for (let n = (before + 1) & sequenceMask; ; n = (n + 1) & sequenceMask) {
      const at = n & this.#mask;
      this.#bytes -= this.#frames[at]?.frame.length ?? 0;
      this.#frames[at] = undefined;
      if (n === seq) break;
      if (((n - before) & sequenceMask) > this.#mask) break;
    }
    this.acked = seq;
    this.#timer = 0;
    this.#count = 0;
    if (this.#replayAt < 0) return;
    const ahead = (this.#replayAt - seq - 1) & sequenceMask;
    if (ahead >= sequenceHalf) this.#replayAt = (seq + 1) & sequenceMask;
    if (this.#replayAt === this.txSeq) this.#replayAt = -1;
  }
}

/** States of the receiver. */
export type ReceiverState = "SEND_ACKS" | "SEND_NACK" | "NACK_SENT";

/** Receiver: takes frames in order, owes ACKs and NACKs. */
export class RetryReceiver {
  expected = 0;
  state: ReceiverState = "SEND_ACKS";
  ackDue = false;

  start(expected: number): void {
    this.expected = expected;
    this.state = "SEND_ACKS";
    this.ackDue = false;
  }

  /** Number that ACK and NACK carry. */
  get lastGood(): number {
    return (this.expected - 1) & sequenceMask;
  }

  /** The frame with the expected number came good. */
  accept(): void {
    this.expected = (this.expected + 1) & sequenceMask;
    this.state = "SEND_ACKS";
    this.ackDue = true;
  }

  /** Something is missing. */
  gap(): void {
    if (this.state === "SEND_ACKS") this.state = "SEND_NACK";
  }

  /** What a good frame's number means: 0 expected, 1 ahead, -1 behind. */
  order(seq: number): -1 | 0 | 1 {
    const distance = (seq - this.expected) & sequenceMask;
    if (distance === 0) return 0;
    return distance < sequenceHalf ? 1 : -1;
  }
}
