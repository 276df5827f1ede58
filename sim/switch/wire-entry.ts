/** Notes the cycle in which each packet of a sending device goes onto the wire for the first time. */
import type { SimModel, SimPort } from "../bfm/ports.ts";
import {
  character,
  columnBytes,
  frameKind,
  notEligible,
  sequenceHalf,
  sequenceMask,
} from "../reference/columns.ts";
import type { FlowPacket } from "./flow-packet.ts";

const startFlags = 1;

/**
 * Watches the MII of a device for start columns. Packets of a lane leave a device in the order in which they went in, so
 * the lane in the LRH behind a start column of a new number tells which packet it is.
 */
export class WireEntry {
  readonly #waiting: FlowPacket[][] = Array.from({ length: 16 }, () => []);
  readonly #heads = new Uint32Array(16);
  readonly #ready: SimPort;
  readonly #data: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #words: Uint32Array;
  readonly #columns: number;
  /** Number of the last frame that was new; -1 before the first one. */
  #last = -1;
  /** A start column of a new data packet was the last column. */
  #begun = false;

  readonly #onLeave: (packet: FlowPacket) => void;

  /**
   * @param prefix of the ports, as `p0`
   * @param onLeave called when a packet goes onto the wire
   */
  constructor(model: SimModel, prefix: string, onLeave: (packet: FlowPacket) => void = () => {}) {
    this.#onLeave = onLeave;
    const data = model.port(`${prefix}_mii_txd`);
    const flags = model.port(`${prefix}_mii_txc`);
    this.#ready = model.port(`${prefix}_mii_tx_ready`);
    this.#data = data.bytes;
    this.#flags = flags.bytes;
    this.#words = flags.words;
    this.#columns = data.bits >> 6;
  }

  /** A packet has begun to go into the device. */
  entered(packet: FlowPacket): void {
    this.#waiting[packet.vl]!.push(packet);
  }

  /** Looks at the beat of this cycle, after the cable has driven ready and before the clock edge. */
  tick(cycle: number): void {
    if (this.#ready.get() === 0) return;
    const words = this.#words;
    const whole = this.#columns >> 2;
    for (let i = 0; i < whole; i++) {
      const word = words[i]!;
      if (word === 0xffffffff || (word === 0 && !this.#begun)) continue;
      for (let column = 4 * i; column < 4 * i + 4; column++) this.#column(column, cycle);
    }
    for (let column = 4 * whole; column < this.#columns; column++) this.#column(column, cycle);
  }

  #column(column: number, cycle: number): void {
    const flag = this.#flags[column]!;
    const at = column * columnBytes;
    if (flag === startFlags && this.#data[at] === character.start) this.#start(at);
    else if (this.#begun && flag === 0) {
      this.#begun = false;
      this.#leaves(this.#data[at]! >> 4, cycle);
    }
  }

  #start(at: number): void {
    const data = this.#data;
    const first = data[at + 1]!;
    const seq =
      (first & 15) === 7 ? ((first >> 4) << 16) | (data[at + 2]! << 8) | data[at + 3]! : notEligible;
    const ahead = (seq - this.#last) & sequenceMask;
    const fresh = seq === notEligible || this.#last < 0 || (ahead !== 0 && ahead < sequenceHalf);
    this.#begun = fresh && data[at + 4] === frameKind.data;
    if (fresh) this.#last = seq;
  }

  #leaves(vl: number, cycle: number): void {
    const queue = this.#waiting[vl]!;
    const packet = queue[this.#heads[vl]!];
    if (packet === undefined) return;
    packet.wire = cycle;
    this.#onLeave(packet);
    this.#heads[vl]! += 1;
    if (this.#heads[vl]! < 256) return;
    queue.splice(0, this.#heads[vl]!);
    this.#heads[vl] = 0;
  }
}
