/**
 * One direction of a connected queue pair under load: one side asks, the other answers. Every message has contents of its
 * own; what is in memory when a message is complete is compared with them, byte by byte.
 */
import type { Rng } from "../traffic/rng.ts";
import type { HostMemoryAccess } from "./rings.ts";
import type { SendRequest, Verbs, WorkCompletion } from "./verbs.ts";
import { wcStatus } from "./verbs.ts";

export const workloadPatterns = ["write", "read", "send", "atomic", "mixed"] as const;
export type WorkloadPattern = (typeof workloadPatterns)[number];
type Operation = Exclude<WorkloadPattern, "mixed">;

/** A host and its adapter. */
export interface FlowEnd {
  readonly verbs: Verbs;
  readonly memory: HostMemoryAccess;
  readonly qpn: number;
  /** Key of all of its areas, and where those of this flow begin: of {@link areaBytes}. */
  readonly key: number;
  readonly base: bigint;
}

export interface FlowOptions {
  readonly pattern: WorkloadPattern;
  /** Bytes of a message, 1 or more; atomics have 8. */
  readonly messageBytes: number;
  /** Messages on their way at a time. */
  readonly depth: number;
  /** Up to so many bytes are written into the work request. */
  readonly inlineBytes: number;
}

/** What was seen; all but `messages` and `bytes` should be 0. */
export interface FlowCounts {
  messages: number;
  bytes: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
  /** Completed with an error. */
  failed: number;
}

interface Message {
  readonly number: number;
  readonly operation: Operation;
  readonly postedAt: number;
  /** What an atomic has to find. */
  readonly before: bigint;
}

const slotBytes = ({ messageBytes }: FlowOptions): number => Math.ceil(Math.max(8, messageBytes) / 64) * 64;

/** Local slots, and at the peer slots of WRITE and READ, slots of receive requests, and the word of the atomics. */
export const areaBytes = (options: FlowOptions): number => 2 * options.depth * slotBytes(options) + 64;

export class Flow {
  readonly counts: FlowCounts = {
    messages: 0,
    bytes: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    failed: 0,
  };
  readonly name: string;
  /** What went wrong first. */
  problem: string | null = null;
  /** Cycle in which each message was complete, its bytes, and the cycles that it took. */
  readonly done: { readonly at: number; readonly bytes: number; readonly cycles: number }[] = [];
  posted = 0;
  readonly #asker: FlowEnd;
  readonly #peer: FlowEnd;
  readonly #options: FlowOptions;
  readonly #rng: Rng;
  readonly #salt: number;
  readonly #waiting: Message[] = [];
  /** SENDs that the peer has not received, by their numbers. */
  readonly #toReceive: number[] = [];
  #receivesPosted = 0;
  #received = 0;
  #word = 0n;

  constructor(name: string, asker: FlowEnd, peer: FlowEnd, options: FlowOptions, rng: Rng) {
    this.name = name;
    this.#asker = asker;
    this.#peer = peer;
    this.#options = options;
    this.#rng = rng;
    this.#salt = rng.next();
    peer.memory.write(this.#wordAt, new Uint8Array(8));
    for (let i = 0; i < options.depth && this.#receives; i++) this.#postReceive();
  }

  get #receives(): boolean {
    return this.#options.pattern === "send" || this.#options.pattern === "mixed";
  }

  /** Messages that are not complete, those that the peer has yet to see included. */
  get pending(): number {
    return this.#waiting.length + this.#toReceive.length;
  }

  get canPost(): boolean {
    const { depth } = this.#options;
    return this.problem === null && this.#waiting.length < depth && this.#toReceive.length < depth;
  }

  get #wordAt(): bigint {
    return this.#peer.base + BigInt(areaBytes(this.#options) - 64);
  }

  #slot(end: FlowEnd, number: number): bigint {
    return end.base + BigInt((number % this.#options.depth) * slotBytes(this.#options));
  }

  #receiveSlot(number: number): bigint {
    const { depth } = this.#options;
    return this.#peer.base + BigInt((depth + (number % depth)) * slotBytes(this.#options));
  }

  /** Contents of a message: other ones for each message of each flow. */
  #contents(number: number): Uint8Array {
    const { messageBytes } = this.#options;
    const words = new Uint32Array(Math.ceil(messageBytes / 4));
    let state = (this.#salt ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0 || 1;
    for (let at = 0; at < words.length; at++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[at] = state;
    }
    return new Uint8Array(words.buffer, 0, messageBytes);
  }

