/** The transport part of a packet, BTH … payload, as fields (InfiniBand vol. 1, chapter 9; `ib-link` sections 4 and 5). */
import {
  bthBytes,
  readUint16,
  readUint24,
  readUint32,
  writeUint16,
  writeUint24,
  writeUint32,
} from "../headers.ts";
import { cnpBytes, type HeaderName, headerBytes, type OpcodeShape, opcodeShape } from "./opcodes.ts";

export interface RemoteRange {
  readonly va: bigint;
  readonly rkey: number;
  /** Bytes of the whole message. */
  readonly length: number;
}

export interface AtomicOperands {
  readonly va: bigint;
  readonly rkey: number;
  readonly swapAdd: bigint;
  readonly compare: bigint;
}

export interface TransportPacket {
  readonly opcode: number;
  readonly solicited: boolean;
  readonly migrated: boolean;
  readonly pkey: number;
  readonly fecn: boolean;
  readonly becn: boolean;
  readonly destQp: number;
  readonly ackRequest: boolean;
  readonly psn: number;
  readonly reth?: RemoteRange;
  readonly aeth?: { readonly syndrome: number; readonly msn: number };
  readonly atomicEth?: AtomicOperands;
  /** Value of the remote memory before the operation. */
  readonly atomicAck?: bigint;
  readonly imm?: number;
  /** IETH: R_Key to invalidate. */
  readonly ieth?: number;
  readonly deth?: { readonly qkey: number; readonly sourceQp: number };
  readonly payload: Uint8Array;
}

/** A parsed packet with the shape of its opcode: null for one that RC reserves, which is answered and not dropped. */
export interface ReceivedPacket extends TransportPacket {
  readonly shape: OpcodeShape | null;
}

function writeUint64(bytes: Uint8Array, at: number, value: bigint): void {
  writeUint32(bytes, at, Number(value >> 32n));
  writeUint32(bytes, at + 4, Number(value & 0xffffffffn));
}

function readUint64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readUint32(bytes, at)) << 32n) | BigInt(readUint32(bytes, at + 4));
}

/** Extension headers of a packet; those that its opcode names must be among the fields. */
export function encodeExtension(packet: TransportPacket): Uint8Array {
  const headers = opcodeShape(packet.opcode)?.headers ?? [];
  const bytes = new Uint8Array(headers.reduce((sum, name) => sum + headerBytes[name], 0));
  let at = 0;
  for (const name of headers) {
    writers[name](packet, bytes, at);
    at += headerBytes[name];
  }
  return bytes;
}

const writers: Readonly<
  Record<HeaderName, (packet: TransportPacket, bytes: Uint8Array, at: number) => void>
> = {
  reth({ reth }, bytes, at) {
    writeUint64(bytes, at, reth!.va);
    writeUint32(bytes, at + 8, reth!.rkey);
    writeUint32(bytes, at + 12, reth!.length);
  },
  aeth({ aeth }, bytes, at) {
    bytes[at] = aeth!.syndrome;
    writeUint24(bytes, at + 1, aeth!.msn);
  },
  atomicEth({ atomicEth }, bytes, at) {
    writeUint64(bytes, at, atomicEth!.va);
    writeUint32(bytes, at + 8, atomicEth!.rkey);
    writeUint64(bytes, at + 12, atomicEth!.swapAdd);
    writeUint64(bytes, at + 20, atomicEth!.compare);
  },
  atomicAck: (packet, bytes, at) => writeUint64(bytes, at, packet.atomicAck!),
  imm: (packet, bytes, at) => writeUint32(bytes, at, packet.imm!),
  ieth: (packet, bytes, at) => writeUint32(bytes, at, packet.ieth!),
  deth({ deth }, bytes, at) {
    writeUint32(bytes, at, deth!.qkey);
    writeUint24(bytes, at + 5, deth!.sourceQp);
  },
};

function readHeader(name: HeaderName, bytes: Uint8Array, at: number): Partial<TransportPacket> {
  const rangeKey = () => ({ va: readUint64(bytes, at), rkey: readUint32(bytes, at + 8) });
  switch (name) {
    case "reth":
      return { reth: { ...rangeKey(), length: readUint32(bytes, at + 12) } };
    case "aeth":
      return { aeth: { syndrome: bytes[at]!, msn: readUint24(bytes, at + 1) } };
    case "atomicEth":
      return {
        atomicEth: {
          ...rangeKey(),
          swapAdd: readUint64(bytes, at + 12),
          compare: readUint64(bytes, at + 20),
        },
      };
    case "atomicAck":
      return { atomicAck: readUint64(bytes, at) };
    case "imm":
      return { imm: readUint32(bytes, at) };
    case "ieth":
      return { ieth: readUint32(bytes, at) };
    case "deth":
      return { deth: { qkey: readUint32(bytes, at), sourceQp: readUint24(bytes, at + 5) } };
  }
}

/** BTH, extension headers, payload and pad, without the ICRC. */
export function encodeTransport(packet: TransportPacket): Uint8Array {
  const extension = encodeExtension(packet);
  const pad = -packet.payload.length & 3;
  const bytes = new Uint8Array(bthBytes + extension.length + packet.payload.length + pad);
  bytes[0] = packet.opcode;
  bytes[1] = (packet.solicited ? 0x80 : 0) | (packet.migrated ? 0x40 : 0) | (pad << 4);
  writeUint16(bytes, 2, packet.pkey);
  bytes[4] = (packet.fecn ? 0x80 : 0) | (packet.becn ? 0x40 : 0);
  writeUint24(bytes, 5, packet.destQp);
  bytes[8] = packet.ackRequest ? 0x80 : 0;
  writeUint24(bytes, 9, packet.psn);
  bytes.set(extension, bthBytes);
  bytes.set(packet.payload, bthBytes + extension.length);
  return bytes;
}

/** Why the transport part cannot be parsed. */
export type TransportFault = "length" | "tver" | "opcode";

/** Parses BTH … pad. Reserved opcodes of RC come back without shape, all behind the BTH being payload. */
export function decodeTransport(bytes: Uint8Array): ReceivedPacket | TransportFault {
  if (bytes.length < bthBytes) return "length";
  if ((bytes[1]! & 15) !== 0) return "tver";
  const opcode = bytes[0]!;
  const shape = opcodeShape(opcode);
  if (shape === null && opcode >= 0x20) return "opcode";
  let at = bthBytes;
  let fields: Partial<TransportPacket> = {};
  for (const name of shape?.headers ?? []) {
    if (at + headerBytes[name] > bytes.length) return "length";
    fields = { ...fields, ...readHeader(name, bytes, at) };
    at += headerBytes[name];
  }
  const pad = (bytes[1]! >> 4) & 3;
  if (at + pad > bytes.length || bytes.length % 4 !== 0) return "length";
  if (shape?.service === "cnp" && bytes.length - at !== cnpBytes) return "length";
  return {
    opcode,
    shape,
    solicited: (bytes[1]! & 0x80) !== 0,
    migrated: (bytes[1]! & 0x40) !== 0,
    pkey: readUint16(bytes, 2),
    fecn: (bytes[4]! & 0x80) !== 0,
    becn: (bytes[4]! & 0x40) !== 0,
    destQp: readUint24(bytes, 5),
    ackRequest: (bytes[8]! & 0x80) !== 0,
    psn: readUint24(bytes, 9),
    ...fields,
    payload: bytes.slice(at, bytes.length - pad),
  };
}
