/** The way of a queue pair into ERR: everything that waits completes as flushed (ibv_modify_qp.3; IBA 10.3.1). */
import { type WcStatus, wcStatus } from "../../nic/verbs.ts";
import { type Adapter, complete } from "./adapter.ts";
import type { OpenReceive, Qp } from "./qp.ts";
import { sendOpcodeOf } from "./send-entries.ts";

export function completeReceiveError(adapter: Adapter, qp: Qp, receive: OpenReceive, status: WcStatus): void {
  const { wrId } = receive.request;
  complete(adapter, qp.request.recvCq, { wrId, status, opcode: "recv", qpn: qp.number, byteLength: 0 });
}

/** Completes all requests to send as flushed. */
export function flushSends(adapter: Adapter, qp: Qp): void {
  for (const { request } of qp.requester.queue.splice(0)) {
    const opcode = sendOpcodeOf(request.opcode);
    const { wrId } = request;
    complete(adapter, qp.request.sendCq, {
      wrId,
      status: wcStatus.flushed,
      opcode,
      qpn: qp.number,
      byteLength: 0,
    });
  }
}

/** Completes what waits on a queue pair in ERR; shared receive queues keep theirs. */
export function flush(adapter: Adapter, qp: Qp): void {
  const { responder } = qp;
  flushSends(adapter, qp);
  if (responder.receive !== null) completeReceiveError(adapter, qp, responder.receive, wcStatus.flushed);
  responder.receive = null;
  for (const request of qp.receives.splice(0))
    completeReceiveError(adapter, qp, { request, filled: 0 }, wcStatus.flushed);
}

/** @param keepResponses a NAK and what stands before it still have to leave */
export function enterError(adapter: Adapter, qp: Qp, keepResponses = false): void {
  qp.state = "ERR";
  Object.assign(qp.requester, { cursor: 0, cursorPacket: 0, timer: null, rnrUntil: null, askedPsn: null });
  if (!keepResponses) qp.responder.responses = [];
  flush(adapter, qp);
}
