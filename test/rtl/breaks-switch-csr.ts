/** Single changes of the register blocks and the bench that each one must make fail; for `npm run mutate`. */
import { filesOf } from "../../generator/views/index.ts";
import type { Breaks } from "./breaks.ts";
import { designOf, switchOf } from "./csr-bench.ts";

/** Where the changed text is looked for. */
export const files = [
  ...filesOf(
    switchOf("dut", 80, 15, {
      memoryProtection: "secded",
      tables: { unicastEntries: 12_288, multicastEntries: 1024, partitionKeys: 24 },
    }),
  ),
  ...filesOf(designOf("dut", 4)),
];

export const breaks: readonly Breaks[] = [
  {
    bench: "switch-csr",
    only: "80 ports",
    module: "common/csr",
    changes: [
      ["mapped(write_address_reg) ? RESP_OKAY", "1'b1 ? RESP_OKAY"],
      ["read_mapped_reg ? RESP_OKAY", "!read_mapped_reg ? RESP_OKAY"],
      ["(address[1:0] == 2'b00) && (", "("],
      ["address >= 12'h080 && address <= 12'h088", "address >= 12'h080 && address <= 12'h084"],
      ["(cfg_lft_top & ~write_mask[15:0]) | write_bits[15:0]", "write_bits[15:0]"],
      ["~write_mask[26:20]) | write_bits[26:20]", "~write_mask[26:20]) | write_bits[25:19]"],
      ["cfg_lft_top <= 16'd12287", "cfg_lft_top <= 16'd12288"],
      [
        "table_swap_mft <= !rst && write_enable && write_bits[1]",
        "table_swap_mft <= !rst && write_enable && write_bits[0]",
      ],
      [
        "table_swap_lft <= !rst && write_enable && write_bits[0]",
        "table_swap_lft <= !rst && address_held_reg && write_bits[0]",
      ],
      ["ports_data_reg[16:0] <= sts_port_active[80:64]", "ports_data_reg[16:0] <= sts_port_active[79:63]"],
      ["&& !s_axil_bvalid", ""],
      ["else if (s_axil_bready)", "else if (1'b1)"],
      ["if (s_axil_rready)", "if (1'b1)"],
    ],
  },
  {
    bench: "switch-csr",
    only: "collects events",
    module: "common/csr",
    changes: [
      [
        "lifetime_drop_reg <= set_lifetime_drop |\n                (lifetime_drop_reg & ~(write_bits[2] & clear_interrupt_status))",
        "lifetime_drop_reg <= (set_lifetime_drop |\n                lifetime_drop_reg) & ~(write_bits[2] & clear_interrupt_status)",
      ],
      ["(port_event_reg[80:64] & ~(write_bits[16:0]", "(port_event_reg[80:64] & ~(write_data_reg[16:0]"],
      ["port_event_reg[31:0] <= set_port_event[31:0] |", "port_event_reg[31:0] <= set_port_event[31:0] ^"],
      ["clear_interrupt_status = write_enable", "clear_interrupt_status = address_held_reg && data_held_reg"],
      ["(table_parity_reg && enable_table_parity_reg)", "(table_parity_reg && enable_lifetime_drop_reg)"],
      ["(port_state_reg && enable_port_state_reg)", "port_state_reg"],
      ["interrupt_data_reg[4] <= memory_corrected_reg", "interrupt_data_reg[4] <= set_memory_corrected"],
    ],
  },
  {
    bench: "switch-csr",
    only: "forgets all of them",
    module: "common/csr",
    changes: [
      [" packet_dropped_reg <= 1'd0;", " packet_dropped_reg <= packet_dropped_reg;"],
      ["enable_lifetime_drop_reg <= 1'd0;", "enable_lifetime_drop_reg <= enable_lifetime_drop_reg;"],
      ["irq <= !rst && (", "irq <= ("],
      ["port_event_reg[63:32] <= set_port_event[63:32]", "port_event_reg[63:32] <= set_port_event[62:31]"],
    ],
  },
  {
    bench: "switch-csr",
    only: "stores rows",
    module: "common/csr",
    changes: [
      ["table_address <= table_address + 20'd1;", "table_address <= table_address + 20'd2;"],
      ["if (table_write) begin", "if (table_read) begin"],
      ["write_enable && (|write_strobe_reg)", "write_enable"],
      ["(corrupt_next_reg || (table_corrupt && !table_write))", "(corrupt_next_reg || table_corrupt)"],
      ["(corrupt_next_reg || (table_corrupt && !table_write))", "corrupt_next_reg"],
      ["(table_data & ~write_mask[31:0])", "(table_read_data_reg & ~write_mask[31:0])"],
      ["tables_data_reg[2] <= table_corrupt", "tables_data_reg[2] <= corrupt_next_reg"],
    ],
  },
  {
    bench: "switch-csr",
    only: "fetches a row",
    module: "common/csr",
    changes: [
      ["end else if (table_read_done) begin", "end else begin"],
      [
        "(table_read || (table_read_pending_reg && !table_read_done))",
        "((table_read || table_read_pending_reg) && !table_read_done)",
      ],
      ["tables_data_reg <= table_read_data_reg", "tables_data_reg <= table_data"],
      ["table_read_data_reg <= 32'd0", "table_read_data_reg <= 32'd1"],
    ],
  },
  {
    bench: "ingress-csr",
    only: "ingress_csr, 15 data lanes",
    module: "common/csr",
    changes: [
      ["cfg_lifetime <= 24'd0", "cfg_lifetime <= 24'd1"],
      [
        "lanes_data_reg[31:16] <= sts_high_water[255:240]",
        "lanes_data_reg[31:16] <= sts_high_water[239:224]",
      ],
      [
        "cmd_wrong_1 <= !rst && write_enable && write_bits[1]",
        "cmd_wrong_1 <= !rst && write_enable && write_bits[0]",
      ],
    ],
  },
  {
    bench: "ingress-csr",
    only: "counters of an ingress",
    module: "common/csr",
    changes: [
      ["evt_lane_packet[3], //", "evt_lane_packet[2], //"],
      ["evt_lane_words[47:36], //", "evt_lane_words[46:35], //"],
      ["evt_drop_no_member, //", "evt_drop_lifetime, //"],
      ["read_counter_reg ? counter_high_reg : group_data", "group_data"],
      ["read_counter_reg && !read_address_reg[2]", "read_counter_reg"],
      ["counter_high_reg <= {", "counter_high_reg <= ~{"],
    ],
  },
  {
    bench: "counters",
    only: "15 data lanes",
    module: "common/counters",
    changes: [
      ["EVENT_BITS   = 9;", "EVENT_BITS   = 8;"],
      ["AMOUNT_BITS  = 21;", "AMOUNT_BITS  = 20;"],
      ["(fresh_reg ? {COUNTER_BITS{1'b0}} : memory_data_reg)", "memory_data_reg"],
      ["{{(EVENT_BITS-1){1'b0}}, events[e]}", "{EVENT_BITS{1'b0}}"],
      [
        "{AMOUNT_ZEROS, amounts[a*AMOUNT_WIDTH +: AMOUNT_WIDTH]};\n            end else",
        "{AMOUNT_BITS{1'b0}};\n            end else",
      ],
      ["read_request && !bus_visit_reg && !fresh_reg", "read_request && !fresh_reg"],
      ["read_request && !bus_visit_reg && !fresh_reg", "read_request && !bus_visit_reg"],
      [
        "if (clear || ((phase_reg == PHASE_READ) && (index_reg == e",
        "if (clear || ((phase_reg == PHASE_SUM) && (index_reg == e",
      ],
      ["collected_reg   <= collected", "collected_reg   <= collected_reg"],
      ["index_reg == FIRST_AMOUNT + s[", "index_reg == FIRST_AMOUNT - s["],
      ["done_reg  <= bus_visit_reg", "done_reg  <= 1'b1"],
      ["sweep_reg == LAST_INDEX", "sweep_reg == LAST_INDEX - 1'b1"],
    ],
  },
  {
    bench: "ingress-csr",
    only: "counters of an ingress",
    module: "common/counters",
    changes: [
      [
        "if (clear || ((phase_reg == PHASE_READ) && (index_reg == e",
        "if (((phase_reg == PHASE_READ) && (index_reg == e",
      ],
      ["if (rst || clear) begin", "if (rst) begin"],
    ],
  },
  {
    bench: "register-demux",
    only: "of 3 ports",
    module: "switch/register_demux",
    changes: [
      ["m_axil_awvalid & ~m_axil_awready", "m_axil_awvalid & ~m_axil_wready"],
      ["m_axil_wvalid & ~m_axil_wready", "m_axil_wvalid & ~{PAGES{|m_axil_wready}}"],
      ["m_axil_arvalid & ~m_axil_arready", "m_axil_arvalid & ~{PAGES{1'b1}}"],
      ["(m_axil_rdata[32*r +: 32] & {32{read_select_reg[r]}})", "m_axil_rdata[32*r +: 32]"],
      ["if (|group_rvalid_reg) begin", "if (|m_axil_rvalid) begin"],
      ["if (|group_bvalid_reg) begin", "if (1'b1) begin"],
      [
        "{PAGES{read_state_reg == ACCEPT}} & read_select_reg",
        "{PAGES{read_state_reg == WAIT}} & read_select_reg",
      ],
      ["m_axil_wstrb <= s_axil_wstrb", "m_axil_wstrb <= 4'hf"],
      ["if (address_held_reg && data_held_reg) begin", "if (address_held_reg || data_held_reg) begin"],
      ["s_axil_awready <= !address_held_reg;", "s_axil_awready <= 1'b1;"],
    ],
  },
  {
    bench: "register-demux",
    only: "of 80 ports",
    module: "switch/register_demux",
    changes: [
      ["if (|read_select_reg) begin", "if (1'b1) begin"],
      ["s_axil_bresp <= RESP_SLVERR", "s_axil_bresp <= 2'b00"],
      ["s_axil_rdata <= 32'd0;", "s_axil_rdata <= s_axil_rdata;"],
      ["bresp_next | group_bresp_reg[2*v +: 2]", "group_bresp_reg[2*v +: 2]"],
      ["rdata_next | group_rdata_reg[32*q +: 32]", "group_rdata_reg[32*q +: 32]"],
      ["group_rdata_next[32*(r/8) +: 32] |", "32'd0 |"],
      ["write_select_reg[a] <= s_axil_awaddr[19:12]", "write_select_reg[a] <= s_axil_awaddr[18:11]"],
    ],
  },
];
