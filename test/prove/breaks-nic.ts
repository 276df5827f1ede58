import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const changes = (proof: string, list: readonly Change[]): readonly Break[] =>
  list.map(([property, from, to]) => ({ proof, module: proof, property, from, to, device: "nic" }));

const fifo: readonly Change[] = [
  ["entry_waits", "mem[write_reg[AW-1:0]] <= push_data;", "mem[read_reg[AW-1:0]] <= push_data;"],
  ["rows_suffice", "assign push_ready = !waiting[AW];", "assign push_ready = 1'b1;"],
  ["entries_counted", "valid_reg <= fetch || (valid_reg && !pop_ready);", "valid_reg <= fetch;"],
  ["entry_comes_out", "out_reg <= mem[read_reg[AW-1:0]];", "out_reg <= mem[write_reg[AW-1:0]];"],
  ["output_is_stable", "&& (pop_ready || !valid_reg);", ";"],
  ["all_rows_taken", "assign push_ready = !waiting[AW];", "assign push_ready = 1'b1;"],
];

const readMux: readonly Change[] = [
  ["address_is_stable", "= !m_arvalid || m_arready;", "= 1'b1;"],
  ["one_is_taken", "assign c1_arready = open && turn == 2'd1;", "assign c1_arready = open;"],
  ["id_is_known", "m_arid <= turn;", "m_arid <= turn + 2'd1;"],
  ["request_passed_on", "m_arlen  <= c1_arlen;", "m_arlen  <= c2_arlen;"],
  [
    "turn_comes",
    "2'd0:    turn = c1_arvalid ? 2'd1 : c2_arvalid ? 2'd2 : 2'd0;",
    "2'd0:    turn = c0_arvalid ? 2'd0 : c1_arvalid ? 2'd1 : 2'd2;",
  ],
  ["beat_to_its_reader", "c2_rvalid <= m_rvalid && m_rid == 2'd2;", "c2_rvalid <= m_rvalid && m_rid[1];"],
  ["beat_stays_whole", "c_rlast   <= m_rlast;", "c_rlast   <= m_rlast && m_rid[0];"],
  ["always_ready", "assign m_rready   = 1'b1;", "assign m_rready   = !m_arvalid;"],
  ["waits_for_two", "= !m_arvalid || m_arready;", "= 1'b0;"],
];

const dmaWrite: readonly Change[] = [
  ["address_is_stable", "(!m_awvalid || m_awready) && pending_reg", "pending_reg"],
  [
    "data_is_stable",
    "wire          out_open = m_wready || !out_valid_reg;",
    "wire          out_open = 1'b1;",
  ],
  [
    "held_behind_another",
    "out_valid_reg <= 1'b0;\n            out_ready_reg <= 1'b1;",
    "out_valid_reg <= 1'b0;\n            out_ready_reg <= 1'b0;",
  ],
  [
    "beats_counted",
    "end else if (rotate_valid_reg) begin",
    "end else if (rotate_valid_reg && !m_bvalid) begin",
  ],
  [
    "pieces_have_bytes",
    "taken_bytes_reg <= msg_small ? 13'd8 : 13'd64;",
    "taken_bytes_reg <= msg_small ? 13'd0 : 13'd64;",
  ],
  ["bursts_stay_in_page", "taken_bytes_reg > page_room;", "taken_bytes_reg > page_room + 13'd1;"],
  ["length_is_right", "m_awlen  <= more;", "m_awlen  <= later[11:LB];"],
  ["note_is_right", "note_mem[note_write_reg] <= note;", "note_mem[note_read_reg] <= note;"],
  [
    "rest_is_right",
    "if (run_later_reg[12:LB] != {13-LB{1'b0}}) begin",
    "if (run_later_reg[12:LB+1] != 0) begin",
  ],
  ["mark_on_its_way", "rotate_last_reg  <= run_ends;", "rotate_last_reg  <= run_ends && !run_msg_reg;"],
  [
    "last_beat_at_its_length",
    "out_last_reg  <= out_ready_reg ? rotate_last_reg : held_last_reg;",
    "out_last_reg  <= rotate_last_reg;",
  ],
  ["last_beat_seen", "assign m_wvalid = out_valid_reg;", "assign m_wvalid = 1'b0;"],
];

const mrTable: readonly Change[] = [
  ["granted_in_range", "ask_end_reg <= row_end_reg;", "ask_end_reg <= row_end_reg + 65'd1;"],
  [
    "answered_once",
    "held_reg <= (held_reg & ~grant) | (c_valid & ~held_reg);",
    "held_reg <= (held_reg & ~grant) | c_valid;",
  ],
  ["one_at_a_time", "3'b001:  grant = held_reg[1] ? 3'b010 :", "3'b001:  grant = held_reg[1] ? 3'b110 :"],
  ["row_of_the_key", "inv_take ? inv_index_reg : ask[8 +: IB];", "inv_take ? inv_index_reg : ask[9 +: IB];"],
  [
    "valid_row_does_not_wrap",
    "mrt_data[9], mrt_data[8] && !row_wraps, mrt_data[7:0]",
    "mrt_data[9], mrt_data[8], mrt_data[7:0]",
  ],
  [
    "judged_as_it_is",
    "ask_end_reg    <= {1'b0, ask_va} + {33'd0, ask_bytes};",
    "ask_end_reg    <= {1'b0, ask_va + {32'd0, ask_bytes} };",
  ],
  ["granted_with_key", "known_reg && pd_reg && right_reg && range;", "pd_reg && right_reg && range;"],
  ["granted_in_domain", "known_reg && pd_reg && right_reg && range;", "known_reg && right_reg && range;"],
  ["granted_with_rights", "known_reg && pd_reg && right_reg && range;", "known_reg && pd_reg && range;"],
  [
    "address_of_the_region",
    "address_reg    <= host_reg + offset_reg;",
    "address_reg    <= host_reg | offset_reg;",
  ],
  ["granted", "done_reg       <= judge_reg;", "done_reg       <= judge_reg & {3{refused} };"],
];

/** Breaks of what an adapter has beside its port. */
export const nicBreaks: readonly Break[] = [
  ...changes("nic_fifo", fifo),
  ...changes("nic_axi_read_mux", readMux),
  ...changes("nic_dma_write", dmaWrite).map((one) => ({ ...one, long: true })),
  ...changes("nic_mr_table", mrTable).map((one) => ({ ...one, long: true })),
];
