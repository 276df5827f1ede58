/**
 * What the bus models need of a simulated device. The driver's model satisfies it; so does any object with typed arrays,
 * which is how the bus models themselves are tested.
 */

/** One port of a device, its value in the model's own memory. */
export interface SimPort {
  readonly bits: number;
  /** The value as 32-bit words, least significant first; for ports of more than 32 bits. */
  readonly words: Uint32Array;
  /** The value as bytes, least significant first: at least `ceil(bits / 8)` of them. */
  readonly bytes: Uint8Array;
  /** Value of a port of at most 32 bits. */
  get(): number;
  set(value: number): void;
}

/** A device under simulation. */
export interface SimModel {
  port(name: string): SimPort;
  /** One rising clock edge with the inputs as they stand. */
  step(): void;
}

/** Sets bit 0 … `count`-1 of a byte-per-8-bits mask and clears the rest of its `bytes` bytes. */
export function setLowBits(mask: Uint8Array, bytes: number, count: number): void {
  const whole = count >> 3;
  for (let i = 0; i < bytes; i++) mask[i] = i < whole ? 0xff : i === whole ? (1 << (count & 7)) - 1 : 0;
}

/** How many bits are set from bit 0 on; -1 when the set bits are not contiguous from bit 0. */
export function lowBits(mask: Uint8Array, bytes: number): number {
  let count = 0;
  let i = 0;
  for (; i < bytes && mask[i] === 0xff; i++) count += 8;
  if (i < bytes) {
    const last = mask[i]!;
    if ((last & (last + 1)) !== 0) return -1;
    count += 32 - Math.clz32(last);
    for (i++; i < bytes; i++) if (mask[i] !== 0) return -1;
  }
  return count;
}
