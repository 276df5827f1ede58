/** Single changes of the transport of an adapter, and the bench that each one must make fail; for `npm run mutate`. */
import { fileOfModule } from "../../generator/views/files.ts";
import { transportDesign, transportModules } from "../nic/transport-bench.ts";
import type { Breaks } from "./breaks.ts";

/** Where the changed text is looked for. */
export const files = transportModules(transportDesign()).map((one) => fileOfModule(transportDesign(), one));

const requests = "does with every request";
const rules = "rules of the transport, one by one";
const failed = "a work request that host memory answers with an error";
const programs = "out of order";
const unread = "completes with a local error";
const refused = "is answered by one NAK";
const slow = "waits with its NAK for a slow write";
const lives = "as long as the queue pair is not started anew";

export const breaks: readonly Breaks[] = [
  {
    bench: "../nic/responder",
    only: requests,
    module: "nic/responder",
    changes: [
      ["hdr_pkey[15] || set_pkey[15]", "1'b1"],
      ["hdr_slid != set_peer", "1'b0"],
      ["begins ? open_reg == OPEN_NONE : open_reg == kind", "begins || open_reg == kind"],
      ["is_write && set_access[0]", "is_write"],
      ["left_now == {19'd0, hdr_payload_bytes}", "left_now >= {19'd0, hdr_payload_bytes}"],
      ["latch_reg == LATCH_NONE ? LATCH_SEQUENCE : latch_reg", "latch_reg"],
      ["is_data ? epsn_reg - 24'd1 : hdr_psn", "hdr_psn"],
      ["consumer_reg      <= consumer_reg + {15'd0, !set_shared};", "consumer_reg      <= consumer_reg;"],
      ["srq_consumer + 16'd1", "srq_consumer"],
      ["{15'd0, receive_reg};", "16'd0;"],
      ["{k[3:0], count[k-1]}", "{k[3:0], 1'b0}"],
      ["set_shared ? srq_producer == srq_consumer", "1'b0 ? srq_producer == srq_consumer"],
      ["srq_left < srq_limit_reg", "srq_left <= srq_limit_reg"],
      ["srq_told ? 16'd0 : srq_limit_reg", "srq_limit_reg"],
      ["task_reg == TASK_SHARED_DOORBELL ? srq_db_srq : set_srq", "set_srq"],
      ["{1'b0, need_reg} > room", "1'b0"],
      ["key_may_invalidate ? SEEK : FAIL", "key_ok ? SEEK : FAIL"],
      ["is_swap && !equal ? EXECUTED : RESULT", "RESULT"],
      ["is_write ? left_reg : is_read", "is_write ? 32'd1 : is_read"],
      ["cq_due_reg  <= ends && (receive_reg || datagram);", "cq_due_reg  <= receive_reg || datagram;"],
      ["{5'd0, hdr_solicited, has_key, has_imm}", "{5'd0, 1'b0, has_key, has_imm}"],
    ],
  },
  {
    bench: "../nic/responder",
    only: requests,
    module: "nic/response_engine",
    changes: [
      ["next == limit_reg ? served_reg : next", "next"],
      ["first_reg ? (last ?", "1'b1 ? (last ?"],
      ["event_syndrome[6:5] == 2'b00 ? event_syndrome[4:0] : credit_reg", "credit_reg"],
      ["served_reg <= served_reg + {7'd0, fresh};", "served_reg <= served_reg;"],
      ["left_reg         <= left_reg - {19'd0, bytes};", "left_reg         <= left_reg;"],
    ],
  },
  {
    bench: "../nic/transport-rules",
    only: rules,
    module: "nic/responder",
    changes: [
      ["is_atomic && hdr_va[2:0] != 3'd0", "1'b0"],
      ["(is_only || hdr_payload_bytes != 13'd0)", "1'b1"],
      ["unanswered >= set_reads", "1'b0"],
    ],
  },
  {
    bench: "../nic/transport-rules",
    only: rules,
    module: "nic/response_engine",
    changes: [
      ["event_rkey == ring_rkey &&", ""],
      ["bytes_in == {28'd0, due_in}", "1'b1"],
      ["end_in <= {1'b0, ring_length}", "1'b1"],
      ["event_valid && !waited[15];", "event_valid;"],
    ],
  },
  {
    bench: "../nic/transport-rules",
    only: rules,
    module: "nic/requester",
    changes: [
      ["wqe_remote + (do_read ? offset : 64'd0)", "wqe_remote"],
      ["do_read ? left : wqe_length", "wqe_length"],
      ["went_back_reg || done_reg == started_reg", "done_reg == started_reg"],
      ["(fenced ? FENCE : LIMIT)", "LIMIT"],
      ["if (!behind_writes[15]) begin", "if (1'b1) begin"],
      ["is_last == final_one &&", ""],
      ["is_last == final_one &&", "!(final_one && !is_last) &&"],
      ["(is_atomic && hdr_payload_bytes != 13'd0)", "1'b0"],
      ["here_reg == producer_reg && asked_reg", "asked_reg"],
      ["sq_db_producer == producer_reg + 16'd1 &&", ""],
      [
        "sq_db_producer == producer_reg + 16'd1 && fetch_ahead < 16'd4",
        "sq_db_producer == producer_reg + 16'd1",
      ],
      ["step_reg == DOORBELL && sq_db_pushed", "1'b0 && sq_db_pushed"],
      ["asked_reg <= asked_reg + 16'd1;", ""],
    ],
  },
  {
    bench: "../nic/fuzz",
    only: "hostile packets",
    module: "nic/responder",
    changes: [
      ["end else if (!key_ok) begin", "end else if (1'b0) begin"],
      ["is_write ? left_reg : is_read ? hdr_length", "is_write ? 32'd1 : is_read ? hdr_length"],
      ["is_write ? RIGHT_WRITE", "is_write ? 4'd0"],
      ["drop_reg == DROP_PEER;", "1'b0;"],
    ],
  },
  {
    bench: "../nic/transport-errors",
    only: failed,
    module: "nic/requester",
    changes: [
      ["{fetched_error, fetched_data}", "{1'b0, fetched_data}"],
      ["possible ? (fenced ? FENCE : LIMIT) : head_fault ? FAIL : STORE", "possible ? LIMIT : FAIL"],
      ["possible ? (fenced ? FENCE : LIMIT) : head_fault ? FAIL : STORE", "possible ? LIMIT : STORE"],
    ],
  },
  {
    bench: "../nic/transport-errors",
    only: unread,
    module: "nic/requester",
    changes: [
      ["if (unread_reg && done_reg == started_reg) begin", "if (1'b0) begin"],
      ["fail_past == 16'd0 ? FAIL : STORE", "STORE"],
      ["fail_past == 16'd0 ? FAIL : STORE", "FAIL"],
      ["started_reg <= fail_wqe;", ""],
      ["fail_sent[15] ? fail_wqe : cursor_reg", "cursor_reg"],
      ["tx_wqe           <= cursor_reg;", "tx_wqe           <= done_reg;"],
      ["unread_reg)) ? STORE : WQE", "1'b0)) ? STORE : WQE"],
    ],
  },
  {
    bench: "../nic/transport-errors",
    only: "is told of as long as",
    module: "nic/requester",
    changes: [["sending && fail_life == life_reg &&", "sending &&"]],
  },
  {
    bench: "../nic/transport-errors",
    only: "read before a start",
    module: "nic/requester",
    changes: [["tag_life == life_reg &&", ""]],
  },
  {
    bench: "../nic/datagrams",
    only: "one whose payload",
    module: "nic/requester",
    changes: [["fail_valid ? TASK_UNREAD", "fail_valid && !gone ? TASK_UNREAD"]],
  },
  {
    bench: "../nic/transport-errors",
    only: failed,
    module: "nic/responder",
    changes: [["fetched_error ? FAIL : ADD", "ADD"]],
  },
  {
    bench: "../nic/transport-errors",
    only: slow,
    module: "nic/responder",
    changes: [["error_due_reg && (!ev_due_reg || ev_idle)", "error_due_reg"]],
  },
  {
    bench: "../nic/transport-errors",
    only: refused,
    module: "nic/response_engine",
    changes: [
      [
        "idle && !qpc_valid && !(event_valid && !waited[15]) && fail_valid",
        "idle && !qpc_valid && fail_valid",
      ],
      ["ended_reg && event_kind != EV_START ? EV_NONE : event_kind", "event_kind"],
      ["(!ended_reg || (fatal && fail_ahead[23]))", "1'b1"],
      ["ack_psn_reg      <= fail_psn_reg;", "ack_psn_reg      <= ack_psn_reg;"],
      ["ack_msn_reg      <= fail_msn_reg;", "ack_msn_reg      <= msn_reg;"],
      ["fail_read_reg ? STOP : STORE", "STORE"],
      ["fail_read_reg ? STOP : STORE", "STOP"],
      ["ended_reg  <= 1'b0;", "ended_reg  <= ended_reg;"],
    ],
  },
  {
    bench: "../nic/transport-errors",
    only: "changes no answer",
    module: "nic/response_engine",
    changes: [["if (kind_now != EV_NONE) begin", "if (1'b1) begin"]],
  },
  {
    bench: "../nic/transport-errors",
    only: lives,
    module: "nic/response_engine",
    changes: [
      ["!fail_read_reg || fail_life_reg == life_reg", "1'b1"],
      ["life_reg   <= life_reg + 8'd1;", "life_reg   <= life_reg;"],
      ["life_reg   <= life_reg + 8'd1;", "life_reg   <= {7'd0, !life_reg[0]};"],
    ],
  },
  {
    bench: "../nic/datagrams",
    only: "host memory fails",
    module: "nic/response_engine",
    changes: [["!set_type && same_life", "same_life"]],
  },
  {
    bench: "../nic/datagrams",
    only: "reference model does",
    module: "nic/responder",
    changes: [
      ["hdr_rkey != set_qkey", "1'b0"],
      ["filled_reg        <= 32'd40;", "filled_reg        <= 32'd0;"],
      ["!datagram && (!is_data || hdr_ack_req)", "!is_data || hdr_ack_req"],
      ["set_type != datagram", "set_type && !datagram"],
    ],
  },
  {
    bench: "../nic/datagrams",
    only: "reference model does",
    module: "nic/requester",
    changes: [
      ["wqe_rkey[31] ? set_qkey : wqe_rkey", "wqe_rkey"],
      ["set_type && wqe_length > {19'd0, mtu_bytes}", "1'b0"],
      ["answering ? JUDGE : DISCARD", "JUDGE"],
      ["set_type ? wqe_qkey : wqe_rkey", "wqe_rkey"],
    ],
  },
  {
    bench: "../nic/datagrams",
    only: "PSN from before a start",
    module: "nic/requester",
    changes: [["gone_life == life_reg && ", ""]],
  },
  {
    bench: "../nic/transport",
    only: programs,
    module: "nic/requester",
    changes: [
      ["wqe_fence && reads_open != 8'd0", "1'b0"],
      ["blocked_reg <= newer;", "blocked_reg <= 1'b0;"],
      ["send_psn_reg   <= oldest_psn_reg;", "send_psn_reg   <= send_psn_reg;"],
      ["tag_index == here_reg", "1'b1"],
      ["(is_new && beyond && !head_fault) ||", ""],
      ["is_end || probing || unasked", "is_end || unasked"],
      ["past_credit = ssn_reg - lsn_reg", "past_credit = ssn_reg - lsn_reg - 24'd1"],
      ["oldest_psn_reg <= after_head;", "oldest_psn_reg <= oldest_psn_reg;"],
      ["skip_reg  <= got_bytes[31:0];", "skip_reg  <= 32'd0;"],
      ["timer_reg    <= TIMER_ANSWER;", "timer_reg    <= TIMER_NONE;"],
    ],
  },
];
