/** Views of the receive side of an Ethernet port. */
import type { LinkDesign } from "../../design/link.ts";
import type { NicDesign } from "../../design/nic.ts";
import { ethernetOf } from "../../elaborate/ethernet.ts";
import { goodResidue, icrc } from "../../math/crc.ts";
import { bin, dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import { crcCommonParams, crcCommonView } from "../crc-tables.ts";
import { macRxAlignView, macRxView } from "../mac-rx.ts";
import { hasGrh, nicSizes, qpBits } from "../nic/sizes.ts";
import { range } from "../ranges.ts";
import { ethView, wordMask, wordParams } from "./sizes.ts";

/** Columns of the MII into frames: the receiver of native frames, which takes only the plain start column. */
export function ethMacRxViews(design: NicDesign): readonly [rx: View, align: View] {
  const port: LinkDesign = { ...design.port, retry: "none" };
  // Byte 6 of the start column is 55, where native frames have a CRC-8
  const plain = [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => ({
    bit: String(bit),
    sign: (0x55 >> bit) & 1 ? "~^" : "^",
    mask: "40'd0",
  }));
  const align = moduleName(design, "eth_mac_rx_align");
  return [
    { ...macRxView(port), module: moduleName(design, "eth_mac_rx"), align_module: align, plain: true },
    { ...macRxAlignView(port), module: align, start_crc: plain },
  ];
}

/** Rows that can wait in front of the receiver. */
const waitingRows = 32;

/** Whether two frames can start in one row: with their least gap they are 84 bytes apart, or 80 once in a while. */
export const partsRows = (design: NicDesign): boolean => nicSizes(design).BB > 80;

export function rxRowsView(design: NicDesign): View {
  const { W } = nicSizes(design);
  const half = waitingRows / 2;
  return {
    ...ethView(design, "eth_rx_rows"),
    header: header(design, "Rows of the MII with one start each."),
    columns: String(W / 64),
    half: String(half),
    most: String(waitingRows - 2),
    params: [
      localparam("W", W, "bits of a row"),
      localparam("C", W / 64, "columns of 8 bytes: W / 64"),
      localparam("ROWS", waitingRows, "rows that can wait"),
      localparam("[5:0] FEW", dec(4, 6), "cycles of work while rows pass without waiting"),
      localparam("[5:0] HALF", dec(half, 6), "cycles of work up to which a row is parted"),
      localparam("[5:0] MOST", dec(waitingRows - 2, 6), "the same for one with two frames of MAC control"),
      localparam(
        "[47:0] MAC_CONTROL",
        hex(0x010000c28001, 48),
        "01-80-c2-00-00-01, its first byte in the low bits",
      ),
    ],
  };
}

export function fcsCheckView(design: NicDesign): View {
  const { W, BB, laneBits } = nicSizes(design);
  return {
    ...crcCommonView(W, { kind: "icrc", sideBits: 0 }),
    header: header(design, `Checks the FCS of frames, one beat of ${W} bits a cycle.`),
    module: moduleName(design, "eth_fcs_check"),
    bytes_range: range(bitsFor(BB)),
    lane_range: range(laneBits),
    residues: Array.from({ length: BB }, (_, at) => {
      const bytes = (at + 1) % BB;
      return {
        bytes: bytes === 0 ? "default" : dec(bytes, laneBits),
        value: hex(goodResidue(icrc, BB - (bytes === 0 ? BB : bytes)), 32),
      };
    }),
    params: [localparam("BYTES", BB, "bytes a beat: datapath bits / 8"), ...crcCommonParams(W, "icrc")],
  };
}

/** Four ways in which headers stand in front of the BTH. `code` is {IPv6, tag}. */
const forms = [
  { code: 0, ip: 16, six: false },
  { code: 1, ip: 20, six: false },
  { code: 2, ip: 16, six: true },
  { code: 3, ip: 20, six: true },
] as const;

type Form = (typeof forms)[number];

const udpAt = ({ ip, six }: Form): number => ip + (six ? 40 : 20);

/** Words of headers that a packet loses when they become an LRH. */
const lostWords = (form: Form): number => udpAt(form) / 4;

/** The same where the headers of IP and UDP stay, behind two words in front. */
const keptFrom = ({ ip }: Form): number => ip / 4 - 2;

/** Bits that the ICRC sees as ones, and as zeros, by byte of the frame with two bytes in front. */
function maskOf(form: Form): {
  readonly ones: ReadonlyMap<number, number>;
  readonly zeros: readonly number[];
} {
  const { ip, six } = form;
  const udp = udpAt(form);
  const bth = udp + 8;
  const ones = new Map<number, number>();
  // Takes the register from ones to zero, keeps it there, then to where eight bytes of ones lead
  for (const at of [0, 1, 2, 3, ip - 4, ip - 3, ip - 2, ip - 1]) ones.set(at, 0xff);
  const ipMasks: readonly (readonly [number, number])[] = six
    ? [
        [0, 0x0f],
        [1, 0xff],
        [2, 0xff],
        [3, 0xff],
        [7, 0xff],
      ]
    : [
        [1, 0xff],
        [8, 0xff],
        [10, 0xff],
        [11, 0xff],
      ];
  for (const [at, bits] of ipMasks) ones.set(ip + at, bits);
  for (const at of [udp + 6, udp + 7, bth + 4]) ones.set(at, 0xff);
  return { ones, zeros: Array.from({ length: ip - 8 }, (_, at) => at + 4) };
}

function maskLines(form: Form, beat: number, BB: number): readonly View[] {
  const { ones, zeros } = maskOf(form);
  const within = (at: number): boolean => Math.floor(at / BB) === beat;
  const place = (at: number): string => `[${8 * (at % BB) + 7}:${8 * (at % BB)}]`;
  return [
    ...[...ones]
      .filter(([at]) => within(at))
      .map(([at, bits]) => ({ text: `ones${place(at)} = ${hex(bits, 8)};` })),
    ...zeros.filter(within).map((at) => ({ text: `zeros${place(at)} = 8'hff;` })),
  ];
}

/** First bytes of a frame that are looked at: tag, IPv6, UDP, BTH. */
const headBytes = 80;
/** IP header to BTH. */
const ipBytes = 60;

export function roceDeframerView(design: NicDesign): View {
  const { W, BB, words, wordBits } = nicSizes(design);
  const qp = qpBits(design);
  const grh = hasGrh(design);
  // slices of fields in vectors whose first byte stands in the high bits
  const inHead = (at: number, bytes: number): string =>
    `${8 * (headBytes - at) - 1}:${8 * (headBytes - at - bytes)}`;
  const inIp = (at: number, bytes: number): string =>
    `${8 * (ipBytes - at) - 1}:${8 * (ipBytes - at - bytes)}`;
  const bitsOf = (total: number, at: number, high: number, low: number): string =>
    `${8 * (total - at - 1) + high}:${8 * (total - at - 1) + low}`;
  const heads = Array.from({ length: Math.ceil((8 * headBytes) / W) }, (_, index) => {
    const bits = Math.min(W, 8 * headBytes - index * W);
    return {
      index: dec(index, 4),
      to: bits === 8 * headBytes ? "" : `[${index * W + bits - 1}:${index * W}]`,
      from: bits === W ? "" : `[${bits - 1}:0]`,
    };
  });
  const words16 = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`w${at}`, inIp(2 * at, 2)]));
  return {
    ...ethView(design, "roce_deframer"),
    header: header(design, "Takes the headers of RoCE v2 off received frames and checks them."),
    narrow: W === 128,
    headHigh: String(8 * headBytes - 1),
    headBytes: String(headBytes),
    headLast: String(headBytes - 1),
    bytesPad: dec(0, 16 - bitsFor(BB)),
    heads,
    wordBits: range(wordBits),
    masks: forms.flatMap((form) =>
      Array.from({ length: 6 }, (_, beat) => ({
        when: bin((BigInt(form.code) << 4n) | BigInt(beat), 6),
        lines: maskLines(form, beat, BB),
      })).filter(({ lines }) => lines.length > 0),
    ),
    kinds: forms.map((form) => {
      const lost = grh ? keptFrom(form) : lostWords(form);
      const at = lost % words;
      return {
        code: form.code === 3 ? "default" : bin(BigInt(form.code), 2),
        lostWords: dec(lostWords(form), 16),
        skip: dec(Math.floor(lost / words), 3),
        shift: dec(at, wordBits),
        own: wordMask(words, 0, words - at),
        moved: `{c_data[${32 * at - 1}:0], c_data[${W - 1}:${32 * at}]}`,
      };
    }),
    marks: forms.map((form) => {
      const at = form.ip + 1;
      const lsb = 8 * (at % BB) + (form.six ? 4 : 0);
      return {
        when: bin((BigInt(form.code) << 3n) | BigInt(Math.floor(at / BB)), 5),
        bits: `c_data[${lsb + 1}:${lsb}]`,
      };
    }),
    ipHigh: String(8 * ipBytes - 1),
    ipTag: inHead(20, ipBytes),
    ipPlain: inHead(16, ipBytes),
    typeTag: inHead(18, 2),
    typePlain: inHead(14, 2),
    mac: inHead(2, 6),
    udpSix: inIp(40, 20),
    udpFour: inIp(20, 20),
    payloadLength: inIp(4, 2),
    totalLength: inIp(2, 2),
    version: bitsOf(ipBytes, 0, 7, 4),
    nextHeader: inIp(6, 1),
    ihl: inIp(0, 1),
    protocol: inIp(9, 1),
    fragment: `${8 * (ipBytes - 6) - 3}:${8 * (ipBytes - 8)}`,
    destinationSix: inIp(24, 16),
    destinationFour: inIp(16, 4),
    sourceSix: inIp(8, 16),
    sourceFour: inIp(12, 4),
    ecnSix: bitsOf(ipBytes, 1, 5, 4),
    ecnFour: bitsOf(ipBytes, 1, 1, 0),
    udpPort: "143:128",
    udpLength: "127:112",
    // UDP 8 bytes, BTH: queue pair in bytes 5 ... 7
    qpnHigh: `55:${32 + qp}`,
    qpnHighZero: dec(0, 24 - qp),
    queuePairs: String(design.queuePairs),
    opcode: "95:88",
    qpnLow: `${31 + qp}:32`,
    controlCode: inHead(16, 2),
    pausePriorities: inHead(19, 1),
    pauseQuanta: inHead(20, 16),
    ...words16,
    params: [
      ...wordParams(design),
      localparam("[15:0] BEAT_WORDS", dec(words, 16), "words: a full beat"),
      localparam("[47:0] MAC_CONTROL", hex(0x0180c2000001, 48), "destination of pause frames"),
      localparam("[15:0] TYPE_CONTROL", hex(0x8808, 16), "EtherType of MAC control"),
      localparam("[15:0] TYPE_IPV4", hex(0x0800, 16), "EtherType"),
      localparam("[15:0] TYPE_IPV6", hex(0x86dd, 16), "EtherType"),
      localparam("[7:0] UDP_PROTOCOL", dec(17, 8), "IP protocol"),
      localparam("[15:0] ROCE_PORT", dec(4791, 16), "UDP port of RoCE v2"),
      localparam("[17:0] LEAST_FRAME", dec(62, 18), "bytes: shortest frame without FCS, two bytes in front"),
      ...(grh
        ? [
            localparam("[7:0] UD_SEND", hex(0x64, 8), "opcodes of datagrams"),
            localparam("[7:0] UD_SEND_IMM", hex(0x65, 8), "the same with immediate data"),
          ]
        : []),
      localparam("[15:0] LEAST_BYTES", dec(24, 16), "bytes: UDP, BTH and ICRC"),
      localparam(
        "[15:0] MOST_BYTES",
        dec(ethernetOf(design).derived.maxIpBytes.value - 40 + 8, 16),
        "bytes: the same with the longest headers and payload",
      ),
    ],
  };
}

