/** Runs random programs on two hosts and judges completions and memory. Works on any {@link Verbs}. */
import type { Rng } from "../traffic/rng.ts";
import { listOf, type Message, type Step, type Stream } from "./random-program.ts";
import { access, type Verbs, type WorkCompletion, wcStatus } from "./verbs.ts";

/** Host memory as a program needs it. */
export interface MemoryAccess {
  read(address: bigint, length: number): Uint8Array;
  write(address: bigint, bytes: Uint8Array): void;
}

export interface ProgramHost {
  readonly verbs: Verbs;
  readonly memory: MemoryAccess;
  readonly pd: number;
}

/** A connected queue pair: number, queues and shared receive queue on each host. */
export interface Connection {
  readonly qpn: readonly [number, number];
  readonly cq: readonly [number, number];
  readonly srq: readonly [number | null, number | null];
}

/** A stream that runs: requester on `side`, areas and keys. */
interface Running {
  readonly stream: Stream;
  readonly side: 0 | 1;
  readonly connection: number;
  readonly source: { base: bigint; key: number };
  readonly result: { base: bigint; key: number };
  readonly target: { base: bigint; key: number };
  readonly slots: { base: bigint; key: number };
  readonly invalidKeys: readonly number[];
  posted: number;
  /** Steps known to be complete. */
  finished: number;
  /** Receive slots posted, and messages taken. */
  slotsPosted: number;
  received: number;
}

export interface ProgramOptions {
  readonly maxSend: number;
  /** Bytes of a receive slot. */
  readonly slotBytes: number;
  /** Lets simulated time pass: up to so many nanoseconds. */
  readonly advance: (ns: number) => void;
  /** Simulated time after which the program counts as stuck, ns. */
  readonly patience: number;
}

/** Bytes between areas that nothing may touch. */
const guard = 64n;
const slotArea = 1n << 24n;

export class ProgramRun {
  readonly #hosts: readonly [ProgramHost, ProgramHost];
  readonly #connections: readonly Connection[];
  readonly #running: Running[] = [];
  readonly #options: ProgramOptions;
  readonly #rng: Rng;
  /** Expected contents of memory by host: what was written before, and what the program must have changed. */
  readonly expected: [[bigint, Uint8Array][], [bigint, Uint8Array][]] = [[], []];
  readonly #next: [bigint, bigint] = [0x7f00_1234_0000n, 0xffff_ffff_0000_0000n];

  constructor(
    hosts: readonly [ProgramHost, ProgramHost],
    connections: readonly Connection[],
    streams: readonly { stream: Stream; connection: number; side: 0 | 1 }[],
    options: ProgramOptions,
    rng: Rng,
  ) {
    this.#hosts = hosts;
    this.#connections = connections;
    this.#options = options;
    this.#rng = rng;
    for (const { stream, connection, side } of streams) this.#prepare(stream, connection, side);
  }

