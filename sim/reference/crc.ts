/**
 * The CRCs of the link, written from their published definitions and checked against `sim/data/crc-vectors.json`.
 * All take bytes `start` … `end`-1 of an array and allocate nothing.
 */

/** CRC-16 polynomial x^16+x^12+x^3+x+1 (100B), reversed for a register that shifts right. */
const polynomial16 = 0xd008;
/** CRC-32 of Ethernet (04C11DB7), reversed. */
const polynomial32 = 0xedb88320;
/** CRC-8 x^8+x^2+x+1, most significant bit first. */
const polynomial8 = 0x07;

/** Register of {@link crc16} after a packet and its good VCRC (InfiniBand vol. 1, 7.8.2). */
export const vcrcResidue = 0x556f;
/** Register of {@link crc32} after data and its good CRC. */
export const crc32Residue = 0xdebb20e3;

/** Tables of eight bytes at a time: entry 256*k + b is byte b followed by k zero bytes. */
function slices<T extends Uint16Array | Uint32Array>(table: T, polynomial: number): T {
  for (let b = 0; b < 256; b++) {
    let register = b;
    for (let i = 0; i < 8; i++) register = (register >>> 1) ^ (register & 1 ? polynomial : 0);
    table[b] = register;
  }
  for (let i = 256; i < 2048; i++) {
    const previous = table[i - 256]!;
    table[i] = (previous >>> 8) ^ table[previous & 255]!;
  }
  return table;
}

const table16 = slices(new Uint16Array(2048), polynomial16);
const table32 = slices(new Uint32Array(2048), polynomial32);
const table8 = new Uint8Array(256);
for (let b = 0; b < 256; b++) {
  let register = b;
  for (let i = 0; i < 8; i++) register = (register << 1) ^ (register & 0x80 ? polynomial8 : 0);
  table8[b] = register;
}

/** Runs the CRC-16 register (shifting right, not complemented) over bytes. */
export function crc16(bytes: Uint8Array, start: number, end: number, register = 0xffff): number {
  const t = table16;
  let r = register;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    r =
      t[1792 + ((r ^ bytes[i]!) & 255)]! ^
      t[1536 + ((r >>> 8) ^ bytes[i + 1]!)]! ^
      t[1280 + bytes[i + 2]!]! ^
      t[1024 + bytes[i + 3]!]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) r = (r >>> 8) ^ t[(r ^ bytes[i]!) & 255]!;
  return r;
}

/** Runs the CRC-32 register (shifting right, not complemented) over bytes; 0 … 2^32-1. */
export function crc32(bytes: Uint8Array, start: number, end: number, register = 0xffffffff): number {
  const t = table32;
  let r = register | 0;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    r =
      t[1792 + ((r ^ bytes[i]!) & 255)]! ^
      t[1536 + (((r >>> 8) ^ bytes[i + 1]!) & 255)]! ^
      t[1280 + (((r >>> 16) ^ bytes[i + 2]!) & 255)]! ^
      t[1024 + ((r >>> 24) ^ bytes[i + 3]!)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) r = (r >>> 8) ^ t[(r ^ bytes[i]!) & 255]!;
  return r >>> 0;
}

/** VCRC over LRH … ICRC; its low byte goes first on the wire. */
export function vcrc(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return crc16(bytes, start, end) ^ 0xffff;
}

/** LPCRC over the first four bytes of a flow-control packet: the same engine as the VCRC. */
export const lpcrc = vcrc;

/** CRC-8 of start columns and control sets: register starts at FF, nothing complemented. */
export function crc8(bytes: Uint8Array, start: number, end: number): number {
  let r = 0xff;
  for (let i = start; i < end; i++) r = table8[r ^ bytes[i]!]!;
  return r;
}

/** Headers with the masked fields replaced by ones; the longest is LRH, GRH and BTH or IPv6, UDP and BTH. */
const masked = new Uint8Array(68);

/**
 * ICRC of a native packet (InfiniBand vol. 1, 7.8.1): CRC-32 with the fields that switches may change taken as ones.
 * @param end one past the last pad byte: the ICRC itself is not part of the input
 * @returns the ICRC, low byte first on the wire. Meaningful for LNH 2 and 3 only.
 */
export function icrc(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const global = (bytes[start + 1]! & 3) === 3;
  const headers = Math.min(global ? 60 : 20, end - start);
  for (let i = 0; i < headers; i++) masked[i] = bytes[start + i]!;
  if (global) {
    masked.fill(0xff, 0, 8);
    masked[8] = masked[8]! | 0x0f;
    masked.fill(0xff, 9, 12);
    masked[15] = 0xff;
    masked[52] = 0xff;
  } else {
    masked[0] = masked[0]! | 0xf0;
    masked[12] = 0xff;
  }
  return ~crc32(bytes, start + headers, end, crc32(masked, 0, headers)) >>> 0;
}

/**
 * ICRC of a RoCE v2 packet (InfiniBand annex A17): eight bytes of ones in the place of the LRH, then IPv4 without options
 * or IPv6, UDP, BTH … pad, with the fields that routers may change taken as ones.
 * @param start first byte of the IP header
 * @param end one past the last pad byte
 * @returns the ICRC, low byte first on the wire, or null when the IP header is neither
 */
export function icrcRoceV2(bytes: Uint8Array, start = 0, end = bytes.length): number | null {
  const version = bytes[start]! >> 4;
  const ipBytes = version === 6 ? 40 : 20;
  if (version !== 6 && bytes[start] !== 0x45) return null;
  const headers = ipBytes + 20;
  if (end - start < headers) return null;
  masked.fill(0xff, 0, 8);
  for (let i = 0; i < headers; i++) masked[8 + i] = bytes[start + i]!;
  if (version === 6) {
    masked[8] = masked[8]! | 0x0f;
    masked.fill(0xff, 9, 12);
    masked[15] = 0xff;
  } else {
    masked[9] = 0xff;
    masked[16] = 0xff;
    masked.fill(0xff, 18, 20);
  }
  masked.fill(0xff, 8 + ipBytes + 6, 8 + ipBytes + 8);
  masked[8 + ipBytes + 8 + 4] = 0xff;
  return ~crc32(bytes, start + headers, end, crc32(masked, 0, 8 + headers)) >>> 0;
}
