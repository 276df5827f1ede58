/** Flow-control packets (InfiniBand vol. 1, 7.9.4): six bytes on the wire. */
import { readUint16, writeUint16 } from "./headers.ts";
import { judgeVcrc, sealVcrc } from "./packet.ts";

export const flowControlBytes = 6;
/** FCTBS, ABR, CL and FCCL count modulo 4096. */
export const creditMask = 0xfff;
/** More than this many blocks are never granted, so that the comparison modulo 4096 is unambiguous. */
export const creditWindow = 2048;

export interface FlowControl {
  /** 1 while the sender is in Initialize, else 0. */
  readonly op: number;
  /** Blocks sent on the lane so far, modulo 4096. */
  readonly fctbs: number;
  /** 0 … 14. */
  readonly vl: number;
  /** Credit limit, modulo 4096. */
  readonly fccl: number;
}

/** Builds Op/FCTBS, VL/FCCL, LPCRC. */
export function buildFlowControl(fields: FlowControl): Uint8Array {
  const bytes = new Uint8Array(flowControlBytes);
  writeUint16(bytes, 0, (fields.op << 12) | (fields.fctbs & creditMask));
  writeUint16(bytes, 2, (fields.vl << 12) | (fields.fccl & creditMask));
  sealVcrc(bytes);
  return bytes;
}

/** Parses a flow-control packet. @returns null when the length, LPCRC, Op or VL is wrong. */
export function parseFlowControl(bytes: Uint8Array, length = bytes.length): FlowControl | null {
  if (length !== flowControlBytes || judgeVcrc(bytes, length) !== "good") return null;
  const first = readUint16(bytes, 0);
  const second = readUint16(bytes, 2);
  const op = first >> 12;
  const vl = second >> 12;
  if (op > 1 || vl === 15) return null;
  return { op, fctbs: first & creditMask, vl, fccl: second & creditMask };
}

/** Whether a packet of `blocks` may go: `(CL - (FCTBS + blocks)) mod 4096 <= 2048`. */
export function creditAllows(limit: number, sent: number, blocks: number): boolean {
  return ((limit - (sent + blocks)) & creditMask) <= creditWindow;
}
