/**
 * InfiniBand packets built and parsed. "Packet" is LRH … ICRC, as on the packet side of a device; "frame" is the packet
 * with its VCRC, as on the wire.
 */
import { icrc, vcrc } from "./crc.ts";
import {
  bthBytes,
  extensionBytes,
  grhBytes,
  icrcBytes,
  lnh,
  lrhBytes,
  readUint16,
  readUint24,
  vcrcBytes,
  writeUint16,
  writeUint24,
  writeUint32,
} from "./headers.ts";

/** LRH fields; PktLen and LNH follow from the rest of the packet. */
export interface LocalRoute {
  /** 0 … 15. */
  readonly vl: number;
  /** 0 … 15, default 0. */
  readonly sl?: number;
  readonly dlid: number;
  readonly slid: number;
}

/** GRH fields; PayLen follows from the packet, NxtHdr is 1B. */
export interface GlobalRoute {
  readonly trafficClass?: number;
  /** 20 bits. */
  readonly flowLabel?: number;
  /** Default 64. */
  readonly hopLimit?: number;
  /** 16 bytes each. */
  readonly sgid: Uint8Array;
  readonly dgid: Uint8Array;
}

/** BTH fields; PadCnt follows from the payload. */
export interface BaseTransport {
  readonly opcode: number;
  readonly solicited?: boolean;
  /** Default true, as hardware sends it. */
  readonly migrated?: boolean;
  /** Default FFFF. */
  readonly pkey?: number;
  readonly becn?: boolean;
  readonly fecn?: boolean;
  readonly destQp: number;
  readonly ackRequest?: boolean;
  /** 24 bits. */
  readonly psn: number;
}

export interface PacketFields {
  readonly lrh: LocalRoute;
  readonly grh?: GlobalRoute;
  readonly bth: BaseTransport;
  /** RETH, AETH … behind the BTH. */
  readonly extension?: Uint8Array;
  readonly payload?: Uint8Array;
}

const empty = new Uint8Array(0);

/** Writes the ICRC of a packet whose other bytes stand. */
export function sealIcrc(packet: Uint8Array): void {
  const end = packet.length - icrcBytes;
  const value = icrc(packet, 0, end);
  for (let i = 0; i < icrcBytes; i++) packet[end + i] = value >>> (8 * i);
}

/** Builds LRH … ICRC, a multiple of four bytes long. */
export function buildPacket(fields: PacketFields): Uint8Array {
  const extension = fields.extension ?? empty;
  const payload = fields.payload ?? empty;
  const pad = -payload.length & 3;
  const global = fields.grh ? grhBytes : 0;
  const transport = bthBytes + extension.length + payload.length + pad + icrcBytes;
  const packet = new Uint8Array(lrhBytes + global + transport);
  const { lrh, grh, bth } = fields;
  packet[0] = lrh.vl << 4;
  packet[1] = ((lrh.sl ?? 0) << 4) | (grh ? lnh.global : lnh.local);
  writeUint16(packet, 2, lrh.dlid);
  writeUint16(packet, 4, packet.length >> 2);
  writeUint16(packet, 6, lrh.slid);
  if (grh) {
    writeUint32(packet, 8, (6 << 28) | ((grh.trafficClass ?? 0) << 20) | (grh.flowLabel ?? 0));
    writeUint16(packet, 12, transport);
    packet[14] = 0x1b;
    packet[15] = grh.hopLimit ?? 64;
    packet.set(grh.sgid, 16);
    packet.set(grh.dgid, 32);
  }
  const at = lrhBytes + global;
  packet[at] = bth.opcode;
  packet[at + 1] = (bth.solicited ? 0x80 : 0) | (bth.migrated === false ? 0 : 0x40) | (pad << 4);
  writeUint16(packet, at + 2, bth.pkey ?? 0xffff);
  packet[at + 4] = (bth.fecn ? 0x80 : 0) | (bth.becn ? 0x40 : 0);
  writeUint24(packet, at + 5, bth.destQp);
  packet[at + 8] = bth.ackRequest ? 0x80 : 0;
  writeUint24(packet, at + 9, bth.psn);
  packet.set(extension, at + bthBytes);
  packet.set(payload, at + bthBytes + extension.length);
  sealIcrc(packet);
  return packet;
}

