/** Takes frames and control sets out of a stream of columns, one column or one beat at a time, without allocating. */
import {
  columnBytes,
  columnKind,
  controlGood,
  controlSequence,
  kindOfColumn,
  message,
  notEligible,
  startGood,
  startSequence,
  tailOf,
} from "./columns.ts";

/** Why a frame is damaged; 0 says that its framing is sound (its CRC is the receiver's business). */
export const damage = { none: 0, start: 1, column: 2, noTerminate: 3, oversize: 4 } as const;

/** A frame as it was found; the object and its bytes are used again for the next one. */
export interface DecodedFrame {
  /** The decoder's buffer; the frame is the first `length` bytes. */
  readonly bytes: Uint8Array;
  readonly length: number;
  /** 20 bits or {@link notEligible}; means nothing when `damaged` is `start`. */
  readonly seq: number;
  /** Kind byte of the start column. */
  readonly kind: number;
  readonly damaged: number;
  /** A POISON control set stood inside. */
  readonly poisonSet: boolean;
}

/** Who listens to a {@link ColumnDecoder}. */
export interface DecoderSink {
  frame(frame: DecodedFrame): void;
  /** A good control set, POISON and FILL included. */
  control(code: number, seq: number, word: number): void;
  /** A control set with a wrong CRC-8, O-code or message. */
  badControl(): void;
  /** An error column outside of frames. */
  strayColumn(): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Decodes columns into frames and control sets. */
export class ColumnDecoder {
  readonly #sink: DecoderSink;
  readonly #frame: Mutable<DecodedFrame>;
  readonly #limit: number;
  #inside = false;
  #oversize = false;

  /** @param limit longest frame in bytes that is kept; a longer one is reported as oversize */
  constructor(sink: DecoderSink, limit = 16384) {
    this.#sink = sink;
    this.#limit = limit;
    const bytes = new Uint8Array(limit + columnBytes);
    this.#frame = { bytes, length: 0, seq: notEligible, kind: 0, damaged: damage.none, poisonSet: false };
  }

  /** Whether a frame has begun and not ended. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Forgets a frame in progress, as after loss of the link. */
  reset(): void {
    this.#inside = false;
  }

  /** Takes a beat of `columns` columns. */
  beat(data: Uint8Array, flags: Uint8Array, columns: number): void {
    for (let i = 0; i < columns; i++) {
      const flag = flags[i]!;
      if (flag === 0 && this.#inside) this.#append(data, i * columnBytes, columnBytes);
      else this.column(data, i * columnBytes, flag);
    }
  }

  /** Takes the column at byte `at`. */
  column(data: Uint8Array, at: number, flags: number): void {
    switch (kindOfColumn(data, at, flags)) {
      case columnKind.data:
        if (this.#inside) this.#append(data, at, columnBytes);
        return;
      case columnKind.control:
        this.#control(data, at);
        return;
      case columnKind.start:
        if (this.#inside) this.#end(damage.noTerminate);
        this.#start(data, at);
        return;
      case columnKind.terminate:
        if (!this.#inside) return;
        this.#append(data, at, tailOf(flags));
        this.#end(damage.none);
        return;
      case columnKind.idle:
        if (this.#inside) this.#end(damage.noTerminate);
        return;
      default:
        if (this.#inside) this.#end(damage.column);
        else this.#sink.strayColumn();
    }
  }

  #start(data: Uint8Array, at: number): void {
    const frame = this.#frame;
    const good = startGood(data, at);
    frame.seq = good ? startSequence(data, at) : notEligible;
    frame.kind = data[at + 4]!;
    frame.damaged = good ? damage.none : damage.start;
    frame.length = 0;
    frame.poisonSet = false;
    this.#oversize = false;
    this.#inside = true;
  }

  #append(data: Uint8Array, at: number, count: number): void {
    const frame = this.#frame;
    if (frame.length + count > this.#limit) {
      this.#oversize = true;
      return;
    }
    const bytes = frame.bytes;
    const to = frame.length;
    for (let i = 0; i < count; i++) bytes[to + i] = data[at + i]!;
    frame.length = to + count;
  }

  #end(reason: number): void {
    const frame = this.#frame;
    this.#inside = false;
    if (frame.damaged === damage.none) frame.damaged = this.#oversize ? damage.oversize : reason;
    this.#sink.frame(frame);
  }

  #control(data: Uint8Array, at: number): void {
    if (!controlGood(data, at)) {
      this.#sink.badControl();
      return;
    }
    const code = data[at + 1]!;
    if (code === message.poison && this.#inside) this.#frame.poisonSet = true;
    this.#sink.control(code, controlSequence(data, at), (data[at + 5]! << 8) | data[at + 6]!);
  }
}
