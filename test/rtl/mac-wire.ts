/** Rows of the MII put into one line of columns, and the transmitter's rules of `docs/wire-format.md` checked on it. */
import { columnKind, frameKind, kindOfColumn, message, notEligible } from "../../sim/reference/columns.ts";
import { ColumnDecoder, damage } from "../../sim/reference/decoder.ts";
import type { MacFrame } from "./mac-bench.ts";

/** A frame as it was found on the wire. */
export interface FoundFrame {
  readonly bytes: Uint8Array;
  readonly damaged: boolean;
  readonly startOk: boolean;
  readonly seq: number;
  readonly kind: number;
  readonly poison: boolean;
}

/** A message as it was found on the wire. */
export interface FoundMessage {
  readonly code: number;
  readonly seq: number;
  readonly word: number;
}

/** Collects rows; the reference decoder says what they hold. */
export class WireLog {
  readonly columns: number;
  readonly frames: FoundFrame[] = [];
  readonly messages: FoundMessage[] = [];
  badControls = 0;
  strayColumns = 0;
  fillSets = 0;
  count = 0;
  readonly #decoder: ColumnDecoder;
  #data = new Uint8Array(1 << 16);
  #flags = new Uint8Array(1 << 13);

  constructor(columns: number) {
    this.columns = columns;
    this.#decoder = new ColumnDecoder({
      frame: (frame) =>
        this.frames.push({
          bytes: frame.bytes.slice(0, frame.length),
          damaged: frame.damaged !== damage.none,
          startOk: frame.damaged !== damage.start,
          seq: frame.seq,
          kind: frame.kind,
          poison: frame.poisonSet,
        }),
      control: (code, seq, word) => {
        if (code === message.fill) this.fillSets += 1;
        else if (code !== message.poison) this.messages.push({ code, seq, word });
      },
      badControl: () => {
        this.badControls += 1;
      },
      strayColumn: () => {
        this.strayColumns += 1;
      },
    });
  }

  get data(): Uint8Array {
    return this.#data.subarray(0, 8 * this.count);
  }

  get flags(): Uint8Array {
    return this.#flags.subarray(0, this.count);
  }

  row(data: Uint8Array, flags: Uint8Array): void {
    const columns = flags.length;
    if (this.count + columns > this.#flags.length) {
      const [old, oldFlags] = [this.#data, this.#flags];
      this.#data = new Uint8Array(2 * old.length);
      this.#flags = new Uint8Array(2 * oldFlags.length);
      this.#data.set(old);
      this.#flags.set(oldFlags);
    }
    this.#data.set(data, 8 * this.count);
    this.#flags.set(flags, this.count);
    this.count += columns;
    this.#decoder.beat(data, flags, columns);
  }
}

/** The rules that the columns of a log break, in words. @param spacingBeats of messages inside a packet */
export function brokenRules(log: WireLog, spacingBeats: number): string[] {
  const { columns: C, data, flags } = log;
  const found: string[] = [];
  let start = Number.NEGATIVE_INFINITY;
  let lastMessage = Number.NEGATIVE_INFINITY;
  let inside = false;
  for (let at = 0; at < log.count; at += 1) {
    const kind = kindOfColumn(data, 8 * at, flags[at]!);
    if (kind === columnKind.start) {
      if (at - start < C) found.push(`column ${at}: start ${at - start} columns after the last one`);
      if (inside) found.push(`column ${at}: start inside a packet`);
      [start, inside] = [at, true];
    } else if (kind === columnKind.terminate) inside = false;
    else if (kind === columnKind.error) found.push(`column ${at}: no legal column`);
    else if (kind === columnKind.idle && inside) found.push(`column ${at}: idle inside a packet`);
    else if (kind === columnKind.data && !inside) found.push(`column ${at}: data outside of a packet`);
    if (kind !== columnKind.control) continue;

    const code = data[8 * at + 1]!;
    if (code === message.fill) {
      if (!inside) found.push(`column ${at}: FILL outside of a packet`);
      if (!fillsBeat(log, at)) found.push(`column ${at}: FILL that fills no beat`);
      continue;
    }
    const gap = at - lastMessage;
    if (gap < C) found.push(`column ${at}: message ${gap} columns after the last one`);
    if (code === message.poison && !inside) found.push(`column ${at}: POISON outside of a packet`);
    if (inside && code !== message.poison) {
      if (8 * (at - start) < 256) found.push(`column ${at}: message ${at - start} columns into a packet`);
      if (lastMessage > start && gap < spacingBeats * C)
        found.push(`column ${at}: message after ${gap} columns`);
    }
    lastMessage = at;
  }
  return found;
}

/** Of each message on the wire, the packets that have begun in front of it. */
export function startsBefore({ count, data, flags }: WireLog): number[] {
  const found: number[] = [];
  let starts = 0;
  for (let at = 0; at < count; at += 1) {
    const kind = kindOfColumn(data, 8 * at, flags[at]!);
    if (kind === columnKind.start) starts += 1;
    const code = data[8 * at + 1]!;
    if (kind === columnKind.control && code !== message.fill && code !== message.poison) found.push(starts);
  }
  return found;
}

/** Whether all other columns of the beat are FILL as well; the first one may be another control set. */
function fillsBeat({ columns: C, data, flags }: WireLog, column: number): boolean {
  const first = column - (column % C);
  for (let at = first; at < first + C; at += 1) {
    if (flags[at] !== 0x01 || data[8 * at] !== 0x5c) return false;
    if (at > first && data[8 * at + 1] !== message.fill) return false;
  }
  return true;
}

/** What is to be found of a frame that was sent. */
export function expectedFrame(frame: MacFrame): FoundFrame {
  const { bytes, seq, kind, poison } = frame;
  return { bytes, damaged: false, startOk: true, seq, kind, poison };
}

/** Where two lists of frames differ first; undefined when they are alike. Of a damaged frame only that it is damaged counts. */
export function firstDifference(
  found: readonly FoundFrame[],
  expected: readonly FoundFrame[],
): string | undefined {
  const count = Math.min(found.length, expected.length);
  for (let at = 0; at < count; at += 1) {
    const [have, want] = [describe(found[at]!), describe(expected[at]!)];
    if (have !== want) return `frame ${at}: ${have}, expected ${want}`;
    if (!want.startsWith("damaged") && Buffer.compare(found[at]!.bytes, expected[at]!.bytes) !== 0)
      return `frame ${at} of ${expected[at]!.bytes.length} bytes: content differs`;
  }
  return found.length === expected.length ? undefined : `${found.length} frames, expected ${expected.length}`;
}

function describe({ damaged, startOk, bytes, seq, kind, poison }: FoundFrame): string {
  if (damaged) return startOk ? "damaged" : "damaged start";
  const number = seq === notEligible ? "not eligible" : `seq ${seq}`;
  const flow = kind === frameKind.flowControl ? ", flow control" : "";
  return `${bytes.length} bytes, ${number}${flow}${poison ? ", poisoned" : ""}`;
}
