/** Work requests, completions and table rows as bytes: little-endian, `doc/formats.md` of an adapter's output. */
import type { ScatterGather, SendOpcode, SendRequest, WcOpcode } from "./verbs.ts";

const sendOpcodes: Readonly<Record<SendOpcode, number>> = {
  ...{ send: 0x0a, "send-imm": 0x0b, "send-inv": 0x01, write: 0x08, "write-imm": 0x09 },
  ...{ read: 0x10, "cmp-swap": 0x11, "fetch-add": 0x12 },
};
const wcOpcodes: ReadonlyMap<number, WcOpcode> = new Map([
  [0, "send"],
  [1, "write"],
  [2, "read"],
  [3, "cmp-swap"],
  [4, "fetch-add"],
  [128, "recv"],
  [129, "recv-write-imm"],
]);

const flag = { signaled: 1, solicited: 2, fence: 4, inline: 8 } as const;
const [sgeAt, swapAt, sgeBytes] = [32, 48, 16];
export const receiveWqeBytes = 64;
export const cqeBytes = 64;

function putSge(view: DataView, at: number, { address, length, lkey }: ScatterGather): void {
  view.setBigUint64(at, address, true);
  view.setUint32(at + 8, length, true);
  view.setUint32(at + 12, lkey, true);
}

/** @param bytes of a work request of this adapter, 64 or 128 @param vlOf data lane of a service level, for UD */
export function encodeSend(
  request: SendRequest,
  bytes: number,
  vlOf: (sl: number) => number = () => 0,
): Uint8Array {
  const wqe = new Uint8Array(bytes);
  const view = new DataView(wqe.buffer);
  const { opcode, sges = [], inline, imm, invalidateKey, remote, compareAdd = 0n, swap = 0n } = request;
  view.setUint8(0, sendOpcodes[opcode]);
  view.setUint8(
    1,
    (request.signaled === true ? flag.signaled : 0) |
      (request.solicited === true ? flag.solicited : 0) |
      (request.fence === true ? flag.fence : 0) |
      (inline === undefined ? 0 : flag.inline),
  );
  view.setUint8(2, sges.length);
  view.setUint32(4, (opcode === "send-inv" ? invalidateKey : imm) ?? 0, true);
  view.setUint32(8, inline?.length ?? sges.reduce((sum, { length }) => sum + length, 0), true);
  view.setUint32(12, remote?.rkey ?? 0, true);
  view.setBigUint64(16, remote?.address ?? 0n, true);
  view.setBigUint64(24, compareAdd, true);
  if (request.ud !== undefined) {
    const { address = {}, qpn, qkey } = request.ud;
    const sl = address.sl ?? 0;
    view.setUint32(12, qkey, true);
    view.setUint16(16, address.dlid ?? 0, true);
    view.setUint8(18, sl | (vlOf(sl) << 4));
    view.setUint32(20, qpn, true);
  }
  if (inline !== undefined) wqe.set(inline, sgeAt);
  for (const [n, sge] of sges.entries()) putSge(view, sgeAt + sgeBytes * n, sge);
  if (opcode === "cmp-swap") view.setBigUint64(swapAt, swap, true);
  return wqe;
}

export function encodeReceive(sges: readonly ScatterGather[]): Uint8Array {
  const wqe = new Uint8Array(receiveWqeBytes);
  const view = new DataView(wqe.buffer);
  for (const [n, sge] of sges.entries()) putSge(view, sgeBytes * n, sge);
  return wqe;
}

/** A completion as the adapter wrote it. */
export interface Cqe {
  readonly qpn: number;
  readonly opcode: WcOpcode;
  readonly byteLength: number;
  readonly imm: number;
  /** Number of the work request, modulo 2^16. */
  readonly wqe: number;
  readonly status: number;
  readonly hasImm: boolean;
  readonly invalidated: boolean;
  readonly solicited: boolean;
  /** UD: 40 bytes in front of the payload are filled. */
  readonly grh: boolean;
  /** UD: who sent it. */
  readonly source: { readonly qpn: number; readonly sl: number; readonly slid: number };
}

/** Bit that tells whose the entry is: 1 in the first pass, then 0, and so on. */
export const ownerOf = (bytes: Uint8Array): number => bytes[cqeBytes - 1]! & 1;

