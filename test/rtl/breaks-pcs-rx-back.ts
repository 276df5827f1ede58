/** Single changes of the receiving side behind the alignment, and the bench that each one must make fail. */
import { decodeModules } from "../../generator/views/pcs/rx-back-decode.ts";
import { rxBackModules } from "../../generator/views/pcs/rx-back-modules.ts";
import { benchHost } from "../pcs/rx-back-bench.ts";
import type { Breaks } from "./breaks.ts";

const split = benchHost({ rateGbps: 200, fec: "rs272", symbolsPerClock: 16, datapathBits: 256 });
const title = "200G, rs272, 16 symbols, 256 bits";

/** Odd rows of symbols; words of more than one slice. */
const odd = benchHost({ rateGbps: 200, fec: "rs544", symbolsPerClock: 4, datapathBits: 256 });
const oddTitle = "200G, rs544, 4 symbols, 256 bits";
const collect = benchHost({ rateGbps: 200, fec: "rs272", symbolsPerClock: 16, datapathBits: 1024 });
const collectTitle = "200G, rs272, 16 symbols, 1024 bits";

/** Where the changed text is looked for. */
export const files = [split, odd, collect]
  .flatMap((host) => [...decodeModules(host), ...rxBackModules(host)])
  .map(([, template, view]) => ({ template: `${template}.v.hbs`, view }));

