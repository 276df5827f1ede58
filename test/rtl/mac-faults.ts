/** Lines of columns with one kind of fault each, and what a receiver has to make of them. */
import { columnKind, kindOfColumn, writeControl, writeIdle } from "../../sim/reference/columns.ts";
import { encodeWire, type WireItem } from "../../sim/reference/wire.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { randomFrame } from "./mac-bench.ts";
import { type FoundFrame, type FoundMessage, WireLog } from "./mac-wire.ts";

export const faultKinds = [
  "none",
  "error column",
  "idle column",
  "start column",
  "missing columns",
  "flipped bits",
  "random columns",
  "damaged start",
  "empty packet",
  "control sets",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultyLine {
  readonly data: Uint8Array;
  readonly flags: Uint8Array;
  readonly expected: readonly FoundFrame[];
  readonly messages: readonly FoundMessage[];
  readonly badControls: number;
  /** Whether any column is no legal one. */
  readonly illegal: boolean;
}

interface Shape {
  readonly columns: number;
  /** Idle columns in front of the line when it is cut into rows. */
  readonly rotation: number;
  readonly longest: number;
}

/** Frames apart from each other, some with messages between or inside, and faults of one kind. */
export function faultyLine(kind: FaultKind, rng: Rng, shape: Shape): FaultyLine {
  const items: WireItem[] = [];
  for (let at = 0; at < 24; at += 1) {
    const empty = kind === "empty packet" && rng.chance(0.3);
    const { bytes, seq, kind: code, poison } = randomFrame(rng, 1 + rng.below(shape.longest), 0.2);
    const whole = empty ? bytes.subarray(0, 0) : bytes;
    const inside = poison ? [{ type: "control", code: 0x21, seq: 0, word: 0, after: 1 } as const] : [];
    items.push({
      type: "frame",
      bytes: whole,
      seq: seq < 0 ? null : seq,
      kind: code === 0x66 ? "flowControl" : "data",
      inside,
    });
    items.push({ type: "idle", columns: shape.columns + rng.below(4) });
  }
  const line = encodeWire(items);
  damageLine(kind, rng, line.data, line.flags);
  return { ...expectation(line.data, line.flags, shape), data: line.data, flags: line.flags };
}

function damageLine(kind: FaultKind, rng: Rng, data: Uint8Array, flags: Uint8Array): void {
  const count = flags.length;
  const column = new Uint8Array(8);
  for (let done = 0; done < 6; done += 1) {
    const at = rng.below(count);
    const bytes = data.subarray(8 * at, 8 * at + 8);
    switch (kind) {
      case "none":
      case "empty packet":
        break;
      case "error column":
        bytes[rng.below(8)] = 0xfe;
        flags[at] = rng.pick([0xff, 0x01, 0x80, 1 << rng.below(8)]);
        break;
      case "idle column":
        writeIdle(data, flags, at);
        break;
      case "start column": {
        const from = startNear(data, flags, rng);
        if (from < 0) break;
        bytes.set(data.subarray(8 * from, 8 * from + 8));
        flags[at] = flags[from]!;
        break;
      }
      case "missing columns": {
        const gap = 1 + rng.below(5);
        data.copyWithin(8 * at, 8 * (at + gap));
        flags.copyWithin(at, at + gap);
        break;
      }
      case "flipped bits": {
        const bit = rng.below(72);
        if (bit < 64) bytes[bit >> 3]! ^= 1 << (bit & 7);
        else flags[at]! ^= 1 << (bit - 64);
        break;
      }
      case "random columns":
        rng.fill(column);
        if (rng.chance(0.5)) column[0] = rng.pick([0x07, 0x5c, 0x9c, 0xfb, 0xfd, 0xfe]);
        bytes.set(column);
        flags[at] = rng.pick([0, 0x01, 0xff, rng.below(256)]);
        break;
      case "damaged start": {
        const from = startNear(data, flags, rng);
        if (from >= 0) data[8 * from + 1 + rng.below(7)]! ^= 1 << rng.below(8);
        break;
      }
      case "control sets":
        writeControl(data, flags, at, rng.pick([1, 2, 3, 4, 5, 0, 0x20, 0x21, 0x22]), 0, 0);
        if (rng.chance(0.3)) bytes[1 + rng.below(7)]! ^= 1 << rng.below(8);
        break;
    }
  }
}

function startNear(data: Uint8Array, flags: Uint8Array, rng: Rng): number {
  const from = rng.below(flags.length);
  for (let at = from; at < flags.length; at += 1)
    if (kindOfColumn(data, 8 * at, flags[at]!) === columnKind.start) return at;
  return -1;
}

/**
 * What the reference decoder finds, with the two limits of `mac_rx`: out of a row it takes one start (a second one damages
 * the packet of the first) and one message. A packet without bytes counts as damaged.
 */
function expectation(data: Uint8Array, flags: Uint8Array, { columns, rotation }: Shape) {
  const log = new WireLog(1);
  const seen = { data: data.slice(), flags: flags.slice() };
  let illegal = false;
  for (let from = -rotation; from < flags.length; from += columns) {
    const first = Math.max(0, from);
    const end = Math.min(flags.length, from + columns);
    illegal = limitRow(seen.data, seen.flags, first, end) || illegal;
  }
  for (let at = 0; at < flags.length; at += 1)
    log.row(seen.data.subarray(8 * at, 8 * at + 8), seen.flags.subarray(at, at + 1));
  log.row(new Uint8Array(8).fill(0x07), new Uint8Array([0xff]));
  return {
    expected: log.frames.map((frame) => ({ ...frame, damaged: frame.damaged || frame.bytes.length === 0 })),
    messages: log.messages,
    badControls: log.badControls,
    illegal,
  };
}

/** Turns what `mac_rx` does not take out of a row into error columns and FILL; says whether the row is no legal one. */
function limitRow(data: Uint8Array, flags: Uint8Array, first: number, end: number): boolean {
  let start = -1;
  let second = false;
  let messages = 0;
  let illegal = false;
  for (let at = first; at < end; at += 1) {
    const kind = kindOfColumn(data, 8 * at, flags[at]!);
    if (kind === columnKind.error) illegal = true;
    if (kind === columnKind.start) {
      if (start < 0) start = at;
      else {
        second = true;
        makeError(data, flags, at);
      }
    }
    if (kind !== columnKind.control || isFillOrPoison(data, at)) continue;
    messages += 1;
    if (messages > 1) writeControl(data, flags, at, 0x20, 0, 0);
  }
  if (!second) return illegal;
  for (let at = start + 1; at < end; at += 1) {
    const kind = kindOfColumn(data, 8 * at, flags[at]!);
    if (kind === columnKind.data || kind === columnKind.control) continue;
    makeError(data, flags, at);
    break;
  }
  return true;
}

function makeError(data: Uint8Array, flags: Uint8Array, at: number): void {
  data[8 * at] = 0xfe;
  flags[at] = 0x01;
}

function isFillOrPoison(data: Uint8Array, at: number): boolean {
  const set = new Uint8Array(8);
  return [0x20, 0x21].some((code) => {
    writeControl(set, new Uint8Array(1), 0, code, 0, 0);
    return Buffer.compare(set, data.subarray(8 * at, 8 * at + 8)) === 0;
  });
}
