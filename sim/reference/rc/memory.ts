/** Host memory: a sparse 64-bit space of bytes in pages; what was never written reads as zero. */

const pageBits = 12n;
const pageBytes = 4096;

/** A range that host memory answers with an error: reads of it, writes, or both. */
export interface FailingRange {
  readonly address: bigint;
  readonly length: number;
  readonly of: "reads" | "writes" | "all";
}

export class HostMemory {
  readonly #pages = new Map<number, Uint8Array>();
  /** Ranges that {@link fails} tells of; reading and writing here go on. */
  readonly failing: FailingRange[] = [];

  /** True when host memory answers the access of an adapter with an error. */
  fails(of: "reads" | "writes", address: bigint, length: number): boolean {
    const end = address + BigInt(length);
    return this.failing.some(
      (range) =>
        length > 0 &&
        (range.of === of || range.of === "all") &&
        address < range.address + BigInt(range.length) &&
        range.address < end,
    );
  }

  /** Writes bytes; addresses wrap nowhere, ranges past 2^64 throw. */
  write(address: bigint, bytes: Uint8Array): void {
    this.#walk(address, bytes.length, (key, start, end, done) => {
      let page = this.#pages.get(key);
      if (page === undefined) {
        page = new Uint8Array(pageBytes);
        this.#pages.set(key, page);
      }
      page.set(bytes.subarray(done, done + end - start), start);
    });
  }

  read(address: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#walk(address, length, (key, start, end, done) => {
      const page = this.#pages.get(key);
      if (page !== undefined) bytes.set(page.subarray(start, end), done);
    });
    return bytes;
  }

  /** A 64-bit integer in the host's order, which is little-endian. */
  readUint64(address: bigint): bigint {
    const bytes = this.read(address, 8);
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  writeUint64(address: bigint, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    this.write(address, bytes);
  }

  /** An independent copy. */
  clone(): HostMemory {
    const copy = new HostMemory();
    for (const [key, page] of this.#pages) copy.#pages.set(key, page.slice());
    return copy;
  }

  /** Address of the lowest byte in which two memories differ, or null. */
  firstDifference(other: HostMemory): bigint | null {
    const keys = [...new Set([...this.#pages.keys(), ...other.#pages.keys()])].sort((a, b) => a - b);
    const empty = new Uint8Array(pageBytes);
    for (const key of keys) {
      const mine = this.#pages.get(key) ?? empty;
      const theirs = other.#pages.get(key) ?? empty;
      const at = Buffer.compare(mine, theirs) === 0 ? -1 : mine.findIndex((byte, i) => byte !== theirs[i]);
      if (at >= 0) return (BigInt(key) << pageBits) + BigInt(at);
    }
    return null;
  }

  /** Splits a range at pages. Page numbers have 52 bits and fit a JavaScript number. */
  #walk(
    address: bigint,
    length: number,
    visit: (key: number, start: number, end: number, done: number) => void,
  ): void {
    if (address < 0n || address + BigInt(length) > 1n << 64n)
      throw new RangeError(`${length} bytes at 0x${address.toString(16)} leave the 64-bit space`);
    let key = Number(address >> pageBits);
    let start = Number(address & 0xfffn);
    for (let done = 0; done < length; key++) {
      const end = Math.min(pageBytes, start + length - done);
      visit(key, start, end, done);
      done += end - start;
      start = 0;
    }
  }
}
