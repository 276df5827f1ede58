/** RoCE v2 frames, Ethernet [VLAN] IPv4 or IPv6, UDP 4791, BTH … ICRC (`transport-rc` section 10; RFC 791, 768, 8200). */
import type { AddressVector } from "../../nic/verbs.ts";
import { icrcRoceV2 } from "../crc.ts";
import { readUint16, writeUint16, writeUint32 } from "../headers.ts";
import { type DecodedFrame, type FrameDrop, type FrameOptions, sameBytes } from "./framing.ts";
import { decodeTransport, encodeTransport, type TransportPacket } from "./packet.ts";

export const roceUdpPort = 4791;
const etherType = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100 } as const;
const udpProtocol = 17;
const udpBytes = 8;
const icrcBytes = 4;
/** ::ffff:0:0/96, the GIDs of IPv4 addresses. */
const mappedPrefix = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

export function isMappedIpv4(gid: Uint8Array): boolean {
  return sameBytes(gid.subarray(0, 12), mappedPrefix);
}

/** GID of an IPv4 address. */
export function mappedIpv4(address: Uint8Array): Uint8Array {
  return Uint8Array.of(...mappedPrefix, ...address);
}

/** Sum of 16-bit words with end-around carry (RFC 1071), not complemented. */
function onesSum(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let total = sum;
  for (let i = start; i < end; i += 2) total += (bytes[i]! << 8) | (i + 1 < end ? bytes[i + 1]! : 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

export function encodeRoce(
  mac: Uint8Array,
  gids: readonly Uint8Array[],
  to: AddressVector,
  packet: TransportPacket,
  options: FrameOptions,
): Uint8Array {
  const dgid = to.dgid;
  if (dgid === undefined || to.mac === undefined)
    throw new RangeError("an Ethernet address needs dgid and mac");
  const v4 = isMappedIpv4(dgid);
  const sgid = gids.find((gid) => isMappedIpv4(gid) === v4);
  if (sgid === undefined) throw new RangeError(`the port has no ${v4 ? "IPv4" : "IPv6"} address`);
  const body = encodeTransport(packet);
  const ipBytes = v4 ? 20 : 40;
  const tag = to.vlan === undefined ? 0 : 4;
  const ip = 14 + tag;
  const frame = new Uint8Array(ip + ipBytes + udpBytes + body.length + icrcBytes);
  frame.set(to.mac, 0);
  frame.set(mac, 6);
  if (to.vlan !== undefined) {
    writeUint16(frame, 12, etherType.vlan);
    writeUint16(frame, 14, to.vlan);
  }
  writeUint16(frame, ip - 2, v4 ? etherType.ipv4 : etherType.ipv6);
  const trafficClass = ((to.trafficClass ?? 0) & 0xfc) | (options.ecn ?? 0);
  if (v4) {
    frame[ip] = 0x45;
    frame[ip + 1] = trafficClass;
    writeUint16(frame, ip + 2, frame.length - ip);
    writeUint16(frame, ip + 4, options.ipId ?? 0);
    frame[ip + 6] = 0x40;
    frame[ip + 8] = to.hopLimit ?? 64;
    frame[ip + 9] = udpProtocol;
    frame.set(sgid.subarray(12), ip + 12);
    frame.set(dgid.subarray(12), ip + 16);
    writeUint16(frame, ip + 10, onesSum(frame, ip, ip + 20) ^ 0xffff);
  } else {
    writeUint32(frame, ip, (6 << 28) | (trafficClass << 20) | (to.flowLabel ?? 0));
    writeUint16(frame, ip + 4, frame.length - ip - ipBytes);
    frame[ip + 6] = udpProtocol;
    frame[ip + 7] = to.hopLimit ?? 64;
    frame.set(sgid, ip + 8);
    frame.set(dgid, ip + 24);
  }
  const udp = ip + ipBytes;
  writeUint16(frame, udp, to.udpSourcePort ?? 0xc000);
  writeUint16(frame, udp + 2, roceUdpPort);
  writeUint16(frame, udp + 4, frame.length - udp);
  frame.set(body, udp + udpBytes);
  const end = frame.length - icrcBytes;
  new DataView(frame.buffer).setUint32(end, icrcRoceV2(frame, ip, end)!, true);
  return frame;
}

/** The addresses of an IP header that can be taken, or why not. */
function readIp(
  frame: Uint8Array,
  ip: number,
  v4: boolean,
): { sgid: Uint8Array; dgid: Uint8Array; ecn: number; end: number } | FrameDrop {
  const ipBytes = v4 ? 20 : 40;
  if (frame.length < ip + ipBytes) return "runt";
  if (v4) {
    // Options and fragments do not occur in RoCE v2; the checksum must hold.
    if (frame[ip] !== 0x45 || frame[ip + 9] !== udpProtocol) return "ip-header";
    if (readUint16(frame, ip + 6) & 0x3fff) return "ip-header";
    if (onesSum(frame, ip, ip + 20) !== 0xffff) return "ip-header";
    const [source, destination] = [frame.slice(ip + 12, ip + 16), frame.slice(ip + 16, ip + 20)];
    const end = ip + readUint16(frame, ip + 2);
    return { sgid: mappedIpv4(source), dgid: mappedIpv4(destination), ecn: frame[ip + 1]! & 3, end };
  }
  if (frame[ip]! >> 4 !== 6 || frame[ip + 6] !== udpProtocol) return "ip-header";
  const end = ip + ipBytes + readUint16(frame, ip + 4);
  const ecn = (frame[ip + 1]! >> 4) & 3;
  return { sgid: frame.slice(ip + 8, ip + 24), dgid: frame.slice(ip + 24, ip + 40), ecn, end };
}

/** UDP checksum: 0 is none, which RoCE v2 uses with IPv6 too; any other must hold. */
function udpChecksumHolds(frame: Uint8Array, ip: number, udp: number, end: number, v4: boolean): boolean {
  if (readUint16(frame, udp + 6) === 0) return true;
  const addresses = onesSum(frame, ip + (v4 ? 12 : 8), udp, udpProtocol + (end - udp));
  return onesSum(frame, udp, end, addresses) === 0xffff;
}

export function decodeRoce(
  mac: Uint8Array,
  gids: readonly Uint8Array[],
  frame: Uint8Array,
): DecodedFrame | FrameDrop {
  if (frame.length < 14) return "runt";
  if (!sameBytes(frame.subarray(0, 6), mac)) return "not-ours";
  const ip = readUint16(frame, 12) === etherType.vlan ? 18 : 14;
  if (frame.length < ip) return "runt";
  const type = readUint16(frame, ip - 2);
  if (type !== etherType.ipv4 && type !== etherType.ipv6) return "ethertype";
  const v4 = type === etherType.ipv4;
  const header = readIp(frame, ip, v4);
  if (typeof header === "string") return header;
  if (!gids.some((gid) => sameBytes(gid, header.dgid))) return "not-ours";
  const udp = ip + (v4 ? 20 : 40);
  // Short frames carry the padding of Ethernet behind the IP packet.
  if (header.end > frame.length || header.end < udp + udpBytes) return "length";
  if (readUint16(frame, udp + 2) !== roceUdpPort) return "udp";
  if (readUint16(frame, udp + 4) !== header.end - udp) return "length";
  const end = header.end - icrcBytes;
  if (end < udp + udpBytes + 12) return "length";
  if (!udpChecksumHolds(frame, ip, udp, header.end, v4)) return "udp";
  const received = new DataView(frame.buffer, frame.byteOffset).getUint32(end, true);
  if (icrcRoceV2(frame, ip, end) !== received) return "icrc";
  const packet = decodeTransport(frame.subarray(udp + udpBytes, end));
  if (typeof packet === "string") return packet;
  const grh = new Uint8Array(40);
  grh.set(frame.subarray(ip, udp), v4 ? 20 : 0);
  return { packet, route: { sgid: header.sgid, marked: header.ecn === 3, vl: 0, grh } };
}
