import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import type { PcsHost } from "./host.ts";
import { commonField, markerLayout, nibblesWrong, uniqueFields } from "./rx-front-markers.ts";
import { type FrontSizes, frontSizes } from "./rx-front-sizes.ts";

/** Clocks from the word that ends the common marker to the place of the lane: sums, hits, the first of them, its offset. */
const searchStages = 4;

/** Modules from the lanes to the line in the order of the PCS lanes; `pcs_align` is the outermost. */
export function alignModules(host: PcsHost): ModuleFile[] {
  const s = frontSizes(host);
  return [
    ["pcs_marker_search", "pcs/pcs_marker_search", searchView(host, s)],
    ["pcs_marker_check", "pcs/pcs_marker_check", checkView(host, s)],
    ["pcs_lane_lock", "pcs/pcs_lane_lock", lockView(host, s)],
    ["pcs_deskew_lane", "pcs/pcs_deskew_lane", deskewLaneView(host, s)],
    ["pcs_deskew", "pcs/pcs_deskew", deskewView(host, s)],
    ["pcs_align", "pcs/pcs_align", alignView(host, s)],
  ];
}

const laneParam = (s: FrontSizes): View =>
  localparam("B", s.B, "bits of a PCS lane in a clock: lineBits / pcsLanes");

function searchView(host: PcsHost, s: FrontSizes): View {
  const { common, halfBits } = markerLayout;
  return {
    header: header(host, "Looks for the alignment marker of a PCS lane at every bit."),
    module: moduleName(host, "pcs_marker_search"),
    word: range(s.B),
    offset: range(s.offsetBits),
    more: s.searchWords > 2,
    words: String(s.searchWords),
    params: [
      laneParam(s),
      localparam("OB", s.offsetBits, "bits: place of a bit in a word"),
      localparam("N", s.searchWords, "words that hold a common marker wherever in the first it begins"),
      localparam("H", (s.searchWords - 1) * s.B, "bits: words before the newest one"),
      localparam("UP", common[1] - halfBits, "bits of UP0, between the halves of the common marker"),
      localparam("[47:0] COMMON", hex(commonField, 48), "CM0 ... CM5, bit 0 first in time"),
    ],
  };
}

function checkView(host: PcsHost, s: FrontSizes): View {
  const { common, unique, halfBits } = markerLayout;
  const part = ([low, high]: readonly [number, number]): string =>
    [high, low].map((from) => `marker_reg[${from} +: ${halfBits}]`).join(", ");
  const stepBits = bitsFor(s.L + 1);
  return {
    header: header(host, "Compares an alignment marker with those of all PCS lanes, one a clock."),
    module: moduleName(host, "pcs_marker_check"),
    word: range(s.B),
    step: range(stepBits),
    common: part(common),
    unique: part(unique),
    fields: uniqueFields(host.pcs.format).map((field, lane) => ({
      step: dec(lane + 1, stepBits),
      field: hex(field, 48),
    })),
    params: [
      laneParam(s),
      localparam("M", s.markerWords * s.B, "bits: words that hold a marker"),
      localparam("SB", stepBits, "bits: number of a comparison"),
      localparam(`${range(stepBits)} LAST_STEP`, dec(s.L, stepBits), "the common marker, then each PCS lane"),
      localparam("[47:0] COMMON", hex(commonField, 48), "CM0 ... CM5, bit 0 first in time"),
      localparam("[3:0] MOST_WRONG", dec(nibblesWrong, 4), "nibbles of twelve that may be wrong"),
    ],
  };
}

function lockView(host: PcsHost, s: FrontSizes): View {
  const at = (value: number): string => dec(value, s.positionBits);
  const of = (name: string): string => `${range(s.positionBits)} ${name}`;
  return {
    header: header(host, "Finds the words of a PCS lane by its alignment markers."),
    module: moduleName(host, "pcs_lane_lock"),
    module_search: moduleName(host, "pcs_marker_search"),
    module_check: moduleName(host, "pcs_marker_check"),
    word: range(s.B),
    offset: range(s.offsetBits),
    params: [
      laneParam(s),
      localparam("OB", s.offsetBits, "bits: place of a bit in a word"),
      localparam("PB", s.positionBits, "bits: word of a lane since its last marker"),
      localparam(of("LAST"), at(s.periodClocks - 1), "markerPeriodCodewords * codewordClocks - 1"),
      localparam(
        of("FOUND"),
        at(s.searchWords - 3 + searchStages),
        "words after its marker when a place is found",
      ),
      localparam(of("MARKER_LAST"), at(s.markerWords - 1), "last word that has a part of the marker"),
      localparam("[2:0] MOST_MISSES", "3'd5", "markers missed in a row that end the lock"),
    ],
  };
}

function deskewLaneView(host: PcsHost, s: FrontSizes): View {
  const depth = host.pcs.derived.deskewWords.value;
  const bits = indexBits(depth);
  return {
    header: header(host, "Delays a PCS lane until the last one has come."),
    module: moduleName(host, "pcs_deskew_lane"),
    word: range(s.B),
    address: range(bits),
    params: [
      laneParam(s),
      derivedParam("DEPTH", host.pcs, "deskewWords"),
      localparam("AW", bits, "bits: place of a word, log2(DEPTH)"),
      localparam(`${range(bits)} OLD`, dec(s.skewWords + 1, bits), "words ago that are too many"),
    ],
  };
}

function deskewView(host: PcsHost, s: FrontSizes): View {
  const bits = indexBits(host.pcs.derived.deskewWords.value);
  const [wordBits, pairBits] = [indexBits(s.pairClocks), indexBits(s.periodPairs)];
  return {
    header: header(host, "Lets all PCS lanes begin a codeword together and puts them in order."),
    module: moduleName(host, "pcs_deskew"),
    module_lane: moduleName(host, "pcs_deskew_lane"),
    line: range(s.lineBits),
    lanes: range(s.L),
    lane_of: range(4 * s.L),
    skew: String(s.skewWords),
    params: [
      laneParam(s),
      localparam("L", s.L, "PCS lanes"),
      localparam("AW", bits, "bits: place of a word in the delay lines"),
      localparam("WB", wordBits, "bits: word of a pair of codewords"),
      localparam(`${range(wordBits)} LAST_WORD`, dec(s.pairClocks - 1, wordBits), "codewordClocks - 1"),
      localparam("RB", pairBits, "bits: pair of codewords since the markers"),
      localparam(
        `${range(pairBits)} LAST_PAIR`,
        dec(s.periodPairs - 1, pairBits),
        "markerPeriodCodewords - 1",
      ),
    ],
  };
}

function alignView(host: PcsHost, s: FrontSizes): View {
  return {
    header: header(host, "From the lanes as received to the line in the order of the PCS lanes."),
    module: moduleName(host, "pcs_align"),
    module_lock: moduleName(host, "pcs_lane_lock"),
    module_deskew: moduleName(host, "pcs_deskew"),
    line: range(s.lineBits),
    lanes: range(s.L),
    lane_of: range(4 * s.L),
    skew: String(s.skewWords),
    params: [
      laneParam(s),
      localparam("L", s.L, "PCS lanes"),
      localparam("MUX", s.laneRatio, "PCS lanes that a physical lane carries, bit by bit"),
    ],
  };
}
