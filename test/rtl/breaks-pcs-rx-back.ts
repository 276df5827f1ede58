/** Single changes of the receiving side behind the alignment, and the bench that each one must make fail. */
import { decodeModules } from "../../generator/views/pcs/rx-back-decode.ts";
import { benchHost } from "../pcs/rx-back-bench.ts";
import type { Breaks } from "./breaks.ts";

const split = benchHost({ rateGbps: 200, fec: "rs272", symbolsPerClock: 16, datapathBits: 256 });
const title = "200G, rs272, 16 symbols, 256 bits";

/** Where the changed text is looked for. */
export const files = decodeModules(split).map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

export const breaks: readonly Breaks[] = [
  {
    bench: "../pcs/rx-decode",
    only: title,
    module: "pcs/pcs_decode",
    changes: [
      ["s_error[g] || (!bits[0]", "(!bits[0]"],
      ["!bits[0] && &bits[4:1]", "1'b0"],
      ["4'h2: high_half = 4'hd;", "4'h2: high_half = 4'he;"],
      ["default: high_half = 4'h0;", "default: high_half = 4'h1;"],
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
];
