/**
 * 256B/257B transcoding (IEEE Std 802.3 clauses 119.2.4.2 and 119.2.5.4): four blocks of 66 bits, the oldest first, become a
 * group of 257 bits, bit 0 first on the wire, in 33 bytes; see `blocks.ts` and `bits.ts`.
 *
 * All data: 1, then the payloads. Otherwise 0, a 1 for each block of data, then the payloads without bits 4 ... 7 of the
 * first control block, the high half of its type.
 */
import { copyBits, readBits, writeBits } from "./bits.ts";
import { blockBytes, blockTypes, header } from "./blocks.ts";

export const groupBits = 257;
export const groupBytes = 33;
export const blocksPerGroup = 4;
const payloadBits = 64;

/** High half of a block type by its low half; 0, which belongs to no type, for the halves that there are not. */
const highHalf = new Uint8Array(16);
for (const type of blockTypes) highHalf[type & 15] = type >> 4;
/** The same with the four types that only clause 49 has. */
const highHalf49 = highHalf.slice();
for (const type of [0x2d, 0x33, 0x66, 0x55]) highHalf49[type & 15] = type >> 4;

function headerOf(blocks: Uint8Array, at: number, index: number): number {
  return blocks[at + index * blockBytes]!;
}

/** The 256 bits of the payloads. */
export function payloadOf(blocks: Uint8Array, at = 0): Uint8Array {
  const payload = new Uint8Array(32);
  for (let j = 0; j < blocksPerGroup; j++) {
    const from = at + j * blockBytes + 1;
    payload.set(blocks.subarray(from, from + 8), 8 * j);
  }
  return payload;
}

/** Transcodes the four blocks from byte `at` on. A header of 00 or 11 anywhere gives 0 1111, which stands for four bad ones. */
export function transcode(blocks: Uint8Array, at = 0): Uint8Array {
  const group = new Uint8Array(groupBytes);
  const payload = payloadOf(blocks, at);
  const headers = [0, 1, 2, 3].map((j) => headerOf(blocks, at, j));
  if (headers.every((one) => one === header.data)) {
    group[0] = 1;
    copyBits(payload, 0, group, 1, 256);
    return group;
  }
  const valid = headers.every((one) => one === header.data || one === header.control);
  const first = valid ? headers.indexOf(header.control) : 0;
  for (let j = 0; j < blocksPerGroup; j++) {
    if (!valid || headers[j] === header.data) writeBits(group, 1 + j, 1, 1);
  }
  const kept = payloadBits * first + 4;
  copyBits(payload, 0, group, 5, kept);
  copyBits(payload, kept + 4, group, 5 + kept, 252 - kept);
  return group;
}

/**
 * The four blocks of a group. 0 1111 gives four headers 11; a half that belongs to no type gives the type 0x, which is illegal.
 * @param at byte of `blocks` where they are written
 */
export function untranscode(group: Uint8Array, blocks: Uint8Array, at = 0): void {
  rebuild(group, blocks, at, (half) => highHalf[half]!);
}

/** @param high the missing half of a type, from the half that is there and the payload before it in the group */
function rebuild(
  group: Uint8Array,
  blocks: Uint8Array,
  at: number,
  high: (low: number, first: number) => number,
): void {
  const payload = new Uint8Array(32);
  let headers = [1, 2, 3, 4].map((bit) => (readBits(group, bit, 1) ? header.data : header.control) as number);
  if (group[0]! & 1) {
    headers = headers.map(() => header.data);
    copyBits(group, 1, payload, 0, 256);
  } else {
    const first = Math.max(0, headers.indexOf(header.control));
    if (headers[first] === header.data) headers = headers.map(() => header.invalid);
    const kept = payloadBits * first + 4;
    copyBits(group, 5, payload, 0, kept);
    writeBits(payload, kept, 4, high(readBits(group, 1 + kept, 4), first));
    copyBits(group, 5 + kept, payload, kept + 4, 252 - kept);
  }
  for (let j = 0; j < blocksPerGroup; j++) {
    blocks[at + j * blockBytes] = headers[j]!;
    blocks.set(payload.subarray(8 * j, 8 * j + 8), at + j * blockBytes + 1);
  }
}

/** The five bits of the header, which no scrambler has touched, and the payload bits that hide them. */
function whiten(group: Uint8Array): Uint8Array {
  const result = group.slice();
  writeBits(result, 0, 5, readBits(group, 0, 5) ^ readBits(group, 8, 5));
  return result;
}

/** As clauses 91, 108 and 134 do it, where the payloads of the blocks are scrambled already. */
export function transcodeScrambled(blocks: Uint8Array, at = 0): Uint8Array {
  return whiten(transcode(blocks, at));
}

/**
 * Undoes {@link transcodeScrambled}. The half of the type that is there is descrambled, the missing one scrambled.
 * @param previous the 256 scrambled payload bits of the group before
 */
export function untranscodeScrambled(
  group: Uint8Array,
  previous: Uint8Array,
  blocks: Uint8Array,
  at = 0,
): void {
  const plain = whiten(group);
  rebuild(plain, blocks, at, (low, first) => {
    const history = new Uint8Array(66);
    history.set(previous);
    const known = payloadBits * first + 4;
    copyBits(plain, 5, history, 256, known);
    const hidden = (bit: number): number => readBits(history, bit - 39, 4) ^ readBits(history, bit - 58, 4);
    const end = 256 + known;
    return highHalf49[low ^ hidden(end - 4)]! ^ hidden(end);
  });
}