/** What stands in a packet; offsets are in bytes from the LRH. */
export interface ParsedPacket {
  readonly vl: number;
  readonly lver: number;
  readonly sl: number;
  readonly lnh: number;
  readonly dlid: number;
  readonly slid: number;
  /** Words of four bytes, LRH … ICRC. */
  readonly pktLen: number;
  readonly opcode: number;
  readonly pad: number;
  readonly pkey: number;
  readonly destQp: number;
  readonly psn: number;
  readonly bthOffset: number;
  /** Payload without pad; both 0 when the opcode's headers are not known. */
  readonly payloadOffset: number;
  readonly payloadBytes: number;
  readonly icrcGood: boolean;
}

/** Parses LRH … ICRC. @returns null when the bytes are too short or are no InfiniBand transport packet. */
export function parsePacket(packet: Uint8Array): ParsedPacket | null {
  const next = packet[1]! & 3;
  if (packet.length < lrhBytes + bthBytes + icrcBytes || (next & 2) === 0) return null;
  const at = lrhBytes + (next === lnh.global ? grhBytes : 0);
  if (packet.length < at + bthBytes + icrcBytes) return null;
  const code = packet[at]!;
  const pad = (packet[at + 1]! >> 4) & 3;
  const extension = extensionBytes(code);
  const payloadOffset = extension === null ? 0 : at + bthBytes + extension;
  const end = packet.length - icrcBytes;
  const value = icrc(packet, 0, end);
  let icrcGood = true;
  for (let i = 0; i < icrcBytes; i++) icrcGood &&= packet[end + i] === ((value >>> (8 * i)) & 255);
  return {
    vl: packet[0]! >> 4,
    lver: packet[0]! & 15,
    sl: packet[1]! >> 4,
    lnh: next,
    dlid: readUint16(packet, 2),
    slid: readUint16(packet, 6),
    pktLen: readUint16(packet, 4) & 0x7ff,
    opcode: code,
    pad,
    pkey: readUint16(packet, at + 2),
    destQp: readUint24(packet, at + 5),
    psn: readUint24(packet, at + 9),
    bthOffset: at,
    payloadOffset,
    payloadBytes: extension === null ? 0 : Math.max(0, end - payloadOffset - pad),
    icrcGood,
  };
}

/** Payload bytes of a packet, 0 when its opcode is not known; cheap, for goodput counts. */
export function payloadBytesOf(packet: Uint8Array): number {
  const at = lrhBytes + ((packet[1]! & 3) === lnh.global ? grhBytes : 0);
  const extension = extensionBytes(packet[at] ?? 0xff);
  if (extension === null) return 0;
  return Math.max(0, packet.length - icrcBytes - at - bthBytes - extension - ((packet[at + 1]! >> 4) & 3));
}

/** The wire form: packet and its VCRC, `4*PktLen + 2` bytes. */
export function appendVcrc(packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(packet.length + vcrcBytes);
  frame.set(packet);
  sealVcrc(frame);
  return frame;
}

/** Writes the CRC over all but the last two bytes into those: VCRC of a frame, LPCRC of a flow-control packet. */
export function sealVcrc(frame: Uint8Array): void {
  const end = frame.length - vcrcBytes;
  const value = vcrc(frame, 0, end);
  frame[end] = value;
  frame[end + 1] = value >>> 8;
}

/** Complements the VCRC in place: one of the two signs of a poisoned packet. */
export function poison(frame: Uint8Array): void {
  frame[frame.length - 2] = frame[frame.length - 2]! ^ 0xff;
  frame[frame.length - 1] = frame[frame.length - 1]! ^ 0xff;
}

/** How the last two bytes relate to the CRC of the bytes before. */
export type CrcVerdict = "good" | "complemented" | "bad";

/** Judges the VCRC (or LPCRC) in the first `length` bytes. */
export function judgeVcrc(bytes: Uint8Array, length: number): CrcVerdict {
  if (length < vcrcBytes) return "bad";
  const value = vcrc(bytes, 0, length - vcrcBytes);
  const received = bytes[length - 2]! | (bytes[length - 1]! << 8);
  if (received === value) return "good";
  return received === (value ^ 0xffff) ? "complemented" : "bad";
}

/** Credit blocks of a packet of `packetBytes` (LRH … ICRC): its wire form rounded up. */
export function creditBlocks(packetBytes: number, blockBytes: number): number {
  return Math.ceil((packetBytes + vcrcBytes) / blockBytes);
}
