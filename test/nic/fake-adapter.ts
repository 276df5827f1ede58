/**
 * An adapter at the level of its registers and rings, with the reference model behind: what the driver writes is read
 * here by hand, byte by byte, apart from the driver's own formats.
 */
import type { QpState, ScatterGather, SendOpcode, SendRequest, WorkCompletion } from "../../sim/nic/verbs.ts";
import type { ReferenceNic } from "../../sim/reference/rc/index.ts";
import { freshQp } from "../../sim/reference/rc/qp.ts";

export interface FakeSizes {
  readonly logQueuePairs: number;
  readonly logCompletionQueues: number;
  readonly logMemoryRegions: number;
  readonly scatterGather: 2 | 6;
  /** 0: no shared receive queues. */
  readonly logShared?: number;
  /** Bytes of a work request that can come with its doorbell. */
  readonly pushBytes?: 64 | 128;
}

interface Ring {
  readonly at: bigint;
  readonly entries: number;
}

interface Queue extends Ring {
  produced: number;
  taken: number;
  armed: "not" | "solicited" | "any";
}

interface Pair {
  readonly send: Ring & { read: number };
  readonly receive: Ring & { read: number };
}

interface Shared extends Ring {
  read: number;
  limit: number;
}

const sendOpcodes: Readonly<Record<number, SendOpcode>> = {
  ...{ 1: "send-inv", 8: "write", 9: "write-imm", 10: "send", 11: "send-imm" },
  ...{ 16: "read", 17: "cmp-swap", 18: "fetch-add" },
};
const completionOpcodes = ["send", "write", "read", "cmp-swap", "fetch-add"];
const states: readonly QpState[] = ["RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR"];

export class FakeAdapter {
  readonly nic: ReferenceNic;
  readonly sizes: FakeSizes;
  readonly data = new Uint32Array(16);
  readonly queues = new Map<number, Queue>();
  readonly pairs = new Map<number, Pair>();
  readonly shared = new Map<number, Shared>();
  readonly events: number[] = [];
  /** Polls of a busy bit until it clears, and of the state after reset. */
  busy = 0;
  #starting = 3;
  #query = 0;
  #pending = 0;
  lid = 0;
  overflows = 0;
  /** Work requests that came with their doorbells, and the one that is coming: what SQ_PUSH said, words. */
  pushed = 0;
  #push = { head: 0, words: new Map<number, number>() };
  reads = 0;

  constructor(nic: ReferenceNic, sizes: FakeSizes) {
    this.nic = nic;
    this.sizes = sizes;
  }

  read(address: number): { value: number; response: number } {
    this.reads += 1;
    const value = this.#value(address);
    return value === undefined ? { value: 0, response: 2 } : { value: value >>> 0, response: 0 };
  }

