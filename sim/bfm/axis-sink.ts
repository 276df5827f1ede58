/** AXI4-Stream sink: takes packets with random backpressure, and holds the stream to the rules of AXI4-Stream. */
import { Rng } from "../traffic/rng.ts";
import { lowBits, type SimModel, type SimPort } from "./ports.ts";

/** A packet as the sink took it; `bytes` is the sink's buffer unless the sink keeps packets. */
export interface ReceivedPacket {
  bytes: Uint8Array;
  length: number;
  vl: number;
  error: boolean;
  /** Cycle of the first and of the last beat's transfer. */
  firstCycle: number;
  lastCycle: number;
}

export interface AxisSinkOptions {
  /** Probability that ready is low in a cycle, 0 … 1. */
  readonly backpressure?: number;
  readonly seed?: number;
  /** Called for each packet; the object and its bytes are used again, copy what is kept. */
  readonly onPacket?: (packet: ReceivedPacket) => void;
  /** Keep copies of all packets in {@link AxisSink.received}; default true when `onPacket` is not given. */
  readonly keep?: boolean;
  /** Throw at the first breach of the stream rules (default) or only count it. */
  readonly strict?: boolean;
}

const longestPacketBytes = 1 << 16;

/**
 * Takes one stream. Call {@link tick} once a cycle before the clock edge; or {@link drive}, evaluate, {@link sample} for a
 * device whose valid depends on ready in the same cycle.
 */
