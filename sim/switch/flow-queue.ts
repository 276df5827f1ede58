/** What one port of a network expects of one flow, and what it has seen of it. */
import { bthBytes, grhBytes, icrcBytes, lnh, lrhBytes, readUint32 } from "../reference/headers.ts";
import type { FlowPacket } from "./flow-packet.ts";

/** One delivery that is to happen: a packet at a port, or at one of several where tables changed while it was under way. */
export class Delivery {
  readonly packet: FlowPacket;
  /** Places where it may still come. */
  places: number;
  /** It may also have been dropped, and nobody can tell. */
  mayDrop = false;
  came = false;
  /** Its absence is allowed: the run was stopped. */
  excused = false;

  constructor(packet: FlowPacket, places = 1) {
    this.packet = packet;
    this.places = places;
  }
}

/** A delivery as a port expects it. */
export interface Expected {
  readonly delivery: Delivery;
  /** Lane it comes on. */
  readonly vl: number;
}

/** How many deliveries may still come, of all queues of a board; what may be dropped is left out. */
export interface Ledger {
  pending: number;
}

/** Byte of the BTH that switches may change: FECN is its highest bit. */
const congestionByte = 4;
const fecn = 0x80;

/**
 * Whether the first `length` bytes are the packet, but for what switches change: the VL, and the FECN bit where
 * `marking` is on.
 */
export function sameFlowPacket(
  packet: Uint8Array,
  bytes: Uint8Array,
  length: number,
  marking: boolean,
): boolean {
  if (packet.length !== length || ((packet[0]! ^ bytes[0]!) & 0x0f) !== 0) return false;
  const next = packet[1]! & 3;
  const bth = lrhBytes + (next === lnh.global ? grhBytes : 0);
  const at = next >= lnh.local ? bth + congestionByte : -1;
  const head = Math.min(length, bth + bthBytes);
  for (let i = 1; i < head; i++) {
    const difference = packet[i]! ^ bytes[i]!;
    if (difference !== 0 && !(marking && i === at && difference === fecn)) return false;
  }
  return length <= head || Buffer.compare(packet.subarray(head), bytes.subarray(head, length)) === 0;
}

/** Whether a packet of the transport has its FECN bit set. */
export function hasFecn(bytes: Uint8Array): boolean {
  const next = bytes[1]! & 3;
  const at = lrhBytes + (next === lnh.global ? grhBytes : 0) + congestionByte;
  return next >= lnh.local && (bytes[at]! & fecn) !== 0;
}

const recentLimit = 64;

/** Looks this far behind the next expected packet. */
const searchDepth = 4096;

/** A queue of expected packets; the usual case is that its first one comes. */
export class FlowQueue {
  /** Passed over by later ones. */
  readonly missing: Expected[] = [];
  readonly #ledger: Ledger;
  /** ICRCs of the last packets that came, to know them again. */
  readonly #recent = new Float64Array(recentLimit).fill(-1);
  #recentAt = 0;
  #queue: Expected[] = [];
  #head = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  push(expected: Expected): void {
    this.#queue.push(expected);
  }

  /** Expected packets, those that came elsewhere among them. */
  *waiting(): Generator<Expected> {
    for (let i = this.#head; i < this.#queue.length; i++) yield this.#queue[i]!;
  }

  /** The next one that is expected here. */
  next(): Expected | undefined {
    for (;;) {
      const expected = this.#queue[this.#head];
      if (expected?.delivery.came !== true) return expected;
      this.#advance();
    }
  }

  /** Takes the next one. */
  take(): void {
    const { delivery } = this.#queue[this.#head]!;
    this.#advance();
    this.settle(delivery);
    this.#remember(delivery.packet.bytes);
  }

  /** Takes one that stands further behind; those before it do not come here any more. */
  takeLater(found: Expected): void {
    for (let next = this.next(); next !== undefined && next !== found; next = this.next()) {
      this.#advance();
      this.missing.push(next);
      if (--next.delivery.places === 0 && !next.delivery.mayDrop) this.#ledger.pending--;
    }
    this.take();
  }

  /** Looks for a packet among those that are expected. */
  find(fits: (packet: FlowPacket) => boolean): Expected | undefined {
    let looked = 0;
    for (const expected of this.waiting()) {
      if (looked++ >= searchDepth) return undefined;
      if (!expected.delivery.came && fits(expected.delivery.packet)) return expected;
    }
    return undefined;
  }

  /** A packet that was passed over comes after all. */
  takeMissing(fits: (packet: FlowPacket) => boolean): boolean {
    const at = this.missing.findIndex(({ delivery }) => !delivery.came && fits(delivery.packet));
    if (at < 0) return false;
    const { delivery } = this.missing.splice(at, 1)[0]!;
    this.settle(delivery);
    this.#remember(delivery.packet.bytes);
    return true;
  }

  /** A delivery has happened, here or where it should not have. */
  settle(delivery: Delivery): void {
    if (delivery.came) return;
    delivery.came = true;
    if (delivery.places > 0 && !delivery.mayDrop) this.#ledger.pending--;
  }

  /** Whether one of the last packets was the same, by its ICRC. */
  seenBefore(bytes: Uint8Array, length: number): boolean {
    return this.#recent.includes(fingerprint(bytes, length));
  }

  #remember(bytes: Uint8Array): void {
    this.#recent[this.#recentAt] = fingerprint(bytes, bytes.length);
    this.#recentAt = (this.#recentAt + 1) % recentLimit;
  }

  #advance(): void {
    this.#head++;
    if (this.#head > 256 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
}

function fingerprint(bytes: Uint8Array, length: number): number {
  return readUint32(bytes, length - icrcBytes) + 0x100000000 * length;
}
