/** Single changes of what UD on Ethernet is made of, and the bench that each one must make fail; for `npm run mutate`. */
import { ethModules } from "../../generator/views/eth/index.ts";
import { coreModules } from "../../generator/views/nic/core.ts";
import { benchNic } from "../nic/nic-bench.ts";
import type { Breaks } from "./breaks.ts";

const design = benchNic({
  ...{ bits: 128, mtuBytes: 512, frame: "ethernet", datagrams: "ud", sharedReceiveQueues: 4 },
});

/** Where the changed text is looked for. */
export const files = [...ethModules(design), ...coreModules(design)].map(([, template, view]) => ({
  template: `${template}.v.hbs`,
  view,
}));

const bench = "../nic/eth-datagrams";
const all = "what the reference model does";

export const breaks: readonly Breaks[] = [
  {
    ...{ bench, only: all, module: "eth/roce_unwrap" },
    changes: [
      ["datagram ? 2'b00 : {", "1'b0 ? 2'b00 : {"],
      ["six_reg ? head_reg[383:64] : {head_reg[223:64], 160'd0}", "head_reg[383:64]"],
      ["told_reg <= part_end;", "told_reg <= 1'b1;"],
      ["kept_words > shift", "kept_words >= shift"],
      ["length_reg <= s_tdata[42:32];", "length_reg <= s_tdata[42:32] + 11'd1;"],
    ],
  },
  {
    ...{ bench: "../nic/eth-unwrap", only: "good and bad ones", module: "eth/roce_unwrap" },
    changes: [
      ["over && index_reg >= skip;", "over && index_reg > skip;"],
      ["part_end ? 2'd0 : part_reg + 2'd1", "part_reg + 2'd1"],
      ["told_reg  <= 1'b0;", ""],
      ["if (!in_front) begin", "if (1'b1) begin"],
      ["open && !in_front;", "open;"],
    ],
  },
  {
    ...{ bench: "../nic/eth-unwrap", only: "good and bad ones", module: "nic/rx_parser" },
    changes: [["(!mv_first_reg || fronted_reg)", "!mv_first_reg"]],
  },
  {
    ...{ bench, only: all, module: "eth/roce_deframer" },
    changes: [
      ["&& udp[95:88] != UD_SEND_IMM", ""],
      ["rest_reg ? length_reg : c_length", "length_reg"],
    ],
  },
  {
    ...{ bench, only: all, module: "nic/rx_parser" },
    changes: [
      ["ends && !keep && !in_front &&", "ends && !keep &&"],
      ["(keep || (ends && in_front)) && mv_extra_reg", "keep && mv_extra_reg"],
    ],
  },
  {
    ...{ bench, only: all, module: "nic/responder" },
    changes: [
      ["datagram ? GRH_BYTES : hdr_payload_bytes", "hdr_payload_bytes"],
      ["grh_reg ? DISCARD : STORE", "STORE"],
      ["grh_reg ? 32'd0 : filled_reg", "filled_reg"],
      ["4'd0, datagram, hdr_solicited", "5'd0, hdr_solicited"],
    ],
  },
  {
    ...{ bench, only: all, module: "nic/requester" },
    changes: [["FIRST_HANDLE + wqe_remote[15:0]", "wqe_remote[15:0]"]],
  },
  {
    ...{ bench, only: "a handle that there is not", module: "nic/requester" },
    changes: [["wqe_remote[15:0] >= HANDLES", "wqe_remote[15:0] > HANDLES"]],
  },
  {
    ...{ bench, only: "do not hold up a connection", module: "nic/requester" },
    changes: [["possible && !lane_open[wqe_lane[7:4]]", "1'b0"]],
  },
];