/** @throws Error for an opcode that there is not */
export function decodeCqe(bytes: Uint8Array): Cqe {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const opcode = wcOpcodes.get(view.getUint8(3));
  if (opcode === undefined) throw new Error(`a completion with opcode ${view.getUint8(3)}`);
  const flags = view.getUint8(15);
  return {
    qpn: view.getUint32(0, true) & 0xffffff,
    opcode,
    byteLength: view.getUint32(4, true),
    imm: view.getUint32(8, true),
    wqe: view.getUint16(12, true),
    status: view.getUint8(14),
    hasImm: (flags & 1) !== 0,
    invalidated: (flags & 2) !== 0,
    solicited: (flags & 4) !== 0,
    grh: (flags & 8) !== 0,
    source: {
      qpn: view.getUint32(16, true) & 0xffffff,
      sl: view.getUint8(19) & 15,
      slid: view.getUint16(20, true),
    },
  };
}

function put64(words: Uint32Array, at: number, value: bigint): void {
  words[at] = Number(value & 0xffff_ffffn);
  words[at + 1] = Number(value >> 32n);
}

export interface RegionRow {
  readonly variant: number;
  readonly valid: boolean;
  readonly remoteInvalidate: boolean;
  readonly access: number;
  readonly pd: number;
  readonly iova: bigint;
  readonly length: bigint;
  readonly address: bigint;
}

export function encodeRegion(row: RegionRow): Uint32Array {
  const words = new Uint32Array(8);
  const bits = (row.valid ? 0x100 : 0) | (row.remoteInvalidate ? 0x200 : 0);
  words[0] = (row.variant | bits | ((row.access & 15) << 10) | (row.pd << 16)) >>> 0;
  put64(words, 2, row.iova);
  put64(words, 4, row.length);
  put64(words, 6, row.address);
  return words;
}

/** @param log log2 of the entries */
export function encodeCompletionQueue(ring: bigint, log: number, count = 0, periodUs = 0): Uint32Array {
  const words = new Uint32Array(4);
  put64(words, 0, ring | BigInt(log));
  words[2] = (count | (periodUs << 16)) >>> 0;
  return words;
}

/** @param limit one event when fewer requests are left @param afresh the queue is empty */
export function encodeSharedReceives(ring: bigint, log: number, limit: number, afresh: boolean): Uint32Array {
  const words = new Uint32Array(4);
  put64(words, 0, ring | BigInt(log));
  words[2] = limit;
  words[3] = afresh ? 1 : 0;
  return words;
}

/** What starts afresh with the row of a queue pair; added up. */
export const fresh = { responder: 1, requester: 2, receive: 4, send: 8 } as const;

export interface QueuePairRow {
  readonly state: number;
  /** 1 … 5: 128 * 2^mtu bytes. */
  readonly mtu: number;
  readonly sl: number;
  readonly vl: number;
  readonly pkey: number;
  readonly destQpn: number;
  readonly access: number;
  readonly dlid: number;
  readonly pd: number;
  readonly rqPsn: number;
  readonly minRnrTimer: number;
  readonly sqPsn: number;
  readonly timeout: number;
  readonly retryCount: number;
  readonly rnrRetry: number;
  readonly maxReads: number;
  readonly maxPeerReads: number;
  readonly sendCq: number;
  readonly receiveCq: number;
  readonly sendRing: bigint;
  readonly sendLog: number;
  readonly receiveRing: bigint;
  readonly receiveLog: number;
  readonly fresh: number;
  /** UD. */
  readonly qkey?: number;
  /** Shared receive queue in place of the receive ring. */
  readonly srq?: number;
}

export function encodeQueuePair(row: QueuePairRow): Uint32Array {
  const words = new Uint32Array(16);
  words[0] = (row.state | (row.mtu << 4) | (row.sl << 8) | (row.vl << 12) | (row.pkey << 16)) >>> 0;
  words[1] = (row.destQpn | (row.access << 24)) >>> 0;
  words[2] = (row.dlid | (row.pd << 16)) >>> 0;
  words[3] = row.rqPsn | (row.minRnrTimer << 24);
  words[4] = row.sqPsn | (row.timeout << 24);
  words[5] = row.retryCount | (row.rnrRetry << 3) | (row.maxReads << 8) | (row.maxPeerReads << 16);
  words[6] = (row.sendCq | (row.receiveCq << 16)) >>> 0;
  put64(words, 8, row.sendRing | BigInt(row.sendLog));
  put64(words, 10, row.receiveRing | BigInt(row.receiveLog));
  if (row.qkey !== undefined) {
    words[0]! |= 8;
    words[7] = row.qkey;
  }
  words[12] = (row.fresh | (row.srq === undefined ? 0 : 0x100 | (row.srq << 16))) >>> 0;
  return words;
}