export const breaks: readonly Breaks[] = [
  {
    bench: "../pcs/rx-decode",
    only: title,
    module: "pcs/pcs_decode",
    changes: [
      ["s_error[g] || (!bits[0]", "(!bits[0]"],
      ["!bits[0] && &bits[4:1]", "1'b0"],
      ["4'h2: high_half = 4'hd;", "4'h2: high_half = 4'he;"],
      ["(is_data | (4'hf << j)) == 4'hf", "(is_data | (4'he << j)) == 4'hf"],
      ["bits[0] || !none ? behind", "bits[0] ? behind"],
      ["bits[0] || !none ? behind", "!none ? behind"],
      ["is_data[j] ? ahead : short", "short"],
      ["!valid_reg || last", "!valid_reg"],
      ["!valid_reg || last", "last"],
      ["s_ready ? 1'd0 : beat_reg + 1'b1", "1'd0"],
      ["rx_valid_reg <= valid_reg;", "rx_valid_reg <= s_valid;"],
    ],
  },
  {
    bench: "../pcs/rx-decode",
    only: title,
    module: "pcs/pcs_decode_block",
    changes: [
      ["kind == 8'he1, kind == 8'hd2", "kind == 8'hd2, kind == 8'he1"],
      ["o_signal   = o_code == 4'hf", "o_signal   = 1'b1"],
      ["payload[63:36] == 28'd0", "1'b1"],
      ["o_control || ((o_sequence", "((o_control || o_sequence"],
      ["i == 4 && ordered && !o_control ?", "1'b0 ?"],
      ["idle || low_power || error;", "idle || low_power;"],
      ["idle || low_power || error;", "1'b1;"],
      ["&& (idles || terminate != 8'h00)", ""],
      ["idles || (terminate & ~(8'hff << i))", "idles || (terminate & ~(8'hfe << i))"],
      ["(o_sequence ? SEQUENCE : CONTROL)", "SEQUENCE"],
      ["low_power ? LOW_POWER : ERROR", "ERROR"],
      ["!bad && (is_data", "(is_data"],
      [": start || ordered ? 8'h01", ": ordered ? 8'h01"],
    ],
  },
  {
    bench: "../pcs/rx-back",
    only: oddTitle,
    module: "pcs/pcs_rx",
    changes: [
      ["odd_word = next_odd_reg && !s_first", "odd_word = next_odd_reg"],
      ["odd_word ? straight_b : straight_a", "straight_a"],
      ["next_odd_reg <= !odd_word;", "next_odd_reg <= odd_word;"],
      ["out_odd = out_odd_reg && !first_reg", "out_odd = out_odd_reg"],
      ["out_odd ? wrong_b : wrong_a", "wrong_a"],
      ["{marker_reg[DECODER-2:0], s_marker}", "{marker_reg[DECODER-2:0], s_marker && s_valid && !s_first}"],
      ["{marker_reg[DECODER-1], errors_b", "{marker_reg[DECODER-2], errors_b"],
      ["errors_b, errors_a, fixed_b, fixed_a}", "errors_a, errors_b, fixed_b, fixed_a}"],
      ["row_reg        <= mem[place_next]", "row_reg        <= mem[place_reg]"],
      ["first_reg <= last && !rst;", "first_reg <= first && !rst;"],
      ["begins_reg != row_reg[ROW-1]", "1'b0"],
      ["begins_reg != row_reg[ROW-1]", "begins_reg"],
      ["begins_reg != row_reg[ROW-1]", "!begins_reg && row_reg[ROW-1]"],
      ["begins_reg <= &starts_a && &starts_b", "begins_reg <= &{starts_a, starts_b} && !first"],
      ["bad || moved", "bad"],
      ["moved && !bad && !rst", "moved && !rst"],
      ["uncorrectable_reg != 2'b00", "uncorrectable_reg == 2'b11"],
      ["bad    = uncorrectable_reg != 2'b00", "bad    = uncorrectable_reg[0]"],
      ["bad    = uncorrectable_reg != 2'b00", "bad    = uncorrectable_reg[1]"],
      ["{uncorrectable_b, uncorrectable_a};", "{uncorrectable_a, uncorrectable_b};"],
      ["{!uncorrectable_b && count_b != 5'd0", "{count_b != 5'd0"],
      ["!uncorrectable_a && count_a != 5'd0}", "!uncorrectable_a && count_b != 5'd0}"],
      [
        "if (last) begin\n            uncorrectable_reg",
        "if (unused_flags[0]) begin\n            uncorrectable_reg",
      ],
      ["left_reg  <= first_reg ? LAST_PLACE", "left_reg  <= first_reg ? LAST_PLACE - 1'b1"],
      ["active && !bad && !rst", "active && !rst"],
      ["active && !bad && !rst", "!bad && !rst"],
      [
        "message[20*i +: 10]      = row_reg[10*i +: 10]",
        "message[20*i +: 10]      = row_reg[CODE + 10*i +: 10]",
      ],
    ],
  },
  {
    bench: "../pcs/rx-back",
    only: collectTitle,
    module: "pcs/pcs_rx",
    changes: [
      ["{plain_data, word_reg[", "{word_reg[513:0], word_reg["],
      ["plain_valid && part_reg == LAST_PART", "plain_valid"],
      ["{plain_error, word_error_reg[", "{word_error_reg[1:0], word_error_reg["],
    ],
  },
  {
    bench: "../pcs/rx-back",
    only: oddTitle,
    module: "pcs/pcs_rx_gearbox",
    changes: [
      ["s_first ? SLICE_STEPS : need_reg", "need_reg"],
      ["need_next <= WORD_STEPS && count_next", "need_next <= WORD_STEPS + 9'd1 && count_next"],
      ["(full ? SLICE_STEPS : 9'd0)", "9'd0"],
      ["need_next <= WORD_STEPS && count_next != SLICES", "need_next <= WORD_STEPS"],
      ["s_first ? 6'd0 : full", "full"],
      ["marker_reg && count_reg < MARKER_SLICES", "count_reg < MARKER_SLICES"],
      ["marker_reg && count_reg < MARKER_SLICES", "marker_reg && count_reg <= MARKER_SLICES"],
      ["count_next == MARKER_SLICES && !bad_reg", "!bad_reg"],
      ["count_next == MARKER_SLICES && !bad_reg", "count_next == MARKER_SLICES"],
      ["s_first && s_valid && !running_reg", "1'b0"],
      ["s_first && s_valid && !running_reg", "s_first"],
      ["slice_bad_reg || spoilt_reg", "slice_bad_reg"],
      ["slice_bad_reg || spoilt_reg", "spoilt_reg"],
      ["if (valid_reg) begin\n            spoilt_reg", "begin\n            spoilt_reg"],
      ["line[WORD +: SLICE];", "line[WORD - 1 +: SLICE];"],
      ["slice[SLICE-1 -: 3]", "slice[SLICE-2 -: 3]"],
    ],
  },
  {
    bench: "../pcs/rx-back",
    only: collectTitle,
    module: "pcs/pcs_rx_gearbox",
    changes: [
      ["{1{slice_bad_reg}}", "1'b0"],
      ["{1{slice_bad_reg}}", "{1{slice_bad_reg || spoilt_reg}}"],
    ],
  },
  {
    bench: "../pcs/rx-back",
    only: oddTitle,
    module: "pcs/pcs_descrambler",
    changes: [
      ["if (s_valid) begin\n            past_reg", "begin\n            past_reg"],
      ["line[58 - 39 +: W]", "line[58 - 38 +: W]"],
      ["error_reg <= s_error;", "error_reg <= 1'b0;"],
    ],
  },
  {
    bench: "../pcs/rx-idle",
    only: "",
    module: "pcs/pcs_idle_drop",
    changes: [
      ["m_level >= HIGH", "m_level > HIGH"],
      ["idle_reg && m_level", "m_level"],
      ["&& s_error == {G{1'b0}}", ""],
      ["valid_reg && !drop", "valid_reg"],
      ["m_valid && !m_ready", "valid_reg && !m_ready"],
      ["valid_reg && drop;", "drop;"],
      ["{s_error, s_data}", "{s_data, s_error}"],
      ["m_level >= HIGH && !lost_reg", "m_level >= HIGH"],
      ["m_data  = word_reg | ", "m_data  = word_reg ^ "],
      ["m_valid ? !m_ready : lost_reg", "m_valid && !m_ready"],
    ],
  },
];
