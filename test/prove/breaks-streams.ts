import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const changes = (
  proof: string,
  list: readonly Change[],
  device: "link" | "switch" | "nic",
): readonly Break[] =>
  list.map(([property, from, to]) => {
    const one = { proof, module: proof, property, from, to, device };
    // The same text as that of a port
    return proof === "nic_csr" ? { ...one, long: true } : one;
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

/** Breaks of the streams and registers at the boundaries. */
export const streamBreaks: readonly Break[] = [
  ...changes("axis_register", axisRegister, "link"),
  ...changes("link_csr", csr, "link"),
  ...changes("switch_csr", csr, "switch"),
  ...changes("ingress_csr", csr, "switch"),
  ...changes("nic_csr", csr, "nic"),
  ...changes("register_demux", registerDemux, "switch"),
];
