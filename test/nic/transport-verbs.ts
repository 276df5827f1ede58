/** Verbs over the modules of the transport, with the rings in the memory of the bench; send requests of 128 bytes. */
import {
  type QpAttributes,
  type QpRequest,
  type QpState,
  type ReceiveRequest,
  type ScatterGather,
  type SendRequest,
  VerbsError,
  type WcOpcode,
  type WcStatus,
  type WorkCompletion,
} from "../../sim/nic/verbs.ts";
import type { ReferenceNic } from "../../sim/reference/rc/index.ts";
import type { TransportHost } from "./transport-bench.ts";

const opcodes = {
  ...{ "send-inv": 0x01, write: 0x08, "write-imm": 0x09, send: 0x0a, "send-imm": 0x0b },
  ...{ read: 0x10, "cmp-swap": 0x11, "fetch-add": 0x12 },
} as const;
const completed: Record<number, WcOpcode> = {
  ...{ 0: "send", 1: "write", 2: "read", 3: "cmp-swap", 4: "fetch-add", 128: "recv", 129: "recv-write-imm" },
};
const stateNumbers = { RESET: 0, INIT: 1, RTR: 2, RTS: 3, SQD: 4, SQE: 5, ERR: 6 } as const;
const ringLog = 6;

interface Queue {
  posted: number;
  readonly ring: bigint;
  readonly wrIds: Map<number, number>;
}

interface Pair {
  readonly request: QpRequest;
  readonly row: Uint32Array;
  send: Queue;
  receive: Queue;
}

/** Offers what {@link ReferenceNic} offers of regions, and queue pairs of the RTL. */
export class TransportVerbs {
  readonly host: TransportHost;
  readonly #regions: ReferenceNic;
  readonly #pairs = new Map<number, Pair>();
  readonly #shared: Queue[] = [];
  /** AETH credits are told and obeyed. */
  credits = false;
  /** The work request that goes with the doorbell of one; null: none, it is only read from the ring. */
  push: (wqe: Uint8Array) => Uint8Array | null = () => null;
  #next = 2;
  #ringAt = 0x4000_0000n;

  /** @param regions holds the memory regions of the host; its queue pairs are not used */
  constructor(host: TransportHost, regions: ReferenceNic) {
    this.host = host;
    this.#regions = regions;
  }

  allocPd(): number {
    return this.#regions.allocPd();
  }

  regMr(request: Parameters<ReferenceNic["regMr"]>[0]): { lkey: number; rkey: number } {
    return this.#regions.regMr(request);
  }

  /** Completion queues are lists without end here. */
  createCq(): number {
    return 0;
  }

