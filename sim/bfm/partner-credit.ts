/** Flow control of a port (`docs/wire-format.md`, "Flow control"): credits it uses and credits it grants. */
import {
  buildFlowControl,
  creditAllows,
  creditMask,
  creditWindow,
  type FlowControl,
} from "../reference/flow-control.ts";

const lanes = 15;

/** Credits that the peer grants. */
export class CreditSender {
  readonly sent = new Uint16Array(lanes);
  readonly limit = new Uint16Array(lanes);

  start(): void {
    this.sent.fill(0);
    this.limit.fill(0);
  }

  allows(vl: number, blocks: number): boolean {
    return creditAllows(this.limit[vl]!, this.sent[vl]!, blocks);
  }

  consume(vl: number, blocks: number): void {
    this.sent[vl] = (this.sent[vl]! + blocks) & creditMask;
  }
}

export interface CreditReceiverOptions {
  readonly dataVls: number;
  readonly capacityBlocks: number;
  readonly updateBlocks: number;
  readonly refreshCycles: number;
  readonly maxPacketBlocks: number;
  readonly blockBytes: number;
  /** Infinity: packets leave at once. */
  readonly drainBytesPerCycle: number;
}

/** Receive buffers and the credits granted for them. */
export class CreditReceiver {
  readonly #options: CreditReceiverOptions;
  readonly #received = new Uint16Array(lanes);
  readonly #occupied = new Uint32Array(lanes);
  readonly #lastLimit = new Uint16Array(lanes);
  readonly #lastSent = new Float64Array(lanes);
  readonly #sentOnce = new Uint8Array(lanes);
  readonly #drain = new Float64Array(lanes);
  readonly #budget = new Float64Array(lanes);
  readonly #queues: Uint16Array[] = [];
  readonly #heads = new Uint32Array(lanes);
  readonly #tails = new Uint32Array(lanes);
  #draining = false;

  constructor(options: CreditReceiverOptions) {
    this.#options = options;
    for (let vl = 0; vl < lanes; vl++) this.#queues.push(new Uint16Array(options.capacityBlocks + 1));
    for (let vl = 0; vl < lanes; vl++) this.setDrain(vl, options.drainBytesPerCycle);
  }

  /** A new session: counts are void, the buffers keep what they hold. */
  start(): void {
    this.#received.fill(0);
    this.#sentOnce.fill(0);
  }

  /** Sets how fast a lane's buffer is emptied, bytes a cycle. */
  setDrain(vl: number, bytesPerCycle: number): void {
    this.#drain[vl] = bytesPerCycle;
    this.#draining = this.#drain.some((rate) => rate !== Number.POSITIVE_INFINITY);
    if (bytesPerCycle === Number.POSITIVE_INFINITY) this.#empty(vl);
  }

  occupied(vl: number): number {
    return this.#occupied[vl]!;
  }

  /** A good packet was accepted. @returns false when it has no room */
  take(vl: number, blocks: number): boolean {
    if (this.#occupied[vl]! + blocks > this.#options.capacityBlocks) return false;
    this.#received[vl] = (this.#received[vl]! + blocks) & creditMask;
    if (this.#drain[vl] === Number.POSITIVE_INFINITY) return true;
    this.#occupied[vl]! += blocks;
    const queue = this.#queues[vl]!;
    queue[this.#tails[vl]!] = blocks;
    this.#tails[vl] = (this.#tails[vl]! + 1) % queue.length;
    return true;
  }

  /** Frees the oldest packet of a lane that is not emptied by itself. */
  release(vl: number): void {
    if (this.#heads[vl] === this.#tails[vl]) return;
    const queue = this.#queues[vl]!;
    this.#occupied[vl]! -= queue[this.#heads[vl]!]!;
    this.#heads[vl] = (this.#heads[vl]! + 1) % queue.length;
  }

  /** Takes over the sender's count. @returns whether it differed from the own one */
  resync(vl: number, fctbs: number): boolean {
    const differs = this.#received[vl] !== fctbs;
    this.#received[vl] = fctbs;
    return differs;
  }

  /** One cycle of emptying. */
  tick(): void {
    if (!this.#draining) return;
    for (let vl = 0; vl < this.#options.dataVls; vl++) {
      if (this.#occupied[vl] === 0) {
        this.#budget[vl] = 0;
        continue;
      }
      this.#budget[vl]! += this.#drain[vl]!;
      const queue = this.#queues[vl]!;
      while (this.#heads[vl] !== this.#tails[vl]) {
        const blocks = queue[this.#heads[vl]!]!;
        if (this.#budget[vl]! < blocks * this.#options.blockBytes) break;
        this.#budget[vl]! -= blocks * this.#options.blockBytes;
        this.#occupied[vl]! -= blocks;
        this.#heads[vl] = (this.#heads[vl]! + 1) % queue.length;
      }
    }
  }

  /** Credit limit of a lane as it stands. */
  limitOf(vl: number): number {
    const free = this.#options.capacityBlocks - this.#occupied[vl]!;
    return (this.#received[vl]! + Math.min(free, creditWindow)) & creditMask;
  }

  /** A lane whose flow-control packet is due, -1 when none is. @param withheld bit v: never for VL v */
  due(cycle: number, withheld: number): number {
    for (let vl = 0; vl < this.#options.dataVls; vl++) {
      if ((withheld >> vl) & 1) continue;
      if (this.#sentOnce[vl] === 0 || cycle - this.#lastSent[vl]! >= this.#options.refreshCycles) return vl;
      const grown = (this.limitOf(vl) - this.#lastLimit[vl]!) & creditMask;
      if (grown === 0 || grown > creditWindow) continue;
      const left = (this.#lastLimit[vl]! - this.#received[vl]!) & creditMask;
      if (grown >= this.#options.updateBlocks || left < this.#options.maxPacketBlocks) return vl;
    }
    return -1;
  }

  /** The flow-control packet of a lane, which goes now. @param fctbs of the own sender */
  grant(vl: number, op: number, fctbs: number, cycle: number): Uint8Array {
    const fields: FlowControl = { op, fctbs, vl, fccl: this.limitOf(vl) };
    this.#lastLimit[vl] = fields.fccl;
    this.#lastSent[vl] = cycle;
    this.#sentOnce[vl] = 1;
    return buildFlowControl(fields);
  }

  #empty(vl: number): void {
    this.#occupied[vl] = 0;
    this.#heads[vl] = this.#tails[vl]!;
  }
}
