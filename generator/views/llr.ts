import type { LinkDesign } from "../design/link.ts";
import { crc8 } from "../math/crc8.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, localparam, moduleName } from "./common.ts";
import { crc8View } from "./control-sets.ts";
import type { PacketMemory } from "./packet-memory.ts";
import { lengthLow, longestLength, range, ranges, sideBits, sizes, widen } from "./ranges.ts";

/** `llr_session`: the INIT handshake. */
export function llrSessionView(design: LinkDesign): View {
  const interval = design.derived.initIntervalCycles;
  const bits = indexBits(interval.value + 1);
  return {
    header: header(design, "Session handshake of a link: INIT and INIT_ECHO."),
    module: moduleName(design, "llr_session"),
    retry: design.retry === "llr",
    params: [
      localparam("TB", bits, "bits of the repetition timer"),
      localparam("INTERVAL", dec(interval.value, bits), `cycles from INIT to INIT: ${interval.formula}`),
    ],
  };
}

/** `llr_control`: control sets to send. */
export function llrControlView(design: LinkDesign): View {
  return {
    header: header(design, "Control sets of a link: what is due, as a column."),
    module: moduleName(design, "llr_control"),
    retry: design.retry === "llr",
    crc8: crc8View(6),
  };
}

/** The memory of the replay buffer, a beat a row: end, flow, poison, valid bytes, data. */
export function replayMemory(design: LinkDesign): PacketMemory {
  const s = sizes(design);
  const purpose = "Memory of the replay buffer.";
  return {
    purpose,
    rowBits: s.W + s.byteBits + 3,
    depth: design.derived.replayDepthBeats.value,
    firmBits: 1,
  };
}

/** Its index, a frame a row: address of the first beat, time of first sending. */
export function replayIndex(design: LinkDesign): PacketMemory {
  const { replayBits } = sizes(design);
  const purpose = "Where each frame stands in the replay buffer, and since when.";
  const depth = design.derived.replayDepthBeats.value;
  return { purpose, rowBits: replayBits + ageBits, depth, firmBits: replayBits };
}

/** `replay_buffer`: frames until they are acknowledged. */
export function replayBufferView(design: LinkDesign): View {
  const s = sizes(design);
  const d = design.derived;
  return {
    header: header(design, "Replay buffer: frames until the peer has acknowledged them."),
    module: moduleName(design, "replay_buffer"),
    module_memory: moduleName(design, "replay_memory"),
    module_index: moduleName(design, "replay_index"),
    secded: design.memoryProtection === "secded",
    r: ranges(design),
    index: range(s.replayBits),
    age: range(ageBits),
    params: [
      localparam(
        "AW",
        s.replayBits,
        `bits of a beat address and of a frame's index: log2 of ${d.replayDepthBeats.formula}`,
      ),
    ],
  };
}

/** Bits of a time stamp in units of 64 cycles. */
const ageBits = 24;

/** `llr_tx`: numbers, replay, window. */
export function llrTxView(design: LinkDesign): View {
  const s = sizes(design);
  const d = design.derived;
  const retry = design.retry === "llr";
  const secded = retry && design.memoryProtection === "secded";
  const depthBits = s.replayBits + 1;
  const beatShift = Math.log2(d.beatBytes.value);
  const side = localparam("SB", sideBits(design), "bits of what goes along with a frame");
  const width = localparam("W", s.W, "bits of a beat");
  return {
    header: header(
      design,
      retry ? "Link-level retry, transmit side." : "Frames to the MAC (a link without retry).",
    ),
    module: moduleName(design, "llr_tx"),
    module_replay: moduleName(design, "replay_buffer"),
    r: ranges(design),
    retry,
    secded,
    f: { byteBits: String(s.byteBits) },
    crc8: crc8View(5),
    bytesPad: `${32 - depthBits - beatShift}'d0`,
    beatShiftPad: `${beatShift}'d0`,
    settingsBeats: range(32 - beatShift),
    settingsPart: `[31:${beatShift}]`,
    params: retry
      ? [
          width,
          side,
          localparam("PB", s.beatBits, "bits of a packet's beat count"),
          localparam("AW", s.replayBits, "bits of a replay buffer address"),
          localparam("VB", depthBits, "bits of a sum of beats held and beats reserved"),
          localparam("GB", ageBits, "bits of a time stamp, units of 64 cycles"),
          localparam("ONE_BYTE", dec(1, s.byteBits), "bytes: end of a frame cut short"),
          ...(secded ? lostFrame(s.W, s.byteBits) : []),
          localparam("DATA", "8'h55", "kind of a data packet"),
          localparam("FLOW", "8'h66", "kind of a flow-control packet"),
          localparam(
            "DEPTH_LIMIT",
            dec(d.replayDepthBeats.value - 2 * d.maxPacketBeats.value - 1, depthBits),
            "beats: replay buffer less two longest packets and one",
          ),
          localparam(
            "LONGEST_BYTES",
            `32'd${2 * d.maxPacketBeats.value * d.beatBytes.value}`,
            "bytes: two longest packets",
          ),
          localparam(
            "LONGEST_BEATS",
            dec(2 * d.maxPacketBeats.value, 32 - beatShift),
            "beats: two longest packets",
          ),
        ]
      : [
          width,
          side,
          localparam("START_DATA", startColumn(0x55), "start column of a data packet"),
          localparam("START_FLOW", startColumn(0x66), "start column of a flow-control packet"),
        ],
  };
}

