/** Random packets of the reliable connection, and the records that the parser gives and the builder takes for them. */
import { readUint16 } from "../../sim/reference/headers.ts";
import { buildPacket } from "../../sim/reference/packet.ts";
import { opcodeShape } from "../../sim/reference/rc/opcodes.ts";
import { decodeTransport, encodeExtension, type TransportPacket } from "../../sim/reference/rc/packet.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { type Fields, randomBytes } from "./records.ts";

export interface Route {
  readonly vl: number;
  readonly sl: number;
  readonly dlid: number;
  readonly slid: number;
}

export interface Sample {
  readonly lrh: Route;
  readonly packet: TransportPacket;
}

/** Every opcode of RC that is used. */
export const usedOpcodes = Array.from({ length: 0x18 }, (_, code) => code).filter((code) => code !== 0x15);

/** Those of UD. */
export const datagramOpcodes: readonly number[] = [0x64, 0x65];

const big = (rng: Rng): bigint => (BigInt(rng.next()) << 32n) | BigInt(rng.next());

/** A packet with random fields; queue pair 2 or above, any other than VL15. */
export function randomSample(rng: Rng, opcode: number, payloadBytes: number): Sample {
  const range = { va: big(rng), rkey: rng.next() };
  return {
    lrh: { vl: rng.below(15), sl: rng.below(16), dlid: rng.below(65536), slid: rng.below(65536) },
    packet: {
      ...{ opcode, solicited: rng.chance(0.5), migrated: true, pkey: rng.below(65536) },
      ...{ fecn: rng.chance(0.5), becn: rng.chance(0.5), destQp: rng.range(2, 0xffffff) },
      ...{ ackRequest: rng.chance(0.5), psn: rng.below(1 << 24) },
      reth: { ...range, length: rng.next() },
      aeth: { syndrome: rng.below(256), msn: rng.below(1 << 24) },
      deth: { qkey: rng.next(), sourceQp: rng.below(1 << 24) },
      atomicEth: { ...range, swapAdd: big(rng), compare: big(rng) },
      ...{ atomicAck: big(rng), imm: rng.next(), ieth: rng.next() },
      payload: randomBytes(rng, payloadBytes),
    },
  };
}

/** LRH … pad: what passes between a link port and its client. */
export function clientBytes({ lrh, packet }: Sample): Uint8Array {
  const extension = encodeExtension(packet);
  return buildPacket({ lrh, bth: packet, extension, payload: packet.payload }).slice(0, -4);
}

/** The record of a packet, the fields that its opcode does not have being zero. */
export function recordOf({ lrh, packet }: Sample): Fields {
  const headers = opcodeShape(packet.opcode)?.headers ?? [];
  const has = (name: (typeof headers)[number]): boolean => headers.includes(name);
  const range = has("reth") ? packet.reth : has("atomicEth") ? packet.atomicEth : undefined;
  const atomic = has("atomicEth") ? packet.atomicEth : undefined;
  const aeth = has("aeth") ? packet.aeth : undefined;
  const word = has("imm") ? packet.imm : has("ieth") ? packet.ieth : undefined;
  return {
    ...lrh,
    opcode: packet.opcode,
    solicited: Number(packet.solicited),
    pkey: packet.pkey,
    becn: Number(packet.becn),
    qpn: packet.destQp,
    ack_req: Number(packet.ackRequest),
    psn: packet.psn,
    va: range?.va ?? 0n,
    rkey: has("deth") ? packet.deth!.qkey : (range?.rkey ?? 0),
    length: has("deth") ? packet.deth!.sourceQp : has("reth") ? packet.reth!.length : 0,
    swap_add: atomic?.swapAdd ?? 0n,
    compare: atomic?.compare ?? 0n,
    syndrome: aeth?.syndrome ?? 0,
    msn: aeth?.msn ?? 0,
    original: has("atomicAck") ? packet.atomicAck! : 0n,
    imm: word ?? 0,
    payload_bytes: packet.payload.length,
  };
}

/** Names of the fields of a record. */
export const recordFields: readonly string[] = [
  ...["vl", "sl", "dlid", "slid", "opcode", "solicited", "pkey", "becn", "qpn", "ack_req", "psn"],
  ...["va", "rkey", "length", "swap_add", "compare", "syndrome", "msn", "original", "imm"],
  "payload_bytes",
];

export type Drop = "icrc" | "malformed" | "raw" | "grh" | "lid" | "management" | "unsupported";

/** Who looks at the packets: LID 0 takes those for any. */
export interface Looker {
  readonly mtuBytes: number;
  readonly lid: number;
  readonly lmc: number;
  readonly datagrams: boolean;
}

/** What is to become of LRH … pad that comes on a lane. */
export function judge(bytes: Uint8Array, vl: number, error: boolean, looker: Looker): Sample | Drop {
  const { mtuBytes, lid, lmc, datagrams } = looker;
  if (error || bytes.length % 4 !== 0) return "icrc";
  if (bytes.length < 20) return "malformed";
  if ((bytes[1]! & 2) === 0) return "raw";
  if ((bytes[1]! & 1) === 1) return "grh";
  if (4 * (readUint16(bytes, 4) & 0x7ff) !== bytes.length + 4 || (bytes[0]! & 15) !== 0) return "malformed";
  if ((bytes[9]! & 15) !== 0) return "malformed";
  const dlid = readUint16(bytes, 2);
  const datagram = datagrams && datagramOpcodes.includes(bytes[8]!);
  const ours = lid === 0 || dlid >> lmc === lid >> lmc || (datagram && dlid >= 0xc000);
  if (!ours) return "lid";
  const low = bytes[13]! === 0 && bytes[14]! === 0 ? bytes[15]! : 256;
  if (vl === 15 || low < (datagrams ? 1 : 2)) return "management";
  if (bytes[8]! >= 0x20 && !datagram) return "unsupported";
  const packet = decodeTransport(bytes.subarray(8));
  if (typeof packet === "string") return "malformed";
  if (packet.shape !== null && packet.payload.length > mtuBytes) return "malformed";
  const lrh = { vl, sl: bytes[1]! >> 4, dlid, slid: readUint16(bytes, 6) };
  return { lrh, packet: packet.shape === null ? { ...packet, payload: new Uint8Array(0) } : packet };
}
