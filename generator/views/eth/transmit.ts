/** Views of the transmit side of an Ethernet port. */
import type { NicDesign } from "../../design/nic.ts";
import { ethernetOf } from "../../elaborate/ethernet.ts";
import { cnpQueueRows } from "../../elaborate/nic-tables.ts";
import { dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam } from "../common.ts";
import { cnpBytes } from "../nic/congestion.ts";
import { longestHeaderBytes, nicSizes } from "../nic/sizes.ts";
import { range } from "../ranges.ts";
import {
  addressRowBits,
  ethView,
  laneOf,
  lanesOf,
  queueBits,
  queueRowBits,
  wordMask,
  wordParams,
} from "./sizes.ts";

/** Rows that may still come when a queue is found full, and packets. */
const slack = 4;
/** Whole packets that a queue holds, of one lane and of several: those behind the engines are counted, too. */
const packets = { one: 16, several: 32 };
/** Beats in front of a packet's end at which the next one is chosen: what its headers take. */
const ahead = 10;
/** Longest packets that fit beside what a lane holds while it is open. */
const margin = 3;

/** Words of the LRH. */
const lrhWords = 2;
/** Words in front of the BTH: two bytes of preamble, Ethernet, IP, UDP. */
export const frontWords = { four: (2 + 14 + 20 + 8) / 4, six: (2 + 14 + 40 + 8) / 4 } as const;

const packetsOf = (design: NicDesign): number => (lanesOf(design) > 1 ? packets.several : packets.one);

export function txFramesView(design: NicDesign): View {
  const { W, BB, words, wordBits } = nicSizes(design);
  const { transmitBufferBeats, ethernetPacketBeats } = ethernetOf(design).derived;
  const lanes = lanesOf(design);
  const rowBits = queueRowBits(design);
  const bits = queueBits(design);
  const count = packetsOf(design);
  const address = (row: string): string =>
    lanes === 1
      ? `${row}_at[RB-1:0]`
      : `{${row === "read" ? "from" : "queue"}[${indexBits(lanes) - 1}:0], ${row}_at[RB-1:0]}`;
  const longest = ethernetPacketBeats.value + slack;
  const cnpRows = Math.ceil(cnpBytes / BB) + slack;
  return {
    ...ethView(design, "eth_tx_frames"),
    header: header(design, "Packets to be sent, until they are whole and may go."),
    queuesSay:
      lanes === 1
        ? "There are two queues: one for data,"
        : `There is a queue for each of ${lanes} lanes of data,`,
    oneLane: lanes === 1,
    lane: laneOf(design, "s_tuser"),
    usedHigh: String(lanes * (rowBits + 1) - 1),
    lanesHigh: String(lanes - 1),
    packetBits: String(bitsFor(count) - 1),
    packetZero: dec(0, bitsFor(count)),
    wordShift: String(Math.log2(words)),
    rowHigh: String(W + wordBits),
    writeAddress: address("write"),
    readAddress: address("read"),
    params: [
      localparam("KEEP", BB, "bytes of a beat: W / 8"),
      localparam("WORDS", words, "4-byte words of a beat: W / 32"),
      localparam("WORD_BITS", wordBits, "bits that count them"),
      localparam("LANES", lanes, "queues of data"),
      localparam("QB", bits, "bits of a queue's number"),
      localparam(`[${bits - 1}:0] CNP_QUEUE`, dec(lanes, bits), "the one of notifications"),
      localparam("RB", rowBits, "bits of a row's number"),
      localparam("CB", indexBits(cnpQueueRows), "bits of a row's number in the queue of notifications"),
      localparam(
        "[RB:0] ROW_LIMIT",
        dec(transmitBufferBeats.value - longest, rowBits + 1),
        `rows: a queue without a longest packet and ${slack}`,
      ),
      localparam(
        "[RB:0] CNP_LIMIT",
        dec(cnpQueueRows - cnpRows, rowBits + 1),
        `rows: that of notifications without one and ${slack}`,
      ),
      localparam("PACKETS", count, "packets that a queue holds"),
      localparam(
        `[${bitsFor(count) - 1}:0] PACKET_LIMIT`,
        dec(count - slack, bitsFor(count)),
        `packets: those without ${slack}`,
      ),
      localparam("[10:0] AHEAD", dec(ahead, 11), "beats: headers are made in as many cycles"),
      localparam("[7:0] CNP", hex(0x81, 8), "opcode of a congestion notification"),
    ],
  };
}

