/** Single changes of the PCS with RS-FEC of clauses 91 and 108, and the bench that each one must make fail. */

import { fileOfModule } from "../../generator/views/files.ts";
import { fec91Modules } from "../../generator/views/pcs/fec91-modules.ts";
import { hostOf, type Shape, titleOf } from "../pcs/fec91-bench.ts";
import type { Breaks } from "./breaks.ts";

const one: Shape = { rateGbps: 25, fec: "rs528", lanes: 1, width: 64, symbols: 4, period: 4 };
const four: Shape = { rateGbps: 100, fec: "rs528", lanes: 4, width: 512, symbols: 8, period: 5 };

/** Where the changed text is looked for. */
export const files = [one, four].flatMap((shape) => {
  const host = hostOf(shape);
  return fec91Modules(host).map((module) => fileOfModule(host, module));
});

const bench = "../pcs/fec91";
const single = titleOf(one);
const many = titleOf(four);

export const breaks: readonly Breaks[] = [
  {
    bench,
    only: single,
    module: "pcs/fec91_transcode",
    changes: [
      ["plain[4:0] ^ plain[12:8]", "plain[4:0] ^ plain[11:7]"],
      ["&is_data ?", "|is_data ?"],
      ["if (!is_data[2]) begin", "if (is_data[2]) begin"],
      ["payload[255:8], payload[3:0]", "payload[255:4]"],
    ],
  },
  {
    bench,
    only: single,
    module: "pcs/fec91_tx_schedule",
    changes: [
      ["fill_reg < need", "fill_reg <= need"],
      ["take && count_reg < MARKERS", "take && count_reg <= MARKERS"],
      ["count_reg == LAST_GROUP", "count_reg == LAST_GROUP - 1'b1"],
      ["full ? WORD : tail ? TAIL", "full || tail ? WORD"],
    ],
  },
  {
    bench,
    only: single,
    module: "pcs/fec91_tx_gearbox",
    changes: [["s_tail ? all", "1'b0 ? all"]],
  },
  {
    bench,
    only: many,
    module: "pcs/fec91_markers",
    changes: [
      ["{sum, parity_reg[8*MARKS-1:32]}", "{parity_reg[31:0], parity_reg[8*MARKS-1:32]}"],
      ["{MARKS{8'h08}}", "{MARKS{8'h00}}"],
      ["pad_reg <= !pad_reg;", ""],
      ["{~half, half}", "{half, half}"],
      ["s_index == LAST", "1'b1"],
    ],
  },
  {
    bench,
    only: many,
    module: "pcs/fec91_tx",
    changes: [
      ["code[10 * (LANES * s + i) + b]", "code[10 * (ROWS * i + s) + b]"],
      ["s_valid ? s_data", "1'b1 ? s_data"],
    ],
  },
  {
    bench,
    only: single,
    module: "pcs/fec91_rx_gearbox",
    changes: [
      ["s_marker ? MARKERS", "1'b0 ? MARKERS"],
      ["full && !drop ? s_bad : spoilt", "1'b0"],
      ["s_first ? 9'd0 : fill_reg", "fill_reg"],
      ["tail ? TAIL", "tail ? WORD"],
    ],
  },
  {
    bench,
    only: single,
    module: "pcs/fec91_rx_blocks",
    changes: [
      ["{s_data[256:5], is_data}", "s_data[256:1]"],
      ["s_bad || s_spoilt || nonsense", "s_bad || nonsense"],
      ["s_bad || s_spoilt || nonsense", "s_spoilt || nonsense"],
      ["history_reg <= payload[255:198]", "history_reg <= s_data[256:199]"],
      ["^ past[64 * i + 19 +: 4] ^", "^"],
      ["4'h2: upper = 4'hd;", "4'h2: upper = 4'h2;"],
    ],
  },
  {
    bench,
    only: many,
    module: "pcs/fec91_rx",
    changes: [
      ["line[10 * (ROWS * i + s) +: 10]", "line[10 * (LANES * s + i) +: 10]"],
      ["bad_reg <= uncorrectable;", "bad_reg <= 1'b0;"],
      ["active && !bad_reg", "active"],
      ["LANES * s + i];", "ROWS * i + s];"],
      [".restart  (restart)", ".restart  (1'b0)"],
      ["{uncorrectable, uncorrectable_reg}", "{uncorrectable_reg, uncorrectable_reg}"],
      ["aligned_reg && !aligned", "aligned_reg"],
      [".thin    (thin)", ".thin    (1'b0)"],
    ],
  },
];
