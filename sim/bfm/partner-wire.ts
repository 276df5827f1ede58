/** Puts frames and control sets onto the MII, beat by beat, as the spacing rules of `docs/wire-format.md` allow. */
import {
  columnBytes,
  frameColumns,
  message,
  writeControl,
  writeFrame,
  writeIdle,
} from "../reference/columns.ts";
import type { Rng } from "../traffic/rng.ts";

/** Where frames and messages come from. */
export interface WireSource {
  /** A message wants to go. */
  messageDue(): boolean;
  /** Writes the message into the column, or leaves it when it is not to be sent after all. @returns whether it did */
  writeMessage(data: Uint8Array, flags: Uint8Array, column: number): boolean;
  /** Stages the next frame. @returns false when there is none */
  nextFrame(): boolean;
}

/** A frame laid out in columns, open to faults until its first column goes. */
export interface StagedFrame {
  readonly data: Uint8Array;
  readonly flags: Uint8Array;
  columns: number;
  /** A POISON control set is to stand inside. */
  poisonSet: boolean;
}

export interface WireOptions {
  readonly columns: number;
  readonly spacingColumns: number;
  readonly controlSpacingBytes: number;
  readonly fill: number;
}

const stageColumns = 4096;
/** Columns from the start column to the first message inside a packet: the start and 256 bytes. */
const firstMessageColumns = 33;

/** Columns from a start to the next: whole beats for the columns of the packet, those of the start left out. */
function startSpacing(packetColumns: number, spacing: number): number {
  return spacing * Math.max(1, Math.ceil(packetColumns / spacing));
}

export class PartnerWire {
  readonly data: Uint8Array;
  readonly flags: Uint8Array;
  readonly staged: StagedFrame = {
    data: new Uint8Array(stageColumns * columnBytes),
    flags: new Uint8Array(stageColumns),
    columns: 0,
    poisonSet: false,
  };
  /** Columns sent so far. */
  position = 0;
  readonly #words: Uint32Array;
  readonly #stageWords = new Uint32Array(this.staged.data.buffer);
  readonly #options: WireOptions;
  readonly #controlSpacing: number;
  readonly #rng: Rng;
  readonly #source: WireSource;
  #lastStart = -stageColumns;
  /** Where the next start may stand. */
  #nextStart = 0;
  #lastMessage = -stageColumns;
  #messageInside = false;
  /** Next staged column to send, -1 between frames. */
  #at = -1;
  #poisonAt = -1;

  constructor(options: WireOptions, rng: Rng, source: WireSource) {
    this.#options = options;
    this.#rng = rng;
    this.#source = source;
    this.#controlSpacing = Math.ceil(options.controlSpacingBytes / columnBytes);
    this.data = new Uint8Array(options.columns * columnBytes);
    this.#words = new Uint32Array(this.data.buffer);
    this.flags = new Uint8Array(options.columns);
    for (let i = 0; i < options.columns; i++) writeIdle(this.data, this.flags, i);
  }

  /** Lays out a frame to be sent next. */
  stage(frame: Uint8Array, length: number, seq: number, kind: number, poisonSet: boolean): void {
    const staged = this.staged;
    staged.columns = frameColumns(length);
    staged.poisonSet = poisonSet;
    writeFrame(staged.data, staged.flags, 0, frame, length, seq, kind);
  }

  /** Whether a POISON control set could go with a frame that starts now. */
  get poisonPossible(): boolean {
    return this.position - this.#lastMessage >= this.#options.spacingColumns;
  }

  /** Makes the next beat. */
  build(): void {
    const { columns, fill } = this.#options;
    if (this.#at > 0 && fill > 0 && this.#rng.chance(fill)) {
      for (let i = 0; i < columns; i++) writeControl(this.data, this.flags, i, message.fill, 0, 0);
      this.position += columns;
      return;
    }
    let frames = true;
    let due = this.#source.messageDue();
    for (let i = 0; i < columns; i++, this.position++) {
      if (due && this.#messageAllowed() && this.#source.writeMessage(this.data, this.flags, i)) {
        this.#lastMessage = this.position;
        this.#messageInside = this.#at >= 0;
        due = this.#source.messageDue();
        continue;
      }
      if (this.#at < 0 && frames && this.position >= this.#nextStart) {
        frames = this.#source.nextFrame();
        if (frames) this.#begin();
      }
      if (this.#at < 0) writeIdle(this.data, this.flags, i);
      else if (this.#at === this.#poisonAt) this.#poison(i);
      else this.#copy(i);
    }
  }

  #messageAllowed(): boolean {
    const since = this.position - this.#lastMessage;
    if (since < this.#options.spacingColumns) return false;
    if (this.#at < 0) return true;
    if (this.#poisonAt >= 0 || this.position - this.#lastStart < firstMessageColumns) return false;
    return !this.#messageInside || since >= this.#controlSpacing;
  }

  #begin(): void {
    this.#at = 0;
    this.#lastStart = this.position;
    this.#nextStart = this.position + startSpacing(this.staged.columns - 1, this.#options.spacingColumns);
    this.#messageInside = false;
    this.#poisonAt = this.staged.poisonSet ? this.#rng.range(1, this.staged.columns - 1) : -1;
  }

  #poison(column: number): void {
    writeControl(this.data, this.flags, column, message.poison, 0, 0);
    this.#poisonAt = -1;
    this.#lastMessage = this.position;
    this.#messageInside = true;
  }

  #copy(column: number): void {
    const from = this.#at++;
    this.#words[2 * column] = this.#stageWords[2 * from]!;
    this.#words[2 * column + 1] = this.#stageWords[2 * from + 1]!;
    this.flags[column] = this.staged.flags[from]!;
    if (this.#at === this.staged.columns) this.#at = -1;
  }
}