  #value(address: number): number | undefined {
    const { logQueuePairs, logCompletionQueues, logMemoryRegions, scatterGather } = this.sizes;
    switch (address) {
      case 0x1000:
        return 0x4c574e31;
      case 0x1004:
        return (5 << 8) | (logQueuePairs << 12) | (logCompletionQueues << 18) | (logMemoryRegions << 24);
      case 0x1008:
        return (
          (scatterGather === 6 ? 128 : 64) |
          ((16 * scatterGather) << 12) |
          (scatterGather << 20) |
          (4 << 24) |
          (((this.sizes.pushBytes ?? 0) / 16) << 28)
        );
      case 0x100c:
        return (this.sizes.logShared ?? 0) << 26;
      case 0x1018:
        this.#starting -= 1;
        return this.#starting < 0 ? 1 : 0;
      case 0x1020:
        return this.busy-- > 0 ? 2 ** 31 : 0;
      case 0x1024:
        return this.#pending-- > 0 ? 2 ** 31 : 0;
      case 0x1028:
        return states.indexOf(this.nic.qps.find(this.#query)?.state ?? "RESET");
      case 0x1090:
        return this.events.length > 0 ? 2 ** 31 + this.events[0]! : 0;
      default:
        return undefined;
    }
  }

  write(address: number, value: number): number {
    const [low, high] = [value & 0xffff, value >>> 16];
    if (address >= 0x1040 && address < 0x1080 && address % 4 === 0) {
      if (this.busy > 0) throw new Error("TABLE_DATA is written while a row waits");
      this.data[(address - 0x1040) / 4] = value;
      return 0;
    }
    const { pushBytes = 0 } = this.sizes;
    if (pushBytes > 0 && address >= 0x1100 && address < 0x1100 + pushBytes && address % 4 === 0) {
      const word = (address - 0x1100) / 4;
      if (this.#push.words.has(word)) throw new Error(`word ${word} is pushed twice`);
      this.#push.words.set(word, value);
      return 0;
    }
    switch (address) {
      case 0x109c:
        if (pushBytes === 0) return 2;
        this.#push = { head: value, words: new Map() };
        return 0;
      case 0x1010:
        this.lid = low;
        return 0;
      case 0x1020:
        if (this.busy > 0) throw new Error("a row is written while another one waits");
        this.#store(high & 3, low);
        this.busy = 2;
        return 0;
      case 0x1024:
        [this.#query, this.#pending] = [low, 1];
        return 0;
      case 0x1080:
        this.#checkPush(low, high);
        this.#sends(low, high);
        return 0;
      case 0x1084:
        this.#receives(low, high, this.pairs.get(low)!.receive, low);
        return 0;
      case 0x1094:
        this.#receives(low, high, this.shared.get(low)!);
        return 0;
      case 0x1088:
        this.queues.get(low)!.taken = high;
        return 0;
      case 0x108c: {
        const queue = this.queues.get(low)!;
        queue.armed = high === 1 && queue.armed !== "any" ? "solicited" : "any";
        return 0;
      }
      case 0x1090:
        if (value !== 2 ** 30) throw new Error("CQ_EVENT takes TAKE only");
        this.events.shift();
        return 0;
      default:
        return 2;
    }
  }

  #store(table: number, index: number): void {
    const { data } = this;
    const wide = (word: number): bigint => BigInt(data[word]!) | (BigInt(data[word + 1]!) << 32n);
    if (table === 1) this.#region(index, wide);
    else if (table === 2) {
      const ring = wide(0);
      const queue = { at: ring & ~63n, entries: 2 ** Number(ring & 15n), produced: 0, taken: 0 };
      this.queues.set(index, { ...queue, armed: "not" });
    } else if (table === 3) this.#sharedRow(index, wide(0));
    else this.#pair(index, wide);
  }

  #sharedRow(index: number, ring: bigint): void {
    const [limit, afresh] = [this.data[2]! & 0xffff, this.data[3]! & 1];
    const read = afresh === 1 ? 0 : this.shared.get(index)!.read;
    this.shared.set(index, { at: ring & ~63n, entries: 2 ** Number(ring & 15n), read, limit });
    if (afresh === 1) this.nic.srqs.add(() => ({ pd: 0, limit: 1e9, maxSge: 4, requests: [] }), index);
  }

  #region(index: number, wide: (word: number) => bigint): void {
    const word = this.data[0]!;
    const key = ((index << 8) | (word & 255)) >>> 0;
    if ((word & 0x100) === 0) {
      this.nic.deregMr(key);
      return;
    }
    this.nic.regMr(
      {
        pd: this.#pd(word >>> 16),
        address: wide(6),
        length: Number(wide(4)),
        iova: wide(2),
        access: (word >>> 10) & 15,
        remoteInvalidate: (word & 0x200) !== 0,
      },
      key,
    );
  }