  #area(side: 0 | 1, bytes: Uint8Array, rights: number): { base: bigint; key: number } {
    const { memory, verbs, pd } = this.#hosts[side];
    const base = this.#next[side] + guard;
    this.#next[side] = base + BigInt(Math.ceil(bytes.length / 8) * 8) + guard;
    memory.write(base, bytes);
    return { base, key: verbs.regMr({ pd, address: base, length: bytes.length, access: rights }).rkey };
  }

  #prepare(stream: Stream, connection: number, side: 0 | 1): void {
    const peer = side === 0 ? 1 : 0;
    const all = access.localWrite | access.remoteWrite | access.remoteRead | access.remoteAtomic;
    const slotBytes = Math.max(1, stream.messages.length * this.#options.slotBytes);
    const invalidKeys = Array.from({ length: stream.invalidations }, () => {
      const address = this.#next[peer];
      this.#next[peer] += 8n;
      const { verbs, pd } = this.#hosts[peer];
      return verbs.regMr({ pd, address, length: 8, access: all, remoteInvalidate: true }).rkey;
    });
    this.#running.push({
      stream,
      side,
      connection,
      source: this.#area(side, stream.source, 0),
      result: this.#area(side, stream.resultBefore, access.localWrite),
      target: this.#area(peer, stream.targetBefore, all),
      slots: this.#area(peer, new Uint8Array(slotBytes), access.localWrite),
      invalidKeys,
      posted: 0,
      finished: 0,
      slotsPosted: 0,
      received: 0,
    });
    const running = this.#running.at(-1)!;
    this.expected[side].push([running.source.base, stream.source], [running.result.base, stream.resultAfter]);
    this.expected[peer].push([running.target.base, stream.targetAfter]);
  }

  /** Runs to the end. @throws Error that tells the first thing that is wrong */
  run(): void {
    const { advance, patience } = this.#options;
    let left = patience;
    while (this.#running.some((one) => one.finished < one.stream.steps.length || this.#receiving(one))) {
      for (const one of this.#running) {
        this.#postReceives(one);
        this.#postSends(one);
      }
      const ns = this.#rng.below(this.#rng.chance(0.1) ? 20_000 : 1000);
      advance(ns);
      left -= ns + 1;
      this.#poll();
      if (left < 0) throw new Error(`stuck: ${this.#running.map((one) => this.#describe(one)).join("; ")}`);
    }
    this.#judgeMemory();
  }

  #receiving(one: Running): boolean {
    return one.received < one.stream.messages.length;
  }

  #describe({ side, connection, finished, posted, received, stream }: Running): string {
    const { steps, messages } = stream;
    const sends = `${finished}/${posted}/${steps.length} requests`;
    return `connection ${connection} from ${side}: ${sends}, ${received}/${messages.length} messages`;
  }

  #postReceives(one: Running): void {
    const { verbs } = this.#hosts[one.side === 0 ? 1 : 0];
    const { qpn, srq } = this.#connections[one.connection]!;
    const peer = one.side === 0 ? 1 : 0;
    // A host that is late with its receives brings about RNR NAKs.
    while (one.slotsPosted < one.stream.messages.length && one.slotsPosted - one.received < 8) {
      if (this.#rng.chance(0.4)) return;
      const base = one.slots.base + BigInt(one.slotsPosted * this.#options.slotBytes);
      const first = this.#rng.below(this.#options.slotBytes + 1);
      const lkey = one.slots.key;
      const sges = [
        { address: base, length: first, lkey },
        { address: base + BigInt(first), length: this.#options.slotBytes - first, lkey },
      ];
      const wrId = Number(base - one.slots.base) + Number(slotArea) * this.#running.indexOf(one);
      const shared = srq[peer];
      if (shared === null) verbs.postRecv(qpn[peer], { wrId, sges });
      else verbs.postSrqRecv(shared, { wrId, sges });
      one.slotsPosted++;
    }
  }

  #postSends(one: Running): void {
    const { verbs } = this.#hosts[one.side];
    const qpn = this.#connections[one.connection]!.qpn[one.side];
    while (one.posted < one.stream.steps.length && one.posted - one.finished < this.#options.maxSend) {
      if (this.#rng.chance(0.1)) return;
      verbs.postSend(qpn, this.#request(one, one.stream.steps[one.posted]!, one.posted));
      one.posted++;
    }
  }

  #request(one: Running, step: Step, wrId: number): Parameters<Verbs["postSend"]>[1] {
    const answered = step.opcode === "read" || step.opcode === "cmp-swap" || step.opcode === "fetch-add";
    const area = answered || step.fromResult ? one.result : one.source;
    const { offset = 0, length = 0 } = step.pieces[0] ?? {};
    const data = step.inline
      ? { inline: one.stream.source.slice(offset, offset + length) }
      : { sges: listOf(step, area.base, area.key) };
    return {
      wrId,
      opcode: step.opcode,
      ...data,
      imm: step.imm,
      remote: { address: one.target.base + BigInt(step.target), rkey: one.target.key },
      compareAdd: step.compareAdd,
      swap: step.swap,
      signaled: step.signaled,
      solicited: step.solicited,
      fence: step.fence,
      ...(step.opcode === "send-inv" ? { invalidateKey: one.invalidKeys[step.invalidate]! } : {}),
    };
  }

  #poll(): void {
    for (const side of [0, 1] as const) {
      for (const cq of new Set(this.#connections.map((connection) => connection.cq[side])))
        for (const completion of this.#hosts[side].verbs.pollCq(cq, 1000)) this.#judge(side, completion);
    }
  }

  #judge(side: 0 | 1, completion: WorkCompletion): void {
    const connection = this.#connections.findIndex(({ qpn }) => qpn[side] === completion.qpn);
    const receive = completion.opcode === "recv" || completion.opcode === "recv-write-imm";
    const one = this.#running.find(
      (each) => each.connection === connection && (each.side === side) !== receive,
    );
    if (one === undefined) throw new Error(`a completion of no stream: ${JSON.stringify(completion)}`);
    if (completion.status !== wcStatus.success)
      throw new Error(`${this.#describe(one)}: status ${completion.status}, wrId ${completion.wrId}`);
    if (receive) this.#judgeReceive(one, completion);
    else this.#judgeSend(one, completion);
  }

  #judgeSend(one: Running, completion: WorkCompletion): void {
    const { steps } = one.stream;
    let expected = one.finished;
    while (!steps[expected]?.signaled) expected++;
    const step = steps[expected]!;
    const opcode = step.opcode.startsWith("send")
      ? "send"
      : step.opcode === "write-imm"
        ? "write"
        : step.opcode;
    const answered = opcode !== "send" && opcode !== "write";
    const byteLength = answered ? step.length : 0;
    if (completion.wrId !== expected || completion.opcode !== opcode || completion.byteLength !== byteLength)
      throw new Error(
        `${this.#describe(one)}: expected the completion of ${expected} (${opcode}), got ${text(completion)}`,
      );
    one.finished = expected + 1;
  }

  #judgeReceive(one: Running, completion: WorkCompletion): void {
    const message: Message = one.stream.messages[one.received]!;
    const { imm = null, solicited = false } = completion;
    const key = message.invalidate === null ? undefined : one.invalidKeys[message.invalidate];
    const same =
      completion.opcode === message.opcode &&
      completion.byteLength === message.byteLength &&
      imm === message.imm &&
      solicited === message.solicited &&
      completion.invalidatedKey === key;
    if (!same) throw new Error(`${this.#describe(one)}: expected ${text(message)}, got ${text(completion)}`);
    one.received++;
    // With a shared queue the slot may be that of another stream.
    const owner = this.#running[Math.floor(completion.wrId / Number(slotArea))]!;
    const base = owner.slots.base + BigInt(completion.wrId % Number(slotArea));
    this.expected[one.side === 0 ? 1 : 0].push([base, message.bytes]);
  }

  #judgeMemory(): void {
    for (const side of [0, 1] as const)
      for (const [base, bytes] of this.expected[side]) {
        const found = this.#hosts[side].memory.read(base, bytes.length);
        const at = found.findIndex((byte, i) => byte !== bytes[i]);
        if (at >= 0) throw new Error(`host ${side}: byte 0x${(base + BigInt(at)).toString(16)} is wrong`);
      }
  }
}

function text(value: object): string {
  return JSON.stringify(value, (_key, one) => (one instanceof Uint8Array ? `${one.length} bytes` : one));
}
