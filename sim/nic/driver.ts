/**
 * Driver of a generated adapter, for simulation: verbs over its registers and over rings in host memory. Reliable
 * connections and UD, over native frames without GRH or over RoCE v2; calls for what there is not throw EINVAL.
 */
import { AdapterRegisters, type AdapterSizes, at, type RegisterAccess, table } from "./adapter-registers.ts";
import { addressRow, type EthernetIdentity, EthernetPort } from "./ethernet-port.ts";
import {
  decodeCqe,
  encodeCompletionQueue,
  encodeReceive,
  encodeRegion,
  encodeSend,
  type RegionRow,
  receiveWqeBytes,
} from "./formats.ts";
import { ManagementWindow } from "./management-window.ts";
import { type QueuePair, queuePairRow, stateNames, stateNumbers, stepQueuePair } from "./queue-pairs.ts";
import { CompletionRing, type HostMemoryAccess, RingSpace, WorkRing } from "./rings.ts";
import { SharedReceives } from "./shared-receives.ts";
import {
  type AddressVector,
  access,
  type QpAttributes,
  type QpRequest,
  type QpState,
  type ReceiveRequest,
  type RegionRequest,
  type SendRequest,
  type Verbs,
  VerbsError,
  type WcStatus,
  type WorkCompletion,
  wcStatus,
} from "./verbs.ts";

export interface NicDriverOptions {
  /** Byte address of the adapter's registers; default 0x1000. */
  readonly base?: number;
  /** LID of the adapter, 1 … BFFF; not on Ethernet. */
  readonly lid: number;
  /** With Ethernet frames: who the port is. */
  readonly ethernet?: EthernetIdentity;
  /** Where rings may be put into host memory, to the end of it; default 2^40. */
  readonly ringBase?: bigint;
  /** Data lane of a service level; default VL0 for each. */
  readonly vlOf?: (sl: number) => number;
  /** Work requests go with their doorbells where the adapter has a window for them; default true. */
  readonly push?: boolean;
}

/** Queue pairs 0 and 1 are for management. */
const firstQpn = 2;
/** General services. */
const managementQpn = 1;

/** Address handles of an adapter with native frames, which has no table of them. */
const nativeHandles = 65_536;

/** Index, and variant: the key of a region. */
interface Region {
  readonly row: RegionRow;
  readonly index: number;
}

export class NicDriver implements Verbs {
  readonly sizes: AdapterSizes;
  readonly #registers: AdapterRegisters;
  readonly #memory: HostMemoryAccess;
  readonly #space: RingSpace;
  readonly #shared: SharedReceives;
  /** Packets of VL15; null when the adapter has no window for them. */
  readonly management: ManagementWindow | null;
  /** Null: native frames. */
  readonly #port: EthernetPort | null;
  readonly #vlOf: (sl: number) => number;
  readonly #pushBytes: number;
  readonly #regions = new Map<number, Region>();
  readonly #variants = new Map<number, number>();
  readonly #cqs = new Map<number, CompletionRing>();
  readonly #pairs = new Map<number, QueuePair>();
  readonly #handles = new Map<number, AddressVector>();
  /** Address handles that there are at a time. */
  readonly #maxHandles: number;
  #pds = 0;
  #nextQpn = firstQpn;