export class AxisSink {
  backpressure: number;
  /** Packets taken, those marked as errors among them, and beats. */
  packets = 0;
  errored = 0;
  beats = 0;
  bytes = 0;
  /** Breaches of the stream rules, in words; at most 100 are kept. */
  readonly violations: string[] = [];
  readonly received: ReceivedPacket[] = [];
  readonly #rng: Rng;
  readonly #options: AxisSinkOptions;
  readonly #valid: SimPort;
  readonly #ready: SimPort;
  readonly #last: SimPort;
  readonly #user: SimPort;
  readonly #enable: SimPort | null;
  readonly #data: Uint32Array;
  readonly #keep: Uint8Array;
  readonly #keepBytes: number;
  readonly #words: number;
  readonly #keepPackets: boolean;
  readonly #buffer = new Uint8Array(longestPacketBytes);
  readonly #bufferWords = new Uint32Array(this.#buffer.buffer);
  readonly #packet: ReceivedPacket = {
    bytes: this.#buffer,
    length: 0,
    vl: 0,
    error: false,
    firstCycle: 0,
    lastCycle: 0,
  };
  readonly #heldData: Uint32Array;
  readonly #heldKeep: Uint8Array;
  #heldUser = 0;
  #heldLast = 0;
  #held = false;
  #inside = false;
  #readyNow = 0;

  /** @param prefix of the ports, as `p0_rx`; `p0_rx_vl_enable` is driven when the device has it */
  constructor(model: SimModel, prefix: string, options: AxisSinkOptions = {}) {
    this.#options = options;
    this.backpressure = options.backpressure ?? 0;
    this.#keepPackets = options.keep ?? options.onPacket === undefined;
    this.#rng = new Rng(options.seed ?? 2);
    this.#valid = model.port(`${prefix}_tvalid`);
    this.#ready = model.port(`${prefix}_tready`);
    this.#last = model.port(`${prefix}_tlast`);
    this.#user = model.port(`${prefix}_tuser`);
    const data = model.port(`${prefix}_tdata`);
    this.#data = data.words;
    this.#keep = model.port(`${prefix}_tkeep`).bytes;
    this.#keepBytes = data.bits >> 6;
    this.#words = data.bits >> 5;
    this.#heldData = new Uint32Array(this.#words);
    this.#heldKeep = new Uint8Array(this.#keepBytes);
    this.#enable = optionalPort(model, `${prefix}_vl_enable`);
    this.enableVls(0xffff);
  }

  /** Says whose packets the client takes: bit v for VL v. */
  enableVls(mask: number): void {
    this.#enable?.set(mask & 0xffff);
  }

  /** One cycle, before the clock edge, for a device whose valid is registered. */
  tick(cycle: number): void {
    this.drive();
    this.sample(cycle);
  }

  /** Drives ready for this cycle. */
  drive(): void {
    this.#readyNow = this.backpressure > 0 && this.#rng.chance(this.backpressure) ? 0 : 1;
    this.#ready.set(this.#readyNow);
  }

  /** Checks the stream and takes a beat that is transferred at the coming edge. */
  sample(cycle: number): void {
    const valid = this.#valid.get() !== 0;
    if (this.#held) this.#checkHeld(valid, cycle);
    if (!valid) return;
    if (this.#readyNow === 0) {
      if (!this.#held) this.#hold();
      return;
    }
    this.#held = false;
    this.#take(cycle);
  }

  #take(cycle: number): void {
    const packet = this.#packet;
    const last = this.#last.get() !== 0;
    const user = this.#user.get();
    this.beats++;
    if (!this.#inside) {
      packet.length = 0;
      packet.firstCycle = cycle;
      packet.vl = user & 15;
      this.#inside = true;
    } else if (packet.vl !== (user & 15)) {
      this.#breach(cycle, `VL changes from ${packet.vl} to ${user & 15} within a packet`);
    }
    const count = lowBits(this.#keep, this.#keepBytes);
    if (count <= 0) this.#breach(cycle, "tkeep is empty or not contiguous from byte 0");
    if (!last && count !== this.#keepBytes * 8) this.#breach(cycle, "a beat before the last is not full");
    if (packet.length + this.#words * 4 > longestPacketBytes) {
      this.#breach(cycle, "a packet does not end");
      packet.length = 0;
    }
    const at = packet.length >> 2;
    for (let i = 0; i < this.#words; i++) this.#bufferWords[at + i] = this.#data[i]!;
    packet.length += Math.max(count, 0);
    if (last) this.#deliver(cycle, user);
  }

  #deliver(cycle: number, user: number): void {
    const packet = this.#packet;
    packet.lastCycle = cycle;
    packet.error = (user & 16) !== 0;
    this.#inside = false;
    this.packets++;
    this.bytes += packet.length;
    if (packet.error) this.errored++;
    this.#options.onPacket?.(packet);
    if (this.#keepPackets) this.received.push({ ...packet, bytes: this.#buffer.slice(0, packet.length) });
  }

  #hold(): void {
    this.#held = true;
    for (let i = 0; i < this.#words; i++) this.#heldData[i] = this.#data[i]!;
    for (let i = 0; i < this.#keepBytes; i++) this.#heldKeep[i] = this.#keep[i]!;
    this.#heldUser = this.#user.get();
    this.#heldLast = this.#last.get();
  }

  #checkHeld(valid: boolean, cycle: number): void {
    if (!valid) {
      this.#held = false;
      this.#breach(cycle, "tvalid falls before tready");
      return;
    }
    let same = this.#heldUser === this.#user.get() && this.#heldLast === this.#last.get();
    for (let i = 0; i < this.#keepBytes; i++) same &&= this.#heldKeep[i] === this.#keep[i];
    const count = lowBits(this.#keep, this.#keepBytes);
    for (let i = 0; i < count >> 2; i++) same &&= this.#heldData[i] === this.#data[i];
    if (!same) this.#breach(cycle, "the beat changes while it waits for tready");
  }

  #breach(cycle: number, what: string): void {
    const text = `cycle ${cycle}: ${what}`;
    if (this.violations.length < 100) this.violations.push(text);
    if (this.#options.strict !== false) throw new Error(`AXI4-Stream rule broken at ${text}`);
  }
}

function optionalPort(model: SimModel, name: string): SimPort | null {
  try {
    return model.port(name);
  } catch {
    return null;
  }
}
