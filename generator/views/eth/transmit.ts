/** Views of the transmit side of an Ethernet port. */
import type { NicDesign } from "../../design/nic.ts";
import { ethernetOf } from "../../elaborate/ethernet.ts";
import { dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam } from "../common.ts";
import { nicSizes, qpBits } from "../nic/sizes.ts";
import { range } from "../ranges.ts";
import { ethView, wordMask, wordParams } from "./sizes.ts";

/** Beats that may still come when `s_tready` falls. */
const slack = 4;
/** Packets that wait at most, and those that may still come. */
const packets = { most: 16, slack: 4 };

/** Words of the LRH. */
const lrhWords = 2;
/** Words in front of the BTH: two bytes of preamble, Ethernet, IP, UDP. */
export const frontWords = { four: (2 + 14 + 20 + 8) / 4, six: (2 + 14 + 40 + 8) / 4 } as const;

export function txFramesView(design: NicDesign): View {
  const { BB, words, wordBits } = nicSizes(design);
  const { transmitBufferBeats, ethernetPacketBeats } = ethernetOf(design).derived;
  const transmitBeats = transmitBufferBeats.value;
  const rowBits = indexBits(transmitBeats);
  return {
    ...ethView(design, "eth_tx_frames"),
    header: header(design, "Packets to be sent, until they are whole and may go."),
    packets: String(Math.floor((transmitBeats - slack) / ethernetPacketBeats.value)),
    params: [
      localparam("KEEP", BB, "bytes of a beat: W / 8"),
      localparam("WORDS", words, "4-byte words of a beat: W / 32"),
      localparam("WORD_BITS", wordBits, "bits that count them"),
      localparam("RB", rowBits, "bits of a row's number"),
      localparam(
        "[RB:0] ROW_LIMIT",
        dec(transmitBeats - slack, rowBits + 1),
        "beats: the ring without SLACK",
      ),
      localparam("[4:0] PACKET_LIMIT", dec(packets.most - packets.slack, 5), "packets: those that wait"),
      localparam("[7:0] CNP", hex(0x81, 8), "opcode of a congestion notification"),
    ],
  };
}

export function roceHeaderView(design: NicDesign): View {
  const bits = qpBits(design);
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
