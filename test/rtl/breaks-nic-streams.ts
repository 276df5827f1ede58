/** Single changes of what moves the data of an adapter, and the bench that each one must make fail; for `npm run mutate`. */
import { axiReadMuxModules } from "../../generator/views/nic/axi-read-mux.ts";
import { dmaReadModules } from "../../generator/views/nic/dma-read.ts";
import { dmaWriteModules } from "../../generator/views/nic/dma-write.ts";
import { fetchModules } from "../../generator/views/nic/fetch.ts";
import { hostWidthModules } from "../../generator/views/nic/host-width.ts";
import { rxParserModules } from "../../generator/views/nic/rx-parser.ts";
import { txBuilderModules } from "../../generator/views/nic/tx-builder.ts";
import { filesOfModules, streamDesign } from "../nic/streams-design.ts";
import type { Breaks } from "./breaks.ts";

const design = streamDesign({
  ...{ width: 128, mtuBytes: 512, inlineBytes: 96, readBurstBeats: 32, datagrams: true },
});

/** Where the changed text is looked for. */
export const files = [
  ...filesOfModules(design, dmaWriteModules(design)),
  ...filesOfModules(design, dmaReadModules(design)),
  ...filesOfModules(design, rxParserModules(design)),
  ...filesOfModules(design, txBuilderModules(design)),
  ...filesOfModules(design, fetchModules(design, 128)),
  ...filesOfModules(design, axiReadMuxModules(design)),
  ...[
    [128, 512],
    [512, 128],
  ].flatMap(([width, dataBits]) => {
    const narrow = streamDesign({ width: width! });
    const other = { ...narrow, host: { ...narrow.host, dataBits: dataBits! } };
    return filesOfModules(other, hostWidthModules(other));
  }),
];

const only = "at 128 bits";

const write: readonly Breaks[] = [
  {
    bench: "../nic/dma-write",
    only,
    module: "nic/dma_write",
    changes: [
      ["taken_bytes_reg > page_room", "1'b0"],
      ["taken_address_reg[63:12] + 52'd1", "taken_address_reg[63:12]"],
      ["split_final_reg && split_ends", "split_final_reg"],
      ["split_ends, !split_msg_reg || split_small_reg", "1'b1, !split_msg_reg || split_small_reg"],
      ["!split_msg_reg || split_small_reg", "1'b1"],
      ["!split_msg_reg || split_small_reg", "!split_msg_reg"],
      ["assign m_bready = !fail_valid", "assign m_bready = 1'b1"],
      ["answer && !(wrong && burst_owned)", "answer"],
      ["{15'd0, fail_ends_reg}", "16'd1"],
      ["fail_valid ? !fail_ready : wrong", "wrong"],
      ["take_msg ? msg_qpn : cmd_qpn", "cmd_qpn"],
      ["take_msg ? msg_own : cmd_own", "msg_own"],
      ["taken_packet_reg <= {psn, msn}", "taken_packet_reg <= {msn, psn}"],
      ["split_packet_reg  <= taken_packet_reg", "split_packet_reg  <= {psn, msn}"],
      ["later[11:LB] +", "later[11:LB] + 1'b1 +"],
      ["take_msg || (take_cmd && !cmd_discard)", "take_msg || take_cmd"],
      ["msg_turn_reg     <= take_cmd", "msg_turn_reg     <= take_msg"],
      ["(pl_tvalid || !need_next)", "(pl_tvalid || sum[LB])"],
      ["(pl_tvalid || !need_next)", "1'b1"],
      ["go_packet && (sum[LB] || over)", "go_packet && sum[LB]"],
      ["!need_next && !cur_last_reg", "!need_next && 1'b0"],
      ["!(over && need_next)", "1'b1"],
      ["cut || (need_next && !pl_tlast)", "cut"],
      ["over ? {LB{1'b0}} : sum[LB-1:0]", "sum[LB-1:0]"],
      ["run_msg_reg ? {LB{1'b0}} : cur_at_reg - run_lane_reg", "cur_at_reg - run_lane_reg"],
      ["run_msg_reg ? {LB{1'b0}} : cur_at_reg - run_lane_reg", "run_msg_reg ? {LB{1'b0}} : cur_at_reg"],
      ["& ~(ALL_LANES << rotate_end_reg)", ""],
      ["go && !run_drop_reg", "go"],
      ["queued || emit", "queued"],
      ["emit && !(run_open && !queued)", "emit"],
      ["run_ends ? 2'd0 : chunk_reg + 1'b1", "chunk_reg"],
      ["answer && m_bresp != 2'd0", "1'b0"],
      ["pending_reg != PENDING", "1'b1"],
      ["out_ready_reg ? rotated : held_data_reg", "rotated"],
    ],
  },
  {
    bench: "../nic/dma-write",
    only,
    module: "nic/rotate",
    changes: [["shift[3] ?", "shift[2] ?"]],
  },
];

