import type { LinkDesign } from "../design/link.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, localparam, moduleName } from "./common.ts";
import type { CrcOptions } from "./crc-tables.ts";
import { ranges, sizes } from "./ranges.ts";

/** What `icrc_tx` has carried along with its packets: the VL. */
export const icrcTxCrc: CrcOptions = { kind: "icrc", sideBits: 4, endpoint: true };

/** What `icrc_tx` and `icrc_rx` have in common: how a beat's `tkeep` is read. */
export function icrcStreamParams(design: LinkDesign): readonly View[] {
  const { W, words, wordBits } = sizes(design);
  return [
    localparam("WORDS", words, "4-byte words a beat"),
    localparam("KEEP", W / 8, "bytes a beat"),
    localparam("WORD_BITS", wordBits, "bits of a count of words in a beat"),
    localparam(`[${wordBits - 1}:0] FULL_WORDS`, dec(words, wordBits), "words: a full beat"),
    localparam("LNH_TRANSPORT", 9, "bit of the first beat: high bit of LRH.LNH, 0 for raw packets"),
  ];
}

/** `icrc_tx`: client packets get their ICRC. */
export function icrcTxView(design: LinkDesign): View {
  return {
    header: header(design, "Appends the ICRC to the packets of the client."),
    module: moduleName(design, "icrc_tx"),
    device: design.name,
    r: ranges(design),
    params: icrcStreamParams(design),
  };
}
