import { dec, hex, range } from "../../render/verilog.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { blockBits, vector } from "./base-r-host.ts";
import { baseRRxModules } from "./base-r-modules.ts";
import { descramblerModule, regroupModule } from "./base-r-streams.ts";
import { blockHost, type Fec91Sizes, fec91Sizes, groupBlocks } from "./fec91-host.ts";
import type { PcsHost } from "./host.ts";
import { rsDecoderModules } from "./rs-decoder.ts";
import { codeText, rsShapeOf } from "./rs-shape.ts";
import { alignModules } from "./rx-front-align.ts";
import { blockTypes } from "./tx-blocks.ts";

const groupBits = 257;

/** Modules of the PCS without FEC that are taken as they are, in the clock of the device. */
const decodeParts = ["pcs_decode_block", "pcs_rx_cut", "pcs_decode"];

/** Types that only clause 49 has; a decoder of clause 82 takes them for errors. */
const otherTypes = [0x2d, 0x33, 0x66, 0x55];

/** From the lanes to the MII, sub-modules first; `pcs_rx` and `pcs_decode` are the tops. */
export function fec91RxModules(host: PcsHost): readonly ModuleFile[] {
  const sizes = fec91Sizes(host);
  const crossing = blockHost(host, sizes.blocks, "4 * groupsPerWord");
  const four = blockHost(host, groupBlocks, "blocks of a group");
  return [
    ...alignModules(host),
    ...rsDecoderModules(host),
    gearboxModule(host, sizes),
    blocksModule(host),
    descramblerModule(four),
    ...(sizes.blocks > groupBlocks
      ? [regroupModule(crossing, "pcs_rx_words", groupBlocks, sizes.blocks, blockBits + 1)]
      : []),
    rxModule(host, sizes),
    ...baseRRxModules(crossing).filter(([suffix]) => decodeParts.includes(suffix)),
  ];
}

function gearboxModule(host: PcsHost, sizes: Fec91Sizes): ModuleFile {
  const suffix = "pcs_rx_gearbox";
  const { symbols, wordBits, words, fullWords, tailBits } = sizes;
  const { markerGroups } = host.pcs.format;
  const positionBits = bitsFor(words);
  const countBits = bitsFor(markerGroups);
  return [
    suffix,
    "pcs/fec91_rx_gearbox",
    {
      header: header(host, "Cuts the messages of codewords into groups."),
      module: moduleName(host, suffix),
      symbols: String(symbols),
      word_range: range(wordBits),
      word_pad: `${wordBits}'d0, `,
      position_range: range(positionBits),
      position_zero: dec(0, positionBits),
      count_range: range(countBits),
      count_zero: dec(0, countBits),
      all_range: range(256 + wordBits),
      hold_left: `{ ${groupBits - wordBits}'d0, all[${255 + wordBits}:${groupBits}]}`,
      params: [
        localparam("[9:0] GROUP", dec(groupBits, 10), "bits of a group"),
        localparam("[9:0] WORD", dec(wordBits, 10), "bits of a word"),
        localparam("[9:0] TAIL", dec(tailBits, 10), "bits of the message in the word behind the full ones"),
        localparam(
          `${range(positionBits)} FULL_WORDS`,
          dec(fullWords, positionBits),
          "words that are full of the message",
        ),
        localparam(`${range(countBits)} MARKERS`, dec(markerGroups, countBits), "groups of markers"),
      ],
    },
  ];
}

function blocksModule(host: PcsHost): ModuleFile {
  const suffix = "pcs_rx_blocks";
  const { idle, start, ordered, terminate } = blockTypes;
  return [
    suffix,
    "pcs/fec91_rx_blocks",
    {
      header: header(host, "Makes four scrambled blocks out of a group of 257 bits."),
      module: moduleName(host, suffix),
      types: [idle, start, ordered, ...terminate, ...otherTypes].map((type) => ({
        low: hex(type & 15, 4),
        high: hex(type >> 4, 4),
      })),
    },
  ];
}

function rxModule(host: PcsHost, sizes: Fec91Sizes): ModuleFile {
  const { symbols, wordBits, words, lanes, rows, blocks } = sizes;
  const { decoderCycles } = host.pcs.derived;
  const placeBits = indexBits(words);
  const stages = host.pcs.latencyBudget.rx.filter(({ clock }) => clock === "lane_clk");
  return [
    "pcs_rx",
    "pcs/fec91_rx",
    {
      header: header(host, "Receive side of the lanes, with RS-FEC."),
      module: moduleName(host, "pcs_rx"),
      code: codeText(rsShapeOf(host)),
      latency: String(stages.reduce((sum, { cycles }) => sum + cycles, 0)),
      align_module: moduleName(host, "pcs_align"),
      decoder_module: moduleName(host, "rs_decoder"),
      gearbox_module: moduleName(host, "pcs_rx_gearbox"),
      blocks_module: moduleName(host, "pcs_rx_blocks"),
      descrambler_module: moduleName(host, "pcs_descrambler"),
      words_module: moduleName(host, "pcs_rx_words"),
      gathers: blocks > groupBlocks,
      line_range: range(wordBits),
      out_range: range(blockBits * blocks),
      marks_range: range(blocks),
      marked_range: range((blockBits + 1) * blocks),
      lanes_range: vector(lanes),
      lane_of_range: range(4 * lanes),
      symbols_range: vector(symbols),
      place_range: range(placeBits),
      place_zero: dec(0, placeBits),
      params: [
        localparam("LANES", lanes, "FEC lanes"),
        localparam("ROWS", rows, "symbols of each in a word: symbolsPerClock / LANES"),
        localparam("WORDS", words, "words of a codeword"),
        localparam("DECODER", decoderCycles.value, "clocks: latency of the decoder"),
        localparam(
          "ROW",
          11 * symbols + 1,
          "bits: a word decoded, what was wrong in it, whether markers begin",
        ),
        ...(blocks > groupBlocks ? [localparam("BLOCKS", blocks, "blocks of a word")] : []),
        localparam(`${range(placeBits)} LAST_PLACE`, dec(words - 1, placeBits), "of the memory"),
      ],
    },
  ];
}
