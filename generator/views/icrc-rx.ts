import type { LinkDesign } from "../design/link.ts";
import { icrcQueueBeats, icrcQueueEntryBits } from "../elaborate/icrc-queue.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "./common.ts";
import type { CrcOptions } from "./crc-tables.ts";
import { icrcStreamParams } from "./icrc-tx.ts";
import { range, ranges, sizes } from "./ranges.ts";

/** What `icrc_rx` has carried along with a beat through the checker: raw, error, VL, words. */
export function icrcRxCrc(design: LinkDesign): CrcOptions {
  return { kind: "icrc", sideBits: 6 + sizes(design).wordBits, endpoint: true };
}

/** `icrc_rx`: received packets lose their ICRC, those with a bad one are marked. */
export function icrcRxView(design: LinkDesign): View {
  const { wordBits } = sizes(design);
  const countBits = bitsFor(icrcQueueBeats);
  const pointerBits = indexBits(icrcQueueBeats);
  return {
    header: header(design, "Checks the ICRC of packets for the client and takes it off."),
    module: moduleName(design, "icrc_rx"),
    device: design.name,
    r: ranges(design),
    count_range: range(countBits),
    count_zero: dec(0, countBits),
    pointer_range: range(pointerBits),
    pointer_zero: dec(0, pointerBits),
    entry_range: range(icrcQueueEntryBits(design.datapathBits)),
    params: [
      ...icrcStreamParams(design),
      localparam(`[${wordBits - 1}:0] ONE_WORD`, dec(1, wordBits), "words: the ICRC"),
      localparam("DEPTH", icrcQueueBeats, "beats: 2 in the checker, 1 on its way in, 1 to spare"),
      localparam(`[${countBits - 1}:0] DEPTH_COUNT`, dec(icrcQueueBeats, countBits), "the same"),
    ],
  };
}
