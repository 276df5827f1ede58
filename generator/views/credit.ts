import type { LinkDesign } from "../design/link.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, localparam, moduleName } from "./common.ts";
import { blocksOf, lengthBits, range, ranges, sizes } from "./ranges.ts";

/** `credit_tx`: the gate that holds a packet until its blocks are promised. */
export function creditTxView(design: LinkDesign): View {
  const s = sizes(design);
  return {
    header: header(design, "Transmit credits: what the peer has promised against what was sent."),
    module: moduleName(design, "credit_tx"),
    r: ranges(design),
    lengths: range(lengthBits(design) * s.N),
    blocksExpression: blocksOf(design, "length", 12),
    blockPad: `${12 - s.blockBits}'d0, `,
    f: { ...ghostPads(design), headPad: `${13 - lengthBits(design)}'d0, ` },
    params: [
      localparam("N", s.N, "data VLs"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("HB", lengthBits(design), "bits of a packet length as the queue gives it"),
    ],
  };
}

/** Zeros in front of a lane number up to 4 bits, and of a block count up to 13, for the properties. */
export function ghostPads(design: LinkDesign): View {
  const { laneBits, blockBits } = sizes(design);
  return { lanePad: laneBits < 4 ? `${4 - laneBits}'d0, ` : "", blockPad: `${13 - blockBits}'d0, ` };
}

/** `credit_rx`: what this port promises. */
export function creditRxView(design: LinkDesign): View {
  const s = sizes(design);
  const d = design.derived;
  const blockShift = Math.log2(d.beatsPerBlock.value);
  const turn = indexBits(s.N);
  return {
    header: header(design, "Receive credits: flow-control packets from the room in the receive buffer."),
    module: moduleName(design, "credit_rx"),
    r: ranges(design),
    takenBlocks: takenBlocks(s.usedBits, blockShift),
    blockPad: `${12 - s.blockBits}'d0, `,
    turnPad: s.N > 1 ? `${s.N - 1}'d0, ` : "",
    turnBits: range(turn),
    f: {
      ...ghostPads(design),
      shift: String(blockShift),
      usedPad: `${16 - s.usedBits}'d0, `,
      blockPad16: `16'd${d.beatsPerBlock.value - 1}`,
    },
    params: [
      localparam("N", s.N, "data VLs"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("LB", turn, "bits of the number of a data VL"),
      localparam("LAST_VL", dec(s.N - 1, 4), "last data VL"),
      localparam("UW", s.usedBits, "bits of an occupancy"),
      localparam("CREDITS", dec(d.creditsPerVl.value, 12), `blocks: ${d.creditsPerVl.formula}`),
      localparam("LONGEST", dec(d.maxPacketBlocks.value, 12), "blocks: longest packet"),
    ],
  };
}

/** Text of the blocks that `occupied` beats take, begun ones included, in 12 bits. */
function takenBlocks(usedBits: number, shift: number): string {
  const missing = 12 - (usedBits - shift);
  const padded = (text: string): string => (missing > 0 ? `{${missing}'d0, ${text}}` : text);
  if (shift === 0) return padded("occupied");
  return `${padded(`occupied[${usedBits - 1}:${shift}]`)} + {11'd0, |occupied[${shift - 1}:0]}`;
}
