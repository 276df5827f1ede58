/** Requests older than the expected PSN (`transport-rc` section 4.1; Linux `duplicate_request`). */
import type { Adapter, Verdict } from "./adapter.ts";
import type { ReceivedPacket } from "./packet.ts";
import type { Qp } from "./qp.ts";
import { pushAck } from "./responses.ts";
import { serialAdd, serialCompare } from "./serial.ts";

export function receiveDuplicate(adapter: Adapter, qp: Qp, packet: ReceivedPacket, now: number): Verdict {
  const { responder: r } = qp;
  const operation = packet.shape?.operation;
  if (operation === "read") return repeatRead(qp, packet);
  if (operation === "cmp-swap" || operation === "fetch-add") return repeatAtomic(qp, packet);
  if (operation === undefined) return "duplicate-unknown";
  pushAck(adapter, qp, serialAdd(r.expectedPsn, -1), now);
  return null;
}

/** Again from memory, from the asked offset on; only inside of what was asked before, with the same key. */
function repeatRead(qp: Qp, packet: ReceivedPacket): Verdict {
  const { responder: r, settings } = qp;
  const { va, rkey, length } = packet.reth!;
  const packets = Math.max(1, Math.ceil(length / settings.pathMtu));
  const known = r.records.some((record) => {
    const index = serialCompare(packet.psn, record.firstPsn);
    return (
      record.kind === "read" &&
      index >= 0 &&
      index + packets <= record.packets &&
      rkey === record.rkey &&
      va >= record.va &&
      va + BigInt(length) <= record.va + BigInt(record.length)
    );
  });
  if (!known) return "duplicate-unknown";
  r.responses.push({
    kind: "read",
    psn: packet.psn,
    va,
    left: length,
    rkey,
    msn: r.msn,
    first: true,
    original: false,
  });
  return null;
}

/** The saved value; an atomic is never executed twice. */
function repeatAtomic(qp: Qp, packet: ReceivedPacket): Verdict {
  const { responder: r } = qp;
  const record = r.records.find(({ kind, firstPsn }) => kind === "atomic" && firstPsn === packet.psn);
  if (record?.kind !== "atomic") return "duplicate-unknown";
  r.responses.push({ kind: "atomic", psn: packet.psn, msn: r.msn, value: record.original, original: false });
  return null;
}
