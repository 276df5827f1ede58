/** Single changes of protected memories and of what uses them, and the benches that must fail; for `npm run mutate`. */
import { filesOf } from "../../generator/views/index.ts";
import type { Breaks } from "./breaks.ts";
import { benchDesign } from "./link-bench.ts";

/** Where the changed text is looked for. */
export const files = filesOf(benchDesign({ memoryProtection: "secded" }));

export const breaks: readonly Breaks[] = [
  {
    bench: "packet-memory",
    only: "100 rows",
    module: "common/packet_memory",
    changes: [
      ["inject_reg <= wr_en ? 2'b00 : wrong", "inject_reg <= wrong"],
      ["= inject | inject_reg", "= inject"],
      ["4*FB + bit_index", "3*FB + bit_index"],
      ["fresh_reg && |{corrected, differ}", "|{corrected, differ}"],
      ["|{corrected, differ}", "|{corrected}"],
      ["fresh_reg && rd_uncorrectable", "rd_uncorrectable"],
      ["|uncorrectable;", "uncorrectable[0];"],
      ["fresh_reg         <= rd_en", "fresh_reg         <= fresh_reg || rd_en"],
      ["if (rd_en) begin", "begin"],
      ["if (wr_en) begin", "begin"],
    ],
  },
  {
    bench: "packet-memory",
    only: "16 rows",
    module: "common/secded_decode",
    changes: [
      ["data ^ wrong", "data"],
      ["KNOWN[syndrome] && ^syndrome", "^syndrome"],
      ["!KNOWN[syndrome]", "1'b0"],
      ["check[3] ^ ^(data", "^(data"],
    ],
  },
  {
    bench: "vl-buffer",
    only: "vl_rx_buffer, 64 bits, 4 data lanes, cut-through, retry llr, SECDED",
    module: "vl_buffer",
    changes: [
      ["(bad_end || bad_row || bad_reg)", "(bad_end || bad_row)"],
      ["(bad_end || bad_row || bad_reg)", "(bad_end || bad_reg)"],
      ["shown_reg && !rd_last && (bad_row", "shown_reg && (bad_row"],
      ["shown_reg && !rd_last && (bad_row || bad_reg)", "shown_reg && !rd_last && bad_row"],
      ["shown_reg && !rd_last", "!rd_last"],
    ],
  },
  {
    bench: "llr-tx-memory",
    only: "64 bits",
    module: "llr_tx",
    changes: [
      ["= replay_beat && rd_bad", "= 1'b0 && rd_bad"],
      ["rd_bad && !lost_here;", "rd_bad;"],
      ["rd_bad || lost_here || skip_reg", "lost_here || skip_reg"],
      ["rd_bad || lost_here || skip_reg", "rd_bad || skip_reg"],
      ["rd_bad || lost_here || skip_reg", "rd_bad || lost_here"],
      ["lost_reg && replay_seq_reg == lost_seq_reg", "lost_reg"],
      ["!rd_eop && !ends_early :", "!rd_eop :"],
      ["(m_ready || skip_reg)", "m_ready"],
      ["skip_reg        <= !rd_eop && ends_early", "skip_reg        <= ends_early"],
      [
        "want_replay_reg <= 1'b1;\n        end\n\n        if (replay_beat)",
        "end\n\n        if (replay_beat)",
      ],
      ["rd_bad ? ONE_BYTE : rd_bytes", "rd_bytes"],
      ["lost_here || (rd_poison && !rd_bad)", "rd_poison"],
      ["rd_flow && !lost_here", "rd_flow"],
      ["!replay_stop && !skip_reg", "!replay_stop"],
      ["lost_here ? LOST_DATA", "1'b0 ? LOST_DATA"],
      ["lost_here ? LOST_BYTES", "1'b0 ? LOST_BYTES"],
      ["skip_reg        <= 1'b0", "skip_reg        <= skip_reg"],
    ],
  },
  {
    bench: "llr-tx-memory",
    only: "time stamp",
    module: "llr_tx",
    changes: [["oldest_known && !oldest_bad", "oldest_known"]],
  },
];
