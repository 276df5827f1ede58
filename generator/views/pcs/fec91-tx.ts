import { bin, dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { counted, vector } from "./base-r-host.ts";
import { baseRTxModules } from "./base-r-modules.ts";
import { regroupModule, scramblerModule } from "./base-r-streams.ts";
import { blockHost, type Fec91Sizes, fec91Sizes, groupBlocks } from "./fec91-host.ts";
import { markBits, markerGroup25, marksSent, pad100 } from "./fec91-markers.ts";
import type { PcsHost } from "./host.ts";
import { rsEncoderModules } from "./rs-encoder.ts";
import { codeText, rsShapeOf } from "./rs-shape.ts";
import { errorBlock } from "./tx-blocks.ts";

const groupBits = 257;

/** The plan of a word: flags, number of a group of markers, bits that are left; and the clocks that it is made ahead. */
const planFlags = 5;
const fillBits = 9;
const aheadClocks = 3;

const crossingFormula = "4 * groupsPerWord";

/** Modules of the PCS without FEC that are taken as they are, in the clock of the device. */
const encodeParts = ["pcs_encode_block", "pcs_tx_gather", "pcs_encode"];

/** From the MII to the lanes, sub-modules first; `pcs_encode` and `pcs_tx` are the tops. */
export function fec91TxModules(host: PcsHost): readonly ModuleFile[] {
  const sizes = fec91Sizes(host);
  const crossing = blockHost(host, sizes.blocks, crossingFormula);
  const [scrambler, scramblerTemplate, scramblerView] = scramblerModule(
    blockHost(host, groupBlocks, "blocks of a group"),
  );
  return [
    ...baseRTxModules(crossing).filter(([suffix]) => encodeParts.includes(suffix)),
    ...(sizes.blocks > groupBlocks ? [regroupModule(crossing, "pcs_tx_cut", sizes.blocks, groupBlocks)] : []),
    [scrambler, scramblerTemplate, { ...scramblerView, waits: false }],
    transcodeModule(host),
    markersModule(host),
    scheduleModule(host, sizes),
    gearboxModule(host, sizes),
    ...rsEncoderModules(host),
    txModule(host, sizes),
  ];
}

function transcodeModule(host: PcsHost): ModuleFile {
  const suffix = "pcs_tx_transcode";
  return [
    suffix,
    "pcs/fec91_transcode",
    {
      header: header(host, "Makes a group of 257 bits out of four scrambled blocks."),
      module: moduleName(host, suffix),
    },
  ];
}

function markersModule(host: PcsHost): ModuleFile {
  const suffix = "pcs_tx_markers";
  const { pcsLanes, markerGroups } = host.pcs.format;
  const many = pcsLanes > 1;
  const marks = many ? marksSent(host.pcs) : [];
  const each = marks.length / pcsLanes;
  const bits = indexBits(markerGroups);
  const view: View = {
    header: header(host, "Transcodes groups of blocks, or gives those of the markers."),
    module: moduleName(host, suffix),
    transcode_module: moduleName(host, "pcs_tx_transcode"),
    many,
    layout: many
      ? `They are ${marks.length} x 64 bits and a pad of ${pad100.bits}, in turn 00101 and 11010.`
      : "They are 4 x 64 bits, with constants in the places of parity, and a 0.",
    copies: host.pcs.lanes.count === pcsLanes,
    index_range: range(bits),
    marks: marks.map((octets, at) => ({ at: String(at), octets: hex(markBits(octets), 24) })),
    pad: bin(pad100.even, pad100.bits),
    pad_other: bin(pad100.odd, pad100.bits),
    constant: hex(markerGroup25(), groupBits),
    params: [
      localparam("LANES", pcsLanes, "FEC lanes"),
      localparam("MARKS", marks.length, "markers, one for each PCS lane"),
      localparam("EACH", each, "markers of a FEC lane"),
      localparam("SYMBOLS", (64 * each) / 10, "symbols of them, 64 * EACH / 10"),
      localparam("GROUPS", markerGroups, "groups of markers"),
      localparam(`${range(bits)} LAST`, dec(markerGroups - 1, bits), "GROUPS - 1"),
    ],
  };
  return [suffix, "pcs/fec91_markers", view];
}

function scheduleModule(host: PcsHost, sizes: Fec91Sizes): ModuleFile {
  const suffix = "pcs_tx_schedule";
  const { symbols, wordBits, words, fullWords, tailBits } = sizes;
  const { markerGroups, groups } = host.pcs.format;
  const period = host.pcs.derived.markerPeriodCodewords.value;
  const positionBits = indexBits(words);
  const countBits = bitsFor(period * groups - 1);
  return [
    suffix,
    "pcs/fec91_tx_schedule",
    {
      header: header(host, "Schedule of the words of codewords."),
      module: moduleName(host, suffix),
      symbols: String(symbols),
      words: String(words),
      full_words: String(fullWords),
      tail_words: tailBits > 0 ? `${tailBits} bits in the next, ` : "",
      groups: counted(markerGroups, "group"),
      period: String(period),
      index_range: vector(indexBits(markerGroups)),
      position_range: range(positionBits),
      position_zero: dec(0, positionBits),
      count_range: range(countBits),
      count_zero: dec(0, countBits),
      params: [
        localparam("[8:0] GROUP", dec(groupBits, 9), "bits of a group"),
        localparam("[8:0] WORD", dec(wordBits, 9), "bits of a word"),
        localparam("[8:0] TAIL", dec(tailBits, 9), "bits of the message in the word behind the full ones"),
        localparam(
          `${range(positionBits)} FULL_WORDS`,
          dec(fullWords, positionBits),
          "words that are full of the message",
        ),
        localparam(`${range(positionBits)} LAST_WORD`, dec(words - 1, positionBits), "codewordClocks - 1"),
        localparam(`${range(countBits)} MARKERS`, dec(markerGroups, countBits), "groups of markers"),
        localparam(
          `${range(countBits)} LAST_GROUP`,
          dec(period * groups - 1, countBits),
          `markerPeriodCodewords * ${groups} - 1`,
        ),
      ],
    },
  ];
}

function gearboxModule(host: PcsHost, { symbols, wordBits, tailBits }: Fec91Sizes): ModuleFile {
  const suffix = "pcs_tx_gearbox";
  const all = wordBits + groupBits - 1;
  return [
    suffix,
    "pcs/fec91_tx_gearbox",
    {
      header: header(host, "Cuts groups into the words of codewords."),
      module: moduleName(host, suffix),
      symbols: String(symbols),
      word_range: range(wordBits),
      all_range: range(all),
      group_pad: `${wordBits - 1}'d0, `,
      hold_pad: `${wordBits}'d0, `,
      shift_range: range(bitsFor(wordBits - 1)),
      after_word: `all[${wordBits} +: 256]`,
      after_tail: `all[${tailBits} +: 256]`,
      params: [localparam("ALL", all, "bits that are there at most, those of the word too")],
    },
  ];
}

function txModule(host: PcsHost, sizes: Fec91Sizes): ModuleFile {
  const { lanes, rows, mux, blocks, wordBits } = sizes;
  const numberBits = indexBits(host.pcs.format.markerGroups);
  const stages = host.pcs.latencyBudget.tx.filter(
    ({ clock, module }) => clock === "lane_clk" && module !== "async_fifo",
  );
  return [
    "pcs_tx",
    "pcs/fec91_tx",
    {
      header: header(host, "Transmit side of the lanes, with RS-FEC."),
      module: moduleName(host, "pcs_tx"),
      code: codeText(rsShapeOf(host)),
      lanes_text: lanes === 1 ? "the lane" : `${lanes} FEC lanes`,
      latency: String(stages.reduce((sum, { cycles }) => sum + cycles, 0)),
      cuts: blocks > groupBlocks,
      cut_module: moduleName(host, "pcs_tx_cut"),
      scrambler_module: moduleName(host, "pcs_scrambler"),
      schedule_module: moduleName(host, "pcs_tx_schedule"),
      markers_module: moduleName(host, "pcs_tx_markers"),
      many: lanes > 1,
      index_range: vector(numberBits),
      index_bits: String(numberBits),
      plan_bits: String(planFlags + numberBits + fillBits),
      ahead: String(aheadClocks),
      gearbox_module: moduleName(host, "pcs_tx_gearbox"),
      encoder_module: moduleName(host, "rs_encoder"),
      error_block: hex((errorBlock << 2n) | 0b01n, 66),
      blocks: String(blocks),
      word_range: range(66 * blocks),
      line_range: range(wordBits),
      line_zero: dec(0, wordBits),
      params: [
        localparam("LANES", lanes, "FEC lanes"),
        localparam("ROWS", rows, "symbols of each in a word: symbolsPerClock / LANES"),
        localparam("MUX", mux, "FEC lanes of a physical lane"),
      ],
    },
  ];
}
