import type { Break } from "./break.ts";

const rx = { proof: "llr_rx", module: "llr_rx" };
const session = { proof: "llr_session", module: "llr_session" };
const control = { proof: "llr_control", module: "llr_control" };

const loop = { proof: "llr_loop", module: "llr_loop" };

/** In the receiver, and in what the sender and the cable may do: the sender of the harness is what is proved of llr_tx. */
const loopBreaks: readonly Break[] = [
  {
    ...{ ...loop, module: "llr_rx", property: "takes_the_next" },
    from: "distance == 20'd0;",
    to: "distance[19:1] == 19'd0;",
  },
  {
    ...{ ...loop, module: "llr_rx", property: "expects_the_next" },
    from: "if (advance) begin",
    to: "if (advance || gap) begin",
  },
  {
    ...{ ...loop, module: "llr_rx", property: "delivers_the_next" },
    from: "wire write_good = end_now && take_data;",
    to: "wire write_good = end_now && store && length_good && !flow;",
  },
  {
    ...{ ...loop, property: "nothing_forgotten_early" },
    from: "acked_reg + {12'd0, newly};",
    to: "acked_reg + {12'd0, newly} + 32'd1;",
  },
  {
    ...{ ...loop, property: "frame_in_reach" },
    from: "sent_reg - resend_frame <= ROOM",
    to: "sent_reg - resend_frame <= ROOM + 32'd5",
  },
  { ...{ ...loop, property: "frame_not_passed" }, from: "limit_reg - other_limit <= 2 * ROOM", to: "1'b1" },
  { ...{ ...loop, property: "arrives_in_reach" }, from: "limit_reg - other_limit <= 2 * ROOM", to: "1'b1" },
  {
    ...{ ...loop, property: "ack_in_reach" },
    from: "<= taken;\n        end\n        if (rst)",
    to: "<= taken + 32'd1;\n        end\n        if (rst)",
  },
  { ...{ ...loop, property: "ack_never_refused" }, from: "other_ack - acked_reg <= ROOM", to: "1'b1" },
  {
    ...{ ...loop, property: "number_is_right" },
    from: "s_seq == base + arriving[19:0]",
    to: "s_seq - base - arriving[19:0] <= 20'd1",
  },
  {
    ...{ ...loop, property: "number_is_clear" },
    from: "other_limit - other_frame - 32'd1 < ROOM",
    to: "other_limit - other_frame - 32'd1 < 32'h100000",
  },
  { ...{ ...loop, property: "goes_round" }, from: "if (send) sent_reg", to: "if (send && resend) sent_reg" },
];

