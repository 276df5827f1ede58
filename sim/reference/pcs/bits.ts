/**
 * Strings of bits, packed into bytes: bit i is bit i mod 8 of byte i div 8, and bit 0 is the first one on the wire. That is
 * the order of a Verilog vector `v[N-1:0]` in the memory of a model, and of octets that are sent low bit first.
 */

/** Bytes that hold `bits` bits. */
export function bytesOf(bits: number): number {
  return (bits + 7) >> 3;
}

/** Up to 24 bits from bit `at` on; the first of them in bit 0. Bits past the end read as zeros. */
export function readBits(from: Uint8Array, at: number, count: number): number {
  const byte = at >> 3;
  const low = from[byte]! | (from[byte + 1]! << 8) | (from[byte + 2]! << 16) | (from[byte + 3]! << 24);
  return (low >>> (at & 7)) & ((1 << count) - 1);
}

/** Writes up to 24 bits at bit `at`, bit 0 of `value` first; leaves the others alone. */
export function writeBits(to: Uint8Array, at: number, count: number, value: number): void {
  let byte = at >> 3;
  let mask = ((1 << count) - 1) << (at & 7);
  let bits = (value << (at & 7)) & mask;
  while (mask !== 0) {
    to[byte] = (to[byte]! & ~mask) | (bits & 255);
    mask >>>= 8;
    bits >>>= 8;
    byte++;
  }
}

/** Copies `count` bits from bit `start` of one string to bit `at` of another; the two must not overlap. */
export function copyBits(from: Uint8Array, start: number, to: Uint8Array, at: number, count: number): void {
  let done = 0;
  if (((start | at) & 7) === 0) {
    const bytes = count >> 3;
    to.set(from.subarray(start >> 3, (start >> 3) + bytes), at >> 3);
    done = bytes * 8;
  }
  for (; done < count; done += 24) {
    const step = Math.min(24, count - done);
    writeBits(to, at + done, step, readBits(from, start + done, step));
  }
}

/** The bits as one hexadecimal number, bit i of the string being bit i of the number: the first on the wire come last. */
export function bitsToHex(bits: Uint8Array, count: number): string {
  let text = "";
  for (let at = 0; at < count; at += 4) {
    text = readBits(bits, at, Math.min(4, count - at)).toString(16) + text;
  }
  return text;
}

/** Reads what {@link bitsToHex} writes. */
export function hexToBits(hex: string, count: number): Uint8Array {
  const bits = new Uint8Array(bytesOf(count));
  for (let at = 0; at < count; at += 4) {
    const digit = hex[hex.length - 1 - at / 4];
    writeBits(bits, at, Math.min(4, count - at), digit === undefined ? 0 : Number.parseInt(digit, 16));
  }
  return bits;
}

/** Symbols of 10 bits from bit `start` on, the first bit of each being its bit 0. */
export function bitsToSymbols(bits: Uint8Array, symbols: Uint16Array, start = 0): void {
  for (let i = 0; i < symbols.length; i++) symbols[i] = readBits(bits, start + 10 * i, 10);
}

/** Writes symbols of 10 bits from bit `start` on, bit 0 of each first. */
export function symbolsToBits(symbols: Uint16Array, bits: Uint8Array, start = 0): void {
  for (let i = 0; i < symbols.length; i++) writeBits(bits, start + 10 * i, 10, symbols[i]!);
}
