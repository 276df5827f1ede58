/** Ethernet frames on an MII (IEEE 802.3 clause 46): FCS, preamble, columns; independent of the generator. */
import { crc32 } from "../../sim/reference/crc.ts";

/** A row of the MII: bytes, and bit by bit which of them are control characters. */
export interface Row {
  readonly data: Uint8Array;
  readonly control: Uint8Array;
}

/** A frame as it was on the wire. */
export interface Heard {
  /** Without its FCS. */
  readonly bytes: Uint8Array;
  readonly fcsGood: boolean;
  /** Bytes from the end of the frame before to the preamble, the terminate character included. */
  readonly gap: number;
  /** Rows heard before the one with its start. */
  readonly row: number;
}

/** Pads to 60 bytes and appends the FCS. */
export function withFcs(bytes: Uint8Array, wrong = 0): Uint8Array {
  const frame = new Uint8Array(Math.max(60, bytes.length) + 4);
  frame.set(bytes);
  const end = frame.length - 4;
  new DataView(frame.buffer).setUint32(end, (crc32(frame, 0, end) ^ 0xffffffff ^ wrong) >>> 0, true);
  return frame;
}

/** A frame with IPv4 and the mark of congestion set. */
export function mark(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice(0, -4);
  const view = new DataView(bytes.buffer);
  bytes[15]! |= 3;
  view.setUint16(24, 0);
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(24, sum ^ 0xffff);
  return withFcs(bytes);
}

/** A pause frame (IEEE 802.1Q clause 36) without FCS; @param mask of the priorities @param quanta of each, 0: goes on */
export function pauseFrame(mask: number, quanta: readonly number[]): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set([0x01, 0x80, 0xc2, 0, 0, 1, 6, 1, 2, 3, 4, 5, 0x88, 0x08, 0x01, 0x01, 0, mask]);
  for (const [at, time] of quanta.entries()) frame.set([time >> 8, time & 255], 18 + 2 * at);
  return frame;
}

/** A stream of characters into rows: frames with FCS in columns of 8 bytes with idle columns between them. */
export function rowsOf(
  frames: readonly Uint8Array[],
  rowBytes: number,
  gapColumns: (n: number) => number,
): Row[] {
  const data: number[] = [];
  const control: number[] = [];
  const put = (value: number, isControl = 0): void => {
    data.push(value);
    control.push(isControl);
  };
  for (const [n, frame] of frames.entries()) {
    for (let left = 8 * gapColumns(n); left > 0; left -= 1) put(0x07, 1);
    put(0xfb, 1);
    for (let at = 1; at < 7; at += 1) put(0x55);
    put(0xd5);
    for (const byte of frame) put(byte);
    put(0xfd, 1);
    while (data.length % 8 !== 0) put(0x07, 1);
  }
  for (let least = data.length + 4 * rowBytes; data.length < least || data.length % rowBytes !== 0; )
    put(0x07, 1);
  return Array.from({ length: data.length / rowBytes }, (_, row) => {
    const flags = new Uint8Array(Math.ceil(rowBytes / 8));
    for (let at = 0; at < rowBytes; at += 1)
      if (control[row * rowBytes + at] === 1) flags[at >> 3]! |= 1 << (at & 7);
    return { data: Uint8Array.from(data.slice(row * rowBytes, (row + 1) * rowBytes)), control: flags };
  });
}

/** Listens to rows. A character that no frame and no gap has throws. */
export class Ear {
  readonly frames: Heard[] = [];
  #open: number[] | null = null;
  #gap = 0;
  #start = 0;
  #rows = 0;

  hear(data: Uint8Array, control: Uint8Array): void {
    for (let at = 0; at < data.length; at += 1)
      this.#character(data[at]!, ((control[at >> 3]! >> (at & 7)) & 1) === 1, at);
    this.#rows += 1;
  }

  #character(value: number, isControl: boolean, at: number): void {
    if (this.#open === null) {
      if (!isControl) throw new Error(`data ${value.toString(16)} outside of a frame`);
      if (value === 0x07) this.#gap += 1;
      else if (value === 0xfb && at % 8 === 0) {
        this.#open = [];
        this.#start = this.#rows;
      } else throw new Error(`control character ${value.toString(16)} at byte ${at} outside of a frame`);
    } else if (!isControl) this.#open.push(value);
    else if (value === 0xfd) this.#end(this.#open);
    else throw new Error(`control character ${value.toString(16)} within a frame`);
  }

  #end(open: readonly number[]): void {
    if (open.slice(0, 7).some((byte, at) => byte !== (at < 6 ? 0x55 : 0xd5)))
      throw new Error("this is not the preamble");
    const frame = Uint8Array.from(open.slice(7));
    const bytes = frame.slice(0, -4);
    const fcs = new DataView(frame.buffer).getUint32(frame.length - 4, true);
    const fcsGood = (crc32(bytes, 0, bytes.length) ^ 0xffffffff) >>> 0 === fcs;
    this.frames.push({ bytes, fcsGood, gap: this.#gap, row: this.#start });
    this.#open = null;
    this.#gap = 1;
  }
}
