/** Progress, completion, going back and failing of a send queue (`transport-rc` section 5; Linux `rxe_comp.c`). */
import { type WcStatus, wcStatus } from "../../nic/verbs.ts";
import { type Adapter, complete, type Verdict } from "./adapter.ts";
import { enterError } from "./flush.ts";
import type { Qp, SendEntry } from "./qp.ts";
import { sendOpcodeOf } from "./send-entries.ts";
import { serialAdd, serialCompare } from "./serial.ts";
import { ackTimeoutNs } from "./syndrome.ts";

/** The oldest entry ends with an error, the queue pair with it. */
export function failHead(adapter: Adapter, qp: Qp, status: WcStatus): null {
  const entry = qp.requester.queue.shift()!;
  const opcode = sendOpcodeOf(entry.request.opcode);
  const { wrId } = entry.request;
  complete(adapter, qp.request.sendCq, { wrId, status, opcode, qpn: qp.number, byteLength: 0 });
  enterError(adapter, qp);
  return null;
}

/** The oldest entry is complete. */
export function retireHead(adapter: Adapter, qp: Qp): void {
  const { requester: r } = qp;
  const { request, answered, length } = r.queue.shift()!;
  if (r.cursor > 0) r.cursor--;
  else r.cursorPacket = 0;
  if (!request.signaled) return;
  const opcode = sendOpcodeOf(request.opcode);
  const byteLength = answered ? length : 0;
  const { wrId } = request;
  const room = complete(adapter, qp.request.sendCq, {
    wrId,
    status: wcStatus.success,
    opcode,
    qpn: qp.number,
    byteLength,
  });
  if (!room) enterError(adapter, qp);
}

/** Something was acknowledged: counters reload, the timer restarts, what was acknowledged is not sent again. */
export function noteProgress(adapter: Adapter, qp: Qp, now: number): void {
  const { requester: r, settings } = qp;
  r.retryLeft = settings.retryCount;
  r.rnrLeft = settings.rnrRetry;
  r.wentBack = false;
  r.rnrUntil = null;
  const waiting = r.askedPsn !== null && serialCompare(r.askedPsn, r.oldestPsn) >= 0;
  r.timer = waiting ? now + ackTimeoutNs(settings.timeout) * adapter.options.timerScale : null;
  const entry = r.queue[r.cursor];
  if (entry?.started !== true) return;
  if (serialCompare(serialAdd(entry.firstPsn, r.cursorPacket), r.oldestPsn) < 0) seek(qp);
}

/** Sets the cursor to the oldest packet that is not acknowledged. */
function seek(qp: Qp): void {
  const { requester: r } = qp;
  const index = r.queue.findIndex((entry) => !entry.started || covers(entry, r.oldestPsn));
  r.cursor = index < 0 ? r.queue.length : index;
  const entry = r.queue[r.cursor];
  r.cursorPacket = entry?.started && !entry.answered ? serialCompare(r.oldestPsn, entry.firstPsn) : 0;
}

/** Is `psn` one of the PSNs of a begun entry? */
export function covers(entry: SendEntry, psn: number): boolean {
  if (!entry.started) return false;
  const index = serialCompare(psn, entry.firstPsn);
  return index >= 0 && index < entry.packets;
}

/**
 * Acknowledges all PSNs before `limit`.
 * @returns false when a READ or atomic stands in the way whose response has not come
 */
export function acknowledgeBefore(adapter: Adapter, qp: Qp, limit: number, now: number): boolean {
  const { requester: r } = qp;
  const before = r.oldestPsn;
  let answered = true;
  for (let entry = r.queue[0]; entry?.started; entry = r.queue[0]) {
    const missing = entry.answered ? serialAdd(entry.firstPsn, entry.received) : null;
    if (missing !== null) {
      r.oldestPsn = missing;
      answered = serialCompare(limit, missing) <= 0;
      break;
    }
    const next = serialAdd(entry.firstPsn, entry.packets);
    if (serialCompare(limit, next) < 0) {
      if (serialCompare(limit, r.oldestPsn) > 0) r.oldestPsn = limit;
      break;
    }
    r.oldestPsn = next;
    retireHead(adapter, qp);
  }
  if (serialCompare(r.oldestPsn, before) > 0 && qp.state !== "ERR") noteProgress(adapter, qp, now);
  return answered;
}

/** Sends everything again from the oldest PSN that is not acknowledged (go-back-N). */
export function goBack(qp: Qp): void {
  const { requester: r } = qp;
  seek(qp);
  r.timer = null;
  r.askedPsn = null;
  r.packetsUnasked = 0;
}

/** Takes one of the tries. @returns false when there was none left, and the queue pair failed */
export function takeRetry(adapter: Adapter, qp: Qp): boolean {
  const { requester: r, settings } = qp;
  if (settings.retryCount === 7 && adapter.options.endlessRetry) return true;
  if (r.retryLeft > 0) {
    r.retryLeft--;
    return true;
  }
  failHead(adapter, qp, wcStatus.retryExceeded);
  return false;
}

/** A response tells that something was lost; followed once until there is progress or the timer expires. */
export function retryFromHint(adapter: Adapter, qp: Qp): Verdict {
  const { requester: r } = qp;
  if (r.wentBack) return "hint-again";
  if (takeRetry(adapter, qp)) {
    goBack(qp);
    r.wentBack = true;
  }
  return null;
}

/** The transport timer expired. */
export function expire(adapter: Adapter, qp: Qp): void {
  const { requester: r } = qp;
  r.timer = null;
  if (r.queue[0]?.started !== true) return;
  if (!takeRetry(adapter, qp)) return;
  r.wentBack = false;
  goBack(qp);
}
