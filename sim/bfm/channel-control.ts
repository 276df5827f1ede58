/** Faults of a channel that know the wire format: control sets lost, repeated, swapped; errors aimed at a kind of column. */
import {
  character,
  columnBytes,
  columnKind,
  controlGood,
  frameKind,
  kindOfColumn,
  message,
  writeIdle,
} from "../reference/columns.ts";
import type { Rng } from "../traffic/rng.ts";
import { columnBits, flipBit } from "./channel-errors.ts";

/** Probabilities for each control set, 0 … 1. */
export interface ControlFaultOptions {
  readonly drop?: number;
  readonly repeat?: number;
  readonly swap?: number;
  /** Messages concerned; default ACK, NACK, INIT, INIT_ECHO. */
  readonly messages?: readonly number[];
}

/** An error aimed at one column. */
export interface Injection {
  readonly on: "start" | "data" | "terminate" | "control" | "idle" | "any";
  /** Only control sets with this message. */
  readonly message?: number;
  /** Only columns of such frames (for `start`, `data`, `terminate`). */
  readonly frame?: "data" | "flowControl";
  /** Columns that match and are let pass before. */
  readonly skip?: number;
  /** Bits to flip: 0 … 63 data, 64 … 71 flags; default one random bit. `error` makes the column all error characters. */
  readonly flips?: readonly number[] | "error";
}

const kindNames = ["data", "idle", "start", "control", "terminate", "any"] as const;
const heldLimit = 8;
/** Columns after which a control set that was to be swapped with the next one is let go alone. */
const swapPatience = 2048;

/** Watches the columns of one direction, before bit errors, and changes some. */
export class ColumnFaults {
  dropped = 0;
  repeated = 0;
  swapped = 0;
  injected = 0;
  readonly #rng: Rng;
  readonly #columns: number;
  #control: ControlFaultOptions | null = null;
  readonly #concerned = new Uint8Array(256);
  readonly #injections: { spec: Injection; skip: number }[] = [];
  #inside = false;
  #frame = 0;
  /** Control sets that wait for an idle column. */
  readonly #held = new Uint8Array(heldLimit * columnBytes);
  #heldCount = 0;
  readonly #swap = new Uint8Array(columnBytes);
  #swapAge = -1;
  #sinceMessage = 0;

  constructor(rng: Rng, columns: number) {
    this.#rng = rng;
    this.#columns = columns;
  }

  setControl(options: ControlFaultOptions | null): void {
    this.#control = options;
    this.#concerned.fill(0);
    const messages = options?.messages ?? [message.ack, message.nack, message.init, message.initEcho];
    for (const code of messages) this.#concerned[code] = 1;
  }

  inject(spec: Injection): void {
    this.#injections.push({ spec, skip: spec.skip ?? 0 });
  }

  /** Injections still waiting for their column. */
  get waiting(): number {
    return this.#injections.length;
  }

  /** Whether a beat has to be looked at at all. */
  get active(): boolean {
    return this.#control !== null || this.#injections.length > 0 || this.#heldCount > 0 || this.#swapAge >= 0;
  }

  /** Passes a beat through; changes it in place. */
  apply(data: Uint8Array, flags: Uint8Array): void {
    const active = this.active;
    for (let i = 0; i < this.#columns; i++) {
      const flag = flags[i]!;
      if (!active && (flag === 0 || (flag === 0xff && !this.#inside))) continue;
      const at = i * columnBytes;
      const kind = kindOfColumn(data, at, flag);
      if (kind === columnKind.start) {
        this.#inside = true;
        this.#frame = data[at + 4]!;
      }
      if (active) {
        if (kind === columnKind.control) this.#onControl(data, flags, i);
        else if (kind === columnKind.idle && !this.#inside) this.#onIdle(data, flags, i);
        this.#sinceMessage++;
        if (this.#injections.length > 0) this.#aim(data, flags, i, kind);
      }
      if (kind !== columnKind.start && kind !== columnKind.data && kind !== columnKind.control)
        this.#inside = false;
    }
  }

  #onControl(data: Uint8Array, flags: Uint8Array, column: number): void {
    const at = column * columnBytes;
    const options = this.#control;
    this.#sinceMessage = 0;
    if (options === null || !controlGood(data, at) || this.#concerned[data[at + 1]!] === 0) return;
    if (this.#swapAge >= 0) {
      this.#release();
      this.swapped++;
    }
    if (this.#rng.chance(options.drop ?? 0)) {
      this.dropped++;
      this.#erase(data, flags, column);
    } else if (this.#swapAge < 0 && this.#rng.chance(options.swap ?? 0)) {
      for (let i = 0; i < columnBytes; i++) this.#swap[i] = data[at + i]!;
      this.#swapAge = 0;
      this.#erase(data, flags, column);
    } else if (this.#heldCount < heldLimit && this.#rng.chance(options.repeat ?? 0)) {
      this.repeated++;
      for (let i = 0; i < columnBytes; i++) this.#held[this.#heldCount * columnBytes + i] = data[at + i]!;
      this.#heldCount++;
    }
  }

  /** Between frames the set becomes idle; inside of one it must stay a control set, so it gets a wrong CRC-8. */
  #erase(data: Uint8Array, flags: Uint8Array, column: number): void {
    if (this.#inside) data[column * columnBytes + 7] = data[column * columnBytes + 7]! ^ 0xa5;
    else writeIdle(data, flags, column);
  }

  /** The set that was held back for a swap may go at the next idle column. */
  #release(): void {
    this.#swapAge = -1;
    if (this.#heldCount === heldLimit) return;
    this.#held.set(this.#swap, this.#heldCount * columnBytes);
    this.#heldCount++;
  }

  #onIdle(data: Uint8Array, flags: Uint8Array, column: number): void {
    if (this.#swapAge >= 0 && ++this.#swapAge > swapPatience) this.#release();
    if (this.#heldCount === 0 || this.#sinceMessage < this.#columns) return;
    const at = column * columnBytes;
    for (let i = 0; i < columnBytes; i++) data[at + i] = this.#held[i]!;
    flags[column] = 1;
    this.#heldCount--;
    this.#held.copyWithin(0, columnBytes);
    this.#sinceMessage = 0;
  }

  #aim(data: Uint8Array, flags: Uint8Array, column: number, kind: number): void {
    const at = column * columnBytes;
    for (let i = 0; i < this.#injections.length; i++) {
      const entry = this.#injections[i]!;
      const { spec } = entry;
      if (spec.on !== "any" && spec.on !== kindNames[kind]) continue;
      if (spec.message !== undefined && (kind !== columnKind.control || data[at + 1] !== spec.message))
        continue;
      if (spec.on === "data" && !this.#inside) continue;
      if (spec.frame !== undefined && (!this.#inside || this.#frame !== frameKind[spec.frame])) continue;
      if (entry.skip-- > 0) continue;
      this.#injections.splice(i, 1);
      this.injected++;
      if (spec.flips === "error") {
        data.fill(character.error, at, at + columnBytes);
        flags[column] = 0xff;
      } else {
        for (const bit of spec.flips ?? [this.#rng.below(columnBits)]) flipBit(data, flags, column, bit);
      }
      return;
    }
  }
}
