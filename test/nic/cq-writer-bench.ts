/** Model of completion queues, of host memory and of the software that polls them, around `nic_cq_writer`. */
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, resetAll } from "../rtl/link-bench.ts";

export interface Completion {
  readonly cq: number;
  readonly qpn: number;
  readonly opcode: number;
  readonly status: number;
  readonly bytes: number;
  readonly imm: number;
  readonly wqe: number;
  readonly flags: number;
  readonly after: number;
}

/** A queue as the host set it up, and as it has to be now. */
export interface Queue {
  base: bigint;
  log: number;
  count: number;
  period: number;
  produced: number;
  taken: number;
  armed: "not" | "solicited" | "any";
  gathered: number;
  damaged: boolean;
  /** Entries that are to be found in the ring and were not read yet. */
  expected: Completion[];
  read: number;
  /** Events that are due, and those that came. */
  fires: number;
  events: number;
  /** Numbers of the writes of the CQEs whose events have not come. */
  firedAt: number[];
}

/** What a cycle may bring, each a chance. */
export interface Load {
  readonly completions: number;
  readonly rows: number;
  readonly arms: number;
  readonly polls: number;
  readonly answers: number;
  readonly messages: number;
  readonly takes: number;
  /** Of a completion for a queue that there is not. */
  readonly strange?: number;
  /** Of a write that host memory answers with an error, and of a queue pair that starts; default 0. */
  readonly fails?: number;
  /** With SECDED, of the row of such a queue pair that two bits of it are wrong; default 0.2. */
  readonly loses?: number;
  /** Of a write that is not of this module; default 0.1. */
  readonly background?: number;
}

const fields = ["cq", "qpn", "opcode", "status", "bytes", "imm", "wqe", "flags", "after"] as const;
const queuePairs = 16;
const wrap16 = (value: number): number => value & 0xffff;

export class CqBench {
  readonly model: Model;
  readonly rng: Rng;
  readonly queues: Queue[];
  readonly secded: boolean;
  readonly memory = new Map<bigint, Uint8Array>();
  /** Completions taken and not written, of each client. */
  readonly open: Completion[][] = [[], []];
  /** Writes on their way: number, and the entry where it is one of this module. */
  readonly writes: { number: number; address: bigint | null; bytes: Uint8Array }[] = [];
  readonly seen = {
    cqes: 0,
    lost: 0,
    events: 0,
    late: 0,
    rings: 0,
    uncorrectable: 0,
    spoiled: 0,
    spared: 0,
    lostRows: 0,
    corrected: 0,
  };
  /** Completions written, of each client. */
  readonly written = [0, 0];
  issued: number;
  completed: number;
  #id = 0;
  #rings = 0;
  #offers: (Completion | undefined)[] = [];
  #row: { cq: number; queue: Queue } | undefined;
  #arm: { cq: number; solicited: boolean } | undefined;
  #index: { cq: number; index: number } | undefined;
  /** A write that failed and is not told, a queue pair that starts. */
  #fail: { qpn: number; own: number } | undefined;
  #start: { qpn: number; state: number } | undefined;
  /** First write that failed, by queue pair and client. */
  readonly #failed = new Map<string, number>();
  /** Queue pairs whose row of such writes is lost. */
  readonly #lost = new Set<number>();
  #loses = 0;
  /** Completions whose queue pair starts while they are looked at: their status is either. */
  readonly #either = new Set<Completion>();
  /** The message that stands at the port: what it has to be. */
  #message: { address: bigint; bytes: Uint8Array } | undefined;
  #errors: number[] = [];

  constructor(model: Model, rng: Rng, queues: number, start: number) {
    this.model = model;
    this.rng = rng;
    this.secded = model.hasPort("inject");
    this.issued = start;
    this.completed = start;
    this.queues = Array.from({ length: queues }, () => this.#fresh(0n, 0, 0, 0));
    resetAll(model);
    for (let qpn = 0; qpn < queuePairs; qpn += 1) {
      for (const [name, value] of Object.entries({ valid: 1, qpn, state: qpn % 2 }))
        model.port(`qpc_${name}`).set(value);
      model.eval();
      if (model.port("qpc_ready").get() !== 1) fail(model, "a queue pair cannot start");
      model.step();
    }
    model.port("qpc_valid").set(0);
  }

  #fresh(base: bigint, log: number, count: number, period: number): Queue {
    const state = { produced: 0, taken: 0, armed: "not" as const, gathered: 0, damaged: false };
    return { base, log, count, period, ...state, expected: [], read: 0, fires: 0, events: 0, firedAt: [] };
  }