const txBreaks: readonly Break[] = [
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "no_write_in_replay",
    from: "cut_reg || replay_reg || (want",
    to: "cut_reg || (want",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "pointers_in_range",
    from: "read_reg  <= oldest_address;",
    to: "read_reg  <= oldest_address + 2'd2;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "pending_bounded",
    from: "pending_frames_reg <= pending_frames_reg + 1'b1;",
    to: "pending_frames_reg <= pending_frames_reg + 3'd4;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "numbers_consecutive",
    from: "if (sent) begin",
    to: "if (live_end) begin",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "new_frame_next_number",
    from: "replay_reg ? replay_seq_reg : tx_seq_reg;",
    to: "replay_reg ? replay_seq_reg : oldest_reg;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "inside_acknowledges",
    from: "oldest_reg <= rx_seq + 20'd1;",
    to: "oldest_reg <= oldest_reg + 20'd1;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "outside_changes_nothing",
    from: "acked_place < outstanding;",
    to: "acked_place <= outstanding;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "index_right",
    from: "lookup_reg && lookup_frame_reg == oldest_frame;",
    to: "lookup_reg;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "unacknowledged_kept",
    from: "free_reg <= oldest_address;",
    to: "free_reg <= frame_reg;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "kept_in_order",
    from: "frame_reg <= write_reg + 1'b1;",
    to: "frame_reg <= frame_reg;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "frames_in_range",
    from: "acked_place < outstanding;",
    to: "acked_place <= outstanding;",
  },
  { proof: "llr_tx", module: "llr_tx", property: "reserved_fits", from: "- (arrived ?", to: "- (live_end ?" },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "whole_grows",
    from: "frame_reg <= write_reg + 1'b1;",
    to: "frame_reg <= write_reg + 2'd2;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "ended_fits",
    from: "arrived = live_end && s_counted;",
    to: "arrived = live_end && s_counted && s_poison;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "pending_moves",
    from: "- (arrived ?",
    to: "- (live_end ?",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "committed_grows",
    from: "frame_reg <= write_reg + 1'b1;",
    to: "frame_reg <= write_reg + 2'd2;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "settings_followed",
    from: "<= cfg_outstanding_seq_max - 20'd2",
    to: "<= cfg_outstanding_seq_max - 20'd1",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "bytes_were_within",
    from: "= settings_beats - LONGEST_BEATS;",
    to: "= settings_beats;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "never_overflows",
    from: "free_reg <= frame_reg;",
    to: "free_reg <= frame_reg + 1'b1;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "within_frame_limit",
    from: "in_flight <= frames_limit_reg &&",
    to: "in_flight <= frames_limit_reg + 20'd2 &&",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "within_byte_limit",
    from: "= settings_beats - LONGEST_BEATS;",
    to: "= settings_beats;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "last_rows",
    from: ".wr_eop       (s_eop),",
    to: ".wr_eop       (s_eop && s_poison),",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "rows_follow",
    from: "tx_seq_reg <= tx_seq_reg + 20'd1;",
    to: "tx_seq_reg <= tx_seq_reg + 20'd2;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "rows_in_window",
    from: "tx_seq_reg <= tx_seq_reg + 20'd1;",
    to: "tx_seq_reg <= tx_seq_reg + 20'd2;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "first_row",
    from: "frame_reg <= write_reg + 1'b1;",
    to: "frame_reg <= write_reg;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "replay_reads_rows",
    from: "read_reg <= read_reg + 1'b1;",
    to: "read_reg <= read_reg + 2'd2;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "replay_counts_rows",
    from: "replay_seq_reg <= replay_seq_reg + 20'd1;",
    to: "replay_seq_reg <= replay_seq_reg + 20'd2;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "replay_keeps_number",
    from: "replay_reg ? replay_seq_reg : tx_seq_reg;",
    to: "tx_seq_reg;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "replay_in_window",
    from: "replay_seq_reg <= oldest_reg;",
    to: "replay_seq_reg <= tx_seq_reg;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "row_is_beat",
    from: "s_poison && !live_spoil);",
    to: "1'b0);",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "oldest_soon_known",
    from: "lookup_frame_reg <= oldest_frame;",
    to: "lookup_frame_reg <= oldest_frame + 1'b1;",
  },
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "replay_offers",
    from: "= rd_run && advance && left;",
    to: "= rd_run && advance && left && rd_ready;",
  },
  // Reads from behind the last row, and stays there
  {
    proof: "llr_tx",
    module: "replay_buffer",
    property: "replay_bounded",
    from: "read_reg  <= oldest_address;\n            valid_reg <= 1'b0;\n        end else begin\n            if (fetch) begin\n                read_reg <= read_reg + 1'b1;",
    to: "read_reg  <= oldest_address + 2'd2;\n            valid_reg <= 1'b0;\n        end else begin\n            if (fetch) begin\n                read_reg <= read_reg;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "want_bounded",
    from: "= want_replay_reg && at_boundary && waiting && oldest_known;",
    to: "= want_replay_reg && at_boundary && waiting && oldest_known && rx_ack;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "timer_bounded",
    from: "timer_reg >= cfg_replay_timer_max;",
    to: "timer_reg > cfg_replay_timer_max;",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "quiet_is_sum",
    from: "timer_reg <= timer_reg + 24'd1;",
    to: "timer_reg <= timer_reg + {23'd0, m_ready};",
  },
  // As many cycles as the buffer has rows are too many for a bounded search: that the bound can be missed shows with a
  // smaller one
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "oldest_comes_again",
    from: "F_ROOM} + 3'd4",
    to: "F_ROOM} - F_ROOM",
  },
  {
    proof: "llr_tx",
    module: "llr_tx",
    property: "replayed_as_sent",
    from: "replay_reg ? rd_bytes : s_bytes;",
    to: "replay_reg ? ONE_BYTE : s_bytes;",
  },
];

const rxBreaks: readonly Break[] = [
  {
    ...{ ...rx, property: "expected_is_taken" },
    from: "frame_end && expected_frame && arrived;",
    to: "frame_end && expected_frame && intact;",
  },
  {
    ...{ ...rx, property: "takes_only_expected" },
    from: "s_start_ok && s_eligible && distance == 20'd0",
    to: "s_start_ok && s_eligible && distance[18:0] == 19'd0",
  },
  {
    ...{ ...rx, property: "expected_has_number" },
    from: "if (peer_accept || !peer_valid) begin",
    to: "if (1'b0) begin",
  },
  {
    ...{ ...rx, property: "delivers_only_taken" },
    from: "wire write_good = end_now && take_data;",
    to: "wire write_good = end_now && store && length_good && !flow;",
  },
  {
    ...{ ...rx, property: "delivers_only_good" },
    from: "wire intact    = !s_error && s_crc_good;",
    to: "wire intact    = !s_error;",
  },
  {
    ...{ ...rx, property: "nothing_of_old_session" },
    from: "if (peer_accept || !peer_valid) begin",
    to: "if (!peer_valid) begin",
  },
  { ...{ ...rx, property: "in_order_once" }, from: "if (advance) begin", to: "if (advance || gap) begin" },
  {
    ...{ ...rx, property: "acknowledges_taken" },
    from: "assign ack_seq  = expected_reg - 20'd1;",
    to: "assign ack_seq  = expected_reg;",
  },
  {
    ...{ ...rx, property: "taken_is_acknowledged" },
    from: "&& behind && arrived)) begin",
    to: "&& behind && !arrived)) begin",
  },
  {
    ...{ ...rx, property: "one_nack_a_gap" },
    from: "if (gap && state_reg == SEND_ACKS) begin",
    to: "if (gap) begin",
  },
  {
    ...{ ...rx, property: "asked_is_waiting" },
    from: "if (nack_taken && state_reg == SEND_NACK) begin",
    to: "if (nack_taken) begin",
  },
  {
    ...{ ...rx, property: "gap_asks" },
    from: "if (gap && state_reg == SEND_ACKS) begin",
    to: "if (gap && !ack_due && state_reg == SEND_ACKS) begin",
  },
  {
    ...{ ...rx, property: "nack_needs_gap" },
    from: "if (gap && state_reg == SEND_ACKS) begin",
    to: "if (frame_end && state_reg == SEND_ACKS) begin",
  },
  {
    ...{ ...rx, property: "comes_again" },
    from: "wire advance = frame_end && expected_frame && arrived;",
    to: "wire advance = frame_end && expected_frame && arrived && state_reg == SEND_ACKS;",
  },
];

