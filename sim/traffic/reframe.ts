/**
 * Turns captured RoCE v2 frames into native InfiniBand packets: Ethernet, IP and UDP come off, an LRH goes on, the ICRC is
 * computed anew over the new headers.
 */

import { type Capture, type CapturedFrame, linkType } from "../capture/pcap.ts";
import { icrcRoceV2 } from "../reference/crc.ts";
import { bthBytes, icrcBytes, lnh, lrhBytes, readUint16, writeUint16 } from "../reference/headers.ts";
import { appendVcrc, sealIcrc } from "../reference/packet.ts";

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100 } as const;
const udpProtocol = 17;
const roceV2Port = 4791;
const udpBytes = 8;

/** One packet made from a captured frame. */
export interface ReframedPacket {
  /** LRH … ICRC. */
  readonly packet: Uint8Array;
  readonly vl: number;
  readonly slid: number;
  readonly dlid: number;
  /** Number of the frame in the capture, from 1 as Wireshark counts. */
  readonly frame: number;
  /** Nanoseconds after the first frame of the capture. */
  readonly nanoseconds: number;
}

export interface ReframedCapture {
  readonly packets: readonly ReframedPacket[];
  /** Frames of the capture; those that are no RoCE v2 (ARP, ICMPv6 …); those that are cut off or malformed. */
  readonly frames: number;
  readonly skipped: number;
  readonly malformed: number;
  /** Frames whose own ICRC was right, and the numbers of those whose was not (they are left out). */
  readonly icrcGood: number;
  readonly icrcBad: readonly number[];
}

export interface ReframeOptions {
  /** Chooses VL (and SL) of a packet; default VL0. */
  readonly vl?: (frame: CapturedFrame, number: number) => number;
}

/**
 * LID of a host: the low 16 bits of its IP address, moved into the unicast range 1 … BFFF.
 * @param address last two bytes of the address
 */
export function lidOf(address: number): number {
  const lid = address % 0xc000;
  return lid === 0 ? 1 : lid;
}

interface Located {
  readonly ip: number;
  readonly bth: number;
  /** One past the ICRC. */
  readonly end: number;
  readonly source: number;
  readonly destination: number;
}

/** Finds the parts of a RoCE v2 frame. @returns null for another protocol, "malformed" when lengths do not fit */
function locate(bytes: Uint8Array): Located | null | "malformed" {
  if (bytes.length < 34) return null;
  const tagged = readUint16(bytes, 12) === etherTypes.vlan;
  const etherType = readUint16(bytes, tagged ? 16 : 12);
  const ip = tagged ? 18 : 14;
  const six = etherType === etherTypes.ipv6;
  if (!six && etherType !== etherTypes.ipv4) return null;
  const udp = ip + (six ? 40 : (bytes[ip]! & 15) * 4);
  const protocol = bytes[ip + (six ? 6 : 9)];
  if (protocol !== udpProtocol || bytes.length < udp + udpBytes || readUint16(bytes, udp + 2) !== roceV2Port)
    return null;
  const end = udp + readUint16(bytes, udp + 4);
  if (end > bytes.length || end < udp + udpBytes + bthBytes + icrcBytes || ((end - udp) & 3) !== 0)
    return "malformed";
  const addresses = ip + (six ? 8 : 12);
  const addressBytes = six ? 16 : 4;
  return {
    ip,
    bth: udp + udpBytes,
    end,
    source: readUint16(bytes, addresses + addressBytes - 2),
    destination: readUint16(bytes, addresses + 2 * addressBytes - 2),
  };
}

function icrcIsGood(bytes: Uint8Array, { ip, end }: Located): boolean {
  const value = icrcRoceV2(bytes, ip, end - icrcBytes);
  if (value === null) return false;
  for (let i = 0; i < icrcBytes; i++)
    if (bytes[end - icrcBytes + i] !== ((value >>> (8 * i)) & 255)) return false;
  return true;
}

/** Puts an LRH in front of BTH … pad and a new ICRC behind. */
function reframe(
  bytes: Uint8Array,
  { bth, end }: Located,
  vl: number,
  slid: number,
  dlid: number,
): Uint8Array {
  const packet = new Uint8Array(lrhBytes + end - bth);
  packet[0] = vl << 4;
  packet[1] = (vl << 4) | lnh.local;
  writeUint16(packet, 2, dlid);
  writeUint16(packet, 4, packet.length >> 2);
  writeUint16(packet, 6, slid);
  packet.set(bytes.subarray(bth, end), lrhBytes);
  sealIcrc(packet);
  return packet;
}

/** Reframes all RoCE v2 frames of an Ethernet capture, in order. */
export function reframeCapture(capture: Capture, options: ReframeOptions = {}): ReframedCapture {
  if (capture.linkType !== linkType.ethernet) {
    throw new Error(`the capture has link type ${capture.linkType}; Ethernet (1) is needed`);
  }
  const packets: ReframedPacket[] = [];
  const icrcBad: number[] = [];
  let skipped = 0;
  let malformed = 0;
  let icrcGood = 0;
  const first = capture.frames[0];
  capture.frames.forEach((frame, index) => {
    const parts = locate(frame.bytes);
    if (parts === null) skipped++;
    else if (parts === "malformed") malformed++;
    else if (!icrcIsGood(frame.bytes, parts)) icrcBad.push(index + 1);
    else {
      icrcGood++;
      const vl = options.vl?.(frame, index + 1) ?? 0;
      const slid = lidOf(parts.source);
      const dlid = lidOf(parts.destination);
      const seconds = frame.seconds - (first?.seconds ?? 0);
      const nanoseconds = seconds * 1e9 + frame.nanoseconds - (first?.nanoseconds ?? 0);
      packets.push({
        packet: reframe(frame.bytes, parts, vl, slid, dlid),
        vl,
        slid,
        dlid,
        frame: index + 1,
        nanoseconds,
      });
    }
  });
  return { packets, frames: capture.frames.length, skipped, malformed, icrcGood, icrcBad };
}

/** The wire form of a reframed packet: with its VCRC. */
export function wireFrame(packet: ReframedPacket): Uint8Array {
  return appendVcrc(packet.packet);
}
