import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const changes = (
  proof: string,
  list: readonly Change[],
  device: Break["device"] & string,
  module = proof,
): readonly Break[] => list.map(([property, from, to]) => ({ proof, module, property, from, to, device }));

const grayOfWrite = "wr_gray_reg    <= wr_pointer_next ^ (wr_pointer_next >> 1);";
const full = "wr_ready_reg   <= !wr_level_next[ADDR_BITS];";

const asyncFifo: readonly Change[] = [
  ["reset_settles", "wr_ready_reg   <= 1'b0;", "wr_ready_reg   <= 1'b1;"],
  ["output_is_stable", "rd_gray_reg != wr_gray_seen && !stays", "rd_gray_reg != wr_gray_seen"],
  ["gray_is_pointer", grayOfWrite, "wr_gray_reg    <= wr_pointer_next;"],
  ["seen_in_order", full, "wr_ready_reg   <= 1'b1;"],
  [
    "levels_are_safe",
    "from_gray(wr_gray_seen) - rd_pointer_next",
    "from_gray(wr_gray_seen) - rd_pointer_reg",
  ],
  ["never_overflows", full, "wr_ready_reg   <= !wr_level_reg[ADDR_BITS];"],
  ["never_underflows", "rd_gray_reg != wr_gray_seen && !stays", "rd_gray_reg != wr_gray_seen || rd_ready"],
  ["words_counted", "rd_valid_reg   <= fetch || stays;", "rd_valid_reg   <= fetch;"],
  ["word_stays_whole", "mem[wr_pointer_reg[ADDR_BITS-1:0]]", "mem[wr_pointer_next[ADDR_BITS-1:0]]"],
  ["word_comes_out", "if (fetch) begin", "if (fetch && rd_ready) begin"],
  ["word_goes_through", "rd_valid_reg   <= fetch || stays;", "rd_valid_reg   <= 1'b0;"],
];

/** Breaks of FIFOs and buffers. */
export const bufferBreaks: readonly Break[] = [...changes("async_fifo", asyncFifo, "lanes")];
