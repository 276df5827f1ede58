/** Bench of the PCS with the RS-FEC of clauses 91 and 108: both directions in one model, lanes and MII at its ports. */
import { elaborateFec91 } from "../../generator/elaborate/fec91.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { range } from "../../generator/render/verilog.ts";
import { vector } from "../../generator/views/pcs/base-r-host.ts";
import { fec91Sizes } from "../../generator/views/pcs/fec91-host.ts";
import { fec91Modules } from "../../generator/views/pcs/fec91-modules.ts";
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { putBit, splitWord } from "../../sim/reference/pcs/base-r.ts";
import type { Fec91Shape } from "../../sim/reference/pcs/fec91.ts";
import { buildTexts } from "../rtl/build.ts";
import { type Column, idleColumn } from "./base-r-columns.ts";

export interface Shape {
  readonly rateGbps: 25 | 100;
  readonly fec: "rs528" | "rs544";
  /** Physical lanes. */
  readonly lanes: number;
  /** Bits of the MII. */
  readonly width: number;
  readonly symbols: number;
  /** Codewords between markers: fewer than the standard's. */
  readonly period: number;
}

export const titleOf = ({ rateGbps, fec, lanes, width, symbols }: Shape): string =>
  `${rateGbps}G, ${fec}, ${lanes} lanes, ${symbols} symbols, MII of ${width}`;

/** At 25G a word of error blocks would be sent now and then if the MII were no faster than the line: all have one clock here. */
export function hostOf({ rateGbps, fec, lanes, width, symbols, period }: Shape): PcsHost {
  const pcs = elaborateFec91(
    { rateGbps, clockMHz: 400, datapathBits: width, lanes: { count: lanes, gbps: rateGbps / lanes }, fec },
    { symbolsPerClock: symbols, markerPeriodCodewords: period },
  );
  if (pcs === undefined) throw new Error(`no FEC for ${rateGbps}G over ${lanes} lanes, ${symbols} symbols`);
  return { name: "dut", clockMHz: 400, datapathBits: width, pcs };
}

export function referenceShape({ pcs }: PcsHost): Fec91Shape {
  return {
    lanes: pcs.format.pcsLanes,
    physical: pcs.lanes.count,
    symbols: pcs.format.codewordSymbols,
    period: pcs.derived.markerPeriodCodewords.value,
  };
}

/** The texts of all modules by name. */
export function textsOf(host: PcsHost): readonly (readonly [string, string])[] {
  return fec91Modules(host).map(
    ([suffix, template, view]) => [`dut_${suffix}`, renderTemplate(`${template}.v.hbs`, view)] as const,
  );
}

/** The four tops; where the FIFOs stand, they are connected as they are. */
function benchText(host: PcsHost): string {
  const { blocks, wordBits, symbols, lanes } = fec91Sizes(host);
  const mii = range(host.datapathBits);
  const flags = range(host.datapathBits / 8);
  const word = range(66 * blocks);
  return `\`default_nettype none
module fec91_bench (
    input wire clk, input wire rst, input wire restart,
    input wire ${mii} mii_txd, input wire ${flags} mii_txc, output wire mii_tx_ready,
    output wire ${range(wordBits)} tx_lane, output wire evt_underrun,
    input wire ${range(wordBits)} rx_lane, input wire thin,
    output wire ${mii} mii_rxd, output wire ${flags} mii_rxc, output wire mii_rx_valid,
    output wire ${vector(lanes)} locked, output wire ${range(4 * lanes)} lane_of, output wire aligned,
    output wire stat_valid, output wire [1:0] stat_uncorrectable, output wire [1:0] stat_corrected,
    output wire err_valid, output wire ${vector(symbols)} err_symbols, output wire evt_lock_lost,
    output wire rx_valid, output wire evt_overrun
);
    wire ${word} tx_word; wire tx_valid; wire tx_ready;
    dut_pcs_encode encode (.clk(clk), .rst(rst), .mii_txd(mii_txd), .mii_txc(mii_txc),
        .mii_tx_ready(mii_tx_ready), .m_data(tx_word), .m_valid(tx_valid), .m_ready(tx_ready));
    dut_pcs_tx tx (.clk(clk), .rst(rst), .s_data(tx_word), .s_valid(tx_valid), .s_ready(tx_ready),
        .tx_lane(tx_lane), .evt_underrun(evt_underrun));
    wire ${word} rx_word; wire ${vector(blocks)} rx_error; wire rx_ready;
    dut_pcs_rx rx (.clk(clk), .rst(rst), .restart(restart), .rx_lane(rx_lane), .m_data(rx_word),
        .m_error(rx_error), .m_valid(rx_valid), .thin(thin), .locked(locked), .lane_of(lane_of),
        .aligned(aligned), .stat_valid(stat_valid), .stat_uncorrectable(stat_uncorrectable),
        .stat_corrected(stat_corrected), .err_valid(err_valid), .err_symbols(err_symbols),
        .evt_lock_lost(evt_lock_lost));
    dut_pcs_decode decode (.clk(clk), .rst(rst), .s_data(rx_word), .s_error(rx_error),
        .s_valid(rx_valid), .s_ready(rx_ready), .mii_rxd(mii_rxd), .mii_rxc(mii_rxc),
        .mii_rx_valid(mii_rx_valid));
    assign evt_overrun = rx_valid && !rx_ready;
endmodule
`;
}

