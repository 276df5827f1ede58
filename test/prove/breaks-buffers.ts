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

const writeOn = "wire [AW-1:0] write_next   = write_reg == LAST ? BASE : write_reg + 1'b1;";
const inProgress = "wr_count_reg <= wr_last ? {UW{1'b0}} : wr_size;";
const whole = "wire          whole_packet = packets_left != {UW{1'b0}};";

const vlBuffer: readonly Change[] = [
  ["packets_under_way", inProgress, "wr_count_reg <= wr_size;"],
  ["read_as_written", "write_ptr[wr_lane]", "write_ptr[0]"],
  ["pointers_in_region", "head_reg == LAST ? BASE : head_reg + 1'b1;", "head_reg + 2'd2;"],
  ["used_is_right", "(release_here ? rd_size : {UW{1'b0}})", "(release_here ? rd_count_reg : {UW{1'b0}})"],
  ["packets_counted", "if (commit_here && !release_here) begin", "if (commit_here && !wr_error) begin"],
  ["rows_in_order", "write_reg <= tail_reg;", "write_reg <= BASE;"],
  ["rows_follow", writeOn, "wire [AW-1:0] write_next = write_reg == BASE ? LAST : write_reg - 1'b1;"],
  ["head_is_next", "packets_reg <= packets_reg - 1'b1;", "packets_reg <= packets_reg;"],
  ["ends_are_marked", "tail_reg <= write_next;", "tail_reg <= write_reg;"],
  ["never_underflows", whole, "wire whole_packet = 1'b1;"],
  ["never_same_row", whole, "wire whole_packet = 1'b1;"],
  ["ready_where_there", whole, "wire whole_packet = packets_reg != {UW{1'b0}};"],
  ["two_packets", "packets_reg <= packets_reg + 1'b1;", "packets_reg <= {UW{1'b0}} + 1'b1;"],
];

const memory: readonly Change[] = [
  ["row_stays", "mem[wr_addr] <= wr_data;", "mem[wr_addr] <= {wr_data[MW-1:1], 1'b0};"],
  ["row_as_written", "if (rd_en) begin\n            rd_reg", "if (rd_en || wr_en) begin\n            rd_reg"],
];

const told = "assign rd_uncorrectable = |uncorrectable;";

const protectedMemory: readonly Change[] = [
  ["row_stays", "wr_data[1:0] ^ wrong}", "wr_data[1:0]}"],
  ["row_is_read", "if (rd_en) begin\n            rd_reg", "if (rd_en || wr_en) begin\n            rd_reg"],
  ["row_as_written", told, "assign rd_uncorrectable = 1'b1;"],
  ["two_are_told", told, "assign rd_uncorrectable = 1'b0;"],
  ["events_are_right", "fresh_reg && rd_uncorrectable;", "fresh_reg;"],
  ["one_is_read", "= inject | inject_reg;", "= 2'b00;"],
];

const secdedDecode: readonly Change[] = [
  ["encoded_is_right", "= data ^ wrong;", "= data ^ wrong ^ 1'b1;"],
  ["one_is_corrected", "KNOWN[syndrome] && ^syndrome;", "KNOWN[syndrome] && &syndrome;"],
  ["two_are_found", "= !KNOWN[syndrome];", "= &syndrome;"],
  ["one_comes", "KNOWN[syndrome] && ^syndrome;", "1'b0;"],
];

/** As many proofs of one kind: the first of them is tried in every run. */
const alike = (names: readonly string[], list: readonly Change[], device: Break["device"] & string) =>
  names.flatMap((name, at) => changes(name, list, device).map((one) => ({ ...one, long: at > 0 })));

/** Breaks of FIFOs and buffers. */
export const bufferBreaks: readonly Break[] = [
  ...changes("async_fifo", asyncFifo, "lanes"),
  ...changes("vl_tx_buffer", vlBuffer, "link"),
  ...changes("vl_rx_buffer", vlBuffer, "link").map((one) => ({ ...one, long: true })),
  ...["vl_tx", "vl_rx"].flatMap((name) => changes(`${name}_memory`, memory, "link")),
  ...["replay_memory", "replay_index"].flatMap((name) => changes(name, memory, "link")),
  ...["voq", "management"].flatMap((name) => changes(`${name}_memory`, memory, "switch")),
  ...alike(
    ["2", "6", "24", "64"].map((bits) => `secded_decode_${bits}`),
    secdedDecode,
    "secded",
  ),
  ...alike(["replay_index", "replay_memory", "vl_tx_memory", "vl_rx_memory"], protectedMemory, "secded"),
];
