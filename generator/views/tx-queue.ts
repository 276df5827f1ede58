import type { LinkDesign } from "../design/link.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, localparam, moduleName } from "./common.ts";
import { lengthBits, lengthLow, longestLength, range, ranges, sizes } from "./ranges.ts";

/** Packets between a look at the room and their place in the queue, at one beat each: more than the pipeline is long. */
const packetsInFlight = 12;

/** `tx_queue`: client stream to per-lane queues. */
export function txQueueView(design: LinkDesign): View {
  const s = sizes(design);
  const d = design.derived;
  const descriptors = d.queueDescriptors.value;
  const unused = 15 - s.N;
  const switched = design.role === "switchPort";
  return {
    header: header(design, "Transmit ingress: checks, and queues a lane for each VL."),
    module: moduleName(design, "tx_queue"),
    module_buffer: moduleName(design, "vl_tx_buffer"),
    r: ranges(design),
    secded: design.memoryProtection === "secded",
    dataTooLong: longestLength(design).limited ? "first_length > MAX_LENGTH" : "1'b0",
    wordIndex: range(indexBits(s.words)),
    cutThrough: design.forwarding === "cut-through",
    switched,
    queueRoom: switched ? "count_reg <= MAX_WAITING" : "!count_reg[QB]",
    vlRoom: unused > 0 ? `${unused}'d0, lane_open[${s.N - 1}:0]` : `lane_open[${s.N - 1}:0]`,
    lengthReg: design.forwarding === "cut-through" ? "partial_length_reg" : "length_reg",
    f: {
      most: String(d.maxPacketBeats.value),
      most15: String(Math.ceil(d.vl15PacketBytes.value / d.beatBytes.value)),
      // One that has looked may come in the very cycle, one may be in the pipeline behind the count
      late: String(packetsInFlight - 2),
    },
    params: [
      localparam("W", s.W, "bits of a beat"),
      localparam("WORDS", s.words, "4-byte words a beat"),
      localparam("WB", s.wordBits, "bits of a count of words in a beat"),
      localparam("IW", indexBits(s.words), "bits of a count of words less one"),
      localparam("WORDS_PER_BEAT", `11'd${s.words}`, "4-byte words a beat, as PktLen counts"),
      localparam("LANES", s.lanes, "lanes: data VLs and VL15"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("DATA_VLS", `4'd${s.N}`, "data VLs"),
      localparam("VL15_LANE", `${s.laneBits}'d${s.N}`, "lane of VL15"),
      localparam("MIN_LENGTH", "11'd5", "words: shortest PktLen, a raw packet (InfiniBand vol. 1, LRH)"),
      ...(longestLength(design).limited
        ? [localparam("MAX_LENGTH", dec(longestLength(design).words, 11), "words: floor((mtu + 124) / 4)")]
        : []),
      localparam(
        "MAX_LENGTH_15",
        `11'd${Math.floor((d.vl15PacketBytes.value - 2) / 4)}`,
        "words: longest packet on VL15 (256 bytes of payload, no GRH)",
      ),
      localparam("LOW", lengthLow(design), "low bits of PktLen that the scheduler does not need"),
      localparam("HB", lengthBits(design), "bits of what it needs"),
      localparam("DESCRIPTORS", descriptors, "packets that a lane may hold"),
      localparam("QB", indexBits(descriptors), "bits of a descriptor address"),
      ...(switched
        ? [
            localparam(
              "MAX_WAITING",
              `${indexBits(descriptors) + 1}'d${descriptors - packetsInFlight}`,
              `packets: up to ${packetsInFlight} more are on their way through the crossbar`,
            ),
          ]
        : []),
    ],
  };
}
