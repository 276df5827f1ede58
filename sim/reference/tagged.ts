/**
 * Packets that say who they are: source, lane and index stand in the BTH, so that even the smallest packet (24 bytes, no
 * payload) can be told from any other, and the payload follows from the tag.
 */
import { mix32, Rng } from "../traffic/rng.ts";
import {
  bthBytes,
  grhBytes,
  icrcBytes,
  lnh,
  lrhBytes,
  opcode,
  readUint16,
  readUint24,
  writeUint16,
  writeUint24,
} from "./headers.ts";
import { sealIcrc } from "./packet.ts";

/** P_Key of tagged packets: "LW". */
export const tagKey = 0x4c57;
/** Shortest packet, LRH … ICRC. */
export const shortestPacketBytes = lrhBytes + bthBytes + icrcBytes;
/** Longest VL15 packet, LRH … ICRC: 256 bytes of management data behind a DETH. */
export const longestVl15PacketBytes = 288;

export interface Tag {
  /** Who sends, 0 … 255. */
  readonly source: number;
  /** 0 … 15. */
  readonly vl: number;
  /** Number of the packet within (source, vl), 0 … 2^36-1. */
  readonly index: number;
}

const poolBytes = 1 << 16;
const pool = new Uint8Array(poolBytes + 16384);
new Rng(0x1a9e).fill(pool);

/** Where in the pool of random bytes the payload of a tag begins. */
function poolOffset(tag: Tag): number {
  return mix32(tag.index ^ (tag.source << 24) ^ (tag.vl << 20)) % poolBytes;
}

/**
 * A legal packet of exactly `packetBytes` (LRH … ICRC): UC SEND Only on a data lane, UD SEND Only on VL15.
 * @param packetBytes multiple of 4 from 24 (VL15: 32 … 288)
 */
export function taggedPacket(tag: Tag, packetBytes: number, options: TaggedOptions = {}): Uint8Array {
  const headers = lrhBytes + bthBytes + (tag.vl === 15 ? 8 : 0);
  if ((packetBytes & 3) !== 0 || packetBytes < headers + icrcBytes || packetBytes > 4 * 2047) {
    throw new RangeError(`no packet of ${packetBytes} bytes on VL${tag.vl}`);
  }
  const packet = new Uint8Array(packetBytes);
  packet[0] = tag.vl << 4;
  packet[1] = ((options.sl ?? tag.vl) << 4) | lnh.local;
  writeUint16(packet, 2, options.dlid ?? (tag.source === 1 ? 2 : 1));
  writeUint16(packet, 4, packetBytes >> 2);
  writeUint16(packet, 6, options.slid ?? (tag.source === 1 ? 1 : 2));
  packet[8] = tag.vl === 15 ? opcode.udSendOnly : opcode.ucSendOnly;
  packet[9] = 0x40;
  writeUint16(packet, 10, tagKey);
  packet[13] = tag.source;
  writeUint16(packet, 14, (tag.vl << 12) | (Math.floor(tag.index / 0x1000000) & 0xfff));
  writeUint24(packet, 17, tag.index & 0xffffff);
  const offset = poolOffset(tag);
  packet.set(pool.subarray(offset, offset + packetBytes - headers - icrcBytes), headers);
  sealIcrc(packet);
  return packet;
}

/** Local addresses and service level of a tagged packet; by default SL = VL and LIDs 1 and 2 by source. */
export interface TaggedOptions {
  readonly sl?: number;
  readonly dlid?: number;
  readonly slid?: number;
}

/** The tag of a packet, or null when it carries none. */
export function readTag(packet: Uint8Array): Tag | null {
  const at = lrhBytes + ((packet[1]! & 3) === lnh.global ? grhBytes : 0);
  if (packet.length < at + bthBytes || readUint16(packet, at + 2) !== tagKey) return null;
  const middle = readUint16(packet, at + 6);
  return {
    source: packet[at + 5]!,
    vl: middle >> 12,
    index: (middle & 0xfff) * 0x1000000 + readUint24(packet, at + 9),
  };
}
