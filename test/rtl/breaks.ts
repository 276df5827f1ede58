/** Single changes of the RTL and the bench that each one must make fail; for `npm run mutate`. */
export interface Breaks {
  /** Bench: `test/rtl/<bench>.test.ts`. */
  readonly bench: string;
  /** Part of the titles of the tests to run: one configuration is enough. */
  readonly only: string;
  /** Template that is changed, below `templates/link/`, or with its folder below `templates/`. */
  readonly module: string;
  /** Text as it is emitted, and what takes its place. */
  readonly changes: readonly (readonly [from: string, to: string])[];
  /** The bench is one of whole devices, which takes no `LANEWRIGHT_BREAK`: the change is made where the model is built. */
  readonly whole?: boolean;
}

export const breaks: readonly Breaks[] = [
  {
    bench: "vl-buffer",
    only: "vl_rx_buffer, 64 bits, 4 data lanes",
    module: "vl_buffer",
    changes: [
      ["{UW-1{1'b0}}, release_here}", "{UW{1'b0}}}"],
      ["write_reg <= tail_reg;", "write_reg <= write_reg;"],
      ["head_reg == LAST ? BASE", "head_reg == BASE ? LAST"],
      ["used_reg <= LIMIT", "used_reg < LIMIT"],
      ["(passed || !wr_ending)", "1'b1"],
      ["rd_count_reg <= rd_last ? {UW{1'b0}} : rd_size", "rd_count_reg <= rd_size"],
    ],
  },
  {
    bench: "tx-queue",
    only: "64 bits, 4 data lanes",
    module: "tx_queue",
    changes: [
      ["left == beat_words", "left <= beat_words"],
      ["!holed && !s_tuser[4]", "!holed"],
      ["keep_whole && !holed &&", "keep_whole &&"],
      ["fits && keep_whole", "fits"],
      ["granted_reg || partial_pop;", "granted_reg;"],
      ["first_vl >= DATA_VLS", "first_vl > DATA_VLS"],
      ["!count_reg[QB]", "1'b1"],
      ["sop ? first_vl : s_tdata[7:4]", "s_tdata[7:4]"],
      ["swallow_reg <= swallow || closes", "swallow_reg <= swallow"],
    ],
  },
  {
    bench: "tx-scheduler",
    only: "64 bits, 4 data lanes",
    module: "tx_scheduler",
    changes: [
      ["choose && !pick_fcp && (open || discard)", "choose && (open || discard)"],
      ["head_valid[N-1:0] & (credit_ok | {N{discard}})", "head_valid[N-1:0] & {N{1'b1}}"],
      ["pick && !arb_is15 && !discard", "pick && !discard"],
      ["{pick_fcp, !discard, session_epoch", "{pick_fcp, 1'b1, session_epoch"],
      ["advance && !more && granted", "advance && !more && granted && !valid_reg"],
      ["head_valid[N] && (allow_vl15 || discard)", "head_valid[N]"],
      ["m_poison = !flow_reg && rd_last && rd_error", "m_poison = 1'b0"],
    ],
  },
  {
    bench: "credit-tx",
    only: "64 bits, 4 data lanes",
    module: "credit_tx",
    changes: [
      ["left <= 12'd2048", "left < 12'd2048"],
      ["left <= 12'd2048", "left <= 12'd2049"],
      ["if (rst || clear)", "if (rst)"],
      ["consume && consume_vl == LANE", "consume_vl == LANE"],
      ["fcp_valid && fcp_vl == VL", "fcp_vl == VL"],
    ],
  },
  {
    bench: "credit-rx",
    only: "64 bits, 4 data lanes",
    module: "credit_rx",
    changes: [
      [
        "(fcp_select[i] ? fcp_fctbs : abr_reg) + (accept_here",
        "fcp_select[i] ? fcp_fctbs : abr_reg + (accept_here",
      ],
      ["(ahead && gained >= cfg_update)", "1'b0"],
      ["(ahead && low && gained >= LONGEST)", "1'b0"],
      ["(ahead && low && gained >= LONGEST)", "(ahead && gained >= LONGEST)"],
      ["told_reg        <= fccl_reg", "told_reg        <= abr_reg"],
      ["refresh || armed_now", "refresh"],
      ["watchdog_expired <= !(&seen_reg)", "watchdog_expired <= 1'b0"],
      ["3'b000, initializing", "3'b000, !initializing"],
      ["fcp_valid && !fcp_init", "fcp_valid"],
    ],
  },
  {
    bench: "credit-loop",
    only: "everything",
    module: "credit_rx",
    changes: [
      ["abr_reg + free", "abr_reg + free + 12'd24"],
      ["refresh || armed_now", "armed_now"],
      ["fcp_select[i] ? fcp_fctbs : abr_reg", "abr_reg"],
    ],
  },
  {
    bench: "llr-tx",
    only: "llr_tx, 64 bits",
    module: "replay_buffer",
    changes: [
      ["free_reg <= oldest_address", "free_reg <= free_reg"],
      ["wire left    = read_reg != write_reg", "wire left    = 1'b1"],
      ["read_reg  <= oldest_address", "read_reg  <= oldest_address + 1'b1"],
      ["lookup_reg && lookup_frame_reg == oldest_frame", "lookup_reg"],
      ["frame_reg <= write_reg + 1'b1", "frame_reg <= write_reg"],
    ],
  },
  {
    bench: "llr-tx",
    only: "llr_tx, 64 bits",
    module: "llr_tx",
    changes: [
      ["acked_place < outstanding", "acked_place <= outstanding"],
      ["newer || (&acked_place)", "newer"],
      ["replay_reg ? replay_seq_reg : tx_seq_reg", "tx_seq_reg"],
      ["cut_reg || replay_reg || (want_replay_reg && !live_open_reg)", "cut_reg || replay_reg"],
      ["replay_ct_reg >= cfg_replay_ct_max", "replay_ct_reg > cfg_replay_ct_max"],
      ["if (progress || rd_load || !waiting)", "if (rd_load || !waiting)"],
      ["!want_replay_reg && !hold", "!want_replay_reg"],
      ["in_flight <= frames_limit_reg", "in_flight <= frames_limit_reg + 20'd1"],
      ["committed <= beats_limit_reg", "1'b1"],
      ["s_reserved} : {VB{1'b0}}", "{PB{1'b0}}} : {VB{1'b0}}"],
      ["s_data[0] ^ (live_spoil && s_eop)", "s_data[0]"],
      ["m_eop    = cut_reg ||", "m_eop    = "],
      ["s_epoch != session_epoch", "1'b0"],
      [
        "session_restart || (live_open_reg && live_spoil_reg)",
        "live_open_reg && (session_restart || live_spoil_reg)",
      ],
      ["(want_replay_reg || !session_ready) && !replay_open_reg", "want_replay_reg && !replay_open_reg"],
      ["> cfg_data_age_max[31:6]", "> {cfg_data_age_max[30:6], 1'b0}"],
    ],
  },
  {
    bench: "llr-rx",
    only: "llr_rx, 64 bits, 4 data lanes, cut-through, retry llr",
    module: "llr_rx",
    changes: [
      ["s_eligible && distance[19]", "s_eligible && distance[18]"],
      ["left == WORDS_PER_BEAT", "left == WORDS_PER_BEAT + 11'd1"],
      ["!s_eop && (held || fewer)", "!s_eop && held"],
      ["!advance && !((behind || plain) && arrived)", "!advance"],
      ["head_vl < DATA_VLS", "head_vl <= DATA_VLS"],
      ["if (peer_accept || !peer_valid) begin", "if (!peer_valid) begin"],
      ["gap && state_reg == SEND_ACKS", "gap"],
      ["ack_taken && ack_latest", "ack_taken"],
      ["end_now && !take_data && begun", "end_now && !take_data"],
      ["s_bytes == end_bytes &&", ""],
      ["held ? held_data_reg : s_data", "s_data"],
      ["!s_error && s_crc_inverted && s_poison", "!s_error && s_crc_inverted"],
      ["expected_reg <= expected_reg + 20'd1", "expected_reg <= expected_reg + {19'd0, intact}"],
    ],
  },
  {
    bench: "llr-session",
    only: "",
    module: "llr_session",
    changes: [
      ["echo_reg && introduced_reg;", "echo_reg;"],
      ["!(echoed_reg && introduced_reg)", "!echoed_reg"],
      ["!ready || (suspect_reg && rx_word == suspect_word_reg)", "1'b1"],
      ["suspect_reg && rx_word == suspect_word_reg", "suspect_reg"],
      ["rx_word == own_word && rx_seq == own_seq", "rx_word == own_word"],
      ["epoch      <= !epoch", "epoch      <= epoch"],
    ],
  },
  {
    bench: "llr-control",
    only: "retry llr",
    module: "llr_control",
    changes: [
      ["valid_next && !taken", "valid_next"],
      ["message_next = NACK", "message_next = ACK"],
      ["{own_word, 4'h0}", "{own_word, 4'h1}"],
      ["if (nack_due)", "if (nack_due && !echo_due)"],
      ["== ack_seq", "!= ack_seq"],
    ],
  },
  {
    bench: "rx-egress",
    only: "64 bits, 15 data lanes",
    module: "rx_egress",
    changes: [
      ["|behind ? behind : wanted", "wanted"],
      ["rd_words >= INDEX", "rd_words > INDEX"],
      ["open_reg && !(valid_reg && rd_last)", "open_reg"],
      ["beat_ready & enabled", "beat_ready"],
      ["!valid_reg || m_tready", "m_tready"],
      ["rd_last && rd_error", "1'b0"],
    ],
  },
];
