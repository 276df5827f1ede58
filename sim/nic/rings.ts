/** Rings in host memory: queues of work requests, and of completions. */
import { cqeBytes, ownerOf } from "./formats.ts";
import { VerbsError } from "./verbs.ts";

/** Host memory as a driver uses it. */
export interface HostMemoryAccess {
  read(address: bigint, length: number): Uint8Array;
  write(address: bigint, bytes: Uint8Array): void;
  /** Makes memory exist, zeroed, where that has to be said. */
  map?(address: bigint, bytes: number): void;
}

/** log2 of the entries of a ring of at least `count`; at most 2^15. */
export function ringLog(count: number): number {
  const log = Math.max(0, Math.ceil(Math.log2(count)));
  if (!(count >= 1) || log > 15) throw new VerbsError("EINVAL", `a ring of ${count} entries is not possible`);
  return log;
}

/** Gives out memory for rings, a page each at least; what is given back is used again. */
export class RingSpace {
  readonly #memory: HostMemoryAccess;
  readonly #free = new Map<number, bigint[]>();
  #next: bigint;

  constructor(memory: HostMemoryAccess, base: bigint) {
    this.#memory = memory;
    this.#next = base;
  }

  /** Zeroed memory, aligned to a page. */
  take(bytes: number): bigint {
    const size = Math.ceil(bytes / 4096) * 4096;
    let address = this.#free.get(size)?.pop();
    if (address === undefined) {
      address = this.#next;
      this.#next += BigInt(size);
      this.#memory.map?.(address, size);
    }
    this.#memory.write(address, new Uint8Array(size));
    return address;
  }

  giveBack(address: bigint, bytes: number): void {
    const size = Math.ceil(bytes / 4096) * 4096;
    this.#free.set(size, [...(this.#free.get(size) ?? []), address]);
  }
}

/** Work requests of one queue; counts go on modulo 2^16. */
export class WorkRing {
  readonly ring: bigint;
  readonly log: number;
  readonly bytes: number;
  readonly #memory: HostMemoryAccess;
  readonly #entryBytes: number;
  readonly #limit: number;
  readonly #wrIds: number[];
  /** Requests posted, and of them those that are known to be complete. */
  posted = 0;
  done = 0;

  /** @param limit requests at a time, as asked for; the ring may have room for more */
  constructor(memory: HostMemoryAccess, space: RingSpace, entryBytes: number, limit: number) {
    this.log = ringLog(limit);
    this.bytes = entryBytes * 2 ** this.log;
    this.ring = space.take(this.bytes);
    this.#memory = memory;
    this.#entryBytes = entryBytes;
    this.#limit = limit;
    this.#wrIds = new Array<number>(2 ** this.log).fill(0);
  }

  /** @returns the count of requests posted, for the doorbell */
  post(wqe: Uint8Array, wrId: number, what: string): number {
    if (this.posted - this.done >= this.#limit)
      throw new VerbsError("ENOMEM", `the ${what} queue holds ${this.#limit} requests already`);
    const slot = this.posted % 2 ** this.log;
    this.#memory.write(this.ring + BigInt(slot * this.#entryBytes), wqe);
    this.#wrIds[slot] = wrId;
    this.posted += 1;
    return this.posted & 0xffff;
  }

  /** A completion: all requests up to it are done. @param count of the request, modulo 2^16 @returns its wrId */
  complete(count: number): number {
    const ahead = (count - this.done) & 0xffff;
    if (ahead >= this.posted - this.done)
      throw new Error(
        `a completion of work request ${count}, which is not posted: ${this.done} to ${this.posted} are`,
      );
    const index = this.done + ahead;
    this.done = index + 1;
    return this.#wrIds[index % 2 ** this.log]!;
  }

  /** The adapter lost what it knew of the queue: nothing of it completes any more. @returns wrId of the oldest request, 0 for none */
  lose(): number {
    const wrId = this.posted === this.done ? 0 : this.#wrIds[this.done % 2 ** this.log]!;
    this.done = this.posted;
    return wrId;
  }

  /** Everything posted is forgotten. */
  clear(): void {
    this.posted = 0;
    this.done = 0;
  }
}

/** Entries that the adapter writes; software finds them by their owner bits. */
export class CompletionRing {
  readonly ring: bigint;
  readonly log: number;
  readonly bytes: number;
  readonly #memory: HostMemoryAccess;
  /** Entries taken. */
  taken = 0;

  constructor(memory: HostMemoryAccess, space: RingSpace, depth: number) {
    this.log = ringLog(depth);
    this.bytes = cqeBytes * 2 ** this.log;
    this.ring = space.take(this.bytes);
    this.#memory = memory;
  }

  /** The next entry, taken; null when the adapter has not written it. */
  next(): Uint8Array | null {
    const entries = 2 ** this.log;
    const bytes = this.#memory.read(this.ring + BigInt(cqeBytes * (this.taken % entries)), cqeBytes);
    if (ownerOf(bytes) !== (Math.floor(this.taken / entries) % 2 === 0 ? 1 : 0)) return null;
    this.taken += 1;
    return bytes;
  }
}
