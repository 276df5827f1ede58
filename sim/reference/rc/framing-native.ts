/** Native InfiniBand frames, LRH [GRH] BTH … ICRC VCRC (`ib-link` sections 1 to 3, 6 and 7). */
import type { AddressVector } from "../../nic/verbs.ts";
import { icrc } from "../crc.ts";
import { grhBytes, icrcBytes, lnh, lrhBytes, readUint16, vcrcBytes } from "../headers.ts";
import { appendVcrc, buildPacket, judgeVcrc } from "../packet.ts";
import { type DecodedFrame, type FrameDrop, type FrameOptions, sameBytes } from "./framing.ts";
import { decodeTransport, encodeExtension, type TransportPacket } from "./packet.ts";

/** LID of everyone, taken on VL15. */
const permissiveLid = 0xffff;
const leastBytes = 26;

export function encodeNative(
  lid: number,
  gid: Uint8Array | undefined,
  to: AddressVector,
  packet: TransportPacket,
  options: FrameOptions,
): Uint8Array {
  const grh =
    to.dgid === undefined || gid === undefined
      ? {}
      : {
          grh: {
            sgid: gid,
            dgid: to.dgid,
            trafficClass: to.trafficClass ?? 0,
            flowLabel: to.flowLabel ?? 0,
            hopLimit: to.hopLimit ?? 64,
          },
        };
  return appendVcrc(
    buildPacket({
      lrh: { vl: options.vl ?? 0, sl: to.sl ?? 0, dlid: to.dlid ?? 0, slid: lid },
      ...grh,
      bth: packet,
      extension: encodeExtension(packet),
      payload: packet.payload,
    }),
  );
}

/** Checks in the order of `ib-link` section 7. */
export function decodeNative(
  lid: number,
  gid: Uint8Array | undefined,
  frame: Uint8Array,
): DecodedFrame | FrameDrop {
  if (frame.length < leastBytes) return "runt";
  const verdict = judgeVcrc(frame, frame.length);
  if (verdict !== "good") return verdict === "complemented" ? "poisoned" : "vcrc";
  if ((frame[0]! & 15) !== 0) return "lver";
  if (4 * (readUint16(frame, 4) & 0x7ff) + vcrcBytes !== frame.length) return "length";
  const next = frame[1]! & 3;
  if (next !== lnh.local && next !== lnh.global) return "lnh";
  const global = next === lnh.global;
  const vl = frame[0]! >> 4;
  if (vl === 15 && global) return "lnh";
  const dlid = readUint16(frame, 2);
  if (dlid !== lid && !(vl === 15 && dlid === permissiveLid)) return "not-ours";
  const at = lrhBytes + (global ? grhBytes : 0);
  const end = frame.length - vcrcBytes - icrcBytes;
  if (end < at + 12) return "length";
  if (global) {
    if (frame[8]! >> 4 !== 6 || frame[14] !== 0x1b) return "ip-header";
    if (readUint16(frame, 12) !== end + icrcBytes - at) return "length";
    if (!sameBytes(frame.subarray(32, 48), gid)) return "not-ours";
  }
  if (icrc(frame, 0, end) !== new DataView(frame.buffer, frame.byteOffset).getUint32(end, true))
    return "icrc";
  const packet = decodeTransport(frame.subarray(at, end));
  if (typeof packet === "string") return packet;
  const sgid = global ? { sgid: frame.slice(16, 32) } : {};
  const grh = global ? frame.slice(8, 48) : new Uint8Array(grhBytes);
  return { packet, route: { slid: readUint16(frame, 6), ...sgid, marked: packet.fecn, vl, grh } };
}
