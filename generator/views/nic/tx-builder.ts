import { bin, dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { range } from "../ranges.ts";
import { kindBits, kindItems, kindLayouts, kindParams } from "./header-kinds.ts";
import { longestHeaderBytes, type NicStreamDesign, nicRanges, nicSizes } from "./sizes.ts";

/** `nic_tx_builder`: header records and payload into packets. Record to first beat 2 cycles; a beat a cycle, no gaps. */
export function txBuilderView(design: NicStreamDesign): View {
  const { W, BB, laneBits, words } = nicSizes(design);
  const headBits = 8 * longestHeaderBytes;
  const inlineBits = 8 * design.derived.inlineBytes.value;
  const inlineBeats = Math.ceil(inlineBits / W);
  const layouts = kindLayouts(design);
  const spare = inlineBeats * W - inlineBits;
  return {
    header: header(design, "Builds packets of header records and payload."),
    module: moduleName(design, "nic_tx_builder"),
    r: nicRanges(design),
    inline: range(inlineBits),
    inlineBeats: range(inlineBeats * W),
    inlineLoad: spare === 0 ? "hdr_inline_data" : `{${spare}'d0, hdr_inline_data}`,
    inlineShift: inlineBeats > 1,
    inlineRest: `[${inlineBeats * W - 1}:W]`,
    headShift: W < headBits,
    headBeat: W < headBits ? "head_reg[W-1:0]" : `{${W - headBits}'d0, head_reg}`,
    items: kindItems(design),
    layouts,
    datagrams: design.datagrams,
    kind: `[${kindBits(design) - 1}:0]`,
    plain: layouts[0]!,
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("BB", BB, "bytes: W / 8"),
      localparam("LB", laneBits, "bits of a lane's number: log2(BB)"),
      localparam("[BB-1:0] ALL_LANES", "{BB{1'b1}}", "every lane of a beat"),
      localparam("WORDS", words, "4-byte words of a beat: W / 32"),
      localparam("[10:0] BEAT_WORDS", dec(words, 11), "words: WORDS"),
      localparam("[12-LB:0] LAST_BEAT", dec(1, 13 - laneBits), "beats of payload to go: the last one"),
      localparam("[1:0] LNH_LOCAL", bin(2, 2), "LRH: transport packet without GRH"),
      ...kindParams(design),
    ],
  };
}

/** `nic_tx_builder` alone. */
export const txBuilderModules = (design: NicStreamDesign): readonly ModuleFile[] => [
  ["nic_tx_builder", "nic/tx_builder", txBuilderView(design)],
];
