/** What one lane of a scoreboard expects, and what it has already seen. */

/** Compares the first `length` bytes with a whole packet. */
export function samePacket(packet: Uint8Array, bytes: Uint8Array, length: number): boolean {
  if (packet.length !== length) return false;
  for (let i = 0; i < length && i < 24; i++) if (packet[i] !== bytes[i]) return false;
  return length <= 24 || Buffer.compare(packet, bytes.subarray(0, length)) === 0;
}

export interface Expected {
  readonly packet: Uint8Array;
  readonly cycle: number;
  /** Its loss is allowed: it was under way when the session restarted. */
  excused: boolean;
}

const recentLimit = 1024;

/** A queue of expected packets with those that were passed over and those that came. */
export class Lane {
  readonly missing: Expected[] = [];
  readonly #recent: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(recentLimit).fill(
    undefined,
  );
  #recentAt = 0;
  #queue: Expected[] = [];
  #head = 0;

  get pending(): number {
    return this.#queue.length - this.#head;
  }

  push(expected: Expected): void {
    this.#queue.push(expected);
  }

  /** The expected packet `depth` places behind the next one. */
  peek(depth = 0): Expected | undefined {
    return this.#queue[this.#head + depth];
  }

  /** Takes the packet `depth` places behind the next one; those before it become missing. */
  take(depth: number): Expected {
    for (let i = 0; i < depth; i++) this.missing.push(this.#queue[this.#head + i]!);
    this.#head += depth;
    const expected = this.#queue[this.#head++]!;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return expected;
  }

  /** Remembers a packet that came, to know it again. */
  remember(packet: Uint8Array): void {
    this.#recent[this.#recentAt] = packet;
    this.#recentAt = (this.#recentAt + 1) % recentLimit;
  }

  /** Whether one of the last 1024 packets was the same. */
  seenBefore(bytes: Uint8Array, length: number): boolean {
    return this.#recent.some((packet) => packet !== undefined && samePacket(packet, bytes, length));
  }

  /** Allows the loss of all that is under way now. */
  excuse(): void {
    for (let i = this.#head; i < this.#queue.length; i++) this.#queue[i]!.excused = true;
    for (const expected of this.missing) expected.excused = true;
  }

  /** All that did not come. */
  *absent(): Generator<Expected> {
    yield* this.missing;
    for (let i = this.#head; i < this.#queue.length; i++) yield this.#queue[i]!;
  }
}
