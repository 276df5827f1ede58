import type { LinkDesign } from "../design/link.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, localparam, moduleName } from "./common.ts";
import { ghostPads } from "./credit.ts";
import { lengthBits, range, ranges, sizes } from "./ranges.ts";

/** Harness of `credit_tx` and `credit_rx` with a cable between them. */
export function creditLoopView(design: LinkDesign): View {
  const s = sizes(design);
  const { beatsPerBlock, creditsPerVl } = design.derived;
  return {
    header: header(design, "Proof of the credit loop; no part of the device."),
    module: moduleName(design, "credit_loop"),
    device: design.name,
    r: ranges(design),
    lengths: range(lengthBits(design) * s.N),
    f: {
      lanePad: ghostPads(design).lanePad ?? "",
      blockPad: `${14 - s.blockBits}'d0, `,
      headPad: `${14 - lengthBits(design)}'d0, `,
      laneSlice: s.laneBits < 4 ? `[${s.laneBits - 1}:0]` : "",
      shift: String(Math.log2(beatsPerBlock.value)),
      usedPad: `${16 - s.usedBits}'d0, `,
      blockPad16: dec(beatsPerBlock.value - 1, 16),
    },
    params: [
      localparam("N", s.N, "data VLs"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("HB", lengthBits(design), "bits of a packet length as the queue gives it"),
      localparam("UW", s.usedBits, "bits of an occupancy"),
      localparam("CREDITS", dec(creditsPerVl.value, 12), `blocks: ${creditsPerVl.formula}`),
    ],
  };
}
