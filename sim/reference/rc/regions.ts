/**
 * Memory regions and their keys (`transport-rc` section 8; Linux `rxe_mr.c`): 24 bits of index, 8 bits of variant which
 * changes whenever an index is used again, so that a stale key finds nothing.
 */
import { access, type RegionRequest, type ScatterGather, VerbsError } from "../../nic/verbs.ts";

export interface Region {
  readonly pd: number;
  readonly address: bigint;
  readonly iova: bigint;
  readonly length: bigint;
  readonly access: number;
  readonly remoteInvalidate: boolean;
  readonly key: number;
  valid: boolean;
}

/** Why an access is refused; the names are those of the counters. */
export type RegionFault = "key" | "invalidated" | "pd" | "right" | "range";

export class RegionTable {
  readonly #regions = new Map<number, Region>();
  readonly #variants = new Map<number, number>();
  readonly #limit: number;

  /** @param limit regions at a time, 1 … 2^24 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param key demanded by a replay of captured traffic; default the lowest free index */
  register(request: RegionRequest, key?: number): Region {
    const { address, length } = request;
    if (!(length >= 1 && length <= 2 ** 48) || address < 0n || address + BigInt(length) > 1n << 64n)
      throw new VerbsError(
        "EINVAL",
        `a region of ${length} bytes at 0x${address.toString(16)} is not possible`,
      );
    if (request.access & (access.remoteWrite | access.remoteAtomic) && !(request.access & access.localWrite))
      throw new VerbsError("EINVAL", "remote writing and atomics demand local writing");
    const iova = request.iova ?? (request.access & access.zeroBased ? 0n : address);
    if (iova < 0n || iova + BigInt(length) > 1n << 64n)
      throw new VerbsError("EINVAL", `the region would end past 2^64 from iova 0x${iova.toString(16)}`);
    let index = key === undefined ? 1 : key >>> 8;
    while (key === undefined && this.#regions.has(index)) index++;
    if (this.#regions.size >= this.#limit || index >= 1 << 24)
      throw new VerbsError("ENOMEM", `all ${this.#limit} regions are in use`);
    const variant = key === undefined ? ((this.#variants.get(index) ?? 0) + 1) & 255 : key & 255;
    this.#variants.set(index, variant);
    const region: Region = {
      pd: request.pd,
      address,
      iova,
      length: BigInt(length),
      access: request.access,
      remoteInvalidate: request.remoteInvalidate ?? false,
      key: ((index << 8) | variant) >>> 0,
      valid: true,
    };
    this.#regions.set(index, region);
    return region;
  }

  deregister(key: number): void {
    const region = this.#regions.get(key >>> 8);
    if (region?.key !== key >>> 0)
      throw new VerbsError("ENOENT", `no region has the key 0x${key.toString(16)}`);
    region.valid = false;
    this.#regions.delete(key >>> 8);
  }

  /**
   * The check of every access: key, variant, state, protection domain, right, range.
   * @param right of {@link access}, 0 for reading by the host itself
   * @returns the host address of `va`, or why not
   */
  check(key: number, pd: number, right: number, va: bigint, length: number): bigint | RegionFault {
    const region = this.#regions.get(key >>> 8);
    if (region === undefined || region.key !== key >>> 0) return "key";
    if (!region.valid) return "invalidated";
    if (region.pd !== pd) return "pd";
    if ((region.access & right) !== right) return "right";
    // Integers without limit: no sum can wrap past 2^64 into the region.
    if (va < region.iova || va + BigInt(length) > region.iova + region.length) return "range";
    return region.address + (va - region.iova);
  }

  /**
   * Checks a list of local pieces.
   * @param used bytes of the list that are meant; pieces that have none of them are not looked at
   * @returns their host addresses, or why not; empty pieces need no key
   */
  checkList(
    sges: readonly ScatterGather[],
    pd: number,
    right: number,
    used: { readonly offset: number; readonly count: number } = { offset: 0, count: Infinity },
  ): bigint[] | RegionFault {
    const addresses: bigint[] = [];
    let start = 0;
    for (const { address, length, lkey } of sges) {
      const touched = length > 0 && start < used.offset + used.count && start + length > used.offset;
      start += length;
      const found = touched ? this.check(lkey, pd, right, address, length) : 0n;
      if (typeof found !== "bigint") return found;
      addresses.push(found);
    }
    return addresses;
  }

  /** May SEND with Invalidate kill this key? Only a living one of the same protection domain that allows it. */
  canInvalidate(key: number, pd: number): boolean {
    const region = this.#regions.get(key >>> 8);
    return region?.key === key >>> 0 && region.valid && region.pd === pd && region.remoteInvalidate;
  }

  invalidate(key: number): void {
    this.#regions.get(key >>> 8)!.valid = false;
  }
}
