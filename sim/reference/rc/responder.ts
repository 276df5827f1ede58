/**
 * The responder: checks of a request in the order of `transport-rc` section 4, then its execution (Linux `rxe_resp.c`).
 * Header checks and ICRC come before, in `framing.ts` and `nic.ts`.
 */
import { access, type WcStatus, wcStatus } from "../../nic/verbs.ts";
import type { Adapter, Verdict } from "./adapter.ts";
import { receiveDuplicate } from "./duplicates.ts";
import { execute } from "./execute.ts";
import { completeReceiveError, enterError } from "./flush.ts";
import type { ReceivedPacket } from "./packet.ts";
import type { Qp } from "./qp.ts";
import { listBytes } from "./scatter.ts";
import { longestMessage } from "./send-entries.ts";
import { serialAdd, serialCompare } from "./serial.ts";
import { type NakCode, nakCode, rnrSyndrome } from "./syndrome.ts";

/** A fault that ends the queue pair: the NAK, and the status of the receive request that is in use. */
export interface Fatal {
  readonly nak: NakCode;
  readonly status: WcStatus;
}

const invalid: Fatal = { nak: nakCode.invalidRequest, status: wcStatus.remoteInvalidRequest };
const forbidden: Fatal = { nak: nakCode.remoteAccess, status: wcStatus.remoteAccess };
const tooLong: Fatal = { nak: nakCode.invalidRequest, status: wcStatus.localLength };

/** A request to a queue pair in RTR, RTS or SQD. */
export function receiveRequest(adapter: Adapter, qp: Qp, packet: ReceivedPacket, now: number): Verdict {
  const { responder: r } = qp;
  const ahead = serialCompare(packet.psn, r.expectedPsn);
  if (ahead > 0) return receiveAhead(qp, now);
  if (ahead < 0) return receiveDuplicate(adapter, qp, packet, now);
  r.latch = null;
  const fault = checkOrder(qp, packet) ?? checkRights(qp, packet);
  if (fault !== null) return fail(adapter, qp, fault, now);
  const resource = checkResources(adapter, qp, packet);
  if (resource === "rnr") return notReady(qp, now);
  const late =
    resource ??
    checkLength(qp, packet) ??
    checkKeys(adapter, qp, packet) ??
    execute(adapter, qp, packet, now);
  return late === null ? null : fail(adapter, qp, late, now);
}

/** A packet was lost before this one. */
function receiveAhead(qp: Qp, now: number): Verdict {
  const { responder: r } = qp;
  if (r.latch !== null) return r.latch === "rnr" ? "rnr-latched" : "sequence-latched";
  r.latch = "sequence";
  pushNak(qp, nakCode.sequence, now);
  return null;
}

function notReady(qp: Qp, now: number): null {
  qp.responder.latch = "rnr";
  pushNak(qp, rnrSyndrome(qp.settings.minRnrTimer), now);
  return null;
}

function pushNak(qp: Qp, syndrome: number, now: number): void {
  const { responder: r } = qp;
  r.responses.push({ kind: "ack", psn: r.expectedPsn, syndrome, msn: r.msn, notBefore: now, merged: 0 });
}

function fail(adapter: Adapter, qp: Qp, { nak, status }: Fatal, now: number): null {
  const { responder: r } = qp;
  pushNak(qp, nak, now);
  if (r.receive !== null) completeReceiveError(adapter, qp, r.receive, status);
  r.receive = null;
  enterError(adapter, qp, true);
  return null;
}

/** First … Last of one kind, nothing else in between. */
function checkOrder(qp: Qp, { shape }: ReceivedPacket): Fatal | null {
  const { open } = qp.responder;
  if (shape === null) return invalid;
  if (shape.place === "first" || shape.place === "only") return open === null ? null : invalid;
  return open === shape.operation ? null : invalid;
}

const rightOf = {
  write: access.remoteWrite,
  read: access.remoteRead,
  "cmp-swap": access.remoteAtomic,
  "fetch-add": access.remoteAtomic,
} as const;

/** Right that an operation demands of queue pair and region; 0 for SEND. */
export function remoteRight(operation: string): number {
  return rightOf[operation as keyof typeof rightOf] ?? 0;
}

function checkRights(qp: Qp, { shape }: ReceivedPacket): Fatal | null {
  const right = remoteRight(shape!.operation);
  return (qp.settings.access & right) === right ? null : invalid;
}

/** Receive request for SEND and for the end of WRITE with immediate; room for another READ or atomic. */
function checkResources(adapter: Adapter, qp: Qp, packet: ReceivedPacket): Fatal | "rnr" | null {
  const { responder: r, settings, request } = qp;
  const shape = packet.shape!;
  if (shape.operation === "send" || packet.imm !== undefined) {
    if (r.receive !== null) return null;
    const source = request.srq === undefined ? qp.receives : adapter.srqs.take(request.srq).requests;
    const next = source.shift();
    if (next === undefined) return "rnr";
    r.receive = { request: next, filled: 0 };
    return null;
  }
  if (shape.operation === "write") return null;
  const open = r.responses.filter((response) => response.kind !== "ack" && response.original).length;
  return open < settings.maxDestRdAtomic ? null : invalid;
}

/** First and Middle fill the MTU, Last is not empty, the sum is that of the RETH; a SEND fits its buffer. */
function checkLength(qp: Qp, packet: ReceivedPacket): Fatal | null {
  const { responder: r, settings } = qp;
  const { operation, place } = packet.shape!;
  const bytes = packet.payload.length;
  const end = place === "last" || place === "only";
  if (operation === "read") return bytes === 0 && packet.reth!.length <= longestMessage ? null : invalid;
  if (operation !== "send" && operation !== "write") return bytes === 0 ? null : invalid;
  if (end ? bytes > settings.pathMtu || (place === "last" && bytes === 0) : bytes !== settings.pathMtu)
    return invalid;
  if (operation === "write") {
    const left = packet.reth?.length ?? r.target.left;
    if (left > longestMessage) return invalid;
    return (end ? left === bytes : left > bytes) ? null : invalid;
  }
  return r.receive!.filled + bytes <= listBytes(r.receive!.request.sges) ? null : tooLong;
}

/** Keys of the whole message at its begin, of the rest at each packet; nothing for empty ones. */
function checkKeys(adapter: Adapter, qp: Qp, packet: ReceivedPacket): Fatal | null {
  const { responder: r, request } = qp;
  const { operation } = packet.shape!;
  if (packet.ieth !== undefined && !adapter.regions.canInvalidate(packet.ieth, request.pd)) return forbidden;
  if (operation === "send") return null;
  const atomic = packet.atomicEth;
  if (atomic !== undefined && atomic.va % 8n !== 0n) return invalid;
  const { va, rkey } = packet.reth ?? atomic ?? r.target;
  const length = atomic !== undefined ? 8 : (packet.reth?.length ?? r.target.left);
  if (length === 0) return null;
  const found = adapter.regions.check(rkey, request.pd, remoteRight(operation), va, length);
  return typeof found === "bigint" ? null : forbidden;
}

/** The request with the expected PSN was executed; READs take more than one. */
export function advance(qp: Qp, psns: number): void {
  const { responder: r } = qp;
  r.expectedPsn = serialAdd(r.expectedPsn, psns);
}
