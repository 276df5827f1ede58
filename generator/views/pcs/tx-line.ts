import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { PcsHost } from "./host.ts";
import { txShape } from "./tx-shape.ts";

/** Bits of the number of bits that are left of earlier slices. */
export function fillBits(host: PcsHost): number {
  return bitsFor(txShape(host).mostBefore);
}

/** `templates/pcs/pcs_tx_schedule.v.hbs`. */
export function pcsTxScheduleView(host: PcsHost): View {
  const { clocks, slices, sliceGroups, markerSlices, takes } = txShape(host);
  const period = host.pcs.derived.markerPeriodCodewords.value;
  const clockBits = indexBits(clocks);
  const pairBits = indexBits(period);
  const fill = fillBits(host);
  const index = indexBits(markerSlices);
  return {
    header: header(host, "Lays down which word of the lanes takes what, pair of codewords by pair."),
    module: moduleName(host, "pcs_tx_schedule"),
    clocks: String(clocks),
    slices: String(slices),
    sliceText: sliceGroups === 1 ? "a group" : `${sliceGroups} groups`,
    r: { fill: range(fill), index: range(index) },
    params: [
      localparam("RB", clockBits, "bits: clocks of a pair"),
      localparam("PB", pairBits, "bits: pairs of a period"),
      localparam("IB", index, "bits: slices of the markers"),
      localparam(`[${clockBits - 1}:0] LAST_CLOCK`, dec(clocks - 1, clockBits), "of a pair"),
      localparam(
        `[${pairBits - 1}:0] LAST_PAIR`,
        dec(period - 1, pairBits),
        "from one group of markers to the next: markerPeriodCodewords - 1",
      ),
      localparam(`[${index - 1}:0] LAST_SLICE`, dec(markerSlices - 1, index), "of the markers"),
    ],
    none: dec(0, fill),
    takes: takes.map(({ clock, left }) => ({ clock: dec(clock, clockBits), left: dec(left, fill) })),
  };
}

/** `templates/pcs/pcs_tx_gearbox.v.hbs`: half of the bits of a shift are done in each of its stages. */
export function pcsTxGearboxView(host: PcsHost): View {
  const { lineBits, sliceBits, mostLeft } = txShape(host);
  const fill = fillBits(host);
  const fine = Math.floor(fill / 2);
  return {
    header: header(host, `Cuts slices of ${sliceBits} bits into words of ${lineBits}.`),
    module: moduleName(host, "pcs_tx_gearbox"),
    r: { slice: range(sliceBits), fill: range(fill), word: range(lineBits) },
    params: [
      localparam("SLICE", sliceBits, "bits of a slice"),
      localparam("WORD", lineBits, "bits of a word of the line"),
      localparam("LEFT", mostLeft, "bits that are left behind a word, at most"),
      localparam("FB", fill, "bits of s_fill"),
      localparam("FINE", fine, "bits of s_fill that stage 1 shifts by"),
      localparam("SPREAD", 2 ** fine - 1, "bits that its shift adds: 2^FINE - 1"),
    ],
  };
}

/** `templates/pcs/pcs_tx_lanes.v.hbs`. */
export function pcsTxLanesView(host: PcsHost): View {
  const { format, lanes, derived } = host.pcs;
  const { symbols, lineBits } = txShape(host);
  const rows = derived.pcsLaneBits.value / 10;
  const mux = format.pcsLanes / lanes.count;
  return {
    header: header(host, "Distributes the symbols of two codewords to the lanes."),
    module: moduleName(host, "pcs_tx_lanes"),
    r: { symbols: range(10 * symbols), line: range(lineBits) },
    alternates: rows % 2 === 1,
    rowsText: `A word holds ${rows} row${rows === 1 ? "" : "s"}${rows % 2 === 1 ? ", so that words alternate" : ""}.`,
    muxText: mux === 1 ? "one PCS lane." : `${mux} PCS lanes, bit by bit in turn, the lowest first.`,
    swap: rows % 2 === 1 ? "odd ^ (row % 2 == 1)" : "row % 2 == 1",
    params: [
      localparam("LANES", format.pcsLanes, "PCS lanes"),
      derivedParam("LANE_BITS", host.pcs, "pcsLaneBits"),
      localparam("ROWS", rows, "symbols of each lane in a word"),
      localparam("MUX", mux, "PCS lanes of a physical lane"),
    ],
  };
}
