import { type CrcSpec, icrc, sliceMasks, vcrc, zeroBitsMatrix } from "../math/crc.ts";
import type { Gf2Matrix } from "../math/gf2.ts";
import { hex, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { localparam } from "./common.ts";

/** Which of the two CRCs of an InfiniBand packet a module works on. */
export type CrcKind = "vcrc" | "icrc";

/** What an instance is told beyond the design. */
export interface CrcOptions {
  readonly kind: CrcKind;
  /** Bits that go along with each beat unchanged; 0 leaves the side ports out. */
  readonly sideBits: number;
  /**
   * As `icrc_tx` and `icrc_rx` use the modules: the generator lets raw packets pass, and neither has the ports that a
   * client stream has no use for. Default false.
   */
  readonly endpoint?: boolean;
}

const sliceBits = 64;

/** The polynomial and widths of a CRC. */
export function crcSpec(kind: CrcKind): CrcSpec {
  return kind === "vcrc" ? vcrc : icrc;
}

/** True where the CRC is taken over another image than what leaves (fields masked for the ICRC). */
export function isMasked(kind: CrcKind): boolean {
  return kind === "icrc";
}

/** What the generator and the checker of a CRC have in common: ports, parities of the slices, the register's step. */
export function crcCommonView(beatBits: number, { kind, sideBits, endpoint = false }: CrcOptions): View {
  const spec = crcSpec(kind);
  const slices = beatBits / sliceBits;
  return {
    crc_name: spec.name,
    masked: isMasked(kind),
    crc_data: isMasked(kind) ? "s_crc_data" : "s_data",
    has_side: sideBits > 0,
    bypass: endpoint,
    has_sop: !endpoint,
    full_report: !endpoint,
    side_range: sideBits > 0 ? range(sideBits) : "",
    data_range: range(beatBits),
    index_range: indexRange(beatBits),
    crc_range: range(spec.bits),
    matrix_range: range(spec.bits * spec.bits),
    partial_range: range(spec.bits * slices),
    partials: sliceMasks(spec, beatBits, sliceBits).map((masks, bit) => ({
      bit: String(bit),
      msb: String(slices * (bit + 1) - 1),
      lsb: String(slices * bit),
      terms: masks
        .map((mask, slice) => ({
          msb: String(sliceBits * (slice + 1) - 1),
          lsb: String(sliceBits * slice),
          mask: hex(mask, sliceBits),
        }))
        .reverse(),
    })),
    advance: matrixRows(zeroBitsMatrix(spec, beatBits)),
  };
}

/** The `localparam` lines that both have. */
export function crcCommonParams(beatBits: number, kind: CrcKind): readonly View[] {
  const { bits } = crcSpec(kind);
  return [
    localparam("CRC_BITS", bits, "bits: register of the CRC"),
    localparam(
      "SLICES",
      beatBits / sliceBits,
      `slices of ${sliceBits} bits a beat: ${beatBits} / ${sliceBits}`,
    ),
    localparam(`${range(bits)} SEED`, `{${bits}{1'b1}}`, "register at the start of a packet"),
  ];
}

/** Range of an index into the words of a beat. */
function indexRange(beatBits: number): string {
  return `[${Math.log2(beatBits / 32) - 1}:0]`;
}

/** The number of valid words as the selector of a `case` over words modulo the words of a beat; 0 is the default. */
export function wordsSelector(words: number, beatWords: number): string {
  return words === 0 ? "default" : `${Math.log2(beatWords)}'d${words}`;
}

/** The rows of a matrix as literals, highest row first, as many on a line as keep it below 100 columns. */
export function matrixRows(matrix: Gf2Matrix): readonly string[] {
  const bits = matrix.length;
  const perLine = bits === 16 ? 4 : 2;
  const literals = matrix.map((row) => hex(row, bits)).reverse();
  const lines: string[] = [];
  for (let at = 0; at < literals.length; at += perLine)
    lines.push(literals.slice(at, at + perLine).join(", "));
  return lines;
}