/**
 * What leaves in place of a frame that is lost: two bytes of ones take the CRC register to 0, so that all bytes behind
 * them, the complemented VCRC too, are 0; as a packet it has PktLen 0, which no receiver stores.
 */
function lostFrame(beatBits: number, byteBits: number): readonly View[] {
  const zeros = `{${beatBits - 16}{1'b0}}`;
  return [
    localparam(`[${beatBits - 1}:0] LOST_DATA`, `{${zeros}, 16'hffff}`, "a frame with its VCRC complemented"),
    localparam("LOST_BYTES", dec(6, byteBits), "bytes: the shortest frame"),
  ];
}

/** `llr_rx`: what is taken, and what is asked for again. */
export function llrRxView(design: LinkDesign): View {
  const s = sizes(design);
  const d = design.derived;
  const index = indexBits(s.words);
  const low = lengthLow(design);
  const blockPart = Math.min(11 - low, s.blockBits);
  const left = index < 11 ? `left[${index - 1}:0]` : "left";
  return {
    header: header(design, "Link-level receive: numbers, lengths, and the way into the receive buffer."),
    module: moduleName(design, "llr_rx"),
    r: ranges(design),
    retry: design.retry === "llr",
    wordIndex: range(index),
    leftBits: `${s.byteBits - 2 - index > 0 ? `${s.byteBits - 2 - index}'d0, ` : ""}${left}`,
    lastWords: `left[${index - 1}:0] - ${index}'d1`,
    dataLengthGood: longestLength(design).limited ? "head_length <= MAX_LENGTH" : "1'b1",
    wordsFull: dec(s.words - 1, index),
    blocksExpression: `${widen(`length[${low + blockPart - 1}:${low}]`, blockPart, s.blockBits)} + ${s.blockBits}'d1`,
    params: [
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("BB", s.byteBits, "bits of a byte count"),
      localparam("DATA_VLS", dec(s.N, 4), "data VLs"),
      localparam("VL15_LANE", dec(s.N, s.laneBits), "lane of VL15"),
      localparam("WORDS_PER_BEAT", dec(s.words, 11), "4-byte words a beat, as PktLen counts"),
      localparam("TWO_BYTES", dec(2, s.byteBits), "bytes: a VCRC alone"),
      localparam("SIX_BYTES", dec(6, s.byteBits), "bytes: a flow-control packet"),
      localparam("MIN_LENGTH", "11'd5", "words: shortest PktLen, a raw packet (InfiniBand vol. 1, LRH)"),
      ...(longestLength(design).limited
        ? [localparam("MAX_LENGTH", dec(longestLength(design).words, 11), "words: floor((mtu + 124) / 4)")]
        : []),
      localparam(
        "MAX_LENGTH_15",
        dec(Math.floor((d.vl15PacketBytes.value - 2) / 4), 11),
        "words: longest packet on VL15 (256 bytes of payload, no GRH)",
      ),
    ],
  };
}

/** Start column of a frame outside the retry, byte 0 in the low bits. */
function startColumn(kind: number): string {
  const body = [0x55, 0x55, 0x55, kind, 0x55];
  const column = [0xfb, ...body, crc8(body), 0xd5];
  return `64'h${column
    .toReversed()
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")}`;
}

/** `llr_loop`: harness of the proof that the retry loses, doubles and swaps nothing. */
export function llrLoopView(design: LinkDesign): View {
  return {
    header: header(design, "Proof of the retry: sender and receiver over a cable with faults."),
    module: moduleName(design, "llr_loop"),
    module_rx: moduleName(design, "llr_rx"),
    r: ranges(design),
    room: `32'd${design.derived.replayDepthBeats.value - 1}`,
  };
}
