/** Single changes of the PCS without FEC, and the bench that each one must make fail; for `npm run mutate`. */
import { fileOfModule } from "../../generator/views/files.ts";
import { baseRModules } from "../../generator/views/pcs/base-r-modules.ts";
import { hostOf } from "../pcs/base-r-bench.ts";
import { quickShapes } from "../pcs/base-r-shapes.ts";
import type { Breaks } from "./breaks.ts";

/** Where the changed text is looked for. */
export const files = quickShapes.flatMap((shape) => {
  const host = hostOf(shape);
  return baseRModules(host).map((one) => fileOfModule(host, one));
});

const bench = "../pcs/base-r";
const faults = "../pcs/base-r-faults";
const single = "10G, 1 x 64";
const wide = "25G, 1 x 80";
const many = "40G, 4 x 64";

export const breaks: readonly Breaks[] = [
  {
    bench,
    only: wide,
    module: "pcs/base_r_scrambler",
    changes: [
      ["past0[19 +: PAYLOAD]", "past0[20 +: PAYLOAD]"],
      ["sent_reg[152 +: PAYLOAD]", "sent_reg[151 +: PAYLOAD]"],
      ["history1_reg <= past1", "history1_reg <= history1_reg; if (1'b0) history1_reg <= past1"],
      ["headers2_reg <= headers1_reg", "headers2_reg <= headers"],
    ],
  },
  {
    bench,
    only: many,
    module: "pcs/base_r_scrambler",
    changes: [["if (enable) begin", "begin"]],
  },
  {
    bench,
    only: wide,
    module: "pcs/base_r_tx_gearbox",
    changes: [
      ["(unit << fill_reg)", "(unit << ahead_reg)"],
      ["hold_reg <= all >> BITS", "hold_reg <= hold_reg >> BITS"],
      ["call = ahead_reg < FULL", "call = ahead_reg <= FULL"],
    ],
  },
  {
    bench,
    only: many,
    module: "pcs/base_r_tx_gearbox",
    changes: [["need = fill_reg < FULL", "need = fill_reg <= FULL"]],
  },
  {
    bench,
    only: wide,
    module: "pcs/base_r_block_sync",
    changes: [
      ["slip_reg ? s_bits >> 1 : s_bits", "s_bits"],
      ["locked_reg <= 1'b0;\n            count_reg", "count_reg"],
      ["skip_reg <= 2'd2", "skip_reg <= 2'd0"],
      ["valid_reg && locked_reg", "valid_reg"],
      ["blocks_reg[66 * i] == blocks_reg[66 * i + 1]", "blocks_reg[66 * i] && blocks_reg[66 * i + 1]"],
    ],
  },
  {
    bench,
    only: single,
    module: "pcs/base_r_descrambler",
    changes: [["past[19 +: PAYLOAD]", "past[18 +: PAYLOAD]"]],
  },
  {
    bench,
    only: single,
    module: "pcs/base_r_ber",
    changes: [
      ["if (over) begin\n            hi_ber <= 1'b1;", "if (over) begin\n            hi_ber <= 1'b0;"],
      ["hi_ber <= over;", "hi_ber <= hi_ber;"],
      ["time_reg == WINDOW -", "1'b0 && time_reg == WINDOW -"],
    ],
  },
  {
    bench,
    only: wide,
    module: "pcs/base_r_ber",
    changes: [["sum = sum + ", "sum = "]],
  },
  {
    bench,
    only: many,
    module: "pcs/base_r_markers",
    changes: [
      ["mark ? 8'h00 : parity_reg", "parity_reg"],
      ["{~half, half, 2'b01}", "{half, half, 2'b01}"],
      ["parity_reg <= sum;", "parity_reg <= mark ? 32'd0 : sum;"],
      ["count_reg == PERIOD -", "count_reg == PERIOD - 7'd1 -"],
      ["24'h47", "24'h46"],
    ],
  },
  {
    bench,
    only: many,
    module: "pcs/base_r_marker_lock",
    changes: [
      ["parity(block1_reg) ^ (due ? 8'h00 : parity_reg)", "parity(block1_reg) ^ parity_reg"],
      ["!block_locked || (miss", "(miss"],
      ["number_reg <= found1_reg;", "number_reg <= 2'd0;"],
    ],
  },
  {
    bench,
    only: many,
    module: "pcs/base_r_deskew",
    changes: [
      ["&filled && !clear", "|filled && !clear"],
      ["(begun_reg || s_marker[i])", "1'b1"],
      ["valid1_reg && !marker1_reg", "valid1_reg"],
      ["is_lane[LANES * i + j];", "is_lane[LANES * j + i];"],
      ["last = count_reg == PERIOD -", "last = count_reg == PERIOD - 7'd1 -"],
    ],
  },
  {
    bench,
    only: single,
    module: "pcs/base_r_regroup",
    changes: [
      ["s_ready = count_reg <= LIMIT_STEP", "s_ready = 1'b1"],
      ["m_valid = count_reg >= OUT_STEP", "m_valid = 1'b1"],
      ["pop ? hold_reg >> (OUT * PIECE) : hold_reg", "hold_reg"],
    ],
  },
  {
    bench: faults,
    only: single,
    module: "pcs/base_r_descrambler",
    changes: [
      ["bad | fresh_reg", "bad"],
      ["!(thin && !fresh_reg && word == {BLOCKS{IDLE}})", "1'b1"],
      ["!(thin && !fresh_reg && word == {BLOCKS{IDLE}})", "!thin"],
      ["!(thin && !fresh_reg", "!(!fresh_reg"],
    ],
  },
  {
    bench: faults,
    only: single,
    module: "pcs/base_r_block_sync",
    changes: [
      ["errors >= LIMIT", "errors > LIMIT"],
      ["errors_reg <= done ? 5'd0 : errors", "errors_reg <= errors"],
    ],
  },
  {
    bench: faults,
    only: wide,
    module: "pcs/base_r_block_sync",
    changes: [["errors >= LIMIT", "errors > LIMIT"]],
  },
  {
    bench: faults,
    only: many,
    module: "pcs/base_r_marker_lock",
    changes: [
      ["s_block[57:34] == ~s_block[25:2]", "1'b1"],
      ["hit1_reg && found1_reg == number_reg", "1'b1"],
      ["!locked_reg || misses_reg == MISSES_LAST", "!locked_reg"],
      ["!locked_reg || misses_reg == MISSES_LAST", "!locked_reg || misses_reg == 2'd2"],
      ["misses_reg <= good ? 2'd0 :", "misses_reg <= 1'b0 ? 2'd0 :"],
      ["parity_reg != block1_reg[33:26]", "1'b0"],
    ],
  },
  {
    bench: faults,
    only: many,
    module: "pcs/base_r_deskew",
    changes: [
      ["&s_locked && &present", "&s_locked"],
      ["clear = !ready_reg || |over", "clear = !ready_reg"],
      ["s_marker[i] ? s_bip[i] : s_bad[i]", "s_bad[i]"],
    ],
  },
  {
    bench: "../pcs/base-r-record",
    only: many,
    module: "pcs/base_r_monitor",
    changes: [
      ["load ? 16'd0 : headers_reg", "headers_reg"],
      ["load ? 4'd0 : lost_reg", "load ? 4'd0 : 4'd0"],
      ["if (load) begin\n            bip[", "if (1'b0) begin\n            bip["],
      ["due_reg || levels != told_reg", "due_reg"],
      ["due_reg <= last ||", "due_reg <= "],
      ["m_ready || !valid_reg", "1'b1"],
    ],
  },
  {
    bench: "../pcs/base-r-record",
    only: many,
    module: "pcs/base_r_status",
    changes: [
      ["(silent && !s_valid)", "1'b0"],
      ["aligned && !hi_ber", "aligned"],
      ["s_valid ? 9'd0 : silent", "silent"],
      ["at[1:0] ?", "2'd0 ?"],
    ],
  },
];
