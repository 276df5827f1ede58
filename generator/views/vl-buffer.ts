import type { LinkDesign } from "../design/link.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "./common.ts";
import type { PacketMemory } from "./packet-memory.ts";
import { range, ranges, sizes } from "./ranges.ts";

interface Region {
  readonly beats: number;
  /** Beats that are still free when the lane says that it has room: a longest packet's, or what a switch needs. */
  readonly reserve: number;
}

/** The regions of a buffer: one for each data VL, then VL15. */
function regions(design: LinkDesign, side: "tx" | "rx"): readonly Region[] {
  const d = design.derived;
  const [data, vl15] =
    side === "tx"
      ? [d.txQueueBeats.value, d.txQueue15Beats.value]
      : [d.vlBufferBeats.value, d.vl15BufferBeats.value];
  const [reserve, reserve15] =
    side === "tx"
      ? [d.txRoomBeats.value, d.txRoom15Beats.value]
      : [d.maxPacketBeats.value, Math.ceil(d.vl15PacketBytes.value / d.beatBytes.value)];
  const lanes = Array.from({ length: sizes(design).N }, () => ({ beats: data, reserve }));
  return [...lanes, { beats: vl15, reserve: reserve15 }];
}

/** Literals of a concatenation, the last lane first, six a line. */
const table = (bits: number, values: readonly number[]): readonly string[] => {
  const literals = values.toReversed().map((value) => `${bits}'d${value}`);
  const rows = Math.ceil(literals.length / 6);
  return Array.from({ length: rows }, (_, row) => literals.slice(6 * row, 6 * row + 6).join(", "));
};

/** The memory of `vl_tx_buffer` or `vl_rx_buffer`, a beat a row: last, error, valid words less one, data. */
export function vlMemory(design: LinkDesign, side: "tx" | "rx"): PacketMemory {
  const { W, words } = sizes(design);
  return {
    purpose: `Memory of the ${side === "tx" ? "transmit queues" : "receive buffer"}.`,
    rowBits: W + indexBits(words) + 2,
    depth: regions(design, side).reduce((sum, { beats }) => sum + beats, 0),
    firmBits: 1,
  };
}

/** `vl_tx_buffer` or `vl_rx_buffer`: per-lane regions in one memory. */
export function vlBufferView(design: LinkDesign, side: "tx" | "rx"): View {
  const s = sizes(design);
  const list = regions(design, side);
  const { depth } = vlMemory(design, side);
  const address = indexBits(depth);
  const used = side === "rx" ? s.usedBits : bitsFor(Math.max(...list.map(({ beats }) => beats)));
  const index = indexBits(s.words);
  const base = list.map((_, lane) => list.slice(0, lane).reduce((sum, { beats }) => sum + beats, 0));
  const purpose =
    side === "tx"
      ? "Transmit queues: packets of all lanes on their way to the wire."
      : "Receive buffer: what the credits of this port promise.";
  return {
    header: header(design, purpose),
    module: moduleName(design, `vl_${side}_buffer`),
    module_memory: moduleName(design, `vl_${side}_memory`),
    secded: design.memoryProtection === "secded",
    r: { ...ranges(design), used: range(used * s.N) },
    wordIndex: range(index),
    f: { rest: String(s.W + index + 1) },
    rdError: design.memoryProtection === "secded" ? "bad_end" : "rd_error",
    cutThrough: design.forwarding === "cut-through",
    hasStarted: side === "rx",
    hasUsed: side === "rx",
    blind: side === "tx" && design.role === "switchPort",
    endingUnused: side === "rx" && design.forwarding !== "cut-through",
    regionBase: table(address, base),
    regionLast: table(
      address,
      list.map(({ beats }, lane) => base[lane]! + beats - 1),
    ),
    roomLimit: table(
      used,
      list.map(({ beats, reserve }) => beats - reserve),
    ),
    params: [
      localparam("LANES", s.lanes, "lanes: data VLs and VL15"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("AW", address, `bits of an address: ${list.map(({ beats }) => beats).join(" + ")} beats`),
      localparam("UW", used, "bits of a beat count within a region"),
    ],
  };
}