/** Which lanes may have one more packet; of several lanes. */
export function txRoomView(design: NicDesign): View {
  const { BB, laneBits } = nicSizes(design);
  const { transmitBufferBeats, ethernetPacketBeats } = ethernetOf(design).derived;
  const lanes = lanesOf(design);
  const rowBits = queueRowBits(design);
  const low = `lane_open[${lanes - 1}:0]`;
  const pad = rowBits + 1 - (14 - laneBits);
  const limit = transmitBufferBeats.value - margin * ethernetPacketBeats.value - 2 * slack;
  return {
    ...ethView(design, "eth_tx_room"),
    header: header(design, "Room of the lanes of the transmit side."),
    margin: String(margin),
    lane: laneOf(design, "ahead_vl"),
    usedHigh: String(lanes * (rowBits + 1) - 1),
    lanesHigh: String(lanes - 1),
    rows: pad > 0 ? `{${dec(0, pad)}, bytes[13:${laneBits}]}` : `bytes[${laneBits + rowBits}:${laneBits}]`,
    openLanes: `{ {${16 - lanes}{lane_open[0]} }, ${low}}`,
    params: [
      localparam("LANES", lanes, "queues of data"),
      localparam("QB", queueBits(design), "bits of a queue's number"),
      localparam("RB", rowBits, "bits of a row's number in one"),
      localparam(
        "[13:0] MOST_BYTES",
        dec(longestHeaderBytes + BB - 1, 14),
        "bytes: longest headers, and what rounds up to a beat",
      ),
      localparam(
        "[RB+1:0] ROW_LIMIT",
        dec(limit, rowBits + 2),
        `rows: a queue without ${margin} longest packets and ${2 * slack}`,
      ),
      localparam(
        "[5:0] PACKET_LIMIT",
        dec(packets.several - 2 * slack, 6),
        `packets: those of a queue without ${2 * slack}`,
      ),
    ],
  };
}

export function roceHeaderView(design: NicDesign): View {
  const bits = addressRowBits(design);
  return {
    ...ethView(design, "roce_header"),
    header: header(design, "Headers of Ethernet, IP and UDP of packets to be sent."),
    unusedRow: bits < 16 ? `, about_row[15:${bits}]` : "",
    params: [
      localparam("[15:0] TYPE_IPV4", hex(0x0800, 16), "EtherType"),
      localparam("[15:0] TYPE_IPV6", hex(0x86dd, 16), "EtherType"),
      localparam("[15:0] IPV4_BYTES", dec(20, 16), "bytes: IPv4 header"),
      localparam("[15:0] DONT_FRAGMENT", hex(0x4000, 16), "flags and offset"),
      localparam("[7:0] UDP_PROTOCOL", dec(17, 8), "IP protocol"),
      localparam("[15:0] ROCE_PORT", dec(4791, 16), "UDP port of RoCE v2"),
    ],
  };
}

/** How a packet moves behind headers of `front` words. */
function layout(design: NicDesign, front: number): View {
  const { W, words, wordBits } = nicSizes(design);
  const moved = front - lrhWords;
  const at = moved % words;
  const masked = front + 1;
  const beats = Math.floor(masked / words) + 1;
  const lsb = 32 * (masked % words);
  return {
    skip: dec(Math.floor(moved / words), 3),
    shift: dec(at, wordBits),
    behind: wordMask(words, at, words),
    moved: `{s_data[${W - 32 * at - 1}:0], s_data[${W - 1}:${W - 32 * at}]}`,
    beats: Array.from({ length: beats }, (_, beat) => ({
      index: dec(beat, 3),
      headed: wordMask(words, 0, front - beat * words),
      masked: beat === Math.floor(masked / words),
      bits: `[${lsb + 7}:${lsb}]`,
    })),
  };
}

