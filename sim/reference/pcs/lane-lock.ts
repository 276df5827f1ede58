/** One received PCS lane: its bits, and the search for its alignment markers (IEEE Std 802.3 clause 119.2.6.3). */
import { readBits, writeBits } from "./bits.ts";
import type { LaneFormat } from "./format.ts";
import { commonOctets, markerBits, markersOf, uniqueOctets } from "./markers.ts";

/** Bits of a lane, by their number since the beginning; old ones are dropped. */
export class LaneStream {
  /** Number of the next bit. */
  end = 0;
  /** First bit that is still there; a multiple of 8. */
  #start = 0;
  #bytes = new Uint8Array(1 << 14);

  /** Takes up to 24 bits, the first in bit 0. */
  push(value: number, count: number): void {
    if (this.end + count - this.#start > 8 * this.#bytes.length - 64) this.#grow();
    writeBits(this.#bytes, this.end - this.#start, count, value);
    this.end += count;
  }

  /** Up to 24 bits from bit number `at` on. */
  read(at: number, count: number): number {
    return readBits(this.#bytes, at - this.#start, count);
  }

  /** Bits before number `at` are no longer wanted. */
  dropBefore(at: number): void {
    const bytes = (Math.min(at, this.end) - this.#start) >> 3;
    if (2 * bytes < this.#bytes.length) return;
    this.#bytes.copyWithin(0, bytes);
    this.#start += 8 * bytes;
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.#bytes.length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Halves of octets that differ. */
function badNibbles(stream: LaneStream, at: number, marker: Uint8Array, octets: readonly number[]): number {
  let bad = 0;
  for (const i of octets) {
    const difference = stream.read(at + 8 * i, 8) ^ marker[i]!;
    bad += (difference & 15 ? 1 : 0) + (difference >> 4 ? 1 : 0);
  }
  return bad;
}

const allowedBadNibbles = 3;
const badMarkersToUnlock = 5;

/** Locks to the markers of a lane: two of the same number, a period apart; five bad ones in a row unlock. */
export class LaneLock {
  readonly stream = new LaneStream();
  /** Number of the PCS lane; -1 while not locked. */
  lane = -1;
  /** Bit number of the newest marker while locked. */
  marker = 0;
  /** Markers in a row that were bad, while locked. */
  bad = 0;
  readonly #markers: readonly Uint8Array[];
  readonly #period: number;
  /** Next bit to look at while not locked; the marker seen once, or -1. */
  #at = 0;
  #seen = -1;

  /** @param periodBits bits of a lane from marker to marker */
  constructor(format: LaneFormat, periodBits: number) {
    this.#markers = markersOf(format);
    this.#period = periodBits;
  }

  get locked(): boolean {
    return this.lane >= 0;
  }

  /** Goes on with the bits that have come. @returns whether the lock was lost */
  advance(): boolean {
    while (!this.locked && this.#at + markerBits <= this.stream.end) this.#hunt();
    let lost = false;
    while (this.locked && this.marker + this.#period + markerBits <= this.stream.end) {
      this.marker += this.#period;
      this.bad = this.#laneAt(this.marker) === this.lane ? 0 : this.bad + 1;
      if (this.bad < badMarkersToUnlock) continue;
      this.restart();
      lost = true;
    }
    return lost;
  }

  /** Looks for markers anew, among the bits that come. */
  restart(): void {
    this.lane = -1;
    this.bad = 0;
    this.#seen = -1;
    this.#at = this.stream.end;
  }

  /** First bit that a search or a newly found alignment may still ask for. */
  get wanted(): number {
    return this.locked ? this.marker : this.#at;
  }

  #hunt(): void {
    const found = this.#laneAt(this.#at);
    if (this.#seen < 0) {
      if (found < 0) this.#at++;
      else {
        this.#seen = found;
        this.#at += this.#period;
      }
    } else if (found === this.#seen) {
      this.lane = found;
      this.marker = this.#at;
    } else {
      this.#seen = -1;
      this.#at++;
    }
  }

  /** Number of the lane whose marker stands at a bit; -1 when none does. The nearest one counts. */
  #laneAt(at: number): number {
    const common = this.#markers[0]!;
    const x = this.stream.read(at, 24) ^ (common[0]! | (common[1]! << 8) | (common[2]! << 16));
    const halves = (x | (x >> 1) | (x >> 2) | (x >> 3)) & 0x111111;
    if (((halves * 0x111111) >>> 20) % 16 > allowedBadNibbles) return -1;
    if (badNibbles(this.stream, at, common, commonOctets) > allowedBadNibbles) return -1;
    const scores = this.#markers.map((marker) => badNibbles(this.stream, at, marker, uniqueOctets));
    return scores.indexOf(Math.min(...scores));
  }
}
