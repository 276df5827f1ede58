import { type BaseRHost, sizesOf } from "../../generator/views/pcs/base-r-host.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { putBit, splitWord } from "../../sim/reference/pcs/base-r.ts";
import { type Column, idleColumn } from "./base-r-columns.ts";

/** What happened in a run. */
export interface Seen {
  readonly columns: Column[];
  headers: number;
  lost: number;
  /** Markers judged, and lanes with wrong parity by number. */
  markers: number;
  readonly parity: number[];
  underruns: number;
  overruns: number;
}

/** Drives `base_r_bench`: columns in as they are taken, columns out, words of the lanes either way. */
export class BaseRDriver {
  readonly model: Model;
  readonly shape: ReturnType<typeof sizesOf> & { readonly lanes: number };
  readonly seen: Seen;
  /** Columns that wait to be sent; idle when there is none. */
  readonly queue: Column[] = [];
  /** Bits that came of each PCS lane of the transmitter. */
  readonly sent: number[][];
  readonly #ports: Readonly<Record<string, Port>>;
  readonly #many: boolean;
  #loaded = false;

  constructor(model: Model, host: BaseRHost) {
    this.model = model;
    const sizes = sizesOf(host);
    this.shape = { ...sizes, lanes: sizes.pcsLanes };
    this.#many = sizes.pcsLanes > 1;
    this.#ports = Object.fromEntries(model.ports.map((port) => [port.name, port]));
    const parity = Array<number>(sizes.pcsLanes).fill(0);
    this.seen = { columns: [], headers: 0, lost: 0, markers: 0, parity, underruns: 0, overruns: 0 };
    this.sent = Array.from({ length: sizes.pcsLanes }, () => []);
    this.port("rx_lane").bytes.fill(0);
    this.port("thin").set(0);
    model.reset();
  }

  port(name: string): Port {
    return this.#ports[name]!;
  }

  /** One clock. @param record keep what the transmitter sends */
  cycle(record = false): void {
    this.#load();
    const taken = this.port("mii_tx_ready").get() === 1;
    this.model.step();
    if (taken) this.#loaded = false;
    if (record) splitWord(this.port("tx_lane").bytes, this.shape, (lane, bit) => this.sent[lane]!.push(bit));
    this.#watch();
  }

  #load(): void {
    if (this.#loaded) return;
    const [data, flags] = [this.port("mii_txd").bytes, this.port("mii_txc").bytes];
    for (let at = 0; at < this.shape.columns; at++) {
      const column = this.queue.shift() ?? idleColumn;
      flags[at] = column[0]!;
      data.set(column.subarray(1), 8 * at);
    }
    this.#loaded = true;
  }

  #watch(): void {
    const seen = this.seen;
    if (this.port("mii_rx_valid").get() === 1) {
      const [data, flags] = [this.port("mii_rxd").bytes, this.port("mii_rxc").bytes];
      for (let at = 0; at < this.shape.columns; at++)
        seen.columns.push(Uint8Array.from([flags[at]!, ...data.subarray(8 * at, 8 * at + 8)]));
    }
    seen.headers += this.port("bad_headers").get();
    seen.lost += this.port("evt_lock_lost").get();
    seen.underruns += this.port("evt_underrun").get();
    seen.overruns += this.port("evt_overrun").get();
    if (!this.#many || this.port("evt_bip").get() === 0) return;
    seen.markers += 1;
    for (let lane = 0; lane < this.shape.lanes; lane++)
      seen.parity[lane]! += this.port("bip_errors").get() & (1 << lane) ? 1 : 0;
  }

  /** The next word of the lanes into the receiver. `bitOf` gives the next bit of a place where a PCS lane stands. */
  receive(bitOf: (place: number) => number): void {
    const { mux, laneBits, bits, lanes } = this.shape;
    const word = this.port("rx_lane").bytes;
    for (let at = 0; at < bits; at++)
      for (let place = 0; place < lanes; place++)
        putBit(word, Math.floor(place / mux) * laneBits + at * mux + (place % mux), bitOf(place));
  }
}
