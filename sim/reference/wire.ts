/** Whole streams of the wire: items (frames, control sets, idle) to columns and back, and columns cut into beats. */
import {
  columnBytes,
  frameColumns,
  frameKind,
  notEligible,
  writeControl,
  writeFrame,
  writeIdle,
} from "./columns.ts";
import { ColumnDecoder, type DecodedFrame, damage } from "./decoder.ts";

/** A control set. */
export interface ControlItem {
  readonly type: "control";
  readonly code: number;
  readonly seq: number;
  readonly word: number;
}

/** A frame on the wire: packet with VCRC, or flow-control packet. */
export interface FrameItem {
  readonly type: "frame";
  readonly bytes: Uint8Array;
  /** 20 bits, or null when not eligible. */
  readonly seq: number | null;
  readonly kind: "data" | "flowControl";
  /** Control sets inside, each `after` columns behind the start column (1 … columns of the frame - 1). */
  readonly inside?: readonly (ControlItem & { readonly after: number })[];
}

export interface IdleItem {
  readonly type: "idle";
  readonly columns: number;
}

export type WireItem = FrameItem | ControlItem | IdleItem;

/** A run of columns: `count` columns in `data` (8 bytes each) and `flags` (1 byte each). */
export interface Columns {
  readonly data: Uint8Array;
  readonly flags: Uint8Array;
  readonly count: number;
}

function columnsOf(item: WireItem): number {
  if (item.type === "idle") return item.columns;
  if (item.type === "control") return 1;
  return frameColumns(item.bytes.length) + (item.inside?.length ?? 0);
}

/** Moves `count` columns starting at `from` by `by` columns towards the end. */
function shift(data: Uint8Array, flags: Uint8Array, from: number, count: number, by: number): void {
  data.copyWithin((from + by) * columnBytes, from * columnBytes, (from + count) * columnBytes);
  flags.copyWithin(from + by, from, from + count);
}

/** Encodes items one behind the other. */
export function encodeWire(items: readonly WireItem[]): Columns {
  const count = items.reduce((sum, item) => sum + columnsOf(item), 0);
  const data = new Uint8Array(count * columnBytes);
  const flags = new Uint8Array(count);
  let at = 0;
  for (const item of items) {
    if (item.type === "idle") {
      for (let i = 0; i < item.columns; i++) writeIdle(data, flags, at + i);
    } else if (item.type === "control") {
      writeControl(data, flags, at, item.code, item.seq, item.word);
    } else {
      const { bytes, seq, kind } = item;
      let end = at + writeFrame(data, flags, at, bytes, bytes.length, seq ?? notEligible, frameKind[kind]);
      const inside = [...(item.inside ?? [])].sort((a, b) => a.after - b.after);
      for (const control of inside) {
        const place = at + control.after;
        shift(data, flags, place, end - place, 1);
        writeControl(data, flags, place, control.code, control.seq, control.word);
        end++;
      }
    }
    at += columnsOf(item);
  }
  return { data, flags, count };
}

/** What {@link decodeWire} finds, in order. */
export type DecodedItem =
  | { readonly type: "control"; readonly code: number; readonly seq: number; readonly word: number }
  | { readonly type: "badControl" | "strayColumn" }
  | {
      readonly type: "frame";
      readonly bytes: Uint8Array;
      readonly seq: number | null;
      readonly kind: number;
      readonly damaged: keyof typeof damage;
      readonly poisonSet: boolean;
    };

const damageNames = Object.keys(damage) as (keyof typeof damage)[];

/** Decodes columns into frames and control sets. */
export function decodeWire(columns: Columns): DecodedItem[] {
  const items: DecodedItem[] = [];
  const decoder = new ColumnDecoder({
    frame: (frame: DecodedFrame) =>
      items.push({
        type: "frame",
        bytes: frame.bytes.slice(0, frame.length),
        seq: frame.seq === notEligible ? null : frame.seq,
        kind: frame.kind,
        damaged: damageNames[frame.damaged]!,
        poisonSet: frame.poisonSet,
      }),
    control: (code, seq, word) => items.push({ type: "control", code, seq, word }),
    badControl: () => items.push({ type: "badControl" }),
    strayColumn: () => items.push({ type: "strayColumn" }),
  });
  decoder.beat(columns.data, columns.flags, columns.count);
  return items;
}

/** Cuts columns into beats of `widthBits`, the last one filled up with idle. */
export function beatsOf(columns: Columns, widthBits: number): { data: Uint8Array; flags: Uint8Array }[] {
  const perBeat = widthBits / 64;
  const beats: { data: Uint8Array; flags: Uint8Array }[] = [];
  for (let at = 0; at < columns.count; at += perBeat) {
    const data = new Uint8Array(perBeat * columnBytes);
    const flags = new Uint8Array(perBeat);
    for (let i = 0; i < perBeat; i++) writeIdle(data, flags, i);
    data.set(columns.data.subarray(at * columnBytes, Math.min(at + perBeat, columns.count) * columnBytes));
    flags.set(columns.flags.subarray(at, Math.min(at + perBeat, columns.count)));
    beats.push({ data, flags });
  }
  return beats;
}