  /** A row for the next cycles; `null` where the memory is to lose it. */
  setRow(cq: number, log: number, count: number, period: number, ring = true, damaged = false): void {
    this.#rings += 1;
    const base = ring
      ? 0xffff_0000_0000_0000n - BigInt(this.#rings) * 0x40_0000n + 64n * BigInt(this.rng.below(9))
      : 0n;
    this.#row = { cq, queue: { ...this.#fresh(base, log, count, period), damaged } };
  }

  arm(cq: number, solicited: boolean): void {
    this.#arm = { cq, solicited };
  }

  offer(client: number, more: Partial<Completion>): void {
    const { rng } = this;
    this.#id += 1;
    this.#offers[client] = {
      cq: rng.below(this.queues.length),
      // The last bit tells the client, for a completion that is lost.
      qpn: 2 * rng.below(2 ** 23) + client,
      opcode: rng.below(256),
      status: rng.chance(0.1) ? rng.below(256) : 0,
      bytes: rng.next(),
      imm: this.#id,
      wqe: rng.below(2 ** 16),
      flags: rng.below(8),
      after: rng.chance(0.5) ? this.issued : this.completed,
      ...more,
    };
  }

  get busy(): boolean {
    const open = this.open[0]!.length + this.open[1]!.length + this.writes.length;
    return open > 0 || this.#row !== undefined || this.#arm !== undefined || this.#message !== undefined;
  }

