/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna) seeded through splitmix32, all in 32-bit integer
 * arithmetic, so that a run is repeated exactly from its seed on any machine.
 */

/** One step of splitmix32: a 32-bit mixing of `value`. */
export function mix32(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

/** A seed as people read it: `0x` and eight hexadecimal digits. */
export function seedText(seed: number): string {
  return `0x${(seed >>> 0).toString(16).padStart(8, "0")}`;
}

/** Reads a seed written as decimal or `0x…` hexadecimal; gives null for anything else. */
export function parseSeed(text: string): number | null {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text.trim())) return null;
  const value = Number(text.trim());
  return value <= 0xffffffff ? value >>> 0 : null;
}

/** A seed nobody chose, from the clock and the process; that of `LANEWRIGHT_FIRST_SEED` where a run is to be as the one before. */
export function freshSeed(): number {
  const first = parseSeed(process.env.LANEWRIGHT_FIRST_SEED ?? "");
  if (first !== null) return first;
  return mix32((Date.now() ^ Math.imul(process.pid, 0x01000193)) | 0);
}

/** A generator of random numbers; the same seed gives the same sequence. */
export class Rng {
  readonly seed: number;
  readonly #state = new Int32Array(4);

  /** @param seed 32 bits; higher bits are ignored. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    let value = this.seed;
    for (let i = 0; i < 4; i++) {
      value = (value + 0x9e3779b9) >>> 0;
      this.#state[i] = mix32(value) | 0;
    }
    this.#state[0] = this.#state[0]! | 1;
  }

  /** 32 random bits, 0 … 2^32-1. */
  next(): number {
    const s = this.#state;
    const s1 = s[1]!;
    const scrambled = Math.imul(s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const t = s1 << 9;
    const s2 = s[2]! ^ s[0]!;
    const s3 = s[3]! ^ s1;
    s[1] = s1 ^ s2;
    s[0] = s[0]! ^ s3;
    s[2] = s2 ^ t;
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  }

  /** A number in [0, 1). */
  float(): number {
    return this.next() / 4294967296;
  }

  /** An integer in [0, limit); limit 1 … 2^32. */
  below(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  /** An integer in [low, high], both included. */
  range(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability; draws nothing for 0 and 1. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    if (probability >= 1) return true;
    return this.float() < probability;
  }

  /** One of the items, each alike. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[this.below(items.length)] as T;
  }

  /**
   * How many trials fail before the next success, when each succeeds with `probability`; Infinity for 0. Lets a rare
   * event cost nothing in the trials between.
   */
  skip(probability: number): number {
    if (probability <= 0) return Number.POSITIVE_INFINITY;
    if (probability >= 1) return 0;
    return Math.floor(Math.log(1 - this.float()) / Math.log1p(-probability));
  }

  /** Fills bytes `start` … `end`-1 with random ones. */
  fill(bytes: Uint8Array, start = 0, end = bytes.length): void {
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const value = this.next();
      bytes[i] = value;
      bytes[i + 1] = value >>> 8;
      bytes[i + 2] = value >>> 16;
      bytes[i + 3] = value >>> 24;
    }
    for (let value = i < end ? this.next() : 0; i < end; i++, value >>>= 8) bytes[i] = value;
  }

  /** An independent generator for one part of a bench, told apart by a label: adding a part moves no other. */
  fork(label: string): Rng {
    let hash = this.seed;
    for (let i = 0; i < label.length; i++) hash = mix32(hash ^ label.charCodeAt(i));
    return new Rng(hash);
  }
}

/** Runs `body`; when it throws, the seed is put in front of the message, so that the run can be repeated. */
export async function withSeed<T>(seed: number, body: (rng: Rng) => T | Promise<T>): Promise<T> {
  try {
    return await body(new Rng(seed));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`seed ${seedText(seed)}: ${reason}`, { cause });
  }
}