export async function openBench(host: PcsHost): Promise<Model> {
  const all = [...textsOf(host), ["fec91_bench", benchText(host)] as const];
  return openModel(await buildTexts("fec91_bench", all, "fec91_bench", true));
}

/** What happened in a run. */
export interface Seen {
  readonly columns: Column[];
  corrected: number;
  uncorrectable: number;
  /** Symbols corrected of each FEC lane. */
  readonly symbols: number[];
  lost: number;
  underruns: number;
  overruns: number;
}

/** Drives `fec91_bench`: columns in as they are taken, columns out, words of the lanes either way. */
export class Fec91Driver {
  readonly model: Model;
  readonly seen: Seen;
  /** Columns that wait to be sent; idle when there is none. */
  readonly queue: Column[] = [];
  /** Bits that came of each FEC lane of the transmitter, from its first word on that is not 0. */
  readonly sent: number[][];
  /** How the lanes stand in a word. */
  readonly split: {
    readonly mux: number;
    readonly laneBits: number;
    readonly bits: number;
    readonly lanes: number;
  };
  readonly #columns: number;
  readonly #ports: Readonly<Record<string, Port>>;
  #loaded = false;

  constructor(model: Model, host: PcsHost) {
    this.model = model;
    const { lanes, mux } = fec91Sizes(host);
    const { laneBits, pcsLaneBits } = host.pcs.derived;
    this.split = { mux, laneBits: laneBits.value, bits: pcsLaneBits.value, lanes };
    this.#columns = host.datapathBits / 64;
    this.#ports = Object.fromEntries(model.ports.map((port) => [port.name, port]));
    const symbols = Array<number>(lanes).fill(0);
    this.seen = { columns: [], corrected: 0, uncorrectable: 0, symbols, lost: 0, underruns: 0, overruns: 0 };
    this.sent = Array.from({ length: lanes }, () => []);
    this.port("rx_lane").bytes.fill(0);
    this.port("thin").set(0);
    this.port("restart").set(0);
    model.reset(2);
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
    if (record) splitWord(this.port("tx_lane").bytes, this.split, (lane, bit) => this.sent[lane]!.push(bit));
    this.#watch();
  }

  #load(): void {
    if (this.#loaded) return;
    const [data, flags] = [this.port("mii_txd").bytes, this.port("mii_txc").bytes];
    for (let at = 0; at < this.#columns; at++) {
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
      for (let at = 0; at < this.#columns; at++)
        seen.columns.push(Uint8Array.from([flags[at]!, ...data.subarray(8 * at, 8 * at + 8)]));
    }
    if (this.port("stat_valid").get() === 1) {
      const bits = (name: string): number => [0, 1, 1, 2][this.port(name).get()]!;
      seen.corrected += bits("stat_corrected");
      seen.uncorrectable += bits("stat_uncorrectable");
    }
    if (this.port("err_valid").get() === 1) {
      const errors = this.port("err_symbols").get();
      const rows = this.split.bits / 10;
      for (let at = 0; at < rows * this.split.lanes; at++)
        seen.symbols[Math.floor(at / rows)]! += (errors >> at) & 1;
    }
    seen.lost += this.port("evt_lock_lost").get();
    seen.underruns += this.port("evt_underrun").get();
    seen.overruns += this.port("evt_overrun").get();
  }

  /** The next word of the lanes into the receiver. `bitOf` gives the next bit of a place where a FEC lane stands. */
  receive(bitOf: (place: number) => number): void {
    const { mux, laneBits, bits, lanes } = this.split;
    const word = this.port("rx_lane").bytes;
    for (let at = 0; at < bits; at++)
      for (let place = 0; place < lanes; place++)
        putBit(word, Math.floor(place / mux) * laneBits + at * mux + (place % mux), bitOf(place));
  }
}
