/** The requester's receiving side: ACKs, NAKs, READ responses, atomic results (`transport-rc` section 5). */
import { access, wcStatus } from "../../nic/verbs.ts";
import type { Adapter, Verdict } from "./adapter.ts";
import type { Place } from "./opcodes.ts";
import type { ReceivedPacket } from "./packet.ts";
import type { Qp, SendEntry } from "./qp.ts";
import {
  acknowledgeBefore,
  covers,
  failHead,
  goBack,
  noteProgress,
  retireHead,
  retryFromHint,
} from "./retire.ts";
import { scatter } from "./scatter.ts";
import { serialAdd, serialCompare } from "./serial.ts";
import { creditTable, nakCode, noCredits, readSyndrome, rnrWaitNs } from "./syndrome.ts";

/** A response to a queue pair in RTS or SQD. */
export function receiveResponse(adapter: Adapter, qp: Qp, packet: ReceivedPacket, now: number): Verdict {
  const { requester: r } = qp;
  if (serialCompare(packet.psn, r.nextPsn) >= 0) return "ghost-response";
  if (serialCompare(packet.psn, r.oldestPsn) < 0) return "stale-response";
  const syndrome = packet.aeth === undefined ? null : readSyndrome(packet.aeth.syndrome);
  if (syndrome?.kind === "reserved") return "reserved-syndrome";
  if (syndrome?.kind === "ack") takeCredits(adapter, qp, packet.aeth!.msn, syndrome.credit);
  if (packet.shape!.operation === "ack" && syndrome !== null) {
    if (syndrome.kind === "ack") return receiveAck(adapter, qp, packet.psn, now);
    if (syndrome.kind === "rnr") return receiveRnr(adapter, qp, packet.psn, syndrome.code, now);
    return receiveNak(adapter, qp, packet.psn, syndrome.code, now);
  }
  if (!acknowledgeBefore(adapter, qp, packet.psn, now)) return retryFromHint(adapter, qp);
  const entry = r.queue[0];
  if (entry === undefined || !covers(entry, packet.psn)) return "stale-response";
  const atomic = entry.request.opcode !== "read";
  if (
    !entry.answered ||
    atomic !== (packet.shape!.operation === "atomic-ack") ||
    (syndrome?.kind ?? "ack") !== "ack"
  )
    return failHead(adapter, qp, wcStatus.badResponse);
  if (atomic) return receiveAtomic(adapter, qp, entry, packet, now);
  return receiveReadResponse(adapter, qp, entry, packet, now);
}

/** LSN = MSN + credits; only a newer value counts. */
function takeCredits(adapter: Adapter, qp: Qp, msn: number, code: number): void {
  const { requester: r } = qp;
  if (!adapter.options.credits) return;
  if (code === noCredits) {
    r.lsn = null;
    return;
  }
  const lsn = serialAdd(msn, creditTable[code]!);
  if (r.lsn === null || serialCompare(lsn, r.lsn) > 0) r.lsn = lsn;
}

function receiveAck(adapter: Adapter, qp: Qp, psn: number, now: number): Verdict {
  // An ACK cannot complete a READ or atomic: its response was lost.
  return acknowledgeBefore(adapter, qp, serialAdd(psn, 1), now) ? null : retryFromHint(adapter, qp);
}

function receiveRnr(adapter: Adapter, qp: Qp, psn: number, code: number, now: number): Verdict {
  const { requester: r, settings } = qp;
  if (!acknowledgeBefore(adapter, qp, psn, now)) return retryFromHint(adapter, qp);
  if (qp.state === "ERR" || r.rnrUntil !== null) return null;
  if (settings.rnrRetry !== 7) {
    if (r.rnrLeft === 0) return failHead(adapter, qp, wcStatus.rnrRetryExceeded);
    r.rnrLeft--;
  }
  goBack(qp);
  r.rnrUntil = now + rnrWaitNs(code);
  return null;
}

function receiveNak(adapter: Adapter, qp: Qp, psn: number, code: number, now: number): Verdict {
  if (!acknowledgeBefore(adapter, qp, psn, now)) return retryFromHint(adapter, qp);
  if (qp.state === "ERR") return null;
  if (code === nakCode.sequence) return retryFromHint(adapter, qp);
  if (code === nakCode.invalidRequest) return failHead(adapter, qp, wcStatus.remoteInvalidRequest);
  if (code === nakCode.remoteAccess) return failHead(adapter, qp, wcStatus.remoteAccess);
  return failHead(adapter, qp, wcStatus.remoteOperation);
}

function receiveAtomic(
  adapter: Adapter,
  qp: Qp,
  entry: SendEntry,
  packet: ReceivedPacket,
  now: number,
): Verdict {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, packet.atomicAck!, true);
  return take(adapter, qp, entry, 0, bytes, now);
}

/** Opcodes that may come for the next response: after a new request First or Only, but Linux goes on as before. */
function allowedPlaces(entry: SendEntry): readonly Place[] {
  const last = entry.received === entry.packets - 1;
  const fresh: Place = last ? "only" : "first";
  const going: Place = last ? "last" : "middle";
  if (entry.received === 0) return [fresh];
  return entry.received === entry.requestedFrom ? [fresh, going] : [going];
}

function receiveReadResponse(
  adapter: Adapter,
  qp: Qp,
  entry: SendEntry,
  packet: ReceivedPacket,
  now: number,
): Verdict {
  const { pathMtu } = qp.settings;
  const index = serialCompare(packet.psn, entry.firstPsn);
  if (index < entry.received) return "stale-response";
  if (index > entry.received || !allowedPlaces(entry).includes(packet.shape!.place))
    return retryFromHint(adapter, qp);
  const offset = index * pathMtu;
  if (packet.payload.length !== Math.min(pathMtu, entry.length - offset))
    return failHead(adapter, qp, wcStatus.localLength);
  return take(adapter, qp, entry, offset, packet.payload, now);
}

/** Puts a response into local memory and moves on. */
function take(
  adapter: Adapter,
  qp: Qp,
  entry: SendEntry,
  offset: number,
  bytes: Uint8Array,
  now: number,
): Verdict {
  const { requester: r } = qp;
  const sges = entry.request.sges ?? [];
  const hosts = adapter.regions.checkList(sges, qp.request.pd, access.localWrite);
  if (typeof hosts === "string") return failHead(adapter, qp, wcStatus.localProtection);
  if (!scatter(adapter.memory, sges, hosts, offset, bytes))
    return failHead(adapter, qp, wcStatus.localProtection);
  entry.received++;
  r.oldestPsn = serialAdd(entry.firstPsn, entry.received);
  if (entry.received === entry.packets) retireHead(adapter, qp);
  if (qp.state !== "ERR") noteProgress(adapter, qp, now);
  return null;
}
