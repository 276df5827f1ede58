import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import type { PcsHost } from "./host.ts";
import { rsDecoderModules } from "./rs-decoder.ts";
import { pcsRxGearboxView } from "./rx-back-gearbox.ts";
import { rxShape } from "./rx-back-shape.ts";
import { commonField } from "./rx-front-markers.ts";

/** Four idle blocks as a group: the first one without the upper half of its type. */
const idleGroup = (0xen << 5n) | (0x1en << 65n) | (0x1en << 129n) | (0x1en << 193n);

/** The receiver behind the alignment, at the clock of the lanes: `pcs_rx` and `pcs_idle_drop`. Sub-modules first. */
export function rxModules(host: PcsHost): readonly ModuleFile[] {
  return [...rsDecoderModules(host), ...rxBackModules(host)];
}

/** The same without the decoder of the code. */
export function rxBackModules(host: PcsHost): readonly ModuleFile[] {
  return [
    ["pcs_descrambler", "pcs/pcs_descrambler", pcsDescramblerView(host)],
    ["pcs_rx_gearbox", "pcs/pcs_rx_gearbox", pcsRxGearboxView(host)],
    ["pcs_rx", "pcs/pcs_rx", pcsRxView(host)],
    ["pcs_idle_drop", "pcs/pcs_idle_drop", pcsIdleDropView(host)],
  ];
}

/** `templates/pcs/pcs_descrambler.v.hbs`. */
export function pcsDescramblerView(host: PcsHost): View {
  const { sliceGroups, sliceBits } = rxShape(host);
  return {
    header: header(host, `Descrambles ${sliceBits} bits a clock.`),
    module: moduleName(host, "pcs_descrambler"),
    slice_range: range(sliceBits),
    error_range: `[${sliceGroups - 1}:0]`,
    params: [localparam("W", sliceBits, "bits of a slice")],
  };
}

/** `templates/pcs/pcs_rx.v.hbs`. */
export function pcsRxView(host: PcsHost): View {
  const { format, derived } = host.pcs;
  const { symbols, clocks, wordGroups, sliceGroups, sliceBits, parts, rows } = rxShape(host);
  const wordBits = 257 * wordGroups;
  const placeBits = indexBits(clocks);
  const partBits = indexBits(parts);
  return {
    header: header(host, "Receives aligned words of the lanes: FEC, markers out, descrambled groups."),
    module: moduleName(host, "pcs_rx"),
    decoder_module: moduleName(host, "rs_decoder"),
    gearbox_module: moduleName(host, "pcs_rx_gearbox"),
    descrambler_module: moduleName(host, "pcs_descrambler"),
    odd_rows: rows % 2 === 1,
    collect: parts > 1,
    latency: parts > 1 ? "4" : "3",
    line_range: range(20 * symbols),
    word_range: range(wordBits),
    groups_range: `[${wordGroups - 1}:0]`,
    slice_range: range(sliceBits),
    error_range: `[${sliceGroups - 1}:0]`,
    symbols_range: range(2 * symbols),
    place_range: range(placeBits),
    place_zero: dec(0, placeBits),
    part_range: range(partBits),
    part_zero: dec(0, partBits),
    kept_word: `${wordBits - 1}:${sliceBits}`,
    kept_error: `${wordGroups - 1}:${sliceGroups}`,
    params: [
      localparam("P", symbols, "symbols of each codeword in a word"),
      localparam("CODE", 10 * symbols, "bits of each codeword in a word"),
      localparam("LANES", format.pcsLanes, "PCS lanes"),
      localparam("ROWS", rows, "symbols of each PCS lane in a word"),
      localparam("WORDS", clocks, "words of a pair of codewords"),
      localparam("DECODER", derived.decoderCycles.value, "clocks: latency of the decoders"),
      localparam("ROW", 22 * symbols + 1, "bits: a word decoded, what was wrong, the marker"),
      localparam("[9:0] MARKER_START", hex(commonField & 0x3ffn, 10), "symbol that all markers begin with"),
      localparam(`${range(placeBits)} LAST_PLACE`, dec(clocks - 1, placeBits), "of the memory"),
      ...(parts > 1
        ? [localparam(`${range(partBits)} LAST_PART`, dec(parts - 1, partBits), "slice of a word")]
        : []),
    ],
  };
}

/** `templates/pcs/pcs_idle_drop.v.hbs`, in front of an `async_fifo` of `crossingWords`. */
export function pcsIdleDropView(host: PcsHost): View {
  const { derived } = host.pcs;
  const groups = derived.groupsPerWord.value;
  const depth = derived.crossingWords.value;
  const levelBits = bitsFor(depth);
  return {
    header: header(host, "Leaves out idle words when the crossing to the device's clock fills up."),
    module: moduleName(host, "pcs_idle_drop"),
    word_range: range(257 * groups),
    groups_range: `[${groups - 1}:0]`,
    fifo_range: range(258 * groups),
    level_range: range(levelBits),
    params: [
      localparam("G", groups, "groups of 257 bits in a word"),
      localparam(
        `${range(levelBits)} HIGH`,
        dec(depth / 2, levelBits),
        "words in the FIFO: half of crossingWords",
      ),
      localparam("[256:0] IDLE_GROUP", hex(idleGroup, 257), "four idle columns"),
    ],
  };
}