const read: readonly Breaks[] = [
  {
    bench: "../nic/dma-read",
    only,
    module: "nic/dma_read",
    changes: [
      ["end_byte[LB-1:0] != {LB{1'b0}}", "1'b0"],
      ["BURST_BEATS - {1'b0, taken_address_reg[BL-1:LB]}", "BURST_BEATS"],
      ["taken_last_reg ? {LB{1'b0}} : fill_reg", "fill_reg"],
      ["free_reg >= {", "free_reg + 1'b1 >= {"],
      ["coming_reg != OUTSTANDING", "1'b1"],
      ["m_rvalid && m_rlast", "m_rvalid"],
      ["(note_room || !taken_first_reg)", "1'b1"],
      ["lane - fill_reg", "lane"],
      ["sum[LB] || run_final", "sum[LB]"],
      ["run_final && sum[LB] && sum[LB-1:0] != {LB{1'b0}}", "1'b0"],
      ["run_final && sum[LB] && sum[LB-1:0] != {LB{1'b0}}", "run_final && sum[LB]"],
      ["run_final ? {LB{1'b0}} : sum[LB-1:0]", "sum[LB-1:0]"],
      ["moved_emits_reg ? moved_data_reg : joined", "moved_data_reg"],
      ["last && (failed_reg || moved_error_reg)", "last && moved_error_reg"],
      ["!last && (failed_reg || moved_error_reg)", "failed_reg || moved_error_reg"],
      ["m_rresp != 2'd0", "1'b0"],
      ["out_ready_reg || !moved_emits_reg", "1'b1"],
      ["row_count_reg != {RB+1{1'b0}} && (row_leave", "(row_leave"],
    ],
  },
];

const parser: readonly Breaks[] = [
  {
    bench: "../nic/rx-parser",
    only,
    module: "nic/rx_parser",
    changes: [
      ["!keep_whole || ", ""],
      ["in_error_reg || (mv_error_reg && !in_first_reg)", "mv_error_reg && !in_first_reg"],
      ["index > skip", "index >= skip"],
      ["index >= skip && in_words_reg > shift", "in_words_reg > shift"],
      ["in_words_reg > shift", "in_words_reg >= shift"],
      ["mv_total_reg < 12'd5", "1'b0"],
      ["mv_total_reg + 12'd1 !=", "mv_total_reg + 12'd0 !="],
      ["|| head[379:376] != 4'd0", ""],
      ["|| head[307:304] != 4'd0", ""],
      ["mv_vl_reg == 4'd15 || ", ""],
      ["head[279:256] == 24'd0", "head[279:257] == 23'd0"],
      [">> own_lmc", ""],
      ["own_lid != 16'd0 && ", ""],
      ["&& !group", ""],
      ["kind_reg >= DETH && ", ""],
      ["deth ? next_ext[223:192]", "deth ? next_ext[159:128]"],
      ["!delivered && head[319:317] != 3'd0", "1'b0"],
      ["(pad != 2'd0 && payload_words == 12'd0)", "1'b0"],
      ["payload_words > MTU_WORDS", "payload_words > MTU_WORDS + 12'd1"],
      ["delivered && payload_words > MTU_WORDS", "payload_words > MTU_WORDS"],
      ["mv_behind_reg && room", "mv_behind_reg"],
      ["ends && good && delivered", "ends && delivered"],
      ["ends && good && delivered", "ends && good"],
      ["keep && mv_extra_reg", "ends && mv_extra_reg"],
      ["ends && !keep && !mv_first_reg", "ends && !keep"],
      ["ends && !keep && !mv_first_reg", "1'b0"],
      ["write_reg + {{RB{1'b0}}, rest_reg}", "write_reg"],
      ["rest_reg || (mv_last_reg && !mv_extra_reg)", "rest_reg || mv_last_reg"],
      ["prev_own_reg  <= own", "prev_own_reg  <= {WORDS{1'b1}}"],
      ["used <= ROW_LIMIT && ", ""],
      ["&& queue_count_reg <= QUEUE_LIMIT", ""],
      ["found && !(hdr_open && !queued)", "found"],
      ["queued || found || !hdr_open", "queued || !hdr_open"],
      ["- {11'd0, pad}", ""],
      ["reth || atomic ? next_ext[223:160]", "reth ? next_ext[223:160]"],
      ["RETH_IMM: hdr_imm <= next_ext[95:64]", "RETH_IMM: hdr_imm <= next_ext[223:192]"],
      ["ends && !rst ? drop : 7'd0", "drop"],
    ],
  },
];

