import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const changes = (
  proof: string,
  list: readonly Change[],
  device: Break["device"] & string,
  module = proof,
): readonly Break[] =>
  list.map(([property, from, to]) => {
    const one = { proof, module, property, from, to, device };
    // The same text as in the registers of a switch, where it is found sooner
    return proof === "nic_csr" || proof === "link_csr" ? { ...one, long: true } : one;
  });

const axisRegister: readonly Change[] = [
  ["beats_counted", "m_tvalid_reg <= s_tvalid || !s_tready_reg;", "m_tvalid_reg <= s_tvalid;"],
  [
    "held_behind_another",
    "m_tvalid_reg <= 1'b0;\n            s_tready_reg <= 1'b1;",
    "m_tvalid_reg <= 1'b0;\n            s_tready_reg <= 1'b0;",
  ],
  ["beat_stays_whole", "held_tlast_reg <= s_tlast;", "held_tlast_reg <= 1'b0;"],
  ["output_is_stable", "m_tready || !m_tvalid_reg", "m_tready || !m_tvalid_reg || s_tlast"],
  ["both_places_taken", "end else if (s_tvalid) begin", "end else if (s_tvalid && m_tready) begin"],
];

const rxEgress: readonly Change[] = [
  ["packet_under_way", "open_reg  <= more || start;", "open_reg  <= start;"],
  ["reads_what_is_ready", "more && beat_ready[lane_reg];", "more;"],
  ["reads_to_the_end", "rd_lane = more ? lane_reg : next_lane;", "rd_lane = next_lane;"],
  ["begins_where_taken", "= beat_ready & enabled;", "= beat_ready;"],
  ["beats_counted", "valid_reg <= next_beat || start;", "valid_reg <= next_beat;"],
  ["output_is_stable", "= !valid_reg || m_tready;", "= 1'b1;"],
  ["lane_is_told", "lane_reg == LAST_LANE ? 4'd15", "lane_reg == LAST_LANE ? 4'd14"],
  ["bytes_are_told", "rd_words >= INDEX", "rd_words > INDEX"],
  ["follows_at_once", "advance && !more && |wanted;", "advance && !open_reg && |wanted;"],
];

const icrcRx: readonly Change[] = [
  ["checker_takes_two", ".s_valid    (beat),", ".s_valid    (beat && !s_tlast),"],
  ["beats_counted", "if (beat && !pop) begin", "if (beat) begin"],
  ["queue_counted", "read_reg <= read_reg + 1'b1;", "read_reg <= read_reg + 2'd2;"],
  ["never_overflows", "s_tready = taken_reg != DEPTH_COUNT;", "s_tready = 1'b1;"],
  ["beat_has_place", "write_reg <= write_reg + 1'b1;", "write_reg <= write_reg;"],
  ["beat_stays_whole", "held_data_reg <= next_data;", "held_data_reg <= checked_data;"],
  ["output_is_stable", "= held_valid_reg && known;", "= held_valid_reg && known && s_tvalid;"],
  ["waits", "= checked_valid && !(empty && pop);", "= checked_valid && 1'b0;"],
];

const csr: readonly Change[] = [
  ["addresses_counted", "address_held_reg <= 1'b1;", "address_held_reg <= !s_axil_bvalid;"],
  ["datas_counted", "data_held_reg <= 1'b1;", "data_held_reg <= !s_axil_bvalid;"],
  ["ready_where_free", "end else if (!address_held_reg) begin", "end else begin"],
  [
    "write_answered_at_once",
    "address_held_reg && data_held_reg && !s_axil_bvalid;",
    "address_held_reg && data_held_reg && !s_axil_bvalid && !s_axil_arvalid;",
  ],
  [
    "write_answer_stable",
    "end else if (s_axil_bready) begin",
    "end else if (s_axil_bready || s_axil_arvalid) begin",
  ],
  ["reads_counted", "s_axil_arready <= 1'b0;\n                    read_state_reg", "read_state_reg"],
  ["answer_in_last_state", "s_axil_rvalid  <= 1'b0;\n                    read_state_reg", "read_state_reg"],
  ["read_answer_stable", "if (s_axil_rready) begin", "if (s_axil_rready || s_axil_awvalid) begin"],
  [
    "two_writes_inside",
    "end else if (!address_held_reg) begin",
    "end else if (!address_held_reg && !s_axil_bvalid) begin",
  ],
  ["read_answered", "s_axil_arready <= 1'b1;", "s_axil_arready <= 1'b0;"],
];