export function rxFramesView(design: NicDesign): View {
  const { words, wordBits } = nicSizes(design);
  return {
    ...ethView(design, "eth_rx_frames"),
    header: header(design, "Received packets, until they are known to be good."),
    params: [
      localparam("WORDS", words, "4-byte words of a beat: W / 32"),
      localparam("WB", wordBits, "bits that count them"),
      localparam(
        "RB",
        indexBits(ethernetOf(design).derived.receiveBufferBeats.value),
        "bits of a row's number",
      ),
    ],
  };
}

export function pauseView(design: NicDesign): View {
  const bits = Math.floor((design.port.rateGbps * 1000) / design.clockMHz);
  return {
    ...ethView(design, "eth_pause"),
    header: header(design, "Priority flow control."),
    bits: String(bits),
    params: [
      localparam(
        "[25:0] CYCLE_BITS",
        dec(bits, 26),
        `bits a cycle: ${design.port.rateGbps} Gb/s / ${design.clockMHz} MHz, rounded down`,
      ),
      localparam("[25:0] ALL_BITS", dec(65535 * 512, 26), "bits: 65535 quanta of 512"),
      localparam(
        "[25:0] AGAIN_BITS",
        dec(32768 * 512, 26),
        "bits: half of that, when a pause is asked for again",
      ),
    ],
  };
}
