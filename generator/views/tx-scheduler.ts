import type { LinkDesign } from "../design/link.ts";
import { tableRows } from "../elaborate/registers.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, localparam, moduleName } from "./common.ts";
import { blocksOf, lengthBits, lengthLow, part, range, ranges, sideBits, sizes } from "./ranges.ts";

/** `tx_scheduler`: order of the wire, and the read-out of the queues. */
export function txSchedulerView(design: LinkDesign): View {
  const s = sizes(design);
  const low = lengthLow(design);
  const rows = tableRows(design);
  return {
    header: header(design, "Transmit scheduler: flow control first, VL15, then the arbitrated data lanes."),
    module: moduleName(design, "tx_scheduler"),
    module_arbiter: moduleName(design, "vl_arbiter"),
    r: ranges(design),
    retry: design.retry === "llr",
    wordIndex: range(indexBits(s.words)),
    highVl: range(4 * rows.high),
    highWeight: range(8 * rows.high),
    lowVl: range(4 * rows.low),
    lowWeight: range(8 * rows.low),
    // Weights count 64 bytes; a larger credit block counts as a whole
    unitsExpression:
      low === 4 ? blocksOf(design, "length", 9) : `{${blocksOf(design, "length", 13 - low)}, ${low - 4}'d0}`,
    beatsExpression: beatsOf(design, "pick_length"),
    blocksExpression: blocksOf(design, "pick_length", s.blockBits),
    fcpPad: `${s.W - 32}'d0`,
    wordsPad: `${s.wordBits - indexBits(s.words)}'d0`,
    params: [
      localparam("N", s.N, "data VLs"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("VL15_LANE", `${s.laneBits}'d${s.N}`, "lane of VL15"),
      localparam("HB", lengthBits(design), "bits of a packet length as the queue gives it"),
      localparam("WB", s.wordBits, "bits of a count of words in a beat"),
      ...(design.retry === "llr" ? [localparam("PB", s.beatBits, "bits of a packet's beat count")] : []),
      localparam("SB", sideBits(design), "bits of what goes along with a frame"),
    ],
  };
}

/** Text of the beats that a packet of `signal` (PktLen without its low bits) takes at most. */
function beatsOf(design: LinkDesign, signal: string): string {
  const { words, beatBits } = sizes(design);
  const low = lengthLow(design);
  const shift = Math.log2(words) - low;
  if (shift <= 0) {
    const blocks = blocksOf(design, signal, beatBits + shift);
    return shift === 0 ? blocks : `{${blocks}, ${-shift}'d0}`;
  }
  return `${part(signal, shift, lengthBits(design), beatBits)} + ${beatBits}'d1`;
}
