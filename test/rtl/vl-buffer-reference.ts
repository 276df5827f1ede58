import type { LinkDesign } from "../../generator/design/link.ts";

/** One row of a buffer. */
export interface BufferBeat {
  /** A whole beat. */
  readonly data: Uint8Array;
  /** Valid 4-byte words, 1 … W/32. */
  readonly words: number;
  readonly last: boolean;
  readonly error: boolean;
}

interface Lane {
  /** Beats that the region holds. */
  readonly beats: number;
  readonly longest: number;
  /** Written and not yet read, oldest first. */
  unread: BufferBeat[];
  /** Of these, the beats of the packet that is being written. */
  open: number;
  /** Beats of the packet being written that have been read already. */
  openRead: number;
  /** Beats of committed packets that have not been released. */
  used: number;
}

/**
 * Per-lane first-in first-out rings as a list each. A packet counts as gone one cycle after its last beat was read;
 * until then it holds all of its beats.
 */
export class BufferReference {
  readonly lanes: readonly Lane[];
  readonly #cutThrough: boolean;
  #readBeats = 0;
  #release: { lane: number; beats: number } | undefined;

  constructor(design: LinkDesign, side: "tx" | "rx") {
    const d = design.derived;
    const [data, vl15] =
      side === "tx" ? [d.txQueueBeats, d.txQueue15Beats] : [d.vlBufferBeats, d.vl15BufferBeats];
    const empty = { unread: [], open: 0, openRead: 0, used: 0 };
    this.lanes = [
      ...Array.from({ length: design.virtualLanes.data }, () => ({
        ...empty,
        beats: data.value,
        longest: Math.ceil(d.maxPacketBytes.value / d.beatBytes.value),
        unread: [],
      })),
      { ...empty, beats: vl15.value, longest: Math.ceil(290 / d.beatBytes.value), unread: [] },
    ];
    this.#cutThrough = design.forwarding === "cut-through";
  }

  /** Whether the next beat of the lane can be read; a packet that may be `ending` in this cycle is not begun. */
  ready(lane: number, ending = false): boolean {
    const { unread, open, openRead } = this.lanes[lane]!;
    if (ending && openRead === 0 && unread.length === open) return false;
    return unread.length - (this.#cutThrough ? 0 : open) > 0;
  }

  /** Whether the next beat belongs to a packet that is not complete. */
  readsOpen(lane: number): boolean {
    const { unread, open } = this.lanes[lane]!;
    return unread.length === open;
  }

  room(lane: number): boolean {
    const { used, beats, longest } = this.lanes[lane]!;
    return beats - used >= longest;
  }

  /** Whether part of the packet being written has been read. */
  started(lane: number): boolean {
    return this.lanes[lane]!.openRead > 0;
  }

  write(lane: number, beat: BufferBeat): void {
    const one = this.lanes[lane]!;
    one.unread.push(beat);
    one.open += 1;
    if (one.unread.length - one.open + one.openRead + one.open > one.beats)
      throw new Error("bench: the region overflows");
    if (!beat.last) return;
    one.used += one.open + one.openRead;
    one.open = 0;
    one.openRead = 0;
  }

  /** Takes the packet that is being written back. */
  abort(lane: number): void {
    const one = this.lanes[lane]!;
    if (one.openRead > 0) throw new Error("bench: the packet is being read");
    one.unread.length -= one.open;
    one.open = 0;
  }

  /** Reads the next beat; call it before {@link write} of the same cycle. */
  read(lane: number): BufferBeat {
    const one = this.lanes[lane]!;
    const inOpen = one.unread.length === one.open;
    const beat = one.unread.shift();
    if (beat === undefined) throw new Error("bench: nothing to read");
    if (inOpen) {
      one.open -= 1;
      one.openRead += 1;
    }
    return beat;
  }

  /** Ends a cycle in which `beat` was read from `lane`, or none. */
  endCycle(beat: BufferBeat | undefined, lane: number): void {
    if (this.#release !== undefined) this.lanes[this.#release.lane]!.used -= this.#release.beats;
    this.#release = undefined;
    if (beat === undefined) return;
    this.#readBeats += 1;
    if (!beat.last) return;
    this.#release = { lane, beats: this.#readBeats };
    this.#readBeats = 0;
  }
}
