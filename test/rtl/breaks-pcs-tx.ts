/** Single changes of the transmitting side of a PCS, and the bench that each one must make fail. */
import { txModules } from "../../generator/views/pcs/tx-modules.ts";
import { titleOfTx, txHost } from "../pcs/tx-bench.ts";
import type { Breaks } from "./breaks.ts";

/** Beats are collected; a word has one slice of a group, words of the line alternate. */
const narrow = { bits: 64, symbols: 16, lanes: 8 } as const;
const single = { bits: 256, symbols: 4, lanes: 8, period: 3 } as const;
/** Several slices a word, a pad behind the groups, lanes that share a physical one. */
const cut = { rateGbps: 400, fec: "rs272", bits: 1024, symbols: 8, lanes: 8, period: 3 } as const;

/** Where the changed text is looked for. */
export const files = [narrow, single, cut]
  .flatMap((shape) => txModules(txHost(shape)))
  .map(([, template, view]) => ({ template: `${template}.v.hbs`, view }));

export const breaks: readonly Breaks[] = [
  {
    bench: "../pcs/tx-encode",
    only: "256 bits",
    module: "pcs/pcs_encode_block",
    changes: [
      ["octet == IDLE || lpi || error", "octet == IDLE || error"],
      ["octet == IDLE || lpi || error", "octet == IDLE || lpi"],
      ["octet == IDLE || lpi || error", "1'b1"],
      ["{7{txc[i]}} & code", "code"],
      ["({7{lpi}} & LPI_CODE) | ", ""],
      ["octet == TERMINATE && txc", "txc"],
      ["txc == (8'hff << i)", "txc[i]"],
      ["8'hfe << i", "8'hff << i"],
      ["{8{!txc[i]}} & txd", "txd"],
      ["txc == 8'h01;", "txc[0];"],
      ["txd[63:32] == 32'd0", "txd[63:36] == 28'd0"],
      ["txc == 8'hff && &known", "&known"],
      ["txc == 8'hff && &known", "txc == 8'hff"],
      ["first == SEQUENCE && plain", "first == SEQUENCE"],
      ["first == SIGNAL && plain", "first == SIGNAL"],
      ["first == SIGNAL && plain", "1'b0"],
      ["txd[35:32] == CONTROL_O_CODE", "txd[35:33] == CONTROL_O_CODE[3:1]"],
      ["{4{signal}}", "4'd0"],
      ["start ? TYPE_START : TYPE_ORDERED", "TYPE_ORDERED"],
      ["8'b01000000: block_type = 8'he1;", "8'b01000000: block_type = 8'hff;"],
      ["8'b00000010: block_type = 8'h99;", "8'b00000010: block_type = 8'h1e;"],
      ["idle || |ends;", "idle || |ends[6:0];"],
      ["{codes | octets, block_type}", "{codes, block_type}"],
      ["ERROR_BLOCK = 64'h3", "ERROR_BLOCK = 64'h2"],
    ],
  },
  {
    bench: "../pcs/tx-encode",
    only: "256 bits",
    module: "pcs/pcs_encode",
    changes: [
      ["if (ready_reg) begin\n            wait", "if (1'b1) begin\n            wait"],
      ["ready_reg <= take;", "ready_reg <= 1'b1;"],
      ["ready_reg ? block_data", "1'b1 ? block_data"],
      ["ready_reg ? block_payload", "1'b1 ? block_payload"],
      ["!m_valid_reg || m_ready", "1'b1"],
      ["{64{!data[0] || all_data}}", "{64{!data[0]}}"],
      ["{64{!(&data[1:0]) || all_data}}", "{64{!data[1] || all_data}}"],
      ["{64{!(&data[2:0]) || all_data}}", "{64{1'b1}}"],
      ["all_data ? payload[3:0] : data;", "data;"],
      ["{56{1'b1}}", "{56{!(&data[2:0]) || all_data}}"],
      ["m_valid_reg <= full_reg;", "m_valid_reg <= 1'b1;"],
    ],
  },
  {
    bench: "../pcs/tx-encode",
    only: "64 bits",
    module: "pcs/pcs_encode",
    changes: [
      ["!full_reg || move;", "move;"],
      ["!m_valid_reg || m_ready", "m_ready"],
      ["ready_reg <= 1'b1;", "ready_reg <= ready_reg;"],
      ["full_reg <= beat_reg == LAST_BEAT;", "full_reg <= 1'b1;"],
      ["{in_data, data_reg[4*G-1:C]}", "{data_reg[4*G-C-1:0], in_data}"],
      ["full_reg  <= 1'b0;", "full_reg  <= full_reg;"],
      ["beat_reg  <= {NB{1'b0}};", "beat_reg  <= {NB{1'b0}} + 1'b1;"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(cut),
    module: "pcs/pcs_scrambler",
    changes: [
      ["valid_reg <= s_valid", "valid_reg <= 1'b1"],
      ["end else if (s_valid)", "end else if (1'b1)"],
      ["end else if (valid_reg)", "end else if (s_valid)"],
      ["line0[19 +: W]", "line0[18 +: W]"],
      ["{ahead0, past1_reg}", "{s_data, past1_reg}"],
      ["line2[232 +: W]", "line2[231 +: W]"],
      ["past_reg[152 +: W]", "past_reg[151 +: W]"],
      ["past_reg <= {464{1'b0}}", "past_reg <= {464{1'b1}}"],
      ["past0_reg <= {58{1'b0}}", "past0_reg <= {58{1'b1}}"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(cut),
    module: "pcs/pcs_markers",
    changes: [
      ["{am_sf, pad, MARKERS}", "{3'd0, pad, MARKERS}"],
      ["prbs_reg & PAD[9*i +: 9]", "prbs_reg & PAD[9*(PAD_BITS-1-i) +: 9]"],
      ["prbs_reg & ADVANCE[9*i +: 9]", "prbs_reg & ADVANCE[9*(8-i) +: 9]"],
      ["valid_reg && index_reg == LAST_SLICE", "valid_reg"],
      ["valid_reg && index_reg == LAST_SLICE", "1'b0"],
      ["valid_reg && index_reg == LAST_SLICE", "index_reg == LAST_SLICE"],
      ["PRBS_START  = 9'h1ff", "PRBS_START  = 9'h0ff"],
      ["index_reg  <= s_index;", "index_reg  <= s_index + 1'b1;"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(cut),
    module: "pcs/pcs_tx_schedule",
    changes: [
      ["default: take = 1'b0;", "default: take = clock_reg == LAST_CLOCK;"],
      ["markers_reg <= 1'b1;", "markers_reg <= 1'b0;"],
      ["markers_reg <= index_reg != LAST_SLICE;", "markers_reg <= 1'b0;"],
      ["pair_reg == LAST_PAIR ? {PB{1'b0}}", "1'b0 ? {PB{1'b0}}"],
      ["markers_reg <= pair_reg == LAST_PAIR;", "markers_reg <= 1'b1;"],
      ["first_reg  <= clock_reg == {RB{1'b0}};", "first_reg  <= clock_reg == LAST_CLOCK;"],
      ["left = 8'd34;", "left = 8'd35;"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(cut),
    module: "pcs/pcs_tx_gearbox",
    changes: [
      ["rst || !s_slice", "rst"],
      ["s_fill[FINE-1:0]", "s_fill[FINE-2:0]"],
      ["s_fill[FB-1:FINE]", "s_fill[FB-1:FINE] + 1'b1"],
      ["left_reg <= line[WORD +: LEFT];", "left_reg <= line[LEFT-1:0];"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(cut),
    module: "pcs/pcs_tx_lanes",
    changes: [
      ["odd_reg && !s_first", "1'b0"],
      ["odd_reg <= !odd;", "odd_reg <= 1'b1;"],
      ["swap ? a : other;", "swap ? other : a;"],
      ["(j/MUX)*LANE_BITS + b)*MUX + j%MUX", "(j/MUX)*LANE_BITS + b)*MUX + (MUX-1-j%MUX)"],
      ["row % 2 == 1", "row % 2 == 0"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(cut),
    module: "pcs/pcs_tx",
    changes: [
      ["slice && !marker", "slice"],
      ["take && part_reg == LAST_PART", "take"],
      ["take && s_valid", "take"],
      ["started_reg && take && !s_valid", "take && !s_valid"],
      ["started_reg && take && !s_valid", "started_reg && !s_valid"],
      ["s_valid ? s_slice :", "1'b1 ? s_slice :"],
      [", 5'b00000}", ", 5'b00001}"],
      [".s_valid (take)", ".s_valid (slice)"],
      ["marker_reg[1] ? markers", "marker_reg[0] ? markers"],
      ["fill_reg[2*FB-1:FB]", "fill_reg[FB-1:0]"],
      [".s_first (first_reg[1])", ".s_first (first_reg[0])"],
      ["message[20*i+10 +: 10]", "message[20*i +: 10]"],
    ],
  },
  {
    bench: "../pcs/tx",
    only: titleOfTx(single),
    module: "pcs/pcs_tx",
    changes: [["s_ready = take;", "s_ready = slice;"]],
  },
];
