/** AXI4-Stream source: packets from a queue or a generator into `*_tdata`, `*_tkeep`, `*_tuser` with random stalls. */
import { Rng } from "../traffic/rng.ts";
import { type SimModel, type SimPort, setLowBits } from "./ports.ts";

/** A packet on the packet side of a device: LRH … ICRC. */
export interface AxisPacket {
  readonly bytes: Uint8Array;
  readonly vl: number;
  /** `tuser.error` in the last beat. */
  readonly error?: boolean;
}

export interface AxisSourceOptions {
  /** Probability that a cycle in which a beat could be offered is left empty, 0 … 1. */
  readonly stall?: number;
  readonly seed?: number;
  /** Asked for a packet whenever the queue is empty. */
  readonly pull?: (cycle: number) => AxisPacket | null;
  /** Called when the first beat of a packet is taken, in the cycle of its transfer. */
  readonly onStart?: (packet: AxisPacket, cycle: number) => void;
  /** Called when the last beat of a packet is taken. */
  readonly onDone?: (packet: AxisPacket, cycle: number) => void;
}

const longestPacketBytes = 1 << 16;

/**
 * Drives one stream. Call {@link tick} once a cycle before the clock edge. For a device whose ready depends on valid in the
 * same cycle, call {@link drive}, evaluate the model, then {@link sample}.
 */
export class AxisSource {
  stall: number;
  pull: ((cycle: number) => AxisPacket | null) | null;
  /** Packets and beats that the device has taken. */
  packets = 0;
  beats = 0;
  /** Cycles in which a beat was offered and not taken. */
  blockedCycles = 0;
  readonly #rng: Rng;
  readonly #options: AxisSourceOptions;
  readonly #valid: SimPort;
  readonly #ready: SimPort;
  readonly #last: SimPort;
  readonly #user: SimPort;
  readonly #data: Uint32Array;
  readonly #keep: Uint8Array;
  readonly #keepBytes: number;
  readonly #beatBytes: number;
  readonly #queue: AxisPacket[] = [];
  #head = 0;
  readonly #stage = new Uint8Array(longestPacketBytes);
  readonly #stageWords = new Uint32Array(this.#stage.buffer);
  #packet: AxisPacket | null = null;
  #at = 0;
  #offered = false;
  #keepState = -1;

  /** @param prefix of the ports, as `p0_tx` for `p0_tx_tdata` */
  constructor(model: SimModel, prefix: string, options: AxisSourceOptions = {}) {
    this.#options = options;
    this.stall = options.stall ?? 0;
    this.pull = options.pull ?? null;
    this.#rng = new Rng(options.seed ?? 1);
    this.#valid = model.port(`${prefix}_tvalid`);
    this.#ready = model.port(`${prefix}_tready`);
    this.#last = model.port(`${prefix}_tlast`);
    this.#user = model.port(`${prefix}_tuser`);
    const data = model.port(`${prefix}_tdata`);
    this.#data = data.words;
    this.#keep = model.port(`${prefix}_tkeep`).bytes;
    this.#beatBytes = data.bits >> 3;
    this.#keepBytes = data.bits >> 6;
    this.#valid.set(0);
  }

  /** Puts a packet at the end of the queue. */
  push(packet: AxisPacket): void {
    this.#queue.push(packet);
  }

  /** Packets waiting or under way. */
  get pending(): number {
    return this.#queue.length - this.#head + (this.#packet === null ? 0 : 1);
  }

  /** One cycle, before the clock edge, for a device whose ready is registered. */
  tick(cycle: number): void {
    this.drive(cycle);
    this.sample(cycle);
  }

  /** Drives the stream for this cycle. */
  drive(cycle: number): void {
    if (this.#offered) return;
    const packet = this.#packet ?? this.#next(cycle);
    if (packet === null || (this.stall > 0 && this.#rng.chance(this.stall))) {
      this.#valid.set(0);
      return;
    }
    const left = packet.bytes.length - this.#at;
    const words = this.#beatBytes >> 2;
    const from = this.#at >> 2;
    for (let i = 0; i < words; i++) this.#data[i] = this.#stageWords[from + i]!;
    const count = Math.min(left, this.#beatBytes);
    if (count !== this.#keepState) {
      setLowBits(this.#keep, this.#keepBytes, count);
      this.#keepState = count;
    }
    const last = left <= this.#beatBytes;
    this.#last.set(last ? 1 : 0);
    this.#user.set(packet.vl | (last && packet.error === true ? 16 : 0));
    this.#valid.set(1);
    this.#offered = true;
  }

  /** Takes note of a transfer at the coming edge. */
  sample(cycle: number): void {
    const packet = this.#packet;
    if (!this.#offered || packet === null) return;
    if (this.#ready.get() === 0) {
      this.blockedCycles++;
      return;
    }
    this.#offered = false;
    this.beats++;
    if (this.#at === 0) this.#options.onStart?.(packet, cycle);
    this.#at += this.#beatBytes;
    if (this.#at >= packet.bytes.length) {
      this.packets++;
      this.#packet = null;
      this.#options.onDone?.(packet, cycle);
    }
  }

  #next(cycle: number): AxisPacket | null {
    let packet: AxisPacket | null = null;
    if (this.#head < this.#queue.length) {
      packet = this.#queue[this.#head++]!;
      if (this.#head === this.#queue.length) {
        this.#queue.length = 0;
        this.#head = 0;
      }
    } else if (this.pull !== null) {
      packet = this.pull(cycle);
    }
    if (packet === null) return null;
    const length = packet.bytes.length;
    if (length === 0 || length + this.#beatBytes > longestPacketBytes) {
      throw new RangeError(`a packet of ${length} bytes cannot be driven`);
    }
    this.#stage.set(packet.bytes);
    this.#stage.fill(0, length, length + this.#beatBytes);
    this.#packet = packet;
    this.#at = 0;
    return packet;
  }
}