const registerDemux: readonly Change[] = [
  ["write_counted", "address_held_reg <= 1'b1;", "address_held_reg <= !s_axil_wvalid;"],
  ["ready_where_free", "s_axil_awready <= !address_held_reg;", "s_axil_awready <= 1'b1;"],
  ["both_parts_first", "if (address_held_reg && data_held_reg) begin", "if (address_held_reg) begin"],
  ["read_counted", "read_state_reg <= ASK;", "read_state_reg <= s_axil_bready ? ASK : TAKE;"],
  [
    "answers_in_last_state",
    "s_axil_bvalid   <= 1'b0;\n                    write_state_reg <= TAKE;",
    "write_state_reg <= TAKE;",
  ],
  ["answers_are_stable", "if (s_axil_rready) begin", "if (s_axil_rready || s_axil_wvalid) begin"],
  ["requests_are_stable", "m_axil_arvalid & ~m_axil_arready", "m_axil_arvalid & {PAGES{1'b0}}"],
  ["only_the_chosen_page", "m_axil_awvalid   <= write_select_reg;", "m_axil_awvalid   <= ~write_select_reg;"],
  ["one_page_chosen", "== a[PAGE_BITS-1:0]", "!= a[PAGE_BITS-1:0]"],
  ["answer_taken_when_there", "if (|group_rvalid_reg) begin", "if (1'b1) begin"],
  [
    "write_in_step",
    "{PAGES{write_state_reg == ACCEPT}} & write_select_reg",
    "{PAGES{write_state_reg == ACCEPT}}",
  ],
  [
    "read_in_step",
    "{PAGES{read_state_reg == ACCEPT}} & read_select_reg",
    "{PAGES{read_state_reg == ACCEPT}}",
  ],
  ["write_and_read_answered", "s_axil_arready <= 1'b1;", "s_axil_arready <= 1'b0;"],
];

const crcGen: readonly Change[] = [
  ["beats_counted", "valid1_reg <= s_valid;", "valid1_reg <= s_valid && !s_poison;"],
  ["ends_counted", "m_eop_reg <= eop2_reg || spill_reg;", "m_eop_reg <= eop2_reg;"],
  ["full_before_end", "spill_reg ? CRC_SIZE : size2_reg;", "CRC_SIZE;"],
  ["beat_in_place", "data2_reg <= data1_reg;", "data2_reg <= s_data;"],
  ["beat_comes_out", "spill_poison_reg : poison2_reg && eop2_reg;", "spill_poison_reg : poison2_reg;"],
  ["appended_ends", "m_eop_reg <= eop2_reg || spill_reg;", "m_eop_reg <= eop2_reg;"],
  ["output_is_stable", "m_enable = m_ready || !m_valid_reg;", "m_enable = 1'b1;"],
  ["append_waits", "valid2_reg && spill2_reg && !spill_reg;", "1'b0;"],
];

const icrcTx: readonly Change[] = [
  ["packet_under_way", "odd_reg <= odd;", "odd_reg <= !keep_whole;"],
  ["bad_is_marked", "(odd_reg && !first);", "1'b0;"],
  ["bytes_are_told", "m_words > INDEX", "m_words < INDEX"],
  ["goes_through", "m_tuser = {m_error, m_vl};", "m_tuser = {1'b1, m_vl};"],
];
const atOutput: readonly Change[] = [["output_is_stable", "m_ready || !m_valid_reg;", "1'b1;"]];

const long = (one: Break): Break => ({ ...one, long: true });

/** Breaks of the streams and registers at the boundaries. */
export const streamBreaks: readonly Break[] = [
  ...changes("axis_register", axisRegister, "link"),
  ...changes("rx_egress", rxEgress, "link"),
  ...changes("icrc_rx", icrcRx, "lanes").map(long),
  ...changes("vcrc_gen_stream", crcGen, "link", "vcrc_gen"),
  ...changes("icrc_gen_stream", crcGen, "lanes", "icrc_gen").map(long),
  ...changes("icrc_tx", icrcTx, "lanes").map(long),
  ...changes("icrc_tx", atOutput, "lanes", "icrc_gen").map(long),
  ...changes("link_csr", csr, "link"),
  ...changes("switch_csr", csr, "switch"),
  ...changes("ingress_csr", csr, "switch"),
  ...changes("nic_csr", csr, "nic"),
  ...changes("register_demux", registerDemux, "switch"),
];
