import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import type { PcsHost } from "./host.ts";
import { rsEncoderModules } from "./rs-encoder.ts";
import { errorBlock } from "./tx-blocks.ts";
import { pcsEncodeBlockView, pcsEncodeView } from "./tx-encode.ts";
import { fillBits, pcsTxGearboxView, pcsTxLanesView, pcsTxScheduleView } from "./tx-line.ts";
import { pcsMarkersView } from "./tx-markers.ts";
import { pcsScramblerView } from "./tx-scrambler.ts";
import { groupBits, txShape } from "./tx-shape.ts";

/** Clocks from a symbol's way into the encoder to its way out. */
const encoderClocks = 2;

/** The transmitter: `pcs_encode` at the clock of the device, `pcs_tx` at that of the lanes. Sub-modules first. */
export function txModules(host: PcsHost): ModuleFile[] {
  return [
    ["pcs_encode_block", "pcs/pcs_encode_block", pcsEncodeBlockView(host)],
    ["pcs_encode", "pcs/pcs_encode", pcsEncodeView(host)],
    ["pcs_scrambler", "pcs/pcs_scrambler", pcsScramblerView(host)],
    ["pcs_markers", "pcs/pcs_markers", pcsMarkersView(host)],
    ["pcs_tx_schedule", "pcs/pcs_tx_schedule", pcsTxScheduleView(host)],
    ["pcs_tx_gearbox", "pcs/pcs_tx_gearbox", pcsTxGearboxView(host)],
    ...rsEncoderModules(host),
    ["pcs_tx_lanes", "pcs/pcs_tx_lanes", pcsTxLanesView(host)],
    ["pcs_tx", "pcs/pcs_tx", pcsTxView(host)],
  ];
}

/** `templates/pcs/pcs_tx.v.hbs`. */
export function pcsTxView(host: PcsHost): View {
  const { derived } = host.pcs;
  const { symbols, lineBits, wordGroups, sliceGroups, sliceBits, parts, markerSlices } = txShape(host);
  const partBits = indexBits(parts);
  const fill = fillBits(host);
  const module = (suffix: string): string => moduleName(host, suffix);
  return {
    header: header(host, "Transmits groups of 257 bits over the lanes: markers, FEC, distribution."),
    module: module("pcs_tx"),
    scheduleModule: module("pcs_tx_schedule"),
    scramblerModule: module("pcs_scrambler"),
    markersModule: module("pcs_markers"),
    gearboxModule: module("pcs_tx_gearbox"),
    encoderModule: module("rs_encoder"),
    lanesModule: module("pcs_tx_lanes"),
    encoderClocks: String(encoderClocks),
    r: {
      groups: range(groupBits * wordGroups),
      line: range(lineBits),
      slice: range(sliceBits),
      symbols: range(10 * symbols),
      fill: range(fill),
      index: range(indexBits(markerSlices)),
      part: range(partBits),
    },
    params: [
      localparam("P", symbols, "symbols of each codeword in a clock"),
      localparam("SLICE_GROUPS", sliceGroups, "groups of a slice"),
      localparam("FB", fill, "bits: what is left of earlier slices"),
      ...(parts > 1
        ? [
            localparam("SLICE", sliceBits, "bits of a slice"),
            localparam(`${range(partBits)} LAST_PART`.trim(), dec(parts - 1, partBits), "slices of a word"),
          ]
        : []),
    ],
    errorBlock: hex(errorBlock, 64),
    cuts: parts > 1,
    partZero: dec(0, partBits),
    alternates: (derived.pcsLaneBits.value / 10) % 2 === 1,
  };
}
