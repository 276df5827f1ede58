import type { Breaks } from "../rtl/breaks.ts";

/**
 * For each line of the plan one change of the RTL that makes its test fail: `npm run mutate -- --kept --module conformance/conformance`
 * runs them all, `LANEWRIGHT_BREAK="text=>other text" npx vitest run test/conformance -t "LLR-1 "` one by hand.
 */
export interface ConformanceBreak {
  readonly id: string;
  /** What is broken, in words. */
  readonly says: string;
  /** Name of the module that is changed. */
  readonly module: string;
  /** Text as it is emitted, and what takes its place. */
  readonly change: readonly [from: string, to: string];
  /** Other lines of the plan that fail under it as well. */
  readonly also: readonly string[];
}

export const breaks: readonly ConformanceBreak[] = [
  {
    id: "LLR-1",
    says: "an ACK that carried an older number counts as the latest",
    module: "llr_rx",
    change: ["if (ack_taken && ack_latest) begin", "if (ack_taken) begin"],
    also: [],
  },
  {
    id: "LLR-2",
    says: "an ACK frees one frame, whatever its number",
    module: "llr_tx",
    change: ["oldest_reg <= oldest_reg + newly_acked;", "oldest_reg <= oldest_reg + 20'd1;"],
    also: ["LLR-16", "LLR-17"],
  },
  {
    id: "LLR-3",
    says: "a good frame ahead of the expected one is no gap",
    module: "llr_rx",
    change: ["!((behind || plain) && arrived)", "!((behind || plain || ahead) && arrived)"],
    also: [],
  },
  {
    id: "LLR-4",
    says: "a wrong CRC alone is no gap",
    module: "llr_rx",
    change: [
      "frame_end && peer_valid && !advance &&",
      "frame_end && peer_valid && !advance && (s_error || s_crc_good || s_crc_inverted) &&",
    ],
    also: [],
  },
  {
    id: "LLR-5",
    says: "the CRC-8 of the start column is not looked at",
    module: "mac_rx_align",
    change: ["head_start_field_reg[47:40] == start_crc", "1'b1"],
    also: [],
  },
  {
    id: "LLR-6",
    says: "every frame behind a gap asks again",
    module: "llr_rx",
    change: ["if (gap && state_reg == SEND_ACKS) begin", "if (gap && state_reg != SEND_NACK) begin"],
    also: [],
  },
  {
    id: "LLR-7",
    says: "a NACK is not followed by a replay",
    module: "llr_tx",
    change: ["if ((nack_good && !all_acked) || expired) begin", "if (expired) begin"],
    also: [],
  },
  {
    id: "LLR-8",
    says: "the replay timer expires after seven eighths of its time",
    module: "llr_tx",
    change: [
      "timer_reg >= cfg_replay_timer_max;",
      "timer_reg >= cfg_replay_timer_max - {3'd0, cfg_replay_timer_max[23:3]};",
    ],
    also: [],
  },
  {
    id: "LLR-9",
    says: "the timer does not run for a single frame",
    module: "llr_tx",
    change: ["timer_runs = waiting && ", "timer_runs = waiting && outstanding != 20'd1 && "],
    also: [],
  },
  {
    id: "LLR-10",
    says: "one replay too many before the flush",
    module: "llr_tx",
    change: ["replay_ct_reg >= cfg_replay_ct_max;", "replay_ct_reg > cfg_replay_ct_max;"],
    also: [],
  },
  {
    id: "LLR-11",
    says: "progress does not clear the replay count",
    module: "llr_tx",
    change: ["replay_ct_reg <= {7'd0, nack_good && !all_acked};", "replay_ct_reg <= replay_ct_reg;"],
    also: [],
  },
  {
    id: "LLR-12",
    says: "FCTBS goes on counting through a new session",
    module: "credit_tx",
    change: ["fctbs_reg <= 12'd0;", "fctbs_reg <= rst ? 12'd0 : fctbs_reg;"],
    also: [],
  },
  {
    id: "LLR-13",
    says: "a poisoned frame has not arrived",
    module: "llr_rx",
    change: ["wire arrived = intact || poisoned;", "wire arrived = intact;"],
    also: [],
  },
  {
    id: "LLR-14",
    says: "a replay leaves the POISON out",
    module: "llr_tx",
    change: ["(replay_reg ? rd_poison : s_poison", "(replay_reg ? 1'b0 : s_poison"],
    also: [],
  },
  {
    id: "LLR-15",
    says: "a complemented VCRC alone is poison",
    module: "llr_rx",
    change: [
      "poisoned  = !s_error && s_crc_inverted && s_poison;",
      "poisoned  = !s_error && s_crc_inverted;",
    ],
    also: [],
  },
  {
    id: "LLR-16",
    says: "frames that are chosen and not yet numbered are forgotten by the limit",
    module: "llr_tx",
    change: ["in_flight + 20'd2 <= cfg_outstanding_seq_max", "in_flight <= cfg_outstanding_seq_max"],
    also: [],
  },
  {
    id: "LLR-17",
    says: "the limit in bytes leaves no room for the packets under way",
    module: "llr_tx",
    change: ["committed_bytes + LONGEST_BYTES <= cfg", "committed_bytes <= cfg"],
    also: [],
  },
  {
    id: "LLR-18",
    says: "every number is within the window",
    module: "llr_tx",
    change: ["in_window   = newly_acked <= outstanding;", "in_window   = 1'b1;"],
    also: [],
  },
  {
    id: "LLR-19",
    says: "doubles are not acknowledged again",
    module: "llr_rx",
    change: ["if (advance || (frame_end && peer_valid && behind && arrived)) begin", "if (advance) begin"],
    also: [],
  },
  {
    id: "LLR-20",
    says: "credit is told when four times as many blocks are free as the device derives",
    module: "credit_rx",
    change: ["(ahead && gained >= cfg_update)", "(ahead && gained >= {cfg_update[9:0], 2'b00})"],
    also: [],
  },
  {
    id: "FC-1",
    says: "packets of three blocks are counted as two by the sender",
    module: "tx_scheduler",
    change: ["= pick_length + 3'd1;", "= pick_length + {2'd0, pick_length != 3'd2};"],
    also: ["FC-3"],
  },
  {
    id: "FC-2",
    says: "packets of two blocks are counted as one by the receiver",
    module: "llr_rx",
    change: ["= length[6:4] + 3'd1;", "= length[6:4] + {2'd0, length[6:4] != 3'd1};"],
    also: [],
  },
  {
    id: "FC-3",
    says: "a packet goes with one block too few",
    module: "credit_tx",
    change: [
      "assign credit_ok[i]      = left <= 12'd2048;",
      "assign credit_ok[i]      = left <= 12'd2048 || left == 12'd4095;",
    ],
    also: [],
  },
  {
    id: "FC-4",
    says: "ABR is not taken from the FCTBS of the peer",
    module: "credit_rx",
    change: ["abr_reg <= (fcp_select[i] ? fcp_fctbs : abr_reg)", "abr_reg <= abr_reg"],
    also: [],
  },
  {
    id: "FC-5",
    says: "flow-control packets are not refreshed",
    module: "credit_rx",
    change: ["if (refresh || armed_now) begin", "if (armed_now) begin"],
    also: ["FC-1", "FC-4"],
  },
  {
    id: "FC-6",
    says: "doubles are counted in ABR",
    module: "llr_rx",
    change: [
      "|| (frame_end && expected_frame && poisoned && !flow && store)",
      "|| (frame_end && (s_sop ? first_behind : behind_reg) && intact && !flow)",
    ],
    also: [],
  },
  {
    id: "FC-7",
    says: "a lane goes only when every lane has credit",
    module: "tx_scheduler",
    change: ["& (credit_ok | {N{discard}})", "& ({N{&credit_ok}} | {N{discard}})"],
    also: ["FC-12"],
  },
  {
    id: "FC-8",
    says: "credit is promised for room that is taken",
    module: "credit_rx",
    change: ["taken >= CREDITS ? 12'd0 : CREDITS - taken;", "CREDITS;"],
    also: ["FC-6"],
  },
  {
    id: "FC-9",
    says: "an output does not move on from the input that it served last",
    module: "scheduler",
    change: [
      "grant_mask_reg[P*pointer +: P] <= grant_behind_1[P*pointer +: P];",
      "grant_mask_reg <= grant_mask_reg;",
    ],
    also: [],
  },
  {
    id: "FC-10",
    says: "a replay begins one number late",
    module: "llr_tx",
    change: ["replay_seq_reg <= oldest_reg;", "replay_seq_reg <= oldest_reg + 20'd1;"],
    also: [],
  },
  {
    id: "FC-11",
    says: "a VL15 packet without room is not taken by the retry",
    module: "llr_rx",
    change: [
      "wire advance = frame_end && expected_frame && arrived;",
      "wire advance = frame_end && expected_frame && arrived && (flow || !no_room);",
    ],
    also: [],
  },
  {
    id: "FC-12",
    says: "VL15 waits for the credit of a data lane",
    module: "tx_scheduler",
    change: [
      "head_valid[N] && (allow_vl15 || discard)",
      "head_valid[N] && (|credit_ok) && (allow_vl15 || discard)",
    ],
    also: [],
  },
];

/** The same as `npm run mutate -- --kept` takes them. */
export const keptBreaks: readonly Breaks[] = breaks.map(({ id, module, change }) => ({
  bench: "../conformance/conformance",
  only: `${id} `,
  module,
  changes: [change],
}));
