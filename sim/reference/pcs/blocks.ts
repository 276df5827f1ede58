/**
 * 64B/66B coding of MII columns (IEEE Std 802.3 clause 82.2.3), without state: control sets of the link stand inside packets,
 * so that the order of columns is the business of the link.
 *
 * A block is 9 bytes: the header, bit 0 first on the wire, then the 8 octets of the payload, low bit first.
 */
import { character } from "../columns.ts";

export const blockBytes = 9;

/** Sync headers as a Verilog vector `[1:0]`: 0 then 1 on the wire is data, 1 then 0 is control. */
export const header = { data: 0b10, control: 0b01, invalid: 0b11 } as const;

/** Block types; of the terminates the one with the terminate in byte 0 ... 7. */
export const blockType = {
  idle: 0x1e,
  start: 0x78,
  orderedSet: 0x4b,
  terminate: [0x87, 0x99, 0xaa, 0xb4, 0xcc, 0xd2, 0xe1, 0xff],
} as const;

/** Every type that there is. */
export const blockTypes: readonly number[] = [
  blockType.idle,
  blockType.start,
  blockType.orderedSet,
  ...blockType.terminate,
];

/**
 * O codes of ordered sets. `control` is this link's own: a control set of the retry, whose byte 4 ends in 6, keeps all its
 * octets; its O code is the low half of byte 4.
 */
export const oCode = { sequence: 0x0, control: 0x6, signal: 0xf } as const;

/** Control characters of idle and terminate blocks and their codes of 7 bits. */
const lowPowerIdle = 0x06;
const codes = new Map<number, number>([
  [character.idle, 0x00],
  [lowPowerIdle, 0x06],
  [character.error, 0x1e],
]);
const characters = new Map([...codes].map(([octet, code]) => [code, octet]));

/** Payload of eight /E/. */
const errorPayload = [0x1e, 0x1e, 0x8f, 0xc7, 0xe3, 0xf1, 0x78, 0x3c];

/** Writes the block of eight /E/ at byte `at`. */
export function writeErrorBlock(blocks: Uint8Array, at: number): void {
  blocks[at] = header.control;
  blocks.set(errorPayload, at + 1);
}

/**
 * Encodes a column into a block; what is not of the grammar becomes an error block.
 * @param column index; data at `8*column`, flags at `column`
 * @param at byte of `blocks` where the block begins
 */
export function encodeBlock(
  data: Uint8Array,
  flags: Uint8Array,
  column: number,
  blocks: Uint8Array,
  at: number,
): void {
  const octets = data.subarray(8 * column, 8 * column + 8);
  const payload = blocks.subarray(at + 1, at + blockBytes);
  const flag = flags[column]!;
  blocks[at] = header.control;
  if (flag === 0) {
    blocks[at] = header.data;
    payload.set(octets);
  } else if (flag === 0x01 && octets[0] === character.start) {
    payload.set(octets);
    payload[0] = blockType.start;
  } else if (!encodeOrderedSet(octets, flag, payload) && !encodeControls(octets, flag, payload)) {
    writeErrorBlock(blocks, at);
  }
}

function encodeOrderedSet(octets: Uint8Array, flag: number, payload: Uint8Array): boolean {
  const [first, , , , fourth] = octets;
  if (flag !== 0x01 || (first !== character.sequence && first !== character.orderedSet)) return false;
  const verbatim = first === character.orderedSet && (fourth! & 0xf) === oCode.control;
  if (!verbatim && octets.subarray(4).some((octet) => octet !== 0)) return false;
  payload.set(octets);
  payload[0] = blockType.orderedSet;
  if (!verbatim) payload[4] = first === character.sequence ? oCode.sequence : oCode.signal;
  return true;
}

/** Idle and terminate: octets of data up to the first flag, 7-bit codes behind the terminate. */
function encodeControls(octets: Uint8Array, flag: number, payload: Uint8Array): boolean {
  const idle = flag === 0xff && octets[0] !== character.terminate;
  const dataOctets = 32 - Math.clz32(~flag & 0xff);
  if (flag !== ((0xff << dataOctets) & 0xff)) return false;
  if (!idle && octets[dataOctets] !== character.terminate) return false;
  const from = idle ? 0 : dataOctets + 1;
  let bits = 0n;
  for (let i = from; i < 8; i++) {
    const code = codes.get(octets[i]!);
    if (code === undefined) return false;
    bits |= BigInt(code) << BigInt(8 + 7 * i);
  }
  for (let i = 0; i < 8; i++) payload[i] = Number((bits >> BigInt(8 * i)) & 255n);
  payload[0] = idle ? blockType.idle : blockType.terminate[dataOctets]!;
  for (let i = 0; i < dataOctets; i++) payload[1 + i] = octets[i]!;
  return true;
}

/** Decodes a block into a column; a block that {@link encodeBlock} never writes becomes eight /E/. */
export function decodeBlock(
  blocks: Uint8Array,
  at: number,
  data: Uint8Array,
  flags: Uint8Array,
  column: number,
): void {
  const payload = blocks.subarray(at + 1, at + blockBytes);
  const octets = data.subarray(8 * column, 8 * column + 8);
  octets.set(payload);
  flags[column] = 0;
  if (blocks[at] === header.data) return;
  const flag = blocks[at] === header.control ? decodeControl(payload, octets) : 0;
  flags[column] = flag === 0 ? 0xff : flag;
  if (flag === 0) octets.fill(character.error);
}

/** @param octets the payload, to be turned into the column. @returns its flags, or 0 when the block is not legal */
function decodeControl(payload: Uint8Array, octets: Uint8Array): number {
  const type = payload[0]!;
  if (type === blockType.start) {
    octets[0] = character.start;
    return 0x01;
  }
  if (type === blockType.orderedSet) return decodeOrderedSet(payload, octets);
  if (type === blockType.idle) return decodeCodes(payload, octets, 0) ? 0xff : 0;
  const dataOctets = (blockType.terminate as readonly number[]).indexOf(type);
  if (dataOctets < 0) return 0;
  for (let i = 0; i < dataOctets; i++) octets[i] = payload[1 + i]!;
  octets[dataOctets] = character.terminate;
  return decodeCodes(payload, octets, dataOctets + 1) ? (0xff << dataOctets) & 0xff : 0;
}

function decodeOrderedSet(payload: Uint8Array, octets: Uint8Array): number {
  const code = payload[4]! & 0xf;
  octets[0] = code === oCode.sequence ? character.sequence : character.orderedSet;
  if (code === oCode.control) return 0x01;
  if (code !== oCode.sequence && code !== oCode.signal) return 0;
  if (payload[4] !== code || payload.subarray(5).some((octet) => octet !== 0)) return 0;
  octets[4] = 0;
  return 0x01;
}

/** Writes the characters of the 7-bit codes of byte `from` ... 7; the bits before them do not matter. */
function decodeCodes(payload: Uint8Array, octets: Uint8Array, from: number): boolean {
  let bits = 0n;
  for (let i = 0; i < 8; i++) bits |= BigInt(payload[i]!) << BigInt(8 * i);
  for (let i = from; i < 8; i++) {
    const octet = characters.get(Number((bits >> BigInt(8 + 7 * i)) & 127n));
    if (octet === undefined) return false;
    octets[i] = octet;
  }
  return true;
}