  #queue(bytes: number): Queue {
    const ring = this.#ringAt;
    this.#ringAt += BigInt(bytes << ringLog) + 64n;
    return { posted: 0, ring, wrIds: new Map() };
  }

  createSrq(): number {
    const queue = this.#queue(64);
    this.#shared.push(queue);
    const srq = this.#shared.length - 1;
    this.host.writeSharedRow(srq, queue.ring | BigInt(ringLog), 0, true);
    return srq;
  }

  createQp(request: QpRequest): number {
    const qpn = this.#next++;
    const { srq } = request;
    const receive = srq === undefined ? this.#queue(64) : this.#shared[srq]!;
    const row = new Uint32Array(16);
    this.#pairs.set(qpn, { request, row, send: this.#queue(128), receive });
    return qpn;
  }

  modifyQp(qpn: number, attributes: QpAttributes): void {
    const pair = this.#pairs.get(qpn)!;
    const { row, request } = pair;
    const put = (word: number, at: number, bits: number, value: number | undefined): void => {
      if (value === undefined) return;
      const mask = bits === 32 ? 0xffff_ffff : (1 << bits) - 1;
      row[word] = ((row[word]! & ~(mask << at)) | ((value & mask) << at)) >>> 0;
    };
    const { state, pathMtu, address } = attributes;
    put(0, 0, 3, stateNumbers[state]);
    put(0, 4, 3, pathMtu === undefined ? undefined : Math.log2(pathMtu) - 7);
    put(0, 8, 4, address?.sl);
    put(0, 16, 16, attributes.pkey);
    put(1, 0, 24, attributes.destQpn);
    put(1, 24, 8, attributes.access);
    put(2, 0, 16, address?.dlid);
    put(2, 16, 16, request.pd);
    put(3, 0, 24, attributes.rqPsn);
    put(3, 24, 5, attributes.minRnrTimer);
    put(4, 0, 24, attributes.sqPsn);
    put(4, 24, 5, attributes.timeout);
    put(5, 0, 3, attributes.retryCount);
    put(5, 3, 3, attributes.rnrRetry);
    put(5, 8, 8, attributes.maxRdAtomic);
    put(5, 16, 8, attributes.maxDestRdAtomic);
    put(6, 0, 16, request.sendCq);
    put(6, 16, 16, request.recvCq);
    put(8, 0, 32, Number(pair.send.ring) | ringLog);
    put(10, 0, 32, Number(pair.receive.ring) | ringLog);
    row[12] =
      state === "RESET" || state === "INIT"
        ? 15
        : state === "RTR"
          ? 1
          : state === "RTS" && attributes.sqPsn !== undefined
            ? 2
            : 0;
    if (this.credits) row[12] = row[12]! | 0x200;
    if (request.srq !== undefined) row[12] = (row[12]! | 0x100 | (request.srq << 16)) >>> 0;
    this.host.writeRow(qpn, row.slice());
  }

  /** Where a request of a send queue stands, by its number. */
  sendPlace(qpn: number, index: number): bigint {
    return this.#pairs.get(qpn)!.send.ring + BigInt(128 * (index % (1 << ringLog)));
  }

  receivePlace(qpn: number, index: number): bigint {
    return this.#pairs.get(qpn)!.receive.ring + BigInt(64 * (index % (1 << ringLog)));
  }

  /** The queues of a queue pair begin afresh, before it goes through RESET. */
  forget(qpn: number): void {
    const { send, receive } = this.#pairs.get(qpn)!;
    for (const queue of [send, receive]) {
      queue.posted = 0;
      queue.wrIds.clear();
    }
  }

  queryQp(qpn: number): { state: QpState } {
    return { state: this.host.states.get(qpn) ?? "RESET" };
  }

  postSend(qpn: number, request: SendRequest): void {
    const { sges = [], inline } = request;
    const wqe = new DataView(new ArrayBuffer(128));
    const length = inline?.length ?? sges.reduce((sum, one) => sum + one.length, 0);
    const flag = (on: boolean | undefined, bit: number): number => (on === true ? bit : 0);
    wqe.setUint8(0, opcodes[request.opcode]);
    wqe.setUint8(
      1,
      flag(request.signaled, 1) |
        flag(request.solicited, 2) |
        flag(request.fence, 4) |
        flag(inline !== undefined, 8),
    );
    wqe.setUint8(2, sges.length);
    const { opcode, imm, invalidateKey } = request;
    wqe.setUint32(4, (opcode === "send-inv" ? invalidateKey : imm) ?? 0, true);
    wqe.setUint32(8, length, true);
    wqe.setUint32(12, request.remote?.rkey ?? 0, true);
    wqe.setBigUint64(16, request.remote?.address ?? 0n, true);
    wqe.setBigUint64(24, request.compareAdd ?? 0n, true);
    writePieces(wqe, 32, sges);
    if (opcode === "cmp-swap") wqe.setBigUint64(48, request.swap ?? 0n, true);
    if (inline !== undefined) new Uint8Array(wqe.buffer).set(inline, 32);
    this.#post(qpn, "sq_", wqe, request.wrId);
  }

  postRecv(qpn: number, { sges, wrId }: ReceiveRequest): void {
    const wqe = new DataView(new ArrayBuffer(64));
    writePieces(wqe, 0, sges);
    this.#post(qpn, "rq_", wqe, wrId);
  }

  postSrqRecv(srq: number, { sges, wrId }: ReceiveRequest): void {
    const wqe = new DataView(new ArrayBuffer(64));
    writePieces(wqe, 0, sges);
    this.host.sharedDoorbell(srq, this.#put(this.#shared[srq]!, wqe, wrId));
  }

  #post(qpn: number, part: "rq_" | "sq_", wqe: DataView, wrId: number): void {
    const pair = this.#pairs.get(qpn)!;
    const producer = this.#put(part === "sq_" ? pair.send : pair.receive, wqe, wrId);
    this.host.doorbell(part, qpn, producer, part === "sq_" ? this.push(new Uint8Array(wqe.buffer)) : null);
  }

  #put(queue: Queue, wqe: DataView, wrId: number): number {
    if (queue.wrIds.size >= 1 << ringLog) throw new VerbsError("ENOMEM", "the ring is full");
    const place = BigInt(wqe.byteLength * (queue.posted % (1 << ringLog)));
    this.host.memory.write(queue.ring + place, new Uint8Array(wqe.buffer));
    queue.wrIds.set(queue.posted & 0xffff, wrId);
    return ++queue.posted;
  }

  pollCq(cq: number, limit: number): WorkCompletion[] {
    const mine = this.host.completions.filter((one) => one.cq === cq).slice(0, limit);
    for (const one of mine) this.host.completions.splice(this.host.completions.indexOf(one), 1);
    return mine.map((one) => {
      const pair = this.#pairs.get(one.qpn)!;
      const queue = one.received ? pair.receive : pair.send;
      const wrId = queue.wrIds.get(one.wqe);
      if (wrId === undefined) throw new Error(`a completion of request ${one.wqe}, which is none`);
      // Requests complete in order: those before it that were not signaled are complete too.
      const alone = one.received && pair.request.srq !== undefined;
      for (const index of [...queue.wrIds.keys()])
        if (alone ? index === one.wqe : ((one.wqe - index) & 0xffff) < 0x8000) queue.wrIds.delete(index);
      return {
        ...{ wrId, status: one.status as WcStatus, opcode: completed[one.opcode]!, qpn: one.qpn },
        byteLength: one.bytes,
        ...(one.flags & 1 ? { imm: one.imm } : {}),
        ...(one.flags & 2 ? { invalidatedKey: one.imm } : {}),
        ...(one.flags & 4 ? { solicited: true } : {}),
      };
    });
  }
}

function writePieces(wqe: DataView, at: number, sges: readonly ScatterGather[]): void {
  for (const [i, { address, length, lkey }] of sges.entries()) {
    wqe.setBigUint64(at + 16 * i, address, true);
    wqe.setUint32(at + 16 * i + 8, length, true);
    wqe.setUint32(at + 16 * i + 12, lkey, true);
  }
}
