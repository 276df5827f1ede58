/**
 * Columns of the MII as `docs/wire-format.md` defines them: 8 bytes with 8 flags, written into and told apart in plain byte
 * arrays, without regard to the width of a beat.
 */
import { crc8 } from "./crc.ts";

export const columnBytes = 8;

/** Control characters of the MII. */
export const character = {
  idle: 0x07,
  start: 0xfb,
  terminate: 0xfd,
  error: 0xfe,
  sequence: 0x9c,
  orderedSet: 0x5c,
} as const;

/** Messages of control sets. */
export const message = {
  ack: 0x01,
  nack: 0x02,
  init: 0x03,
  initEcho: 0x04,
  fill: 0x20,
  poison: 0x21,
} as const;

/** Kind byte of a start column. */
export const frameKind = { data: 0x55, flowControl: 0x66 } as const;

/** Sequence numbers count modulo 2^20. */
export const sequenceMask = 0xfffff;
/** "Ahead" and "behind" are told apart at half of the number space. */
export const sequenceHalf = 0x80000;
/** In the place of a sequence number: the frame stands outside of the retry. */
export const notEligible = -1;

const startFlags = 0x01;
const knownMessages = new Uint8Array(256);
for (const code of Object.values(message)) knownMessages[code] = 1;

export function isKnownMessage(code: number): boolean {
  return knownMessages[code] === 1;
}

/** Writes an idle column. @param column index; data at `8*column`, flags at `column` */
export function writeIdle(data: Uint8Array, flags: Uint8Array, column: number): void {
  const at = column * columnBytes;
  for (let i = at; i < at + columnBytes; i++) data[i] = character.idle;
  flags[column] = 0xff;
}

/** Writes a start column. @param seq 20 bits, or {@link notEligible} */
export function writeStart(
  data: Uint8Array,
  flags: Uint8Array,
  column: number,
  seq: number,
  kind: number,
): void {
  const at = column * columnBytes;
  data[at] = character.start;
  data[at + 1] = seq < 0 ? 0x55 : ((seq >>> 12) & 0xf0) | 0x07;
  data[at + 2] = seq < 0 ? 0x55 : seq >>> 8;
  data[at + 3] = seq < 0 ? 0x55 : seq;
  data[at + 4] = kind;
  data[at + 5] = 0x55;
  data[at + 6] = crc8(data, at + 1, at + 6);
  data[at + 7] = 0xd5;
  flags[column] = startFlags;
}

/** Writes a control set. @param seq 20 bits  @param word 16 bits, for INIT and INIT_ECHO */
export function writeControl(
  data: Uint8Array,
  flags: Uint8Array,
  column: number,
  code: number,
  seq: number,
  word: number,
): void {
  const at = column * columnBytes;
  data[at] = character.orderedSet;
  data[at + 1] = code;
  data[at + 2] = seq >>> 12;
  data[at + 3] = seq >>> 4;
  data[at + 4] = ((seq & 15) << 4) | 0x06;
  data[at + 5] = word >>> 8;
  data[at + 6] = word;
  data[at + 7] = crc8(data, at + 1, at + 7);
  flags[column] = startFlags;
}

/** Writes a terminate column behind `tail` packet bytes (0 … 7) that already stand in it. */
export function writeTerminate(data: Uint8Array, flags: Uint8Array, column: number, tail: number): void {
  const at = column * columnBytes;
  data[at + tail] = character.terminate;
  for (let i = tail + 1; i < columnBytes; i++) data[at + i] = character.idle;
  flags[column] = (0xff << tail) & 0xff;
}

/** Columns of a frame on the wire: start, data, terminate. */
export function frameColumns(frameBytes: number): number {
  return 2 + (frameBytes >> 3);
}

/**
 * Writes a whole frame: start column, its bytes, terminate column.
 * @param frame packet with VCRC, or flow-control packet; the first `length` bytes of it
 * @returns the number of columns written
 */
export function writeFrame(
  data: Uint8Array,
  flags: Uint8Array,
  column: number,
  frame: Uint8Array,
  length: number,
  seq: number,
  kind: number,
): number {
  writeStart(data, flags, column, seq, kind);
  const whole = length >> 3;
  const at = (column + 1) * columnBytes;
  for (let i = 0; i < length; i++) data[at + i] = frame[i]!;
  flags.fill(0, column + 1, column + 1 + whole);
  writeTerminate(data, flags, column + 1 + whole, length & 7);
  return whole + 2;
}

/** Kinds of columns; `control` holds for any `5C` column, good or not. */
export const columnKind = { data: 0, idle: 1, start: 2, control: 3, terminate: 4, error: 5 } as const;

/** Packet bytes before the terminate character for each flag byte that a terminate column may have, else 255. */
const tails = new Uint8Array(256).fill(255);
for (let tail = 0; tail < columnBytes; tail++) tails[(0xff << tail) & 0xff] = tail;

/** What a column is by its flags and characters (the start's content and the control set's CRC are not looked at). */
export function kindOfColumn(data: Uint8Array, at: number, flags: number): number {
  if (flags === 0) return columnKind.data;
  const first = data[at]!;
  if (flags === startFlags) {
    if (first === character.start) return columnKind.start;
    return first === character.orderedSet ? columnKind.control : columnKind.error;
  }
  const tail = tails[flags]!;
  if (tail === 255) return columnKind.error;
  for (let i = tail + 1; i < columnBytes; i++) if (data[at + i] !== character.idle) return columnKind.error;
  const mark = data[at + tail]!;
  if (mark === character.terminate) return columnKind.terminate;
  return tail === 0 && mark === character.idle ? columnKind.idle : columnKind.error;
}

/** Packet bytes in a terminate column. */
export function tailOf(flags: number): number {
  return tails[flags]!;
}

/** Whether a start column's constants and CRC-8 are right. */
export function startGood(data: Uint8Array, at: number): boolean {
  const plain = data[at + 1] === 0x55 && data[at + 2] === 0x55 && data[at + 3] === 0x55;
  const kind = data[at + 4];
  return (
    (plain || (data[at + 1]! & 15) === 7) &&
    (kind === frameKind.data || kind === frameKind.flowControl) &&
    data[at + 5] === 0x55 &&
    data[at + 7] === 0xd5 &&
    data[at + 6] === crc8(data, at + 1, at + 6)
  );
}

/** Sequence number of a good start column, or {@link notEligible}. */
export function startSequence(data: Uint8Array, at: number): number {
  if ((data[at + 1]! & 15) !== 7) return notEligible;
  return ((data[at + 1]! >> 4) << 16) | (data[at + 2]! << 8) | data[at + 3]!;
}

/** Whether a control set is to be taken: CRC-8, O-code and a known message. */
export function controlGood(data: Uint8Array, at: number): boolean {
  return (
    (data[at + 4]! & 15) === 6 && isKnownMessage(data[at + 1]!) && data[at + 7] === crc8(data, at + 1, at + 7)
  );
}

/** Sequence number of a control set. */
export function controlSequence(data: Uint8Array, at: number): number {
  return (data[at + 2]! << 12) | (data[at + 3]! << 4) | (data[at + 4]! >> 4);
}
