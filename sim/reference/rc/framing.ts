/** Frames of a port: native InfiniBand or RoCE v2. A frame that is not taken comes back as the reason of its drop. */
import type { AddressVector } from "../../nic/verbs.ts";
import { decodeNative, encodeNative } from "./framing-native.ts";
import { decodeRoce, encodeRoce } from "./framing-roce.ts";
import type { ReceivedPacket, TransportPacket } from "./packet.ts";

/** Who the port is. GIDs have 16 bytes. */
export type PortIdentity =
  | { readonly frame: "infiniband"; readonly lid: number; readonly gid?: Uint8Array }
  | { readonly frame: "ethernet"; readonly mac: Uint8Array; readonly gids: readonly Uint8Array[] };

/** Reasons for which framing drops, in the order in which they are looked for. */
export type FrameDrop =
  | "runt"
  | "vcrc"
  | "poisoned"
  | "lver"
  | "lnh"
  | "not-ours"
  | "ethertype"
  | "ip-header"
  | "udp"
  | "length"
  | "icrc"
  | "tver"
  | "opcode";

/** Where a packet came from, for the checks of the connection. */
export interface Route {
  /** Native: SLID. */
  readonly slid?: number;
  /** GRH or IP: address of the sender. */
  readonly sgid?: Uint8Array;
  /** Forward congestion mark: FECN, or ECN "congestion experienced". */
  readonly marked: boolean;
  /** Native: 15 for management that bypasses the data lanes. */
  readonly vl: number;
  /** 40 bytes that UD puts in front of the payload: the GRH, or an IPv4 header behind 20 zeros. */
  readonly grh: Uint8Array;
}

export interface FrameOptions {
  /** IPv4 identification, 16 bits. */
  readonly ipId?: number;
  /** ECN bits of IP: 0 not capable, 2 ECT(0), 3 congestion experienced. */
  readonly ecn?: number;
  /** Native: virtual lane, default 0. */
  readonly vl?: number;
}

export interface DecodedFrame {
  readonly packet: ReceivedPacket;
  readonly route: Route;
}

/** Builds LRH … VCRC, or Ethernet header … ICRC (the FCS belongs to the MAC). */
export function encodeFrame(
  port: PortIdentity,
  to: AddressVector,
  packet: TransportPacket,
  options: FrameOptions = {},
): Uint8Array {
  return port.frame === "infiniband"
    ? encodeNative(port.lid, port.gid, to, packet, options)
    : encodeRoce(port.mac, port.gids, to, packet, options);
}

export function decodeFrame(port: PortIdentity, frame: Uint8Array): DecodedFrame | FrameDrop {
  return port.frame === "infiniband"
    ? decodeNative(port.lid, port.gid, frame)
    : decodeRoce(port.mac, port.gids, frame);
}

export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}