const sessionBreaks: readonly Break[] = [
  {
    ...{ ...session, property: "ready_needs_both" },
    from: "rx_init_echo && rx_word == own_word && rx_seq == own_seq",
    to: "rx_init_echo && rx_word == own_word",
  },
  {
    ...{ ...session, property: "restart_forgets" },
    from: "epoch      <= !epoch;",
    to: "epoch      <= start ? !epoch : epoch;",
  },
  {
    ...{ ...session, property: "word_kept" },
    from: "            running    <= 1'b0;\n            echoed_reg",
    to: "            own_word   <= lfsr_reg;\n            running    <= 1'b0;\n            echoed_reg",
  },
  {
    ...{ ...session, property: "peer_word_accepted" },
    from: "peer_word  <= rx_word;",
    to: "peer_word  <= rx_word ^ {15'd0, epoch};",
  },
  {
    ...{ ...session, property: "suspects_last" },
    from: "suspect_word_reg <= rx_word;",
    to: "suspect_word_reg <= suspect_reg ? suspect_word_reg : rx_word;",
  },
  {
    ...{ ...session, property: "second_init_believed" },
    from: "!ready || (suspect_reg && rx_word == suspect_word_reg)",
    to: "!ready || suspect_reg",
  },
  {
    ...{ ...session, property: "init_before_echo" },
    from: "if (init_taken && !restarted_reg) begin",
    to: "if (init_taken) begin",
  },
  // The partner is silent for 128 intervals: both are made short. What was wrong once is that a stop in the one cycle
  // before the last of them was undone
  {
    ...{ ...session, property: "stopped_is_silent" },
    from: "tick         = timer_reg == INTERVAL;\n    wire        lonely       = running && tick && lonely_reg == 7'h7f;",
    to: "tick         = timer_reg[0];\n    wire        lonely       = tick && lonely_reg == 7'h01;",
    sound:
      "tick         = timer_reg[0];\n    wire        lonely       = running && tick && lonely_reg == 7'h01;",
  },
  {
    ...{ ...session, property: "valid_is_accepted" },
    from: "peer_accept = peer_new && !start && !lonely;",
    to: "peer_accept = peer_new && !start && !lonely && rx_word[0];",
  },
  {
    ...{ ...session, property: "stopped_is_silent" },
    from: "rx_init && running && !known && believed",
    to: "rx_init && !known && believed",
  },
  {
    ...{ ...session, property: "becomes_ready" },
    from: "echoed_reg <= running;",
    to: "echoed_reg <= peer_valid && !running;",
  },
];

const controlBreaks: readonly Break[] = [
  {
    ...{ ...control, property: "carries_number_taken" },
    from: "message_next = NACK;\n            seq_next     = ack_seq;",
    to: "message_next = NACK;\n            seq_next     = ack_seq + 20'd1;",
  },
  {
    ...{ ...control, property: "carries_session" },
    from: "word_next    = own_word;",
    to: "word_next    = peer_word;",
  },
  {
    ...{ ...control, property: "sends_what_is_due" },
    from: "valid_next   = ack_due;",
    to: "valid_next   = 1'b1;",
  },
  {
    ...{ ...control, property: "offers_at_once" },
    from: "valid_next && !taken;",
    to: "valid_next && !taken && !ctl_ready;",
  },
  { ...{ ...control, property: "taken_once" }, from: "valid_next && !taken;", to: "valid_next;" },
  {
    ...{ ...control, property: "latest_is_latest" },
    from: "{ctl_data[23:16], ctl_data[31:24], ctl_data[39:36]} == ack_seq",
    to: "{ctl_data[23:16], ctl_data[31:24]} == ack_seq[19:4]",
  },
];

/** Of the retry. */
export const llrBreaks: readonly Break[] = [
  ...txBreaks,
  ...loopBreaks,
  ...rxBreaks,
  ...sessionBreaks,
  ...controlBreaks,
];
