import type { PcsFormat } from "../../design/pcs.ts";
import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { PcsHost } from "./host.ts";
import { commonField, markerLayout, uniqueFields } from "./rx-front-markers.ts";
import { groupBits, txShape } from "./tx-shape.ts";

/** UP0 and UP1 of lanes 0 to 15, table 119-2; UP2 is UP1 inverted. No receiver looks at them. */
const pads = [
  ...[0xb6_d9, 0x04_67, 0x46_fe, 0x5a_84, 0xe1_19, 0xf2_4e, 0x3d_ee, 0x22_32],
  ...[0x60_9f, 0x6b_a2, 0xfa_04, 0x6c_71, 0x18_5b, 0x14_cc, 0xd0_b1, 0xb4_56],
];
const padsOfLane0At200G = 0x05_d6;

const markerSymbols = markerLayout.bits / 10;

const prbsBits = 9;
/** P_0 ... P_8 after reset, P_0 in bit 0. */
const prbsStart = 0x1ff;

/** `templates/pcs/pcs_markers.v.hbs`. */
export function pcsMarkersView(host: PcsHost): View {
  const { format } = host.pcs;
  const { pcsLanes, markerGroups } = format;
  const { sliceBits, markerSlices } = txShape(host);
  const markers = markersOf(format);
  const markerBits = 10 * markerSymbols * pcsLanes;
  const padBits = groupBits * markerGroups - markerBits - 3;
  const { outputs, state } = prbs(padBits);
  const indexWidth = indexBits(markerSlices);
  return {
    header: header(host, `The group of alignment markers, ${sliceBits} bits at a time.`),
    module: moduleName(host, "pcs_markers"),
    groups: String(markerGroups),
    symbols: String(markerSymbols),
    lanes: String(pcsLanes),
    r: { index: range(indexWidth), slice: range(sliceBits) },
    params: [
      localparam("MARKER_BITS", markerBits, `${markerSymbols} symbols of ${pcsLanes} lanes`),
      localparam("PAD_BITS", padBits, `${markerGroups} groups of 257 bits, less markers and status`),
      localparam("GROUP_BITS", markerBits + padBits + 3, "markers, pad, status"),
      ...(markerSlices > 1 ? [localparam("SLICE", sliceBits, "bits of a slice")] : []),
      localparam(
        `${range(indexWidth)} LAST_SLICE`.trim(),
        dec(markerSlices - 1, indexWidth),
        "of the markers",
      ),
      localparam("[8:0] PRBS_START", hex(prbsStart, prbsBits), "any state but 0"),
    ],
    rows: markerRows(markers)
      .toReversed()
      .flatMap((row) => hexParts(row, 10 * pcsLanes)),
    pad: lines(outputs),
    advance: lines(state),
    slice: markerSlices === 1 ? "marker_group" : "marker_group[index_reg*SLICE +: SLICE]",
  };
}

/** The marker of every PCS lane: CM0-2, UP0, CM3-5, UP1, UM0-2, UP2, UM3-5; bit 0 first on the wire. */
function markersOf(format: PcsFormat): bigint[] {
  const { common, unique, halfBits } = markerLayout;
  const half = (1n << BigInt(halfBits)) - 1n;
  const spread = (field: bigint, [low, high]: readonly [number, number]): bigint =>
    ((field & half) << BigInt(low)) | ((field >> BigInt(halfBits)) << BigInt(high));
  return uniqueFields(format).map((field, lane) => {
    const pad = (format.pcsLanes === 8 && lane === 0 ? padsOfLane0At200G : pads[lane]) ?? 0;
    const [first, second] = [BigInt(pad >> 8), BigInt(pad & 0xff)];
    const padding = (first << 24n) | (second << 56n) | ((second ^ 0xffn) << 88n);
    return spread(commonField, common) | spread(field, unique) | padding;
  });
}

/** Row k holds symbol k of every lane; lanes 2j and 2j + 1 are exchanged in odd rows. */
function markerRows(markers: readonly bigint[]): bigint[] {
  return Array.from({ length: markerSymbols }, (_, k) =>
    markers.reduce((row, marker, lane) => {
      const symbol = (marker >> BigInt(10 * k)) & 0x3ffn;
      return row | (symbol << BigInt(10 * (lane ^ (k & 1))));
    }, 0n),
  );
}

/** A number of `bits` bits as literals of 80 bits, the highest first. */
function hexParts(value: bigint, bits: number): string[] {
  return Array.from({ length: bits / 80 }, (_, part) =>
    hex((value >> BigInt(bits - 80 * (part + 1))) & ((1n << 80n) - 1n), 80),
  );
}

/**
 * PRBS9, x^9 + x^5 + 1: P_8 goes out, P_4 ^ P_8 comes into P_0. Each bit is given as the set of the bits of the state that it
 * is the parity of.
 */
function prbs(count: number): { outputs: number[]; state: number[] } {
  let state = Array.from({ length: prbsBits }, (_, bit) => 1 << bit);
  const outputs: number[] = [];
  for (let at = 0; at < count; at += 1) {
    outputs.push(state[8]!);
    state = [state[8]! ^ state[4]!, ...state.slice(0, 8)];
  }
  return { outputs, state };
}

/** Literals of 9 bits, eight a line, the last one first. */
function lines(rows: readonly number[]): string[] {
  const words = rows.map((row) => hex(row, prbsBits)).toReversed();
  return Array.from({ length: Math.ceil(words.length / 8) }, (_, line) =>
    words.slice(8 * line, 8 * line + 8).join(", "),
  );
}
