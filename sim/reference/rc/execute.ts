/** Execution of a request that passed its checks (`transport-rc` section 4, steps 8 and 9). */
import { access, type WorkCompletion, wcStatus } from "../../nic/verbs.ts";
import { type Adapter, complete } from "./adapter.ts";
import { enterError } from "./flush.ts";
import type { ReceivedPacket } from "./packet.ts";
import type { ExecutedRecord, Qp } from "./qp.ts";
import { advance, type Fatal, remoteRight } from "./responder.ts";
import { pushAck } from "./responses.ts";
import { scatter } from "./scatter.ts";
import { serialAdd } from "./serial.ts";
import { nakCode } from "./syndrome.ts";

const localFault: Fatal = { nak: nakCode.remoteOperation, status: wcStatus.localProtection };

/** @returns what went wrong on this side, or null */
export function execute(adapter: Adapter, qp: Qp, packet: ReceivedPacket, now: number): Fatal | null {
  const { operation } = packet.shape!;
  if (operation === "read") executeRead(qp, packet);
  else if (operation === "cmp-swap" || operation === "fetch-add")
    return executeAtomic(adapter, qp, packet) ? null : localFault;
  else return executeData(adapter, qp, packet, now);
  return null;
}

/** READ: accepted now, MSN counts now; the data are fetched when the responses leave. */
function executeRead(qp: Qp, packet: ReceivedPacket): void {
  const { responder: r, settings } = qp;
  const { va, rkey, length } = packet.reth!;
  const packets = Math.max(1, Math.ceil(length / settings.pathMtu));
  remember(qp, { kind: "read", firstPsn: packet.psn, packets, va, rkey, length });
  r.msn = serialAdd(r.msn, 1);
  r.responses.push({
    kind: "read",
    psn: packet.psn,
    va,
    left: length,
    rkey,
    msn: r.msn,
    first: true,
    original: true,
  });
  advance(qp, packets);
}

/** @returns false when host memory failed */
function executeAtomic(adapter: Adapter, qp: Qp, packet: ReceivedPacket): boolean {
  const { responder: r, request } = qp;
  const { va, rkey, swapAdd, compare } = packet.atomicEth!;
  const host = adapter.regions.check(rkey, request.pd, access.remoteAtomic, va, 8) as bigint;
  const original = adapter.memory.readUint64(host);
  const add = packet.shape!.operation === "fetch-add";
  const writes = add || original === compare;
  if (adapter.memory.fails("reads", host, 8) || (writes && adapter.memory.fails("writes", host, 8)))
    return false;
  if (writes) adapter.memory.writeUint64(host, add ? BigInt.asUintN(64, original + swapAdd) : swapAdd);
  remember(qp, { kind: "atomic", firstPsn: packet.psn, packets: 1, original });
  r.msn = serialAdd(r.msn, 1);
  r.responses.push({ kind: "atomic", psn: packet.psn, msn: r.msn, value: original, original: true });
  advance(qp, 1);
  return true;
}

/** The ring of `max_dest_rd_atomic` records: the oldest gives way. */
function remember(qp: Qp, record: ExecutedRecord): void {
  const { records } = qp.responder;
  records.push(record);
  if (records.length > qp.settings.maxDestRdAtomic) records.shift();
}

function executeData(adapter: Adapter, qp: Qp, packet: ReceivedPacket, now: number): Fatal | null {
  const { responder: r } = qp;
  const { operation, place } = packet.shape!;
  const end = place === "last" || place === "only";
  const write = operation === "write";
  if (!(write ? executeWrite(adapter, qp, packet) : executeSend(adapter, qp, packet))) return localFault;
  r.open = end ? null : write ? "write" : "send";
  if (end) {
    r.msn = serialAdd(r.msn, 1);
    if (packet.ieth !== undefined) adapter.regions.invalidate(packet.ieth);
    if (r.receive !== null) completeReceive(adapter, qp, packet);
  }
  const psn = packet.psn;
  advance(qp, 1);
  if (packet.ackRequest) pushAck(adapter, qp, psn, now);
  return null;
}

function executeWrite(adapter: Adapter, qp: Qp, packet: ReceivedPacket): boolean {
  const { responder: r, request } = qp;
  const { reth, payload } = packet;
  if (reth !== undefined) r.target = { va: reth.va, rkey: reth.rkey, left: reth.length, total: reth.length };
  if (payload.length === 0) return true;
  const host = adapter.regions.check(
    r.target.rkey,
    request.pd,
    remoteRight("write"),
    r.target.va,
    payload.length,
  );
  if (adapter.memory.fails("writes", host as bigint, payload.length)) return false;
  adapter.memory.write(host as bigint, payload);
  r.target.va += BigInt(payload.length);
  r.target.left -= payload.length;
  return true;
}

function executeSend(adapter: Adapter, qp: Qp, { payload }: ReceivedPacket): boolean {
  const { sges } = qp.responder.receive!.request;
  const used = { offset: qp.responder.receive!.filled, count: payload.length };
  const hosts = adapter.regions.checkList(sges, qp.request.pd, access.localWrite, used);
  if (typeof hosts === "string") return false;
  if (!scatter(adapter.memory, sges, hosts, qp.responder.receive!.filled, payload)) return false;
  qp.responder.receive!.filled += payload.length;
  return true;
}

function completeReceive(adapter: Adapter, qp: Qp, packet: ReceivedPacket): void {
  const { responder: r } = qp;
  const write = packet.shape!.operation === "write";
  const completion: WorkCompletion = {
    wrId: r.receive!.request.wrId,
    status: wcStatus.success,
    opcode: write ? "recv-write-imm" : "recv",
    qpn: qp.number,
    byteLength: write ? r.target.total : r.receive!.filled,
    ...(packet.imm === undefined ? {} : { imm: packet.imm }),
    ...(packet.ieth === undefined ? {} : { invalidatedKey: packet.ieth }),
    ...(packet.solicited ? { solicited: true } : {}),
  };
  r.receive = null;
  if (!complete(adapter, qp.request.recvCq, completion)) enterError(adapter, qp);
}
