import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "../common.ts";
import type { PcsHost } from "./host.ts";
import { rxShape } from "./rx-back-shape.ts";

/** Bits of a place that the second stage of the shifter takes care of. */
const fineBits = 4;

/** `templates/pcs/pcs_rx_gearbox.v.hbs`. */
export function pcsRxGearboxView(host: PcsHost): View {
  const { symbols, sliceGroups, sliceBits, slices, markerSlices } = rxShape(host);
  const wordBits = 20 * symbols;
  const wordSteps = wordBits / sliceGroups;
  const needBits = bitsFor(257);
  const countBits = bitsFor(slices);
  const fine = 2 ** fineBits;
  const padBits = (fine - 1) * sliceGroups;
  return {
    header: header(host, `Cuts messages into slices of ${sliceBits} bits and takes the markers out.`),
    module: moduleName(host, "pcs_rx_gearbox"),
    slice_groups: String(sliceGroups),
    fine: String(fine),
    word_range: range(wordBits),
    slice_range: range(sliceBits),
    error_range: `[${sliceGroups - 1}:0]`,
    need_range: range(needBits),
    need_zero: dec(0, needBits),
    need_high: `[${needBits - 1}:${fineBits}]`,
    need_low: `[${fineBits - 1}:0]`,
    fine_range: range(fineBits),
    count_range: range(countBits),
    count_zero: dec(0, countBits),
    past_range: range(sliceBits),
    line_range: range(wordBits + sliceBits + padBits),
    coarse_range: range(sliceBits + padBits),
    pad: `{${padBits}{1'b0}}, `,
    error_fill: sliceGroups > 1 ? `{${sliceGroups - 1}{slice_bad_reg}}, ` : "",
    params: [
      localparam("WORD", wordBits, "bits of a word"),
      localparam("SLICE", sliceBits, "bits of a slice"),
      localparam("STEP", sliceGroups, "bits: places of slices are multiples of it"),
      localparam("COARSE", fine * sliceGroups, `bits: ${fine} steps`),
      localparam(`${range(needBits)} WORD_STEPS`, dec(wordSteps, needBits), "steps of a word"),
      localparam(`${range(needBits)} SLICE_STEPS`, dec(257, needBits), "steps of a slice"),
      localparam(`${range(countBits)} SLICES`, dec(slices, countBits), "slices of a pair of codewords"),
      localparam(`${range(countBits)} MARKER_SLICES`, dec(markerSlices, countBits), "slices of the markers"),
    ],
  };
}
