/**
 * The CRC-8 of start columns and control sets (`docs/wire-format.md`): x^8+x^2+x+1, register starts at FF, most
 * significant bit of each byte first, nothing complemented.
 */
const polynomial = 0x07;
const seed = 0xff;

/** The CRC-8 of bytes (each 0 … 255): 0 … 255. */
export function crc8(bytes: readonly number[]): number {
  return bytes.reduce(advance, seed);
}

function advance(register: number, byte: number): number {
  let next = register ^ byte;
  for (let bit = 0; bit < 8; bit += 1) next = next & 0x80 ? ((next << 1) & 0xff) ^ polynomial : next << 1;
  return next;
}

/** One bit of a CRC-8 over bytes that stand in a vector, byte 0 in bits 7:0. */
export interface Crc8Bit {
  /** The bits of the vector whose parity it is. */
  readonly mask: bigint;
  /** True when the parity is to be inverted (what the seed leaves behind). */
  readonly inverted: boolean;
}

/** The eight bits of the CRC-8 over `count` bytes, bit 0 first. */
export function crc8Bits(count: number): readonly Crc8Bit[] {
  const zeros = new Array<number>(count).fill(0);
  const base = crc8(zeros);
  return Array.from({ length: 8 }, (_, bit) => {
    let mask = 0n;
    for (let at = 0; at < 8 * count; at += 1) {
      const changed = crc8(zeros.with(at >> 3, 1 << (at & 7))) ^ base;
      if ((changed >> bit) & 1) mask |= 1n << BigInt(at);
    }
    return { mask, inverted: ((base >> bit) & 1) === 1 };
  });
}