  cycle(load: Load): void {
    const { model, rng, queues } = this;
    const get = (name: string) => model.port(name).get();
    const set = (name: string, value: number) => model.port(name).set(value);
    if (this.#row === undefined && rng.chance(load.rows)) {
      const damaged = this.secded && rng.chance(0.1);
      this.setRow(
        rng.below(queues.length),
        rng.below(5),
        rng.pick([0, 0, 1, 2, 3, 5]),
        0,
        rng.chance(0.9),
        damaged,
      );
    }
    if (this.#arm === undefined && rng.chance(load.arms)) this.arm(rng.below(queues.length), rng.chance(0.4));
    if (this.#index === undefined && rng.chance(load.polls)) this.#poll(rng.below(queues.length));
    for (const n of [0, 1]) {
      if (this.#offers[n] === undefined && rng.chance(load.completions))
        this.offer(
          n,
          rng.chance(load.strange ?? 0.03) ? { cq: queues.length + rng.below(2 ** 16 - queues.length) } : {},
        );
      const offer = this.#offers[n];
      set(`c${n}_valid`, Number(offer !== undefined));
      if (offer !== undefined) for (const name of fields) set(`c${n}_${name}`, offer[name]);
    }
    set("cqt_valid", Number(this.#row !== undefined));
    if (this.secded) for (const name of ["inject", "inject_failures"]) set(name, 0);
    this.#loses = rng.chance(load.loses ?? 0.2) ? 3 : rng.below(2);
    if (this.#row !== undefined) {
      const { cq, queue } = this.#row;
      set("cqt_cq", cq);
      model
        .port("cqt_data")
        .setBig(queue.base | BigInt(queue.log) | (BigInt(queue.count + queue.period * 2 ** 16) << 64n));
    }
    set("cq_ci_valid", Number(this.#index !== undefined));
    set("cq_ci_cq", this.#index?.cq ?? 0);
    set("cq_ci_index", this.#index?.index ?? 0);
    set("cq_arm_valid", Number(this.#arm !== undefined));
    set("cq_arm_cq", this.#arm?.cq ?? 0);
    set("cq_arm_solicited", Number(this.#arm?.solicited ?? false));
    this.#offerFailure(load.fails ?? 0);
    set("issued", this.issued);
    set("completed", this.completed);
    const messages = rng.chance(load.messages);
    set("msg_ready", Number(messages));
    const takes = rng.chance(load.takes);
    set("event_ready", Number(takes));
    const errors = rng.chance(0.5);
    set("cq_error_ready", Number(errors));
    model.eval();
    const doorbells = {
      row: this.#row !== undefined && get("cqt_ready") === 1,
      index: this.#index !== undefined && get("cq_ci_ready") === 1,
      arm: this.#arm !== undefined && get("cq_arm_ready") === 1,
    };
    if (Number(doorbells.row) + Number(doorbells.index) + Number(doorbells.arm) > 1)
      fail(model, "two at a time");
    const taken = [0, 1].filter((n) => this.#offers[n] !== undefined && get(`c${n}_ready`) === 1);
    if (doorbells.row && this.#row!.queue.damaged) set("inject", 3);
    const sent = this.#checkMessage(messages);
    if (get("cq_error_valid") === 1 && errors) {
      const qpn = this.#errors.shift();
      if (qpn === undefined || (qpn & 15) !== get("cq_error_qpn"))
        fail(model, `error of ${get("cq_error_qpn")}`);
    }
    if (get("event_valid") === 1 && takes) this.#event(get("event_cq"));
    const told = this.#fail !== undefined && get("fail_ready") === 1;
    if (get("fail_ready") === 1 && !told) fail(model, "no write has failed");
    const started = this.#start !== undefined && get("qpc_ready") === 1;
    if (told && started) fail(model, "two writes of a row at a time");
    if (told && this.secded) set("inject_failures", this.#loses);
    const background = rng.chance(load.background ?? 0.1);
    model.step();
    if (sent !== undefined) this.#write(sent.address, sent.bytes);
    else if (background) this.#write(null, new Uint8Array(0));
    if (told) this.#note();
    if (started) this.#begin();
    // The write that failed is not complete until it is told.
    while (this.#fail === undefined && this.writes.length > 0 && rng.chance(load.answers)) this.#answer();
    for (const n of taken) {
      this.open[n]!.push(this.#offers[n]!);
      this.#offers[n] = undefined;
    }
    this.#apply(doorbells);
    this.#judge();
  }

  #offerFailure(chance: number): void {
    const { model, rng } = this;
    const qpn = rng.below(queuePairs);
    if (this.#fail === undefined && this.writes.length > 0 && rng.chance(chance))
      this.#fail = { qpn, own: rng.below(2) };
    if (this.#start === undefined && rng.chance(chance))
      this.#start = { qpn: rng.below(queuePairs), state: rng.below(7) };
    model.port("fail_valid").set(Number(this.#fail !== undefined));
    model.port("fail_qpn").set(this.#fail?.qpn ?? qpn);
    model.port("fail_own").set(this.#fail?.own ?? 0);
    model.port("qpc_valid").set(Number(this.#start !== undefined));
    model.port("qpc_qpn").set(this.#start?.qpn ?? qpn);
    model.port("qpc_state").set(this.#start?.state ?? 0);
  }

  #note(): void {
    const { qpn, own } = this.#fail!;
    const key = `${qpn}.${own}`;
    // A row that was lost is as if writes of long ago had failed
    if (this.#lost.has(qpn))
      for (const each of [0, 1]) this.#failed.set(`${qpn}.${each}`, wrap16(this.completed - 0x3fff));
    else if (!this.#failed.has(key)) this.#failed.set(key, wrap16(this.completed + 1));
    const loses = this.secded && this.#loses === 3;
    if (loses || this.#lost.has(qpn)) this.#eitherOf(qpn);
    if (loses) this.#lost.add(qpn);
    else this.#lost.delete(qpn);
    this.#fail = undefined;
  }

  /** What is looked at while the row of its queue pair changes. */
  #eitherOf(qpn: number): void {
    for (const [head] of this.open)
      if (head !== undefined && head.qpn % queuePairs === qpn) this.#either.add(head);
  }

  #begin(): void {
    const { qpn, state } = this.#start!;
    this.#start = undefined;
    if (state > 1) return;
    if (this.#lost.delete(qpn)) this.#eitherOf(qpn);
    for (const own of [0, 1]) {
      const head = this.open[own]![0];
      if (head !== undefined && head.qpn % queuePairs === qpn && this.#spoiled(own, head))
        this.#either.add(head);
      this.#failed.delete(`${qpn}.${own}`);
    }
  }

  /** It speaks of a write that failed, or of a later one. */
  #spoiled(client: number, { qpn, after }: Completion): boolean {
    if (this.#lost.has(qpn % queuePairs)) return true;
    const first = this.#failed.get(`${qpn % queuePairs}.${client}`);
    if (first === undefined) return false;
    if (wrap16(after - first) >= 0x8000) this.seen.spared += 1;
    return wrap16(after - first) < 0x8000;
  }

  #write(address: bigint | null, bytes: Uint8Array): void {
    this.issued = wrap16(this.issued + 1);
    this.writes.push({ number: this.issued, address, bytes });
  }

  #answer(): void {
    const { number, address, bytes } = this.writes.shift()!;
    this.completed = number;
    if (address !== null) this.memory.set(address, bytes);
  }

  #apply(doorbells: { row: boolean; index: boolean; arm: boolean }): void {
    if (doorbells.row) {
      const { cq, queue } = this.#row!;
      const { fires, events, firedAt } = this.queues[cq]!;
      // What was due of the old ring comes, or comes not.
      this.queues[cq] = { ...queue, fires, events, firedAt };
      this.seen.rings += 1;
      this.#row = undefined;
    }
    if (doorbells.index) {
      this.queues[this.#index!.cq]!.taken = this.#index!.index;
      this.#index = undefined;
    }
    if (doorbells.arm) {
      const queue = this.queues[this.#arm!.cq]!;
      if (!queue.damaged) queue.armed = this.#arm!.solicited && queue.armed !== "any" ? "solicited" : "any";
      this.#arm = undefined;
    }
  }

  /** A CQE was chosen: whose, is it written rightly, and does it call for an event? */
  #judge(): void {
    const { model } = this;
    const written = model.port("evt_cqe").get() === 1;
    const lost = model.port("evt_cq_overflow").get() === 1;
    if (this.secded)
      for (const name of ["corrected", "uncorrectable"] as const)
        this.seen[name] += model.port(`evt_${name}`).get();
    if (!written && !lost) return;
    const bytes = model.port("msg_data").bytes.slice();
    const view = new DataView(bytes.buffer);
    const heads = this.open.map((list) => list[0]);
    const client = heads.findIndex((one) =>
      written ? one?.imm === view.getUint32(8, true) : one !== undefined && !this.#writable(one.cq),
    );
    const lone = written ? client : this.#loneLoser(heads);
    const one = lone < 0 ? undefined : this.open[lone]!.shift();
    if (one === undefined)
      fail(model, written ? "a completion of nobody" : "a completion is lost without a reason");
    if (wrap16(this.completed - one.after) >= 0x8000) fail(model, "a completion is ahead of its writes");
    const queue = this.queues[one.cq];
    if (written !== this.#writable(one.cq)) fail(model, `completion of queue ${one.cq}: written ${written}`);
    if (!written) {
      this.#errors.push(one.qpn);
      this.seen.lost += 1;
      return;
    }
    this.written[lone]! += 1;
    this.#judgeLoss(one);
    const spoiled = this.#either.has(one) ? bytes[14] !== 0 : this.#spoiled(lone, one);
    if (spoiled && one.status === 0) this.seen.spoiled += 1;
    this.#put(queue!, spoiled && one.status === 0 ? { ...one, status: 4 } : one, bytes);
  }

  /** The queue pair of a completion fails when it is not known whether a write of it has failed. */
  #judgeLoss(one: Completion): void {
    const told = this.model.port("cq_error_valid").get() === 1;
    const lost = this.#lost.has(one.qpn % queuePairs);
    if (told !== lost && !this.#either.has(one)) fail(this.model, `the queue pair has failed: ${told}`);
    if (!told) return;
    this.#errors.push(one.qpn);
    this.seen.lostRows += 1;
  }

  /** The client whose head is lost: the error tells its queue pair. */
  #loneLoser(heads: readonly (Completion | undefined)[]): number {
    const qpn = this.model.port("cq_error_qpn").get();
    return heads.findIndex((one) => one !== undefined && (one.qpn & 15) === qpn && !this.#writable(one.cq));
  }

  #writable(cq: number): boolean {
    const queue = this.queues[cq];
    if (queue === undefined || queue.damaged || queue.base === 0n) return false;
    return wrap16(queue.produced - queue.taken) < 2 ** queue.log;
  }

  #put(queue: Queue, one: Completion, bytes: Uint8Array): void {
    const expected = new Uint8Array(64);
    const view = new DataView(expected.buffer);
    view.setUint32(0, one.qpn + one.opcode * 2 ** 24, true);
    view.setUint32(4, one.bytes, true);
    view.setUint32(8, one.imm, true);
    view.setUint16(12, one.wqe, true);
    expected[14] = one.status;
    expected[15] = one.flags;
    const pass = Math.floor(queue.produced / 2 ** queue.log);
    expected[63] = pass % 2 === 0 ? 1 : 0;
    const address = queue.base + 64n * BigInt(queue.produced % 2 ** queue.log);
    if (this.model.port("msg_address").getBig() !== address) fail(this.model, "address of a CQE");
    if (Buffer.compare(expected, bytes) !== 0) fail(this.model, `CQE ${Buffer.from(bytes).toString("hex")}`);
    this.#message = { address, bytes: expected };
    queue.produced = wrap16(queue.produced + 1);
    queue.expected.push(one);
    this.seen.cqes += 1;
    const failed = one.status !== 0;
    const loud = failed || (one.flags & 4) !== 0;
    if (queue.armed === "not" || (queue.armed === "solicited" && !loud)) return;
    queue.gathered += 1;
    const enough = failed || (queue.count === 0 ? queue.period === 0 : queue.gathered >= queue.count);
    if (!enough) return;
    queue.armed = "not";
    queue.gathered = 0;
    queue.fires += 1;
    this.#fired = queue;
  }

  #fired: Queue | undefined;

  #checkMessage(ready: boolean): { address: bigint; bytes: Uint8Array } | undefined {
    const { model } = this;
    const valid = model.port("msg_valid").get() === 1;
    if (valid !== (this.#message !== undefined)) fail(model, `msg_valid is ${valid}`);
    const message = this.#message;
    if (message === undefined) return undefined;
    if (Buffer.compare(model.port("msg_data").bytes, message.bytes) !== 0) fail(model, "the message changes");
    if (!ready) return undefined;
    this.#message = undefined;
    this.#fired?.firedAt.push(wrap16(this.issued + 1));
    this.#fired = undefined;
    return message;
  }

  #event(cq: number): void {
    const queue = this.queues[cq]!;
    queue.events += 1;
    this.seen.events += 1;
    if (queue.events > queue.fires) fail(this.model, `queue ${cq} has an event too many`);
    const number = queue.firedAt.shift() ?? this.completed;
    if (wrap16(this.completed - number) >= 0x8000) fail(this.model, `event of queue ${cq} ahead of its CQE`);
  }

  /** Software looks at the ring: takes what the owner bit says is there, and tells so. */
  #poll(cq: number): void {
    const queue = this.queues[cq]!;
    if (queue.base === 0n || queue.damaged) return;
    const before = queue.read;
    for (let limit = this.rng.range(1, 20); limit > 0; limit -= 1) {
      const bytes = this.memory.get(queue.base + 64n * BigInt(queue.read % 2 ** queue.log));
      const owner = Math.floor(queue.read / 2 ** queue.log) % 2 === 0 ? 1 : 0;
      if (bytes === undefined || bytes[63] !== owner) break;
      const one = queue.expected.shift();
      if (one === undefined || one.imm !== new DataView(bytes.buffer).getUint32(8, true))
        fail(this.model, `software finds a CQE in queue ${cq} that is not the next one`);
      queue.read = wrap16(queue.read + 1);
    }
    if (queue.read !== before) this.#index = { cq, index: queue.read };
  }
}
