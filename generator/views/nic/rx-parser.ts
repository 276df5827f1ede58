import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import { kindBits, kindItems, kindLayouts, kindParams } from "./header-kinds.ts";
import { hasGrh, longestHeaderBytes, type NicStreamDesign, nicRanges, nicSizes } from "./sizes.ts";

/** Records that the queue holds at least. */
const records = 16;
/** Beats that may still come when `s_tready` falls, and some to spare. */
const slack = 8;

/** Rows of the receive buffer: the packets that it is to hold, and what comes after ready has fallen. */
export function receiveBufferBeats({ derived }: NicStreamDesign): number {
  return 2 ** indexBits(derived.receivePacketBeats.value + slack);
}

/**
 * `nic_rx_parser`: received packets into header records and payload. Last beat of a packet to its record 3 cycles, to its
 * payload 5 cycles; takes a beat a cycle.
 */
export function rxParserView(design: NicStreamDesign): View {
  const { W, BB, words, wordBits } = nicSizes(design);
  const rows = receiveBufferBeats(design);
  const rowBits = indexBits(rows);
  const mtuBeats = design.mtuBytes / BB;
  const beatBits = bitsFor(mtuBeats);
  const layouts = kindLayouts(design, design);
  return {
    header: header(design, "Parses received packets into header records and payload."),
    module: moduleName(design, "nic_rx_parser"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    r: nicRanges(design),
    mtu: String(design.mtuBytes),
    packets: String(Math.floor(design.derived.receivePacketBeats.value / mtuBeats)),
    records: String(records),
    items: kindItems(design),
    layouts,
    datagrams: design.datagrams,
    grh: hasGrh(design),
    management: design.datagrams ? "VL15 and queue pair 0" : "VL15, queue pairs 0 and 1",
    kind: `[${kindBits(design) - 1}:0]`,
    plain: layouts[0]!,
    heads: headBeats(W),
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("KEEP", BB, "bytes of a beat: W / 8"),
      localparam("WORDS", words, "4-byte words of a beat: W / 32"),
      localparam("WORD_BITS", wordBits, "bits that count them"),
      localparam("RB", rowBits, "bits of a row's number"),
      localparam("[RB:0] ROW_LIMIT", dec(rows - slack, rowBits + 1), "beats: the buffer without SLACK"),
      localparam("[5:0] QUEUE_LIMIT", dec(32 - slack, 6), "records: the queue without SLACK"),
      localparam("PB", beatBits, "bits that count the beats of a payload"),
      localparam("[PB-1:0] MTU_BEATS", dec(mtuBeats, beatBits), "beats: MTU / KEEP"),
      localparam("[11:0] MTU_WORDS", dec(design.mtuBytes / 4, 12), "words: MTU / 4"),
      localparam("KB", kindBits(design), "bits of a kind of extension headers"),
      localparam("HW", kindBits(design) + 13 + 4 + 4 + 16 + 25 + 18 + 25 + 248, "bits of a record"),
      ...kindParams(design, design),
    ],
  };
}

/** Which beat has which of the first 48 bytes. */
function headBeats(W: number): readonly View[] {
  const headBits = 8 * longestHeaderBytes;
  return Array.from({ length: Math.ceil(headBits / W) }, (_, index) => {
    const bits = Math.min(W, headBits - index * W);
    return {
      index: dec(index, 3),
      to: bits === headBits ? "" : `[${index * W + bits - 1}:${index * W}]`,
      from: bits === W ? "" : `[${bits - 1}:0]`,
    };
  });
}

/** `nic_rx_parser` and what it is made of. */
export function rxParserModules(design: NicStreamDesign): readonly ModuleFile[] {
  const memory = {
    rowBits: nicSizes(design).W + 1,
    depth: receiveBufferBeats(design),
    purpose: "Payload of received packets, each beat with its end mark.",
    firmBits: 1,
  };
  return [
    ["nic_rx_parser", "nic/rx_parser", rxParserView(design)],
    ...packetMemoryModules(design, { nic_receive_memory: memory }),
  ];
}
