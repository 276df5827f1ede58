/** Host memory of 2^64 bytes: pages of 4 KiB on typed arrays, of which those exist that were mapped. */

export const hostPageBytes = 4096;

export class HostPages {
  readonly #pages = new Map<number, Uint8Array>();

  /** Makes every page exist that `bytes` bytes from `address` on touch; new ones are zero. */
  map(address: bigint, bytes: number): void {
    const last = pageOf(address + BigInt(bytes) - 1n);
    for (let page = pageOf(address); page <= last; page += 1)
      if (!this.#pages.has(page)) this.#pages.set(page, new Uint8Array(hostPageBytes));
  }

  unmap(address: bigint): void {
    this.#pages.delete(pageOf(address));
  }

  /** The page of an address in two halves of 32 bits, or undefined where none is mapped. */
  page(high: number, low: number): Uint8Array | undefined {
    return this.#pages.get(high * 2 ** 20 + (low >>> 12));
  }

  /** Stores bytes; @throws RangeError where no page is mapped */
  write(address: bigint, bytes: Uint8Array): void {
    this.#walk(address, bytes.length, (page, at, from, count) => {
      page.set(bytes.subarray(from, from + count), at);
    });
  }

  /** A copy of `length` bytes; @throws RangeError where no page is mapped */
  read(address: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#walk(address, length, (page, at, from, count) => {
      bytes.set(page.subarray(at, at + count), from);
    });
    return bytes;
  }

  #walk(
    address: bigint,
    length: number,
    each: (page: Uint8Array, at: number, from: number, count: number) => void,
  ): void {
    for (let from = 0; from < length; ) {
      const place = BigInt.asUintN(64, address + BigInt(from));
      const page = this.#pages.get(pageOf(place));
      if (page === undefined) throw new RangeError(`no host memory at 0x${place.toString(16)}`);
      const at = Number(place & 0xfffn);
      const count = Math.min(hostPageBytes - at, length - from);
      each(page, at, from, count);
      from += count;
    }
  }
}

const pageOf = (address: bigint): number => Number(BigInt.asUintN(64, address) >> 12n);
