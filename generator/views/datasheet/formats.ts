import type { LinkDesign } from "../../design/link.ts";
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import { code, figure, heading, type Section, table, text } from "./html.ts";
import { isEthernet } from "./nic-claims.ts";
import { extensionHeaders, hostFormatParts } from "./nic-formats.ts";
import { drawBits } from "./wavedrom.ts";

/** A field of a format: name, bits, meaning. */
export type FormatField = readonly [name: string, bits: number, meaning: string];

/** Bytes on the wire, the first one first; in a byte and in a field the most significant bit stands first. */
export interface Format {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly fields: readonly FormatField[];
}

export const lrh: Format = {
  id: "lrh",
  title: "Local route header (LRH)",
  about: "The first eight bytes of every packet. Switches go by it; the VL is written by each transmitter.",
  fields: [
    ["VL", 4, "virtual lane"],
    ["LVer", 4, "version, 0"],
    ["SL", 4, "service level"],
    ["", 2, "reserved"],
    ["LNH", 2, "what follows: 2 BTH, 3 GRH, below 2 raw"],
    ["DLID", 16, "destination"],
    ["", 5, "reserved"],
    ["PktLen", 11, "words of 4 bytes, LRH through ICRC"],
    ["SLID", 16, "source"],
  ],
};

export const bth: Format = {
  id: "bth",
  title: "Base transport header (BTH)",
  about: "Carried, not interpreted, but for the P_Key and the congestion marks of a switch.",
  fields: [
    ["OpCode", 8, "operation and service"],
    ["SE", 1, "solicited event"],
    ["M", 1, "migration state"],
    ["Pad", 2, "bytes of padding"],
    ["TVer", 4, "version, 0"],
    ["P_Key", 16, "partition"],
    ["F", 1, "FECN: set by a congested switch"],
    ["B", 1, "BECN"],
    ["", 6, "reserved"],
    ["DestQP", 24, "destination queue pair"],
    ["A", 1, "acknowledgement asked for"],
    ["", 7, "reserved"],
    ["PSN", 24, "packet sequence number"],
  ],
};

export const flowControl: Format = {
  id: "flow-control",
  title: "Flow-control packet",
  about:
    "Six bytes for one data lane. Counts are in credit blocks, modulo 4096; being absolute, a lost one harms nothing.",
  fields: [
    ["Op", 4, "1 in Initialize, else 0"],
    ["FCTBS", 12, "blocks that the sender has sent in this session"],
    ["VL", 4, "data lane"],
    ["FCCL", 12, "limit up to which the receiver of this packet may send"],
    ["LPCRC", 16, "CRC-16 over the four bytes before"],
  ],
};

export const startColumn: Format = {
  id: "start",
  title: "Start column, with retry",
  about: "Opens a frame on the MII and numbers it; its control flags are 01.",
  fields: [
    ["FB", 8, "start"],
    ["seq[19:16]", 4, "sequence number, high bits"],
    ["7", 4, "marks a numbered frame"],
    ["seq[15:8]", 8, "sequence number"],
    ["seq[7:0]", 8, "sequence number, low bits"],
    ["kind", 8, "55 data packet, 66 flow-control packet"],
    ["55", 8, "constant"],
    ["CRC-8", 8, "over the five bytes before"],
    ["D5", 8, "constant"],
  ],
};

export const controlSet: Format = {
  id: "control-set",
  title: "Control ordered set",
  about: "ACK, NACK and the messages of the session; may stand between packets and inside of long ones.",
  fields: [
    ["5C", 8, "control set"],
    ["message", 8, "01 ACK, 02 NACK, 03 INIT, 04 INIT_ECHO, 20 FILL, 21 POISON"],
    ["seq[19:12]", 8, "sequence number, high bits"],
    ["seq[11:4]", 8, "sequence number"],
    ["seq[3:0]", 4, "sequence number, low bits"],
    ["6", 4, "O code"],
    ["session word", 16, "of INIT and INIT_ECHO, else 0"],
    ["CRC-8", 8, "over the six bytes before"],
  ],
};

/** The formats that a port speaks. */
export function formatsOf({ retry }: LinkDesign): readonly Format[] {
  return [lrh, bth, flowControl, ...(retry === "llr" ? [startColumn] : []), controlSet];
}

/** Of a switch or a link BTHs are carried; an adapter lives by them. */
const bthOfAdapter: Format = {
  ...bth,
  about: "Which queue pair, what is asked or answered, and the number of the packet.",
};

export function formatsSection(design: AnyDesign): Section {
  const port = portOf(design);
  const wire = formatsOf(port);
  const all = isEthernet(design)
    ? [bthOfAdapter, ...extensionHeaders]
    : design.kind === "nic"
      ? wire.flatMap((one) => (one === bth ? [bthOfAdapter, ...extensionHeaders] : [one]))
      : wire;
  return {
    id: "formats",
    title: "Packet formats",
    parts: [
      text(
        isEthernet(design)
          ? `Ethernet header, IPv4 (20 bytes) or IPv6 (40 bytes) header, UDP header with destination port 4791, then what is drawn here: BTH and further headers, payload of ${port.mtuBytes} bytes at most, ICRC (4 bytes); FCS (4 bytes). The byte at the upper left goes first.`
          : `InfiniBand packets: LRH, optionally a GRH, BTH and further headers, payload, ICRC (4 bytes), VCRC (2 bytes); ${port.mtuBytes} bytes of payload at most. On the MII a frame is a start column, the bytes of the packet and a terminate character, ${code("FD")}. The byte at the upper left goes first.`,
      ),
      ...all.flatMap(formatParts),
      ...(design.kind === "nic" ? hostFormatParts(design) : []),
    ],
  };
}

function formatParts({ id, title, about, fields }: Format): readonly View[] {
  const bits = fields.map(([name, count]) => ({ name, bits: count })).toReversed();
  const total = fields.reduce((sum, [, count]) => sum + count, 0);
  return [
    heading(title, `format-${id}`),
    text(about),
    figure(drawBits(title, bits), `${title}: ${total / 8} bytes, bit ${total - 1} first on the wire`),
    table({
      caption: `Fields: ${title}`,
      quiet: true,
      columns: [{ head: "field" }, { head: "bits", number: true }, { head: "meaning" }],
      rows: fields
        .filter(([name]) => name !== "")
        .map(([name, count, meaning]) => [code(name), String(count), meaning]),
    }),
  ];
}
