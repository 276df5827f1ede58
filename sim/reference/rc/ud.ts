/** UD SEND, as management uses it on QP1 (InfiniBand vol. 1, 9.8.3; ibv_post_send.3). */

import type { AddressVector } from "../../nic/verbs.ts";
import { access, type WcStatus, wcStatus } from "../../nic/verbs.ts";
import { type Adapter, basePacket, complete, type Verdict } from "./adapter.ts";
import { flushSends } from "./flush.ts";
import type { DecodedFrame } from "./framing.ts";
import { opcodeFor } from "./opcodes.ts";
import type { TransportPacket } from "./packet.ts";
import type { Qp } from "./qp.ts";
import { retireHead } from "./retire.ts";
import { gather, listBytes, scatter } from "./scatter.ts";
import { serialAdd } from "./serial.ts";

/** Q_Key of general services. */
export const managementQkey = 0x80010000;
const grhBytes = 40;

/** The next datagram of a queue pair and where it goes; complete as soon as it has left. */
export function nextDatagram(
  adapter: Adapter,
  qp: Qp,
): { packet: TransportPacket; to: AddressVector } | null {
  const { requester: r, settings } = qp;
  const entry = r.queue[0];
  if (entry === undefined || qp.state !== "RTS") return null;
  const { request } = entry;
  const ud = request.ud!;
  const hosts = adapter.regions.checkList(request.sges ?? [], qp.request.pd, 0);
  if (entry.length > settings.pathMtu || typeof hosts === "string") {
    failDatagram(adapter, qp, typeof hosts === "string" ? wcStatus.localProtection : wcStatus.localLength);
    return null;
  }
  const imm = request.opcode === "send-imm";
  // A Q_Key with its highest bit set is privileged: the one of the queue pair is sent.
  const qkey = ud.qkey >= 0x80000000 ? settings.qkey : ud.qkey;
  const packet: TransportPacket = {
    ...basePacket(adapter, qp, opcodeFor("ud", "send", "only", imm ? "imm" : "none"), r.nextPsn),
    destQp: ud.qpn,
    solicited: request.solicited === true,
    deth: { qkey, sourceQp: qp.number },
    ...(imm ? { imm: request.imm! } : {}),
    payload: request.inline ?? gather(adapter.memory, request.sges ?? [], hosts, 0, entry.length),
  };
  r.nextPsn = serialAdd(r.nextPsn, 1);
  r.cursor = 0;
  retireHead(adapter, qp);
  return { packet, to: ud.address! };
}

/** A local error stops the send queue, not the queue pair: what waits is flushed, the state is SQE. */
function failDatagram(adapter: Adapter, qp: Qp, status: WcStatus): void {
  const { wrId } = qp.requester.queue.shift()!.request;
  complete(adapter, qp.request.sendCq, { wrId, status, opcode: "send", qpn: qp.number, byteLength: 0 });
  qp.state = "SQE";
  flushSends(adapter, qp);
}

/** A datagram: without a buffer that is long enough it is dropped, nobody is told. */
export function receiveDatagram(adapter: Adapter, qp: Qp, { packet, route }: DecodedFrame): Verdict {
  if (packet.deth!.qkey !== qp.settings.qkey >>> 0) return "qkey";
  const { srq, pd } = qp.request;
  const source = srq === undefined ? qp.receives : adapter.srqs.take(srq).requests;
  const receive = source[0];
  if (receive === undefined) return "ud-no-receive";
  if (packet.payload.length > qp.settings.pathMtu) return "ud-length";
  if (grhBytes + packet.payload.length > listBytes(receive.sges)) return "ud-length";
  const hosts = adapter.regions.checkList(receive.sges, pd, access.localWrite);
  if (typeof hosts === "string") return "ud-protection";
  source.shift();
  scatter(adapter.memory, receive.sges, hosts, 0, route.grh);
  scatter(adapter.memory, receive.sges, hosts, grhBytes, packet.payload);
  complete(adapter, qp.request.recvCq, {
    wrId: receive.wrId,
    status: wcStatus.success,
    opcode: "recv",
    qpn: qp.number,
    byteLength: grhBytes + packet.payload.length,
    sourceQp: packet.deth!.sourceQp,
    ...(packet.imm === undefined ? {} : { imm: packet.imm }),
    ...(packet.solicited ? { solicited: true } : {}),
    ...(route.sgid === undefined ? {} : { grh: true }),
  });
  return null;
}
