/** Single changes of the Reed-Solomon codec, and the bench that each one must make fail; for `npm run mutate`. */
import { rsDecoderOf } from "../../generator/views/pcs/rs-decoder.ts";
import { rsEncoderOf } from "../../generator/views/pcs/rs-encoder.ts";
import { rsShape } from "../../generator/views/pcs/rs-shape.ts";
import type { Breaks } from "./breaks.ts";

const shape = rsShape("dut", 48, 34, 8);

/** Where the changed text is looked for. */
export const files = [...rsEncoderOf(shape), ...rsDecoderOf(shape)].map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

const only = ", 8 symbols a clock";
const decoder = { bench: "../pcs/rs-decoder", only } as const;

export const breaks: readonly Breaks[] = [
  {
    bench: "../pcs/rs-encoder",
    only,
    module: "pcs/rs_encoder",
    changes: [
      ["s_first ? {60{1'b0}} :", "1'b0 ? {60{1'b0}} :"],
      ["s_first ? {140{1'b0}} :", "1'b0 ? {140{1'b0}} :"],
      ["remainder_reg >> SENT_BITS", "remainder_reg >> DATA_BITS"],
      ["divided ^ (remainder >> DATA_BITS)", "divided"],
      ["position1_reg > LAST_MESSAGE", "1'b0"],
      ["if (s_valid) begin", "begin"],
    ],
  },
  {
    ...decoder,
    module: "pcs/rs_syndromes",
    changes: [
      ["first1_reg ? word_sums_reg :", "1'b0 ? word_sums_reg :"],
      ["raised ^ word_sums_reg", "raised"],
    ],
  },
  {
    ...decoder,
    module: "pcs/rs_key_equation",
    changes: [
      ["|discrepancy && !k_reg[4]", "|discrepancy"],
      ["|discrepancy && !k_reg[4]", "!k_reg[4]"],
      ["gamma_reg <= grows ? discrepancy : gamma_reg", "gamma_reg <= discrepancy"],
    ],
  },
  {
    ...decoder,
    module: "pcs/rs_search",
    changes: [
      ["(used >> s_length) == 8'd1", "1'b1"],
      ["total5_reg == length_reg", "1'b1 || total5_reg == length_reg"],
      ["first4_reg ? ones4_reg :", "1'b0 ? ones4_reg :"],
      ["end else if (last1) begin", "end else if (1'b0) begin"],
      ["refused1_reg <= s_dirty && !sound", "refused1_reg <= 1'b0"],
      ["roots6_reg <= roots5_reg", "roots6_reg <= roots4_reg"],
    ],
  },
  {
    ...decoder,
    module: "pcs/rs_divide",
    changes: [
      ["product(d0, d0 ^ d1) ^ product(d1, d1)", "product(d0, d0 ^ d1)"],
      ["valid3_reg ? quotient : 10'd0", "quotient"],
    ],
  },
  {
    ...decoder,
    module: "pcs/rs_decoder",
    changes: [
      ["s_valid && !s_first && left_reg", "s_valid && left_reg"],
      ["end else if (!s_valid) begin", "end else if (1'b0) begin"],
      ["solved_turn_reg[0] && dirty0", "solved_turn_reg[0]"],
      ["if (solved) begin\n            solved_turn_reg", "if (done) begin\n            solved_turn_reg"],
    ],
  },
];