  /** The model has as many protection domains as were used. */
  #pd(pd: number): number {
    while (this.nic.allocPd() < pd);
    return pd;
  }

  #pair(qpn: number, wide: (word: number) => bigint): void {
    const w = this.data;
    const byte = (word: number, at: number): number => (w[word]! >>> (8 * at)) & 255;
    const ringOf = (word: number) => ({ at: wide(word) & ~63n, entries: 2 ** Number(wide(word) & 15n) });
    const state = states[w[0]! & 7]!;
    const afresh = w[12]! & 15;
    const known = this.pairs.get(qpn);
    const send = { ...ringOf(8), read: (afresh & 8) === 0 ? known!.send.read : 0 };
    const receive = { ...ringOf(10), read: (afresh & 4) === 0 ? known!.receive.read : 0 };
    this.pairs.set(qpn, { send, receive });
    if (state === "RESET") {
      const [sendCq, recvCq] = [w[6]! & 0xffff, w[6]! >>> 16];
      const request = {
        type: "rc" as const,
        pd: this.#pd(w[2]! >>> 16),
        sendCq,
        recvCq,
        ...{ maxSend: 1e6, maxRecv: 1e6, maxSge: 6, maxInline: 96 },
        ...((w[12]! & 0x100) === 0 ? {} : { srq: w[12]! >>> 16 }),
      };
      for (const cq of [sendCq, recvCq])
        if (this.nic.cqs.find(cq) === undefined)
          this.nic.cqs.add(
            () => ({ depth: 1e9, entries: [], armed: "none", overrun: false, event: false }),
            cq,
          );
      this.nic.qps.add((number) => freshQp(number, request), qpn);
      return;
    }
    this.nic.modifyQp(qpn, {
      state,
      pkey: w[0]! >>> 16,
      access: byte(1, 3),
      pathMtu: (128 << ((w[0]! >>> 4) & 7)) as 256,
      destQpn: w[1]! & 0xffffff,
      rqPsn: w[3]! & 0xffffff,
      minRnrTimer: byte(3, 3) & 31,
      sqPsn: w[4]! & 0xffffff,
      timeout: byte(4, 3) & 31,
      retryCount: w[5]! & 7,
      rnrRetry: (w[5]! >>> 3) & 7,
      maxRdAtomic: byte(5, 1),
      maxDestRdAtomic: byte(5, 2),
      address: { dlid: w[2]! & 0xffff, sl: (w[0]! >>> 8) & 15 },
    });
    if ((afresh & 1) !== Number(state === "RTR")) throw new Error(`${state} with FRESH bits ${afresh}`);
  }

  #pieces(view: DataView, at: number, count: number): ScatterGather[] {
    return Array.from({ length: count }, (_, n) => ({
      address: view.getBigUint64(at + 16 * n, true),
      length: view.getUint32(at + 16 * n + 8, true),
      lkey: view.getUint32(at + 16 * n + 12, true),
    }));
  }

  /** What came with the doorbell is what stands in the ring. */
  #checkPush(qpn: number, producer: number): void {
    const { head, words } = this.#push;
    if (words.size === 0) return;
    this.#push = { head: 0, words: new Map() };
    if (head !== qpn + (producer & 255) * 2 ** 16 + words.size * 2 ** 24)
      throw new Error(`SQ_PUSH of 0x${head.toString(16)} in front of doorbell ${qpn} ${producer}`);
    const { send } = this.pairs.get(qpn)!;
    const bytes = this.sizes.scatterGather === 6 ? 128 : 64;
    const place = send.at + BigInt((((producer - 1) & 0xffff) % send.entries) * bytes);
    const view = new DataView(this.nic.memory.read(place, bytes).buffer);
    for (let word = 0; word < bytes / 4; word += 1)
      if (view.getUint32(4 * word, true) !== (words.get(word) ?? 0))
        throw new Error(`word ${word} of a pushed work request is not that of the ring`);
    this.pushed += 1;
  }

  #sends(qpn: number, producer: number): void {
    const { send } = this.pairs.get(qpn)!;
    const bytes = this.sizes.scatterGather === 6 ? 128 : 64;
    for (; (send.read & 0xffff) !== producer; send.read += 1) {
      const wqe = this.nic.memory.read(send.at + BigInt((send.read % send.entries) * bytes), bytes);
      const view = new DataView(wqe.buffer);
      const flags = wqe[1]!;
      const opcode = sendOpcodes[wqe[0]!]!;
      const length = view.getUint32(8, true);
      const data =
        (flags & 8) === 0
          ? { sges: this.#pieces(view, 32, wqe[2]!) }
          : { inline: wqe.slice(32, 32 + length) };
      const sum = "sges" in data ? data.sges.reduce((total, one) => total + one.length, 0) : length;
      if (sum !== length) throw new Error(`${opcode} of ${length} bytes with pieces of ${sum}`);
      const request: SendRequest = {
        ...{ wrId: send.read, opcode, ...data, imm: view.getUint32(4, true) },
        invalidateKey: view.getUint32(4, true),
        remote: { address: view.getBigUint64(16, true), rkey: view.getUint32(12, true) },
        compareAdd: view.getBigUint64(24, true),
        swap: view.getBigUint64(48, true),
        signaled: (flags & 1) !== 0,
        solicited: (flags & 2) !== 0,
        fence: (flags & 4) !== 0,
      };
      this.nic.postSend(qpn, request);
    }
  }

  #receives(number: number, producer: number, receive: Ring & { read: number }, qpn?: number): void {
    for (; (receive.read & 0xffff) !== producer; receive.read += 1) {
      const wqe = this.nic.memory.read(receive.at + BigInt((receive.read % receive.entries) * 64), 64);
      const all = this.#pieces(new DataView(wqe.buffer), 0, 4);
      const end = all.findIndex(({ lkey }) => lkey === 0);
      const request = { wrId: receive.read, sges: end < 0 ? all : all.slice(0, end) };
      if (qpn === undefined) this.nic.postSrqRecv(number, request);
      else this.nic.postRecv(qpn, request);
    }
  }

  /** Writes what the model has completed into the rings. */
  complete(): void {
    for (const [cq, queue] of this.queues) {
      if (this.nic.cqs.find(cq) === undefined) continue;
      for (const completion of this.nic.pollCq(cq, 1000)) this.#write(cq, queue, completion);
    }
  }

  #write(cq: number, queue: Queue, completion: WorkCompletion): void {
    if (((queue.produced - queue.taken) & 0xffff) >= queue.entries) {
      this.overflows += 1;
      return;
    }
    const { opcode, imm, invalidatedKey, solicited = false, status } = completion;
    const cqe = new Uint8Array(64);
    const view = new DataView(cqe.buffer);
    view.setUint32(0, completion.qpn, true);
    cqe[3] = opcode === "recv" ? 128 : opcode === "recv-write-imm" ? 129 : completionOpcodes.indexOf(opcode);
    view.setUint32(4, completion.byteLength, true);
    view.setUint32(8, imm ?? invalidatedKey ?? 0, true);
    view.setUint16(12, completion.wrId & 0xffff, true);
    cqe[14] = status;
    cqe[15] = Number(imm !== undefined) + 2 * Number(invalidatedKey !== undefined) + 4 * Number(solicited);
    cqe[63] = Math.floor(queue.produced / queue.entries) % 2 === 0 ? 1 : 0;
    this.nic.memory.write(queue.at + BigInt(64 * (queue.produced % queue.entries)), cqe);
    queue.produced += 1;
    if (queue.armed === "any" || (queue.armed === "solicited" && (solicited || status !== 0))) {
      queue.armed = "not";
      this.events.push(cq);
    }
  }
}
