import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { vector } from "./base-r-host.ts";
import type { PcsHost } from "./host.ts";
import { markerFields } from "./rx-front-fields.ts";
import { markerLayout, nibblesWrong } from "./rx-front-markers.ts";
import { type FrontSizes, frontSizes } from "./rx-front-sizes.ts";

/** Clocks from the word that ends the common marker to the place of the lane: sums, hits, the first of them, its offset. */
const searchStages = 4;

/** Bits of the number of a lane, and of a comparison, at least. */
const numberBits = 4;

/** What the lanes that are told apart by markers are called. */
const laneName = ({ pcs }: PcsHost): string => (pcs.kind === "clause91" ? "FEC lane" : "PCS lane");

/**
 * Modules from the lanes to the line in the order of the PCS lanes, which are the FEC lanes of clauses 91 and 108; `pcs_align`
 * is the outermost.
 */
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

const laneParam = (host: PcsHost, s: FrontSizes): View =>
  localparam("B", s.B, `bits of a ${laneName(host)} in a clock: lineBits / pcsLanes`);
const commonParam = (host: PcsHost): View =>
  localparam("[47:0] COMMON", hex(markerFields(host.pcs).common, 48), "of all lanes, bit 0 first in time");

function searchView(host: PcsHost, s: FrontSizes): View {
  const { common, halfBits } = markerLayout;
  return {
    header: header(host, `Looks for the alignment marker of a ${laneName(host)} at every bit.`),
    module: moduleName(host, "pcs_marker_search"),
    word: range(s.B),
    offset: range(s.offsetBits),
    more: s.searchWords > 2,
    words: String(s.searchWords),
    params: [
      laneParam(host, s),
      localparam("OB", s.offsetBits, "bits: place of a bit in a word"),
      localparam("N", s.searchWords, "words that hold the common field wherever in the first it begins"),
      localparam("H", (s.searchWords - 1) * s.B, "bits: words before the newest one"),
      localparam("UP", common[1] - halfBits, "bits between the halves of the common field"),
      commonParam(host),
    ],
  };
}

function checkView(host: PcsHost, s: FrontSizes): View {
  const { common, unique, halfBits } = markerLayout;
  // what is kept is shifted by words, the newest in the high bits: two of them at least
  const keptBits = Math.max(2, s.markerWords) * s.B;
  const unusedBits = keptBits - s.markerWords * s.B;
  const part = ([low, high]: readonly [number, number]): string =>
    [high, low].map((from) => `marker_reg[${unusedBits + from} +: ${halfBits}]`).join(", ");
  const stepBits = Math.max(numberBits, bitsFor(s.L + 1));
  return {
    header: header(host, `Compares an alignment marker with those of all ${laneName(host)}s, one a clock.`),
    module: moduleName(host, "pcs_marker_check"),
    word: range(s.B),
    step: range(stepBits),
    common: part(common),
    unique: part(unique),
    fields: markerFields(host.pcs).unique.map((field, lane) => ({
      step: dec(lane + 1, stepBits),
      field: hex(field, 48),
    })),
    params: [
      laneParam(host, s),
      localparam("M", keptBits, "bits: words that hold a marker, two or more"),
      localparam("SB", stepBits, "bits: number of a comparison"),
      localparam(`${range(stepBits)} LAST_STEP`, dec(s.L, stepBits), "the common field, then each lane"),
      commonParam(host),
      localparam("[3:0] MOST_WRONG", dec(nibblesWrong, 4), "nibbles of twelve that may be wrong"),
    ],
  };
}

function lockView(host: PcsHost, s: FrontSizes): View {
  const at = (value: number): string => dec(value, s.positionBits);
  const of = (name: string): string => `${range(s.positionBits)} ${name}`;
  return {
    header: header(host, `Finds the words of a ${laneName(host)} by its alignment markers.`),
    module: moduleName(host, "pcs_lane_lock"),
    module_search: moduleName(host, "pcs_marker_search"),
    module_check: moduleName(host, "pcs_marker_check"),
    word: range(s.B),
    offset: range(s.offsetBits),
    params: [
      laneParam(host, s),
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
    header: header(host, `Delays a ${laneName(host)} until the last one has come.`),
    module: moduleName(host, "pcs_deskew_lane"),
    word: range(s.B),
    address: range(bits),
    params: [
      laneParam(host, s),
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
    header: header(host, `Lets all ${laneName(host)}s begin a codeword together and puts them in order.`),
    module: moduleName(host, "pcs_deskew"),
    module_lane: moduleName(host, "pcs_deskew_lane"),
    line: range(s.lineBits),
    lanes: vector(s.L),
    lane_of: range(numberBits * s.L),
    skew: String(s.skewWords),
    params: [
      laneParam(host, s),
      localparam("L", s.L, `${laneName(host)}s`),
      localparam("AW", bits, "bits: place of a word in the delay lines"),
      localparam("WB", wordBits, "bits: word of a codeword, of those that are interleaved"),
      localparam(`${range(wordBits)} LAST_WORD`, dec(s.pairClocks - 1, wordBits), "codewordClocks - 1"),
      localparam("RB", pairBits, "bits: codeword since the markers"),
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
    header: header(host, `From the lanes as received to the line in the order of the ${laneName(host)}s.`),
    module: moduleName(host, "pcs_align"),
    module_lock: moduleName(host, "pcs_lane_lock"),
    module_deskew: moduleName(host, "pcs_deskew"),
    line: range(s.lineBits),
    lanes: vector(s.L),
    lane_of: range(numberBits * s.L),
    skew: String(s.skewWords),
    params: [
      laneParam(host, s),
      localparam("L", s.L, `${laneName(host)}s`),
      localparam("MUX", s.laneRatio, `${laneName(host)}s that a physical lane carries, bit by bit`),
    ],
  };
}
