/** Responses on their way out, in the order of their PSNs; ACKs may wait and merge (`transport-rc` sections 3 and 4). */

import { access } from "../../nic/verbs.ts";
import { type Adapter, basePacket } from "./adapter.ts";
import { enterError } from "./flush.ts";
import { opcodeFor, type Place } from "./opcodes.ts";
import type { TransportPacket } from "./packet.ts";
import type { Qp, Response } from "./qp.ts";
import { serialAdd } from "./serial.ts";
import { creditCode, type NakCode, nakCode, noCredits } from "./syndrome.ts";

const empty = new Uint8Array(0);

/** Acknowledges all up to `psn`, merged with an ACK that still waits at the end of the line. */
export function pushAck(adapter: Adapter, qp: Qp, psn: number, now: number): void {
  const { responder: r } = qp;
  const { ackDelayNs, ackMerge } = adapter.options;
  const last = r.responses.at(-1);
  if (last?.kind === "ack" && last.syndrome === null && (ackDelayNs > 0 || last.psn === psn)) {
    last.psn = psn;
    last.msn = r.msn;
    last.merged++;
    if (last.merged + 1 >= ackMerge) last.notBefore = now;
    return;
  }
  r.responses.push({ kind: "ack", psn, syndrome: null, msn: r.msn, notBefore: now + ackDelayNs, merged: 0 });
}

/** Credit field of an ACK: receive requests free beyond the MSN. A shared queue promises nothing. */
function ackSyndrome(adapter: Adapter, qp: Qp): number {
  if (!adapter.options.credits || qp.request.srq !== undefined) return noCredits;
  return creditCode(qp.receives.length + (qp.responder.receive === null ? 0 : 1));
}

/** Time at which the first response may leave; null without any. Only an ACK with nothing behind it waits. */
export function responseDue(qp: Qp): number | null {
  const [first, second] = qp.responder.responses;
  if (first === undefined) return null;
  return first.kind === "ack" && second === undefined ? first.notBefore : 0;
}

/** The next response of a queue pair, or null when none may go now. */
export function nextResponse(adapter: Adapter, qp: Qp, now: number): TransportPacket | null {
  const { responder: r } = qp;
  const due = responseDue(qp);
  if (due === null || due > now) return null;
  const packet = build(adapter, qp, r.responses[0]!);
  const becn = r.becn;
  r.becn = false;
  return becn ? { ...packet, becn } : packet;
}

function build(adapter: Adapter, qp: Qp, response: Response): TransportPacket {
  const { responses } = qp.responder;
  if (response.kind === "read") return readPacket(adapter, qp, response);
  responses.shift();
  const { psn, msn } = response;
  if (response.kind === "atomic") {
    const base = basePacket(adapter, qp, opcodeFor("rc", "atomic-ack", "only"), psn);
    const syndrome = ackSyndrome(adapter, qp);
    return { ...base, aeth: { syndrome, msn }, atomicAck: response.value, payload: empty };
  }
  return ackPacket(adapter, qp, psn, response.syndrome ?? ackSyndrome(adapter, qp), msn);
}

function ackPacket(adapter: Adapter, qp: Qp, psn: number, syndrome: number, msn: number): TransportPacket {
  const base = basePacket(adapter, qp, opcodeFor("rc", "ack", "only"), psn);
  return { ...base, aeth: { syndrome, msn }, payload: empty };
}

function stopRead(adapter: Adapter, qp: Qp, { psn, msn }: Response, nak: NakCode): TransportPacket {
  qp.responder.responses = [];
  enterError(adapter, qp, true);
  return ackPacket(adapter, qp, psn, nak, msn);
}

/** One packet of a READ. A region that died meanwhile, or host memory that fails, stops the READ with a NAK. */
function readPacket(adapter: Adapter, qp: Qp, response: Response & { kind: "read" }): TransportPacket {
  const { responder: r, request, settings } = qp;
  const count = Math.min(settings.pathMtu, response.left);
  const host =
    count === 0
      ? 0n
      : adapter.regions.check(response.rkey, request.pd, access.remoteRead, response.va, response.left);
  if (typeof host !== "bigint") return stopRead(adapter, qp, response, nakCode.remoteAccess);
  if (adapter.memory.fails("reads", host, count))
    return stopRead(adapter, qp, response, nakCode.remoteOperation);
  const last = response.left <= settings.pathMtu;
  const place: Place = response.first ? (last ? "only" : "first") : last ? "last" : "middle";
  const base = basePacket(adapter, qp, opcodeFor("rc", "read-response", place), response.psn);
  const aeth = place === "middle" ? {} : { aeth: { syndrome: ackSyndrome(adapter, qp), msn: response.msn } };
  const payload = count === 0 ? empty : adapter.memory.read(host, count);
  response.psn = serialAdd(response.psn, 1);
  response.va += BigInt(count);
  response.left -= count;
  response.first = false;
  if (last) r.responses.shift();
  return { ...base, ...aeth, payload };
}
