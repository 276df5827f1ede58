/** Shared receive queues of a driver: rings out of which several queue pairs receive (ibv_create_srq.3, ibv_modify_srq.3). */
import { type AdapterRegisters, at, table } from "./adapter-registers.ts";
import { encodeReceive, encodeSharedReceives, receiveWqeBytes } from "./formats.ts";
import { type HostMemoryAccess, type RingSpace, ringLog } from "./rings.ts";
import { type ReceiveRequest, VerbsError } from "./verbs.ts";

/** Requests are taken in the order in which they were posted, and complete in any. */
interface SharedRing {
  readonly ring: bigint;
  readonly log: number;
  readonly limit: number;
  readonly maxSge: number;
  /** Requests posted, and those that are known to be taken. */
  posted: number;
  taken: number;
  /** By the number of the request, modulo 2^16: those that are not complete. */
  readonly wrIds: Map<number, number>;
}

export class SharedReceives {
  readonly #rings: SharedRing[] = [];
  readonly #registers: AdapterRegisters;
  readonly #memory: HostMemoryAccess;
  readonly #space: RingSpace;
  readonly #most: number;
  readonly #mostPieces: number;

  /** @param most queues that the adapter has @param mostPieces pieces of memory of a request */
  constructor(
    registers: AdapterRegisters,
    memory: HostMemoryAccess,
    space: RingSpace,
    most: number,
    mostPieces: number,
  ) {
    this.#registers = registers;
    this.#memory = memory;
    this.#space = space;
    this.#most = most;
    this.#mostPieces = mostPieces;
  }

  create(maxRecv: number, maxSge = this.#mostPieces): number {
    if (this.#most === 0) throw new VerbsError("EINVAL", "the adapter has no shared receive queues");
    const srq = this.#rings.length;
    if (srq >= this.#most)
      throw new VerbsError("ENOMEM", `all ${this.#most} shared receive queues are in use`);
    const log = ringLog(maxRecv);
    const ring = this.#space.take(receiveWqeBytes * 2 ** log);
    this.#rings.push({
      ...{ ring, log, limit: maxRecv, maxSge: Math.min(maxSge, this.#mostPieces) },
      ...{ posted: 0, taken: 0, wrIds: new Map() },
    });
    this.#store(srq, 0, true);
    return srq;
  }

  #store(srq: number, limit: number, fresh: boolean): void {
    const { ring, log } = this.take(srq);
    const row = encodeSharedReceives(ring, log, limit, fresh);
    this.#registers.storeRow(table.sharedReceives, srq, row);
  }

  take(srq: number): SharedRing {
    const one = this.#rings[srq];
    if (one === undefined) throw new VerbsError("ENOENT", `there is no shared receive queue ${srq}`);
    return one;
  }

  post(srq: number, { sges, wrId }: ReceiveRequest): void {
    const one = this.take(srq);
    if (sges.length > one.maxSge) throw new VerbsError("EINVAL", `${sges.length} pieces; ${one.maxSge} fit`);
    const number = one.posted & 0xffff;
    if (one.posted - one.taken >= one.limit || one.wrIds.has(number))
      throw new VerbsError("ENOMEM", `the shared receive queue holds ${one.limit} requests already`);
    const place = BigInt(receiveWqeBytes * (one.posted % 2 ** one.log));
    this.#memory.write(one.ring + place, encodeReceive(sges));
    one.wrIds.set(number, wrId);
    one.posted += 1;
    this.#registers.write(at.srqDoorbell, srq + (one.posted & 0xffff) * 2 ** 16);
  }

  /** One event when fewer requests than this are left; 0: none. */
  setLimit(srq: number, limit: number): void {
    this.#store(srq, limit, false);
  }

  /** A completion: this request is done, and all before it are taken. @param number of the request, modulo 2^16 */
  complete(srq: number, number: number): number {
    const one = this.take(srq);
    const wrId = one.wrIds.get(number);
    if (wrId === undefined)
      throw new Error(`a completion of shared receive request ${number}, which is not posted`);
    one.wrIds.delete(number);
    const ahead = (number - one.taken) & 0xffff;
    if (ahead < one.posted - one.taken) one.taken += ahead + 1;
    return wrId;
  }

  /** Queues with fewer requests than their limit since the last call. */
  takeEvents(): number[] {
    const numbers: number[] = [];
    if (this.#most === 0) return numbers;
    for (let srq = this.#registers.takeEvent(at.srqEvent); srq !== null; ) {
      numbers.push(srq);
      srq = this.#registers.takeEvent(at.srqEvent);
    }
    return numbers;
  }
}