const builder: readonly Breaks[] = [
  {
    bench: "../nic/tx-builder",
    only,
    module: "nic/tx_builder",
    changes: [
      ["2'd0 - hdr_payload_bytes[1:0]", "hdr_payload_bytes[1:0]"],
      ["{10'd0, padded}", "11'd0"],
      ["total_words + 11'd1", "total_words"],
      ["hdr_solicited, 1'b1, pad", "hdr_solicited, 1'b0, pad"],
      ["part ? ~(ALL_LANES << hdr_payload_bytes[LB-1:0]) : ALL_LANES", "ALL_LANES"],
      ["{{12-LB{1'b0}}, part}", "{13-LB{1'b0}}"],
      ["(!takes || inline_reg || pl_tvalid)", "1'b1"],
      ["go && takes && !inline_reg", "go && takes"],
      ["index_reg <= skip", "index_reg < skip"],
      ["behind[i] && !head_only", "behind[i]"],
      ["(failed_reg || wrong)", "wrong"],
      ["pl_tuser || pl_tlast != final_beat", "pl_tuser"],
      ["pl_tuser || pl_tlast != final_beat", "pl_tlast != final_beat"],
      ["!take && (failed_reg || wrong)", "failed_reg || wrong"],
      ["left_reg > INDEX", "left_reg >= INDEX"],
      ["left_reg <= BEAT_WORDS", "left_reg < BEAT_WORDS"],
      ["{{W{1'b0}}, inline_data_reg[767:W]}", "inline_data_reg"],
      ["!valid_reg || (go && last)", "!valid_reg"],
      ["prev_reg <= moved", "prev_reg <= payload"],
      ["{hdr_rkey, 8'd0, hdr_length[23:0], hdr_imm,", "{hdr_rkey, hdr_length[31:0], hdr_imm,"],
    ],
  },
];

const small: readonly Breaks[] = [
  {
    bench: "../nic/fetch",
    only,
    module: "nic/fetch",
    changes: [
      ["open_reg != 4'd8", "1'b1"],
      ["req_small ? 8'd0 : LEN", "LEN"],
      ["(beat_error_reg && !beat_last_reg)", "1'b0"],
      ["(beat_error_reg && !beat_last_reg)", "beat_error_reg"],
      ["beat_data_reg >> {eighth, 6'd0}", "beat_data_reg"],
      ["note_small ? {{FW-W{1'b0}}, down} : ", ""],
      ["complete || count_reg > {3'd0, answer}", "count_reg > {3'd0, answer}"],
      ["complete || count_reg > {3'd0, answer}", "complete || count_reg != 4'd0"],
      ["beat_last_reg  <= 1'b1", "beat_last_reg  <= 1'b0"],
    ],
  },
  {
    bench: "../nic/axi-read-mux",
    only,
    module: "nic/axi_read_mux",
    changes: [
      ["c1_arvalid ? 2'd1 : c2_arvalid ? 2'd2 : 2'd0", "c0_arvalid ? 2'd0 : c1_arvalid ? 2'd1 : 2'd2"],
      ["m_rvalid && m_rid == 2'd1", "m_rvalid"],
      ["open && turn == 2'd0", "turn == 2'd0"],
      ["any || !open", "any"],
      ["m_arlen  <= c1_arlen", "m_arlen  <= c0_arlen"],
      ["!m_arvalid || m_arready", "!m_arvalid"],
    ],
  },
];

const widths: readonly Breaks[] = [
  {
    bench: "../nic/host-width",
    only: "a datapath of 128 bits, host memory of 512 bits",
    module: "nic/host_wider",
    changes: [
      ["begun[hold_id_reg] ? {PB{1'b0}} : note[PB-1:0]", "{PB{1'b0}}"],
      ["hold_last_reg ? note[2*PB-1:PB] : LAST_PART", "LAST_PART"],
      ["read_end >> PB", "{1'b0, s_arlen} >> PB"],
      ["s_awvalid && !write_full", "s_awvalid"],
      ["hold_last_reg && over", "hold_last_reg"],
      ["!write_begun_reg || write_part_reg == {PB{1'b0}}", "!write_begun_reg"],
      ["s_wlast || write_part == LAST_PART", "write_part == LAST_PART"],
      ["write_open && write_waits != {DB+1{1'b0}}", "write_open"],
      ["!m_wvalid || m_wready", "1'b1"],
    ],
  },
  {
    bench: "../nic/host-width",
    only: "a datapath of 512 bits, host memory of 128 bits",
    module: "nic/host_narrower",
    changes: [
      ["m_rvalid && m_rid == ID", "m_rvalid"],
      ["whole[i] ? 2'b00 : resp", "resp"],
      ["gathered[m_rid] <= joined[W-1:H]", "gathered[2'd0] <= joined[W-1:H]"],
      ["{s_awlen[7-PB:0], LAST_PART}", "s_awlen"],
      ["s_wlast && write_part_reg == LAST_PART", "s_wlast"],
      ["m_wready && write_part_reg == LAST_PART", "m_wready"],
    ],
  },
];

export const breaks: readonly Breaks[] = [...write, ...read, ...parser, ...builder, ...small, ...widths];