export function roceFramerView(design: NicDesign): View {
  const { W, words, wordBits } = nicSizes(design);
  const part = (name: string): string =>
    W === 1024
      ? `{512'd0, ${name}}`
      : W === 512
        ? name
        : `${name}[W*index_reg[${W === 256 ? 0 : "1:0"}] +: W]`;
  return {
    ...ethView(design, "roce_framer"),
    header: header(design, "Puts the headers of a frame in the place of the LRH."),
    four: layout(design, frontWords.four),
    six: layout(design, frontWords.six),
    head: part("hdr_bytes"),
    image: part("hdr_image"),
    params: [
      ...wordParams(design),
      localparam(`${range(wordBits)} BEAT_WORDS`, dec(words, wordBits), "words: a full beat"),
    ],
  };
}

export function txControlView(design: NicDesign): View {
  const { W, words, wordBits } = nicSizes(design);
  const shortWords = 15;
  const pauseWords = 15;
  const at = 32 * (shortWords % words);
  const wide = Math.max(512, W);
  const beats = Math.ceil(pauseWords / words);
  return {
    ...ethView(design, "eth_tx_control"),
    header: header(design, "Pads frames, puts pause frames between them."),
    pauseHigh: String(wide - 1),
    pauseZero: `{${wide - 480}{1'b0}}`,
    pauseBeat: W >= 512 ? "pause_bytes" : `pause_bytes[W*index_reg[${W === 256 ? 0 : "1:0"}] +: W]`,
    padLow: at === 0 ? "" : `[${at - 1}:0]`,
    padWord: `[${at + 31}:${at}]`,
    padHigh: at + 32 === W ? "" : `[${W - 1}:${at + 32}]`,
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("WB", wordBits, "bits that count its 4-byte words"),
      localparam(`${range(wordBits)} BEAT_WORDS`, dec(words, wordBits), "words: a full beat"),
      localparam(
        "[3:0] SHORT_BEAT",
        dec(Math.floor(shortWords / words), 4),
        "beat that a frame of 15 words ends in",
      ),
      localparam(`${range(wordBits)} SHORT_WORDS`, dec(shortWords % words, wordBits), "words of that beat"),
      localparam("[3:0] PAUSE_BEATS", dec(beats, 4), "beats of a pause frame: 60 bytes"),
      localparam(
        `${range(wordBits)} PAUSE_WORDS`,
        dec(pauseWords - (beats - 1) * words, wordBits),
        "words of its last beat",
      ),
    ],
  };
}

export function txAlignView(design: NicDesign): View {
  const { W, BB } = nicSizes(design);
  const bits = bitsFor(BB);
  return {
    ...ethView(design, "eth_tx_align"),
    header: header(design, "Moves frames to byte 0 and says what gap they need."),
    params: [
      localparam("W", W, "bits of a beat"),
      localparam(`${range(bits)} BEAT_BYTES`, dec(BB, bits), "bytes: a full beat"),
      localparam(`${range(bits)} TWO_BYTES`, dec(2, bits), "bytes in front of a frame"),
    ],
  };
}

export function ethMacTxView(design: NicDesign): View {
  const { W, BB } = nicSizes(design);
  const columns = W / 64;
  return {
    ...ethView(design, "eth_mac_tx"),
    header: header(design, "Frames into MII columns."),
    params: [
      localparam("W", W, "bits: width of a beat and of the MII"),
      localparam("C", columns, "columns a beat: W / 64"),
      localparam("CB", bitsFor(2 * columns + 3), "bits: columns of residue and beat, 0 ... 2 * C + 3"),
      localparam("BB", bitsFor(BB), "bits: bytes of a beat, 0 ... W / 8"),
    ],
  };
}
