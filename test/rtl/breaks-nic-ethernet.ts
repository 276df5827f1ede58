/** Single changes of the Ethernet port and of the limiter of rates, and the bench that each one must make fail; for `npm run mutate`. */
import { ethModules } from "../../generator/views/eth/index.ts";
import { limiterModules, notifyModules } from "../../generator/views/nic/congestion.ts";
import { benchNic } from "../nic/nic-bench.ts";
import type { Breaks } from "./breaks.ts";

const design = benchNic({ mtuBytes: 256, queuePairs: 16, clockMHz: 402.83, frame: "ethernet" });

/** Where the changed text is looked for. */
export const files = [...ethModules(design), ...limiterModules(design), ...notifyModules(design)].map(
  ([, template, view]) => ({
    template: `${template}.v.hbs`,
    view,
  }),
);

export const breaks: readonly Breaks[] = [
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/roce_deframer",
    changes: [
      ["v1_mac_reg     <= mac == own_mac;", "v1_mac_reg     <= mac[47:8] == own_mac[47:8];"],
      ["v1_ip_reg || !checksum_ok", "v1_ip_reg"],
      ["udp[127:112] == ip_bytes", "1'b1"],
      ["v2_past_reg && !icrc_good", "1'b0"],
      ["(v1_source_reg != row_source || v1_six_reg != row[48])", "1'b0"],
      ["c_eop && content > c_shift", "content > c_shift"],
      ["joined[103:64] | {prev_mark_reg, 39'd0}", "joined[103:64]"],
    ],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/roce_framer",
    changes: [
      ["drain_reg <= wants && s_eop && over;", "drain_reg <= 1'b0;"],
      ["hdr_valid && open && (s_valid || drain_reg)", "hdr_valid && open"],
    ],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/roce_header",
    changes: [
      ["checksum_reg <= ~(folded[15:0] + {15'd0, folded[16]});", "checksum_reg <= ~folded[15:0];"],
      ["{cnp_reg ? cnp_dscp : row_dscp, row_ect, 1'b0}", "{row_dscp, 2'b10}"],
    ],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/tx_frames",
    changes: [["s_tlast && s_tuser[4] ? commit_reg : write_reg + 1'b1", "write_reg + 1'b1"]],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/tx_align",
    changes: [["!enough && short_by > 4'd7", "1'b0"]],
  },
  {
    bench: "../nic/eth-port",
    only: "256 bits",
    module: "eth/fcs_check",
    changes: [["!error1_reg && state_next == residue", "!error1_reg || state_next == residue"]],
  },
  {
    bench: "../nic/notify",
    only: "notifications",
    module: "nic/notify",
    changes: [
      ["elapsed >= {16'd0, cfg_least}", "1'b1"],
      ["&& said_slid == row_peer", ""],
      ["!s_tuser[4] && (is_cnp || is_fecn || is_becn)", "(is_cnp || is_fecn || is_becn)"],
      ["send_reg && !midway_reg", "send_reg"],
    ],
  },
  {
    bench: "../nic/limiter",
    only: "rates of queue pairs",
    module: "nic/limiter",
    changes: [
      ["alpha_late >= rise_late", "alpha_late > rise_late + 40'd2000"],
      ["!notified_reg ? decayed :", "notified_reg ? decayed :"],
      ["chosen < {1'b0, rate_reg} ? chosen[29:0] : rate_reg", "lowered[29:0]"],
      ["byte_steps_reg  <= 5'd0;", "byte_steps_reg  <= byte_steps_reg;"],
      ["past_time && past_bytes ? cfg_hai_rate", "past_time || past_bytes ? cfg_hai_rate"],
      ["earliest + {4'd0, dividend_reg} + {39'd0, |remainder_reg}", "earliest"],
      ["active_reg && !fresh_reg", "active_reg"],
      ["ring_valid && ring_due && !bypass", "ring_valid && !bypass"],
    ],
  },
];
