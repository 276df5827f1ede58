/**
 * What a port with RoCE v2 makes of a frame, told from the frame alone: IEEE 802.3 and 802.1Q, RFC 791, RFC 8200, RFC 768,
 * InfiniBand annex A17. Reasons are looked at in the order in which docs/nic-ethernet.md has them.
 */
import { crc32, icrcRoceV2 } from "../reference/crc.ts";

/** `any`: dropped, but what the reason is found in is not in the frame. `control`: of MAC control, counted nowhere. */
export type Verdict =
  | "good"
  | "any"
  | "control"
  | "FCS"
  | "MAC"
  | "TYPE"
  | "IP"
  | "ADDRESS"
  | "UDP"
  | "LENGTH"
  | "ICRC"
  | "SOURCE";

export const dropReasons = [
  ...["FCS", "MAC", "TYPE", "IP", "ADDRESS", "UDP", "LENGTH", "ICRC", "SOURCE"],
] as readonly Verdict[];

/** UDP header to ICRC with the longest headers of the transport, those of an atomic, and a whole payload. */
export const longestUdpBytes = ({ mtuBytes }: { readonly mtuBytes: number }): number =>
  8 + 12 + 28 + mtuBytes + 4;

/** Who the port is, and who its peers are. */
export interface Known {
  readonly mac: Uint8Array;
  readonly ipv4: Uint8Array;
  readonly ipv6: Uint8Array;
  readonly queuePairs: number;
  /** IP address of the peer of a queue pair, 4 or 16 bytes. */
  readonly peer: (qpn: number) => Uint8Array;
  /** Datagrams are taken from any address. */
  readonly datagrams?: boolean;
  /** Longest UDP datagram, bytes. */
  readonly maxUdpBytes: number;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const number = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;
const pauseMac = Uint8Array.of(0x01, 0x80, 0xc2, 0, 0, 1);

function headerChecksum(header: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += number(header, at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** @param frame with its FCS, not longer than the longest one that there is, as it was between preamble and terminate character */
export function judgeEthernet(frame: Uint8Array, known: Known): Verdict {
  if (frame.length < 5) return "any";
  const end = frame.length - 4;
  const fcs = new DataView(frame.buffer, frame.byteOffset).getUint32(end, true);
  if ((crc32(frame, 0, end) ^ 0xffffffff) >>> 0 !== fcs) return "FCS";
  const has = (bytes: number): boolean => end >= bytes;
  if (!has(20)) return "any";
  if (same(frame.subarray(0, 6), pauseMac) && number(frame, 12) === 0x8808)
    return has(60) ? "control" : "LENGTH";
  if (!same(frame.subarray(0, 6), known.mac)) return "MAC";
  const ip = number(frame, 12) === 0x8100 ? 18 : 14;
  const type = number(frame, ip - 2);
  if (type !== 0x0800 && type !== 0x86dd) return "TYPE";
  const six = type === 0x86dd;
  const udp = ip + (six ? 40 : 20);
  if (!has(udp)) return "any";
  const header = frame.subarray(ip, udp);
  const wrong = six
    ? header[0]! >> 4 !== 6 || header[6] !== 17
    : header[0] !== 0x45 ||
      header[9] !== 17 ||
      (number(header, 6) & 0x3fff) !== 0 ||
      headerChecksum(header) !== 0xffff;
  if (wrong) return "IP";
  if (!same(header.subarray(six ? 24 : 16), six ? known.ipv6 : known.ipv4)) return "ADDRESS";
  if (!has(udp + 8)) return "any";
  if (number(frame, udp + 2) !== 4791) return "UDP";
  const bytes = six ? number(header, 4) : number(header, 2) - 20;
  if (bytes < 24 || bytes > known.maxUdpBytes || bytes % 4 !== 0) return "LENGTH";
  if (udp + bytes > end || number(frame, udp + 4) !== bytes) return "LENGTH";
  const last = udp + bytes - 4;
  if (icrcRoceV2(frame, ip, last) !== new DataView(frame.buffer, frame.byteOffset).getUint32(last, true))
    return "ICRC";
  const qpn = frame[udp + 13]! * 65536 + number(frame, udp + 14);
  const opcode = frame[udp + 8]!;
  if (known.datagrams === true && (opcode === 0x64 || opcode === 0x65)) return "good";
  // a queue pair that there is not is told further on
  if (qpn >= known.queuePairs) return "good";
  const source = six ? header.subarray(8, 24) : header.subarray(12, 16);
  return same(source, known.peer(qpn)) ? "good" : "SOURCE";
}
