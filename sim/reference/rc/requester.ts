/** The requester's sending side: what goes out next (`transport-rc` sections 1, 2 and 5; Linux `rxe_req.c`). */
import { access, wcStatus } from "../../nic/verbs.ts";
import { type Adapter, basePacket } from "./adapter.ts";
import { opcodeFor, type Place } from "./opcodes.ts";
import type { TransportPacket } from "./packet.ts";
import type { Qp, SendEntry } from "./qp.ts";
import { failHead } from "./retire.ts";
import { gather } from "./scatter.ts";
import { takesReceive } from "./send-entries.ts";
import { serialAdd, serialCompare } from "./serial.ts";
import { ackTimeoutNs } from "./syndrome.ts";

export function timeoutNs(adapter: Adapter, qp: Qp): number {
  return ackTimeoutNs(qp.settings.timeout) * adapter.options.timerScale;
}

/** May an entry that was not begun begin now? */
function mayBegin(adapter: Adapter, qp: Qp, entry: SendEntry): boolean {
  const { requester: r, settings } = qp;
  if (qp.state !== "RTS") return false;
  const open = r.queue.slice(0, r.cursor).filter(({ answered }) => answered).length;
  if (entry.request.fence && open > 0) return false;
  if (entry.answered && open >= settings.maxRdAtomic) return false;
  // READs take PSNs for their responses: the whole entry has to fit the window when it is one packet of many PSNs.
  const needed = entry.answered ? entry.packets : 1;
  return serialCompare(r.nextPsn, r.oldestPsn) + needed <= adapter.options.windowPackets;
}

/** Credits: SSN <= LSN, or one message as a probe when nothing else is on its way. */
function creditAllows(qp: Qp, entry: SendEntry): boolean {
  const { requester: r } = qp;
  if (r.lsn === null || !takesReceive(entry.request.opcode)) return true;
  if (serialCompare(serialAdd(r.ssn, 1), r.lsn) <= 0) return true;
  entry.probe = r.cursor === 0;
  return entry.probe;
}

function begin(qp: Qp, entry: SendEntry): void {
  const { requester: r } = qp;
  entry.started = true;
  entry.firstPsn = r.nextPsn;
  r.ssn = serialAdd(r.ssn, 1);
}

function placeOf(index: number, packets: number): Place {
  if (packets === 1) return "only";
  return index === 0 ? "first" : index === packets - 1 ? "last" : "middle";
}

/** A READ request for what is missing, or an atomic. */
function answeredPacket(adapter: Adapter, qp: Qp, entry: SendEntry): TransportPacket {
  const { request } = entry;
  const remote = request.remote!;
  const psn = serialAdd(entry.firstPsn, entry.received);
  const kind = request.opcode as "read" | "cmp-swap" | "fetch-add";
  const base = { ...basePacket(adapter, qp, opcodeFor("rc", kind, "only"), psn), ackRequest: true };
  const payload = new Uint8Array(0);
  entry.requestedFrom = entry.received;
  if (kind === "read") {
    const done = entry.received * qp.settings.pathMtu;
    const va = BigInt.asUintN(64, remote.address + BigInt(done));
    return { ...base, reth: { va, rkey: remote.rkey, length: entry.length - done }, payload };
  }
  const add = request.compareAdd ?? 0n;
  const swap = kind === "cmp-swap";
  const operands = { swapAdd: swap ? (request.swap ?? 0n) : add, compare: swap ? add : 0n };
  return { ...base, atomicEth: { va: remote.address, rkey: remote.rkey, ...operands }, payload };
}

/** Packet `index` of a SEND or WRITE. */
function dataPacket(
  adapter: Adapter,
  qp: Qp,
  entry: SendEntry,
  index: number,
  hosts: readonly bigint[],
): TransportPacket {
  const { request } = entry;
  const { requester: r, settings } = qp;
  const place = placeOf(index, entry.packets);
  const end = place === "last" || place === "only";
  const start = index === 0;
  const imm = end && (request.opcode === "send-imm" || request.opcode === "write-imm");
  const invalidate = end && request.opcode === "send-inv";
  const write = request.opcode === "write" || request.opcode === "write-imm";
  const opcode = opcodeFor("rc", write ? "write" : "send", place, imm ? "imm" : invalidate ? "ieth" : "none");
  const offset = index * settings.pathMtu;
  const count = Math.min(settings.pathMtu, entry.length - offset);
  const payload = request.inline
    ? request.inline.slice(offset, offset + count)
    : gather(adapter.memory, request.sges ?? [], hosts, offset, count);
  const ackRequest = end || entry.probe || r.packetsUnasked >= adapter.options.ackEvery;
  r.packetsUnasked = ackRequest ? 0 : r.packetsUnasked + 1;
  return {
    ...basePacket(adapter, qp, opcode, serialAdd(entry.firstPsn, index)),
    solicited: end && request.solicited === true && request.opcode !== "write",
    ackRequest,
    ...(write && start
      ? { reth: { va: request.remote!.address, rkey: request.remote!.rkey, length: entry.length } }
      : {}),
    ...(imm ? { imm: request.imm! } : {}),
    ...(invalidate ? { ieth: request.invalidateKey! } : {}),
    payload,
  };
}

/** Takes note of a packet that leaves: next one, PSNs, timer. */
function sent(adapter: Adapter, qp: Qp, entry: SendEntry, packet: TransportPacket, now: number): void {
  const { requester: r } = qp;
  const lastPsn = serialAdd(entry.firstPsn, entry.packets - 1);
  const covered = entry.answered ? lastPsn : packet.psn;
  if (serialCompare(covered, r.nextPsn) >= 0) r.nextPsn = serialAdd(covered, 1);
  if (packet.ackRequest) {
    r.askedPsn = covered;
    r.timer ??= now + timeoutNs(adapter, qp);
  }
  r.cursorPacket++;
  if (entry.answered || r.cursorPacket === entry.packets) {
    r.cursor++;
    r.cursorPacket = 0;
  }
}

/** The next request of a queue pair, or null when none may go now. */
export function nextRequest(adapter: Adapter, qp: Qp, now: number): TransportPacket | null {
  const { requester: r } = qp;
  if (qp.state !== "RTS" && qp.state !== "SQD") return null;
  if (r.rnrUntil !== null && now < r.rnrUntil) return null;
  r.rnrUntil = null;
  const entry = r.queue[r.cursor];
  if (entry === undefined) return null;
  if (entry.fault === null && !entry.started && !mayBegin(adapter, qp, entry)) return null;
  const right = entry.answered ? access.localWrite : 0;
  const hosts = adapter.regions.checkList(entry.request.sges ?? [], qp.request.pd, right);
  if (typeof hosts === "string" || entry.fault !== null) {
    // Nothing more is sent; the error is told when all earlier entries are complete.
    entry.fault ??= wcStatus.localProtection;
    if (r.cursor === 0) failHead(adapter, qp, entry.fault);
    return null;
  }
  if (!entry.started) {
    if (!creditAllows(qp, entry)) return null;
    begin(qp, entry);
  }
  const psn = serialAdd(entry.firstPsn, r.cursorPacket);
  if (entry.probe && r.cursorPacket > 0 && serialCompare(r.oldestPsn, psn) < 0) return null;
  if (!entry.answered && serialCompare(psn, r.oldestPsn) >= adapter.options.windowPackets) return null;
  const packet = entry.answered
    ? answeredPacket(adapter, qp, entry)
    : dataPacket(adapter, qp, entry, r.cursorPacket, hosts);
  sent(adapter, qp, entry, packet, now);
  return packet;
}
