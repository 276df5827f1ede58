/**
 * Single changes of whole ports that the benches beside this file must notice, most of them by random traffic with faults; for
 * `npm run mutate`.
 */
import type { Breaks } from "../rtl/breaks.ts";

const soak = { bench: "../link/soak", only: "narrow", whole: true } as const;

/** Texts that span lines are given as they are emitted, up to the end of the line. */
export const breaks: readonly Breaks[] = [
  {
    ...{ ...soak, module: "llr_rx" },
    changes: [
      ["s_start_ok && s_eligible && distance == 20'd0;", "s_start_ok && s_eligible;"],
      ["expected_reg - 20'd1;", "expected_reg;"],
      ["assign wr_error = write_bad;", "assign wr_error = 1'b0;"],
    ],
  },
  {
    ...{ bench: "../link/fault-states", only: "in actDefer", module: "port_state", whole: true },
    changes: [["end else if (lost_reg >= cfg_link_lost_max) begin", "end else begin"]],
  },
  {
    // Without a NACK the replay timer repairs all, only later
    ...{ bench: "../link/bit-errors", only: "one bit error on the way to the device", module: "llr_rx" },
    whole: true,
    changes: [["assign nack_due = state_reg == SEND_NACK;", "assign nack_due = 1'b0;"]],
  },
  {
    ...{ ...soak, module: "llr_tx" },
    changes: [
      ["replay_seq_reg <= oldest_reg;", "replay_seq_reg <= oldest_reg + 20'd1;"],
      ["timer_runs && timer_reg >= cfg_replay_timer_max;", "1'b0;"],
    ],
  },
  { ...{ ...soak, module: "credit_tx" }, changes: [["left <= 12'd2048;", "left <= 12'd2048 || 1'b1;"]] },
  {
    ...{ ...soak, module: "crc_check" },
    changes: [["aligned && state_next == residue(bytes1_reg[BYTE_BITS-1:2]);", "aligned;"]],
  },
];
