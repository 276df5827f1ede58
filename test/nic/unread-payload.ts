/** Own requests whose payload host memory answers with an error: what completes, in which order, and what goes on. */
import { expect } from "vitest";
import { wcStatus } from "../../sim/nic/verbs.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { base, type DirectedBench, firstPsn, mtu } from "./directed-bench.ts";

const page = 0x1000;
const failing = { address: base + 0x3000n, length: page, of: "reads" as const };
const [ack, readOnly, sequence] = [0x11, 0x10, 0x60];
const { success, localProtection, flushed } = wcStatus;

interface Request {
  readonly kind: "write" | "send" | "read";
  readonly wrId: number;
  readonly psn: number;
  readonly psns: number;
  readonly length: number;
  readonly signaled: boolean;
  /** Packet that cannot be read. */
  readonly unread: number | null;
}

function requests(rng: Rng): { run: Request[]; failed: number } {
  const count = rng.range(1, 5);
  const failed = rng.below(count);
  let psn = firstPsn;
  const run = Array.from({ length: count }, (_, wrId): Request => {
    const fails = wrId === failed || (wrId > failed && rng.chance(0.3));
    const kind = rng.pick(
      fails ? (["write", "send"] as const) : (["write", "write", "send", "read"] as const),
    );
    const psns = kind === "read" ? 1 : rng.range(1, 4);
    const length = (psns - 1) * mtu + rng.range(1, mtu);
    const unread = fails ? rng.below(psns) : null;
    const one = { kind, wrId, psn, psns, length, signaled: rng.chance(0.8), unread };
    psn += psns;
    return one;
  });
  return { run, failed };
}

function post(bench: DirectedBench, rng: Rng, qpn: number, request: Request): void {
  const { kind, wrId, length, signaled, unread } = request;
  const before = unread === null ? length : unread * mtu + rng.below(Math.min(mtu, length - unread * mtu));
  const piece = (address: bigint, bytes: number) => ({ address, length: bytes, lkey: bench.key });
  const sges = [
    ...(before > 0 ? [piece(base, before)] : []),
    ...(unread === null ? [] : [piece(failing.address + BigInt(rng.below(64)), length - before)]),
  ];
  const remote = kind === "send" ? {} : { remote: { address: 0x5000n, rkey: 0x777 } };
  bench.verbs.postSend(qpn, { wrId, opcode: kind, signaled, sges, ...remote });
}

/** The peer answers all in front of the one that fails, one by one or at once. */
function answer(bench: DirectedBench, rng: Rng, qpn: number, run: readonly Request[], nak: number): void {
  run.forEach(({ kind, psn, psns, length }, msn) => {
    if (kind === "read") {
      const payload = new Uint8Array(length);
      bench.packet(qpn, readOnly, psn, { aeth: { syndrome: 0x1f, msn: msn + 1 }, payload });
    } else if (run[msn + 1]?.kind !== "read" && (msn === run.length - 1 || rng.chance(0.5)))
      bench.packet(qpn, ack, psn + psns - 1, { aeth: { syndrome: 0x1f, msn: msn + 1 } });
    if (rng.chance(0.3)) bench.host.settle();
  });
  if (rng.chance(0.5)) bench.packet(qpn, ack, nak, { aeth: { syndrome: sequence, msn: run.length } });
}

/** A run of requests of which some cannot be read, at once or when they are sent again. */
export function checkUnread(bench: DirectedBench, rng: Rng, qpn: number): void {
  const { host, verbs } = bench;
  const { run, failed } = requests(rng);
  const first = run[failed]!;
  const psn = first.psn + first.unread!;
  const again = rng.chance(0.3);
  host.pace = { stall: rng.pick([0, 0.2]), memoryDelay: rng.pick([0, 8, 60]) };
  host.unreadAfter = rng.pick([0, 0, 100]);
  if (!again) host.memory.failing.push(failing);
  for (const request of run) post(bench, rng, qpn, request);
  let sent = bench.settle();
  const before = run.slice(0, failed);
  if (again) {
    expect(sent.map((one) => one.psn)).toContain(psn);
    host.memory.failing.push(failing);
    bench.packet(qpn, ack, psn, { aeth: { syndrome: sequence, msn: failed } });
    sent = bench.settle();
  }
  expect({ run, psns: sent.map((one) => one.psn) }).not.toEqual({
    run,
    psns: expect.arrayContaining([psn]),
  });
  // In front of it a READ may be open still: then nothing of it and behind it is begun
  if (failed > 0 && (!again || before.some(({ kind }) => kind === "read"))) {
    expect([run, verbs.queryQp(qpn).state]).toEqual([run, "RTS"]);
    const { unread } = host;
    bench.write(qpn, run.length);
    expect([run, bench.settle().filter((one) => one.psn >= psn)]).toEqual([run, []]);
    expect(host.unread).toBe(unread);
  } else bench.write(qpn, run.length);
  answer(bench, rng, qpn, before, psn);
  bench.settle();
  host.memory.failing.splice(0);
  host.unreadAfter = 0;
  const due = run.flatMap(({ wrId, signaled }) =>
    wrId < failed
      ? signaled
        ? [[qpn, wrId, success]]
        : []
      : [[qpn, wrId, wrId === failed ? localProtection : flushed]],
  );
  due.push([qpn, run.length, flushed]);
  expect({ run, again, statuses: bench.statuses() }).toEqual({ run, again, statuses: due });
  expect(verbs.queryQp(qpn).state).toBe("ERR");
}
