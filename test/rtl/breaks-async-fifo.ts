/** Single changes of the FIFO between clocks, and the bench that each one must make fail; for `npm run mutate`. */
import { asyncFifoModules } from "../../generator/views/async-fifo.ts";
import type { Breaks } from "./breaks.ts";

/** Where the changed text is looked for. */
export const files = asyncFifoModules({ name: "dut" }).map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

export const breaks: readonly Breaks[] = [
  {
    bench: "async-fifo",
    only: "",
    module: "common/bit_sync",
    changes: [["second_reg <= first_reg;", "second_reg <= d;"]],
  },
  {
    bench: "async-fifo",
    only: "",
    module: "common/async_fifo",
    changes: [
      ["wr_pointer_next ^ (wr_pointer_next >> 1)", "wr_pointer_next"],
      ["rd_pointer_next ^ (rd_pointer_next >> 1)", "rd_pointer_next"],
      ["step <= ADDR_BITS", "step < ADDR_BITS - 1"],
      ["write           = wr_valid && wr_ready_reg", "write           = wr_valid"],
      ["wr_ready_reg   <= !wr_level_next[ADDR_BITS]", "wr_ready_reg   <= 1'b1"],
      ["wr_level_next   = wr_pointer_next", "wr_level_next   = wr_pointer_reg"],
      ["rd_gray_reg != wr_gray_seen && !stays", "rd_gray_reg != wr_gray_seen"],
      ["rd_gray_reg != wr_gray_seen && !stays", "!stays"],
      ["rd_valid_reg && !rd_ready", "1'b0"],
      ["rd_valid_reg   <= fetch || stays;", "rd_valid_reg   <= fetch;"],
      ["if (fetch) begin\n            rd_data_reg", "if (rd_ready) begin\n            rd_data_reg"],
      ["wr_gray_seen) - rd_pointer_next", "wr_gray_seen) - rd_pointer_reg"],
      ["+ {{ADDR_BITS{1'b0}}, fetch || stays}", "+ {{ADDR_BITS{1'b0}}, 1'b0}"],
      ["wr_gray_reg    <= {ADDR_BITS+1{1'b0}};", "wr_gray_reg    <= wr_gray_reg;"],
      ["rd_gray_reg    <= {ADDR_BITS+1{1'b0}};", "rd_gray_reg    <= rd_gray_reg;"],
      ["wr_pointer_reg <= {ADDR_BITS+1{1'b0}};", "wr_pointer_reg <= wr_pointer_reg;"],
      ["rd_valid_reg   <= 1'b0;", "rd_valid_reg   <= rd_valid_reg;"],
    ],
  },
];
