import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { vector } from "./base-r-host.ts";
import { commonField91, uniqueFields91 } from "./fec91-markers.ts";
import type { PcsHost } from "./host.ts";
import { markerLayout, nibblesWrong } from "./rx-front-markers.ts";
import { type FrontSizes, frontSizes } from "./rx-front-sizes.ts";

/** Clocks from the word that ends the common marker to the place of the lane: sums, hits, the first of them, its offset. */
const searchStages = 4;

/** Bits of the number of a lane, and of a comparison, at least. */
const numberBits = 4;

/**
 * The same templates as for clause 119: of two markers that follow each other on a FEC lane, the fields stand where the common
 * and the unique ones of a marker of 120 bits stand.
 */
export function fec91AlignModules(host: PcsHost): readonly ModuleFile[] {
  const s = frontSizes(host);
  const file = (suffix: string, purpose: string, view: View): ModuleFile => [
    suffix,
    `pcs/${suffix}`,
    { ...view, header: header(host, purpose), module: moduleName(host, suffix) },
  ];
  return [
    file("pcs_marker_search", "Looks for the first marker of a FEC lane at every bit.", searchView(s)),
    file(
      "pcs_marker_check",
      "Compares markers with those of all FEC lanes, one a clock.",
      checkView(host, s),
    ),
    file("pcs_lane_lock", "Finds the words of a FEC lane by its markers.", lockView(host, s)),
    file("pcs_deskew_lane", "Delays a FEC lane until the last one has come.", deskewLaneView(host, s)),
    file("pcs_deskew", "Lets all FEC lanes begin a codeword together.", deskewView(host, s)),
    file("pcs_align", "From the lanes as received to the FEC lanes in order.", alignView(host, s)),
  ];
}

const laneParam = ({ B }: FrontSizes): View =>
  localparam("B", B, "bits of a FEC lane in a clock: lineBits / pcsLanes");
const commonParam = localparam("[47:0] COMMON", hex(commonField91, 48), "of the first marker, bit 0 first");

function searchView(s: FrontSizes): View {
  const { common, halfBits } = markerLayout;
  return {
    word: range(s.B),
    offset: range(s.offsetBits),
    more: s.searchWords > 2,
    words: String(s.searchWords),
    params: [
      laneParam(s),
      localparam("OB", s.offsetBits, "bits: place of a bit in a word"),
      localparam("N", s.searchWords, "words that hold a marker wherever in the first it begins"),
      localparam("H", (s.searchWords - 1) * s.B, "bits: words before the newest one"),
      localparam("UP", common[1] - halfBits, "bits between the halves that are compared: the parity"),
      commonParam,
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
    word: range(s.B),
    step: range(stepBits),
    common: part(common),
    unique: part(unique),
    fields: uniqueFields91(host.pcs.format).map((field, lane) => ({
      step: dec(lane + 1, stepBits),
      field: hex(field, 48),
    })),
    params: [
      laneParam(s),
      localparam("M", keptBits, "bits: words that hold both markers, two or more"),
      localparam("SB", stepBits, "bits: number of a comparison"),
      localparam(`${range(stepBits)} LAST_STEP`, dec(s.L, stepBits), "the first marker, then each FEC lane"),
      commonParam,
      localparam("[3:0] MOST_WRONG", dec(nibblesWrong, 4), "nibbles of twelve that may be wrong"),
    ],
  };
}

function lockView(host: PcsHost, s: FrontSizes): View {
  const at = (value: number): string => dec(value, s.positionBits);
  const of = (name: string): string => `${range(s.positionBits)} ${name}`;
  return {
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
        "words after its marker when it is found",
      ),
      localparam(of("MARKER_LAST"), at(s.markerWords - 1), "last word that has a part of the markers"),
      localparam("[2:0] MOST_MISSES", "3'd5", "markers missed in a row that end the lock"),
    ],
  };
}

function deskewLaneView(host: PcsHost, s: FrontSizes): View {
  const depth = host.pcs.derived.deskewWords.value;
  const bits = indexBits(depth);
  return {
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
  const [wordBits, codewordBits] = [indexBits(s.pairClocks), indexBits(s.periodPairs)];
  return {
    module_lane: moduleName(host, "pcs_deskew_lane"),
    line: range(s.lineBits),
    lanes: vector(s.L),
    lane_of: range(numberBits * s.L),
    skew: String(s.skewWords),
    params: [
      laneParam(s),
      localparam("L", s.L, "FEC lanes"),
      localparam("AW", bits, "bits: place of a word in the delay lines"),
      localparam("WB", wordBits, "bits: word of a codeword"),
      localparam(`${range(wordBits)} LAST_WORD`, dec(s.pairClocks - 1, wordBits), "codewordClocks - 1"),
      localparam("RB", codewordBits, "bits: codeword since the markers"),
      localparam(
        `${range(codewordBits)} LAST_PAIR`,
        dec(s.periodPairs - 1, codewordBits),
        "markerPeriodCodewords - 1",
      ),
    ],
  };
}

function alignView(host: PcsHost, s: FrontSizes): View {
  return {
    module_lock: moduleName(host, "pcs_lane_lock"),
    module_deskew: moduleName(host, "pcs_deskew"),
    line: range(s.lineBits),
    lanes: vector(s.L),
    lane_of: range(numberBits * s.L),
    skew: String(s.skewWords),
    params: [
      laneParam(s),
      localparam("L", s.L, "FEC lanes"),
      localparam("MUX", s.laneRatio, "FEC lanes that a physical lane carries, bit by bit"),
    ],
  };
}
