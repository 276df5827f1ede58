import type { LinkDesign } from "../design/link.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, localparam, moduleName } from "./common.ts";
import { range, ranges, sizes } from "./ranges.ts";

/** `rx_egress`: receive buffer to client stream. */
export function rxEgressView(design: LinkDesign): View {
  const s = sizes(design);
  const index = indexBits(s.words);
  return {
    header: header(design, "Receive egress: packets of the receive buffer to the client."),
    module: moduleName(design, "rx_egress"),
    r: ranges(design),
    wordIndex: range(index),
    laneVl: s.laneBits === 4 ? "lane_reg" : `{${4 - s.laneBits}'d0, lane_reg}`,
    params: [
      localparam("WORDS", s.words, "4-byte words a beat"),
      localparam("IW", index, "bits of a count of words less one"),
      localparam("LANES", s.lanes, "lanes: data VLs and VL15"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("LAST_LANE", dec(s.N, s.laneBits), "lane of VL15"),
    ],
  };
}