  constructor(registers: RegisterAccess, memory: HostMemoryAccess, options: NicDriverOptions) {
    this.#registers = new AdapterRegisters(registers, options.base);
    this.#memory = memory;
    this.#space = new RingSpace(memory, options.ringBase ?? 1n << 40n);
    this.#vlOf = options.vlOf ?? (() => 0);
    this.sizes = this.#registers.start();
    this.#pushBytes = options.push === false ? 0 : this.sizes.pushBytes;
    this.#port = options.ethernet === undefined ? null : new EthernetPort(registers);
    if (options.ethernet === undefined) this.#registers.write(at.ownLid, options.lid);
    else this.#port?.setIdentity(options.ethernet);
    this.#maxHandles = !this.sizes.datagrams ? 0 : (this.#port?.handles() ?? nativeHandles);
    const { sharedReceiveQueues, receiveScatter } = this.sizes;
    const own = [this.#registers, memory, this.#space] as const;
    this.management = this.sizes.management ? new ManagementWindow(this.#registers) : null;
    this.#shared = new SharedReceives(...own, sharedReceiveQueues, receiveScatter);
  }

  allocPd(): number {
    this.#pds += 1;
    return this.#pds;
  }

  #checkPd(pd: number): void {
    if (!(pd >= 1 && pd <= this.#pds)) throw new VerbsError("ENOENT", `there is no protection domain ${pd}`);
  }

  regMr(request: RegionRequest): { lkey: number; rkey: number } {
    this.#checkPd(request.pd);
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
    let index = 1;
    while (this.#regions.has(index)) index += 1;
    if (index >= this.sizes.memoryRegions)
      throw new VerbsError("ENOMEM", `all ${this.sizes.memoryRegions - 1} regions are in use`);
    const variant = ((this.#variants.get(index) ?? 0) + 1) & 255;
    this.#variants.set(index, variant);
    const row: RegionRow = {
      ...{ variant, valid: true, remoteInvalidate: request.remoteInvalidate ?? false },
      ...{ access: request.access & 15, pd: request.pd, iova, length: BigInt(length), address },
    };
    this.#registers.storeRow(table.memoryRegion, index, encodeRegion(row));
    this.#regions.set(index, { row, index });
    const key = ((index << 8) | variant) >>> 0;
    return { lkey: key, rkey: key };
  }

  deregMr(lkey: number): void {
    const region = this.#regions.get(lkey >>> 8);
    if (region?.row.variant !== (lkey & 255))
      throw new VerbsError("ENOENT", `no region has the key 0x${lkey.toString(16)}`);
    this.#registers.storeRow(table.memoryRegion, region.index, encodeRegion({ ...region.row, valid: false }));
    this.#regions.delete(region.index);
  }

  createCq(depth: number): number {
    let cq = 0;
    while (this.#cqs.has(cq)) cq += 1;
    if (cq >= this.sizes.completionQueues)
      throw new VerbsError("ENOMEM", `all ${this.sizes.completionQueues} completion queues are in use`);
    const ring = new CompletionRing(this.#memory, this.#space, depth);
    this.#cqs.set(cq, ring);
    this.#registers.storeRow(table.completionQueue, cq, encodeCompletionQueue(ring.ring, ring.log));
    return cq;
  }

  /** The ring of a completion queue starts afresh with these; `ibv_modify_cq` does it before the queue is used. */
  moderateCq(cq: number, count: number, periodUs: number): void {
    const ring = this.#cq(cq);
    if (ring.taken > 0) throw new VerbsError("EBUSY", `completion queue ${cq} was used already`);
    this.#registers.storeRow(
      table.completionQueue,
      cq,
      encodeCompletionQueue(ring.ring, ring.log, count, periodUs),
    );
  }

  #cq(cq: number): CompletionRing {
    const ring = this.#cqs.get(cq);
    if (ring === undefined) throw new VerbsError("ENOENT", `there is no completion queue ${cq}`);
    return ring;
  }

  createSrq(request: { pd: number; maxRecv: number; maxSge?: number }): number {
    this.#checkPd(request.pd);
    return this.#shared.create(request.maxRecv, request.maxSge);
  }

  /** One event when fewer requests than this are left, `ibv_modify_srq` with IBV_SRQ_LIMIT; 0: none. */
  setSrqLimit(srq: number, limit: number): void {
    this.#shared.setLimit(srq, limit);
  }

  /** Shared receive queues that got below their limits since the last call. */
  takeSrqEvents(): number[] {
    return this.#shared.takeEvents();
  }

  /** With native frames a handle is the driver's own: the LID goes into the work request. */
  createAh({ pd, address }: { readonly pd: number; readonly address: AddressVector }): number {
    this.#checkPd(pd);
    if (this.#port === null && (address.dlid === undefined || address.dgid !== undefined))
      throw new VerbsError("EINVAL", "the address of a peer is a LID here, without a GID");
    let ah = 0;
    while (this.#handles.has(ah)) ah += 1;
    if (ah >= this.#maxHandles)
      throw new VerbsError("ENOMEM", `all ${this.#maxHandles} address handles are in use`);
    this.#port?.storeAddress(this.sizes.queuePairs + ah, addressRow(address));
    this.#handles.set(ah, address);
    return ah;
  }

  /** The row stays as it is: work requests that are posted already still find the peer. */
  destroyAh(ah: number): void {
    if (!this.#handles.delete(ah)) throw new VerbsError("ENOENT", `there is no address handle ${ah}`);
  }

  /** A work request of UD as it is written: where a LID stands, the number of the handle on Ethernet. */
  #addressed(request: SendRequest): SendRequest {
    const { opcode, ud } = request;
    if (opcode !== "send" && opcode !== "send-imm") throw new VerbsError("EINVAL", `UD has no ${opcode}`);
    if (ud === undefined) throw new VerbsError("EINVAL", "UD needs a peer in `ud`");
    if (ud.ah === undefined) {
      if (this.#port !== null || ud.address?.dlid === undefined || ud.address.dgid !== undefined)
        throw new VerbsError(
          "EINVAL",
          "UD needs an address handle, or with native frames a LID without a GID",
        );
      return request;
    }
    const address = this.#handles.get(ud.ah);
    if (address === undefined) throw new VerbsError("ENOENT", `there is no address handle ${ud.ah}`);
    return {
      ...request,
      ud: { ...ud, address: this.#port === null ? address : { ...address, dlid: ud.ah } },
    };
  }

  createQp(request: QpRequest): number {
    const { sizes } = this;
    this.#checkPd(request.pd);
    for (const cq of [request.sendCq, request.recvCq]) this.#cq(cq);
    if (request.type === "ud" && !sizes.datagrams)
      throw new VerbsError("EINVAL", "the adapter has reliable connections only");
    if (request.management && (request.type !== "ud" || this.#pairs.has(managementQpn)))
      throw new VerbsError("EBUSY", "QP1 is one UD queue pair");
    if (request.srq !== undefined) this.#shared.take(request.srq);
    if ((request.maxInline ?? 0) > sizes.inlineBytes)
      throw new VerbsError(
        "EINVAL",
        `${request.maxInline} bytes inline; the adapter takes ${sizes.inlineBytes}`,
      );
    if (this.#pairs.size >= sizes.queuePairs - firstQpn)
      throw new VerbsError("ENOMEM", `all ${sizes.queuePairs - firstQpn} queue pairs are in use`);
    // A number is used again as late as possible: completions of a queue pair may outlive it.
    let qpn = request.management ? managementQpn : this.#nextQpn;
    while (this.#pairs.has(qpn)) qpn = qpn + 1 < sizes.queuePairs ? qpn + 1 : firstQpn;
    if (!request.management) this.#nextQpn = qpn + 1 < sizes.queuePairs ? qpn + 1 : firstQpn;
    const pair: QueuePair = {
      number: qpn,
      request,
      state: "RESET",
      attributes: {},
      send: new WorkRing(this.#memory, this.#space, sizes.wqeBytes, request.maxSend),
      receive: new WorkRing(this.#memory, this.#space, receiveWqeBytes, request.maxRecv),
    };
    this.#pairs.set(qpn, pair);
    this.#storePair(pair, 15);
    return qpn;
  }

  #pair(qpn: number): QueuePair {
    const pair = this.#pairs.get(qpn);
    if (pair === undefined) throw new VerbsError("ENOENT", `there is no queue pair ${qpn}`);
    return pair;
  }

  #storePair(pair: QueuePair, afresh: number): void {
    this.#registers.storeRow(
      table.queuePair,
      pair.number,
      queuePairRow(pair, afresh, this.#vlOf, this.sizes.mtuBytes, this.#port !== null),
    );
  }

  modifyQp(qpn: number, attributes: QpAttributes): void {
    const pair = this.#pair(qpn);
    pair.state = this.queryQp(qpn).state;
    const afresh = stepQueuePair(pair, attributes, this.sizes.mtuBytes, this.#port !== null);
    if (this.#port !== null && attributes.address !== undefined)
      this.#port.storeAddress(qpn, addressRow(attributes.address));
    this.#storePair(pair, afresh);
  }

  queryQp(qpn: number): { readonly state: QpState } {
    this.#pair(qpn);
    return { state: stateNames[this.#registers.queryState(qpn)]! };
  }

  destroyQp(qpn: number): void {
    const pair = this.#pair(qpn);
    pair.state = "RESET";
    this.#storePair(pair, 15);
    this.#space.giveBack(pair.send.ring, pair.send.bytes);
    this.#space.giveBack(pair.receive.ring, pair.receive.bytes);
    this.#pairs.delete(qpn);
  }

  postSend(qpn: number, request: SendRequest): void {
    const pair = this.#pair(qpn);
    if (stateNumbers[pair.state] < stateNumbers.RTS)
      throw new VerbsError("EINVAL", `queue pair ${qpn} is in ${pair.state} and cannot send`);
    const { scatterGather, inlineBytes, wqeBytes } = this.sizes;
    const { sges = [], inline } = request;
    if (sges.length > Math.min(scatterGather, pair.request.maxSge ?? scatterGather))
      throw new VerbsError("EINVAL", `${sges.length} pieces; a work request takes ${scatterGather}`);
    const addressed = pair.request.type === "ud" ? this.#addressed(request) : request;
    const atomic = request.opcode === "cmp-swap" || request.opcode === "fetch-add";
    if (atomic && sges.length !== 1)
      throw new VerbsError("EINVAL", `${sges.length} pieces; an atomic has one, of 8 bytes`);
    if (inline !== undefined && inline.length > Math.min(inlineBytes, pair.request.maxInline ?? 0))
      throw new VerbsError(
        "EINVAL",
        `${inline.length} bytes inline; queue pair ${qpn} takes ${pair.request.maxInline ?? 0}`,
      );
    const wqe = encodeSend(addressed, wqeBytes, this.#vlOf);
    const produced = pair.send.post(wqe, request.wrId, "send");
    if (this.#pushBytes > 0) this.#registers.push(qpn, produced, wqe, this.#pushBytes);
    this.#registers.write(at.sqDoorbell, qpn + produced * 2 ** 16);
  }

  postRecv(qpn: number, request: ReceiveRequest): void {
    const pair = this.#pair(qpn);
    if (pair.request.srq !== undefined)
      throw new VerbsError("EINVAL", `queue pair ${qpn} has a shared receive queue`);
    if (pair.state === "RESET")
      throw new VerbsError("EINVAL", `queue pair ${qpn} is in RESET and cannot receive`);
    const most = Math.min(this.sizes.receiveScatter, pair.request.maxSge ?? this.sizes.receiveScatter);
    if (request.sges.length > most)
      throw new VerbsError("EINVAL", `${request.sges.length} pieces; ${most} fit`);
    const produced = pair.receive.post(encodeReceive(request.sges), request.wrId, "receive");
    this.#registers.write(at.rqDoorbell, qpn + produced * 2 ** 16);
  }

  postSrqRecv(srq: number, request: ReceiveRequest): void {
    this.#shared.post(srq, request);
  }

  pollCq(cq: number, limit: number): WorkCompletion[] {
    const ring = this.#cq(cq);
    const before = ring.taken;
    const completions: WorkCompletion[] = [];
    while (completions.length < limit) {
      const bytes = ring.next();
      if (bytes === null) break;
      const completion = this.#completion(bytes);
      if (completion !== null) completions.push(completion);
    }
    if (ring.taken !== before) this.#registers.write(at.cqConsumer, cq + (ring.taken & 0xffff) * 2 ** 16);
    return completions;
  }

  /** Null for what is left of a queue pair that was destroyed. */
  #completion(bytes: Uint8Array): WorkCompletion | null {
    const cqe = decodeCqe(bytes);
    const pair = this.#pairs.get(cqe.qpn);
    if (pair === undefined) return null;
    const receive = cqe.opcode === "recv" || cqe.opcode === "recv-write-imm";
    const { srq } = pair.request;
    const queue = receive ? pair.receive : pair.send;
    const wrId =
      cqe.status === wcStatus.fatal
        ? queue.lose()
        : receive && srq !== undefined
          ? this.#shared.complete(srq, cqe.wqe)
          : queue.complete(cqe.wqe);
    const failed = cqe.status !== wcStatus.success;
    return {
      wrId,
      status: cqe.status as WcStatus,
      opcode: cqe.opcode,
      qpn: cqe.qpn,
      byteLength: failed ? 0 : cqe.byteLength,
      ...(cqe.hasImm && { imm: cqe.imm }),
      ...(cqe.invalidated && { invalidatedKey: cqe.imm }),
      ...(cqe.solicited && { solicited: true }),
      ...(receive && pair.request.type === "ud" && !failed && { sourceQp: cqe.source.qpn }),
      ...(cqe.grh && { grh: true }),
    };
  }

  armCq(cq: number, solicitedOnly: boolean): void {
    this.#cq(cq);
    this.#registers.write(at.cqArm, cq + (solicitedOnly ? 2 ** 16 : 0));
  }

  takeEvents(): number[] {
    const numbers: number[] = [];
    for (let cq = this.#registers.takeEvent(); cq !== null; cq = this.#registers.takeEvent())
      numbers.push(cq);
    return [...new Set(numbers)];
  }
}