  #postReceive(): void {
    const { verbs, qpn, key } = this.#peer;
    const address = this.#receiveSlot(this.#receivesPosted);
    verbs.postRecv(qpn, {
      wrId: this.#receivesPosted,
      sges: [{ address, length: this.#options.messageBytes, lkey: key }],
    });
    this.#receivesPosted += 1;
  }

  post(cycle: number): void {
    const number = this.posted;
    const operation = this.#choose();
    this.posted += 1;
    const message = { number, operation, postedAt: cycle, before: this.#word };
    this.#waiting.push(message);
    this.#asker.verbs.postSend(this.#asker.qpn, { wrId: number, signaled: true, ...this.#request(message) });
  }

  #choose(): Operation {
    const { pattern } = this.#options;
    if (pattern !== "mixed") return pattern;
    return (["write", "read", "send", "atomic"] as const)[this.#rng.below(4)]!;
  }

  /** The work request, after its memory has been made ready. */
  #request({ number, operation }: Message): Omit<SendRequest, "wrId"> {
    const { messageBytes, inlineBytes } = this.#options;
    const [asker, peer] = [this.#asker, this.#peer];
    const own = this.#slot(asker, number);
    const piece = (length: number) => ({ sges: [{ address: own, length, lkey: asker.key }] });
    const remote = { address: this.#slot(peer, number), rkey: peer.key };
    if (operation === "atomic") return { ...piece(8), ...this.#atomic() };
    const contents = this.#contents(number);
    if (operation === "read") {
      peer.memory.write(remote.address, contents);
      asker.memory.write(own, new Uint8Array(messageBytes));
      return { opcode: "read", ...piece(messageBytes), remote };
    }
    const data = messageBytes <= inlineBytes ? { inline: contents } : piece(messageBytes);
    if (!("inline" in data)) asker.memory.write(own, contents);
    if (operation === "write") return { opcode: "write", ...data, remote };
    this.#toReceive.push(number);
    return { opcode: "send", ...data };
  }

  /** Half of them add; of the others half find what they compare. */
  #atomic(): Pick<SendRequest, "opcode" | "remote" | "compareAdd" | "swap"> {
    const remote = { address: this.#wordAt, rkey: this.#peer.key };
    const [before, value] = [this.#word, BigInt(this.#rng.next())];
    if (this.#rng.chance(0.5)) {
      this.#word = BigInt.asUintN(64, before + value);
      return { opcode: "fetch-add", remote, compareAdd: value };
    }
    const finds = this.#rng.chance(0.5);
    if (finds) this.#word = value;
    return { opcode: "cmp-swap", remote, compareAdd: finds ? before : before ^ 1n, swap: value };
  }

  #wrong(kind: keyof FlowCounts, what: string): void {
    this.counts[kind] += 1;
    this.problem ??= `${this.name}: ${what}`;
  }

  /** A completion of the asking side. */
  completed(completion: WorkCompletion, cycle: number): void {
    const at = this.#waiting.findIndex(({ number }) => number === completion.wrId);
    const [message] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (message === undefined) {
      this.#wrong("duplicated", `message ${completion.wrId} completed again`);
      return;
    }
    if (at > 0) this.#wrong("reordered", `message ${message.number} completed before an earlier one`);
    const fault = this.#faultOf(message, completion);
    if (fault !== null) {
      this.#wrong(...fault);
      return;
    }
    const bytes = message.operation === "atomic" ? 8 : this.#options.messageBytes;
    this.counts.messages += 1;
    this.counts.bytes += bytes;
    this.done.push({ at: cycle, bytes, cycles: cycle - message.postedAt });
  }

  #faultOf(
    message: Message,
    { status, byteLength }: WorkCompletion,
  ): readonly ["failed" | "corrupted", string] | null {
    const { number, operation } = message;
    if (status !== wcStatus.success) return ["failed", `message ${number} has status ${status}`];
    if (operation === "read" && byteLength !== this.#options.messageBytes)
      return ["corrupted", `READ ${number} of ${byteLength} bytes`];
    if (this.#isRight(message)) return null;
    return ["corrupted", `${operation.toUpperCase()} ${number}: memory is not what it should be`];
  }

  /** What a message that is complete has left in memory; SENDs are looked at where they are received. */
  #isRight({ number, operation, before }: Message): boolean {
    if (operation === "send") return true;
    const end = operation === "write" ? this.#peer : this.#asker;
    const length = operation === "atomic" ? 8 : this.#options.messageBytes;
    const found = end.memory.read(this.#slot(end, number), length);
    if (operation !== "atomic") return isSame(found, this.#contents(number));
    return new DataView(found.buffer, found.byteOffset).getBigUint64(0, true) === before;
  }

  /** A completion of the answering side's receive queue. */
  received({ wrId, status, byteLength }: WorkCompletion): void {
    const number = this.#toReceive.shift();
    if (number === undefined) this.#wrong("duplicated", "a SEND was received that nobody sent");
    else if (status !== wcStatus.success) this.#wrong("failed", `receive ${wrId} has status ${status}`);
    else if (wrId !== this.#received) this.#wrong("reordered", `receive ${wrId}, not ${this.#received}`);
    else {
      const { messageBytes } = this.#options;
      const found = this.#peer.memory.read(this.#receiveSlot(wrId), messageBytes);
      if (byteLength !== messageBytes || !isSame(found, this.#contents(number)))
        this.#wrong("corrupted", `SEND ${number}: what was received is not what was sent`);
      this.#received += 1;
      this.#postReceive();
    }
  }

  /** The word of the atomics in the end. */
  close(): void {
    const { pattern } = this.#options;
    if (this.problem !== null || !["atomic", "mixed"].includes(pattern)) return;
    const found = this.#peer.memory.read(this.#wordAt, 8);
    if (new DataView(found.buffer, found.byteOffset).getBigUint64(0, true) !== this.#word)
      this.#wrong("corrupted", "the word of the atomics is not what it should be");
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
