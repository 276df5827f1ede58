/** PCS lanes with markers and random bits between, on physical lanes with skew, errors, slips and pauses. */
import { laneFormat, markersOf } from "../../sim/reference/pcs/index.ts";
import { mix32, type Rng } from "../../sim/traffic/rng.ts";

export interface StreamShape {
  readonly rateGbps: 200 | 400;
  readonly pcsLanes: number;
  /** Physical lanes. */
  readonly lanes: number;
  /** Bits of a PCS lane in a clock. */
  readonly B: number;
  /** Clocks from marker to marker. */
  readonly periodClocks: number;
}

/**
 * Each physical lane carries PCS lanes in turn, bit by bit. Its bit `t` is sent at time 0 or later and arrives `delays` bits
 * later; what comes before is noise.
 */
export class LaneStreams {
  readonly shape: StreamShape;
  readonly ratio: number;
  readonly laneBits: number;
  readonly seed: number;
  /** PCS lane that place `lane * ratio + turn` carries. */
  readonly order: number[];
  /** Of each physical lane, in its own bits. */
  readonly delays: number[];
  /** Physical lanes that carry noise for now. */
  readonly dead = new Set<number>();
  /** Marker of a PCS lane, as sent; a lane that the far end gets wrong has other ones. */
  readonly markers: Uint8Array[];
  /** Probability of a wrong bit. */
  ber = 0;
  /** Bits that were sent wrong, as `key`. */
  readonly flipped = new Set<number>();
  readonly #rng: Rng;
  /** The 32 bits of each PCS lane that were looked at last. */
  readonly #index = new Float64Array(16).fill(Number.NaN);
  readonly #bits = new Int32Array(16);
  #untilFlip = Number.POSITIVE_INFINITY;

  constructor(shape: StreamShape, rng: Rng, order: readonly number[], delays: readonly number[]) {
    this.shape = shape;
    this.ratio = shape.pcsLanes / shape.lanes;
    this.laneBits = shape.B * this.ratio;
    this.seed = rng.next();
    this.order = [...order];
    this.delays = [...delays];
    this.markers = markersOf(laneFormat(shape.rateGbps)).map((marker) => marker.slice());
    this.#rng = rng;
  }

  setBer(ber: number): void {
    this.ber = ber;
    this.#untilFlip = ber === 0 ? Number.POSITIVE_INFINITY : this.#gap();
  }

  /** Bit `n` of a PCS lane as sent. */
  bitOf(pcsLane: number, n: number): number {
    const index = n >> 5;
    if (this.#index[pcsLane] !== index) {
      this.#index[pcsLane] = index;
      this.#bits[pcsLane] = this.#wordOf(pcsLane, index);
    }
    return (this.#bits[pcsLane]! >>> (n & 31)) & 1;
  }

  /** Bits 32 * index and up. */
  #wordOf(pcsLane: number, index: number): number {
    const noise = mix32(mix32(this.seed + 64 * pcsLane) + index);
    const period = this.shape.periodClocks * this.shape.B;
    const from = 32 * index;
    const at = modulo(from, period);
    if (from < 0 || (at >= 120 && at + 32 <= period)) return noise;
    let bits = 0;
    for (let bit = 0; bit < 32; bit += 1) {
      const place = (at + bit) % period;
      const marker = this.markers[pcsLane]!;
      const value = place < 120 ? marker[place >> 3]! >> (place & 7) : noise >>> bit;
      bits |= (value & 1) << bit;
    }
    return bits;
  }

  /** Writes what arrives in clock `clock` of all physical lanes, lane after lane. */
  word(clock: number, bytes: Uint8Array): void {
    const { laneBits, ratio, shape } = this;
    bytes.fill(0);
    let place = 0;
    for (let lane = 0; lane < shape.lanes; lane += 1) {
      const from = clock * laneBits - this.delays[lane]!;
      const dead = this.dead.has(lane);
      for (let t = from; t < from + laneBits; t += 1, place += 1) {
        let bit = dead
          ? mix32(this.seed ^ mix32(t + 7919 * lane)) & 1
          : this.bitOf(this.order[lane * ratio + modulo(t, ratio)]!, Math.floor(t / ratio));
        this.#untilFlip -= 1;
        if (this.#untilFlip < 0) {
          this.#untilFlip = this.#gap();
          this.flipped.add(this.#key(lane, t));
          bit ^= 1;
        }
        if (bit === 1) bytes[place >> 3]! |= 1 << (place & 7);
      }
    }
  }

  /** Where the PCS lane of `place` is received: the delay turns the lanes of a physical lane around. */
  placeReceived(place: number): number {
    const lane = Math.floor(place / this.ratio);
    return lane * this.ratio + ((place + this.delays[lane]!) % this.ratio);
  }

  /** Clock in which the first bit of a marker arrives on the last lane, for the markers sent at time 0. */
  get lastMarker(): number {
    return Math.max(...this.#markerClocks());
  }

  /** Words between the markers of the first and of the last lane. */
  get skewWords(): number {
    return Math.max(...this.#markerClocks()) - Math.min(...this.#markerClocks());
  }

  /** Word `word` (0: with the markers sent at time 0) of all PCS lanes in order, as it must come out. */
  expected(word: number, bytes: Uint8Array): void {
    const { B, pcsLanes } = this.shape;
    bytes.fill(0);
    for (let place = 0; place < pcsLanes; place += 1) {
      const pcsLane = this.order[place]!;
      const lane = Math.floor(place / this.ratio);
      for (let j = 0; j < B; j += 1) {
        const n = word * B + j;
        const wrong =
          this.flipped.size > 0 && this.flipped.has(this.#key(lane, n * this.ratio + (place % this.ratio)));
        if (this.bitOf(pcsLane, n) !== Number(wrong))
          bytes[(pcsLane * B + j) >> 3]! |= 1 << ((pcsLane * B + j) & 7);
      }
    }
  }

  #markerClocks(): number[] {
    return this.order.map((_, place) =>
      Math.floor((this.delays[Math.floor(place / this.ratio)]! + (place % this.ratio)) / this.laneBits),
    );
  }

  #key(lane: number, t: number): number {
    return t * 16 + lane;
  }

  #gap(): number {
    return Math.floor(Math.log(1 - this.#rng.next() / 2 ** 32) / Math.log(1 - this.ber));
  }
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
