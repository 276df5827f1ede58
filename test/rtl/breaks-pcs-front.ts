/** Single changes of the receive front of a PCS, and the bench that each one must make fail; for `npm run mutate`. */
import { fileOfModule } from "../../generator/views/files.ts";
import { type FrontShape, frontHost, frontModules } from "../pcs/front-bench.ts";
import type { Breaks } from "./breaks.ts";

const shapes: readonly FrontShape[] = [
  { rateGbps: 400, fec: "rs544", P: 32, lanes: 4, pairs: 16 },
  { rateGbps: 200, fec: "rs544", P: 4, lanes: 2, pairs: 9 },
];

/** Where the changed text is looked for. */
export const files = shapes.flatMap((shape) => {
  const host = frontHost(shape);
  return frontModules(host).map((module) => fileOfModule(host, module));
});

const align = { bench: "../pcs/align", only: "200G" } as const;
const monitor = { bench: "../pcs/monitor", only: "200G" } as const;

export const breaks: readonly Breaks[] = [
  {
    ...align,
    module: "pcs/pcs_marker_search",
    changes: [
      ["(first_half[B +: B] & second_half[B +: B])", "(first_half[B +: B] | second_half[B +: B])"],
      ["first_half[2*B +: B] | second_half[2*B +: B]", "first_half[2*B +: B] | first_half[2*B +: B]"],
      ["& first_half[0 +: B] & second_half[0 +: B]", "& (first_half[0 +: B] | second_half[0 +: B])"],
      ["x ^ y ^ z}", "x | y | z}"],
      ["(x & y) | (x & z) | (y & z)", "(x & y) | (x & z)"],
      ["hits_reg & (~hits_reg + 1'b1)", "hits_reg & ~(hits_reg + 1'b1)"],
      ["window[24+UP +: B+11]", "window[24 +: B+11]"],
      ["history_reg <= window[B +: H]", "history_reg <= window[0 +: H]"],
    ],
  },
  {
    ...align,
    module: "pcs/pcs_marker_check",
    changes: [
      ["count <= MOST_WRONG", "count < MOST_WRONG"],
      ["count <= MOST_WRONG", "count <= MOST_WRONG + 4'd1"],
      ["good <= common_reg", "good <= 1'b1"],
      ["wrong_step_reg[3:0] - 4'd1", "wrong_step_reg[3:0]"],
      ["busy_reg && step_reg != LAST_STEP", "busy_reg && step_reg != LAST_STEP - 1'b1"],
      ["step_reg + 1'b1 : ", "step_reg : "],
      ["good       <= 1'b0;", "good       <= good;"],
    ],
  },
  {
    ...align,
    module: "pcs/pcs_lane_lock",
    changes: [
      ["good && number == lane", "good"],
      ["state_reg <= same ? LOCKED : SEARCH", "state_reg <= good ? LOCKED : SEARCH"],
      ["state_reg <= good ? AGAIN : SEARCH", "state_reg <= good ? LOCKED : SEARCH"],
      ["misses_reg <= same ? 3'd0", "misses_reg <= same ? misses_reg"],
      ["misses_reg == MOST_MISSES", "misses_reg == MOST_MISSES - 3'd1"],
      ["misses_reg == MOST_MISSES", "misses_reg == MOST_MISSES + 3'd1"],
      ["if (rst || restart) begin", "if (rst) begin"],
      ["lane      <= number;", "lane      <= lane;"],
      ["{1'b0, offset_reg} +: B", "{1'b1, offset_reg} +: B"],
      ["position_reg <= FOUND;", "position_reg <= FOUND + 1'b1;"],
      ["position_reg != MARKER_LAST", "position_reg != MARKER_LAST - 1'b1"],
      ["misses_reg <= 3'd0;\n", "misses_reg <= misses_reg;\n"],
    ],
  },
  {
    ...align,
    module: "pcs/pcs_deskew_lane",
    changes: [
      ["align ? write - age_reg", "align ? write"],
      ["age_reg != OLD", "1'b1"],
      ["age_reg != OLD", "age_reg != OLD - 1'b1"],
      ["age_reg <= OLD;", "age_reg <= age_reg;"],
    ],
  },
  {
    ...align,
    module: "pcs/pcs_deskew",
    changes: [
      ["&fresh && &placed", "&placed"],
      ["(set_reg || align) && &placed", "set_reg || align"],
      ["set_reg && &locked && distinct_reg", "set_reg && distinct_reg"],
      ["set_reg && &locked && distinct_reg", "set_reg && &locked"],
      ["set_reg && &locked && distinct_reg", "&locked && distinct_reg"],
      ["aligned && (open_reg || first)", "aligned"],
      ["pair_reg == LAST_PAIR ?", "1'b0 ?"],
      ["word_reg == LAST_WORD", "word_reg == LAST_WORD - 1'b1"],
      [
        "pair_reg <= {RB{1'b0}};\n        end\n        if (rst)",
        "pair_reg <= pair_reg;\n        end\n        if (rst)",
      ],
      ["first && pair_reg == {RB{1'b0}}", "first"],
      ["pick_reg[L*at + from]", "(from == at)"],
      ["word_reg <= {WB{1'b0}} + 1'b1;", "word_reg <= {WB{1'b0}};"],
      ["&placed && !set_reg", "&placed"],
    ],
  },
  {
    ...monitor,
    module: "pcs/pcs_monitor",
    changes: [
      ["BEYOND + BEYOND", "BEYOND"],
      ["run_first == 2'd3 || ", ""],
      ["|| run_second == 2'd3", ""],
      ["bad[0] ? run_reg + 2'd1 : 2'd0", "bad[0] ? run_reg + 2'd1 : run_reg"],
      ["if (rst || !aligned || lost) begin", "if (rst || lost) begin"],
      ["if (rst || !aligned || lost) begin", "if (rst || !aligned) begin"],
      ["ser_errors > MOST", "ser_errors >= MOST"],
      ["ser_errors_reg <= 24'd0;", "ser_errors_reg <= ser_errors_reg;"],
      ["ser_pairs_reg == LAST_PAIR;", "ser_pairs_reg >= LAST_PAIR - 1'b1;"],
      ["hold_reg <= HOLD;", "hold_reg <= HOLD - 1'b1;"],
      ["deg_end ? 32'd0 : deg_sum", "deg_sum"],
      ["> cfg_degrade_activate", ">= cfg_degrade_activate"],
      ["< cfg_degrade_deactivate", "<= cfg_degrade_deactivate"],
      ["deg_next >= interval", "deg_next > interval"],
      ["aligned && interval != 31'd0", "aligned"],
      ["load ? {WB{1'b0}} : corrected_reg", "corrected_reg"],
      ["{1'b0, load ? {WB{1'b0}} : uncorrectable_reg}", "{1'b0, uncorrectable_reg}"],
      ["{1'b0, load ? {LB{1'b0}} : lost_reg}", "{1'b0, lost_reg}"],
      ["symbols[SB*index_reg +: SB] = {SB{1'b0}};", "symbols = {L*SB{1'b0}};"],
      ["sum[SB] ? {SB{1'b1}} : ", ""],
      ["due_reg && (!m_valid || m_ready)", "due_reg"],
      ["aligned_reg && !aligned", "!aligned"],
      ["levels != told_reg", "1'b0"],
      ["index_reg <= index_reg + 1'b1", "index_reg <= index_reg"],
      ["(due_reg && !load) || timer_reg == LAST_CLOCK", "timer_reg == LAST_CLOCK"],
      ["err_valid && err_symbols[S*at + part]", "err_symbols[S*at + part]"],
      [
        "if (m_ready) begin\n            m_valid <= 1'b0;",
        "if (m_ready) begin\n            m_valid <= m_valid;",
      ],
    ],
  },
  {
    ...monitor,
    only: "400G",
    module: "pcs/pcs_monitor",
    changes: [["err_symbols[S*at + part]", "err_symbols[at + part]"]],
  },
  {
    ...monitor,
    module: "pcs/pcs_status",
    changes: [
      ["(silent && !s_valid)", "1'b0"],
      ["s_valid ? {TB{1'b0}} : silent", "silent"],
      ["aligned && evt_lock_lost == {LB{1'b0}}", "aligned"],
      ["hi_ser   <= s_record[1]", "hi_ser   <= s_record[0]"],
      ["s_valid && s_record", "s_record"],
    ],
  },
];
