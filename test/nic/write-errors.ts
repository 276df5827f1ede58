/** Two adapters of which one has host memory that answers writes to a page, or reads of it, with an error. */
import { expect } from "vitest";
import type { NicPair } from "../../sim/nic/nic-pair.ts";
import { type AddressVector, access, type SendOpcode, wcStatus } from "../../sim/nic/verbs.ts";

const base = 0x1_0000_0000n;
const [page, length] = [4096n, 0x1_0000];
const bad = base + 4n * page;

/** Has the page gone: now, or as soon as a write to it is announced, when a read before it is still answered. */
function breakPage(pair: NicPair, side: 0 | 1, now: boolean): void {
  if (now) {
    pair.memories[side].pages.unmap(bad);
    return;
  }
  const model = pair.models[side];
  const [valid, address] = [model.port("m_axi_awvalid"), model.port("m_axi_awaddr")];
  pair.watch = () => {
    if (valid.get() === 1 && address.getBig() / page === bad / page) pair.memories[side].pages.unmap(bad);
  };
}

/** What completes where the memory of one side fails, seen from the requester: its status and that of the receiver. */
export interface WriteErrorCase {
  readonly opcode: SendOpcode;
  /** 0: the requester's memory fails, 1: the responder's. */
  readonly side: 0 | 1;
  readonly bytes: number;
  /** Reads fail as well; else only writes do. */
  readonly reads?: boolean;
  readonly statuses: readonly [requester: readonly number[], receiver: readonly number[]];
}

const { success, remoteOperation, localProtection, flushed } = wcStatus;
export const writeErrorCases: readonly WriteErrorCase[] = [
  { opcode: "send", side: 1, bytes: 100, statuses: [[remoteOperation], [localProtection]] },
  { opcode: "send", side: 1, bytes: 2500, statuses: [[remoteOperation], []] },
  { opcode: "write", side: 1, bytes: 100, statuses: [[remoteOperation], []] },
  { opcode: "write-imm", side: 1, bytes: 100, statuses: [[remoteOperation], [localProtection]] },
  { opcode: "fetch-add", side: 1, bytes: 8, statuses: [[remoteOperation], []] },
  { opcode: "read", side: 1, bytes: 100, statuses: [[remoteOperation], []], reads: true },
  { opcode: "read", side: 1, bytes: 4000, statuses: [[remoteOperation], []], reads: true },
  { opcode: "cmp-swap", side: 1, bytes: 8, statuses: [[remoteOperation], []], reads: true },
  { opcode: "read", side: 0, bytes: 100, statuses: [[localProtection], []] },
  { opcode: "read", side: 0, bytes: 2500, statuses: [[], []] },
  { opcode: "cmp-swap", side: 0, bytes: 8, statuses: [[localProtection], []] },
  { opcode: "send", side: 0, bytes: 100, statuses: [[localProtection], []], reads: true },
  { opcode: "write", side: 0, bytes: 2500, statuses: [[localProtection], []], reads: true },
];

/**
 * Two queue pairs on each side; runs every case on the first ones and sees that the second ones go on.
 * @param addressOf how end 0 or 1 is reached
 */
export function checkWriteErrors(
  pair: NicPair,
  addressOf: (end: number) => AddressVector = (end) => ({ dlid: end + 1 }),
): void {
  const pds = pair.drivers.map((driver) => driver.allocPd());
  const cqs = pair.drivers.map((driver) => driver.createCq(256));
  const regions = pair.drivers.map((driver, i) =>
    driver.regMr({ pd: pds[i]!, address: base, length, access: 15 }),
  );
  const queues = (i: 0 | 1) => ({ type: "rc" as const, pd: pds[i]!, sendCq: cqs[i]!, recvCq: cqs[i]! });
  const qpns = [0, 1].map(() =>
    ([0, 1] as const).map((i) => pair.drivers[i].createQp({ ...queues(i), maxSend: 16, maxRecv: 16 })),
  );
  const start = (of: number): void => {
    for (const i of [0, 1] as const) {
      const [driver, qpn] = [pair.drivers[i], qpns[of]![i]!];
      driver.modifyQp(qpn, { state: "RESET" });
      driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: access.remoteWrite | 14 });
      driver.modifyQp(qpn, {
        ...{ state: "RTR", pathMtu: 1024, destQpn: qpns[of]![1 - i]!, rqPsn: 7, maxDestRdAtomic: 4 },
        ...{ minRnrTimer: 1, address: addressOf(1 - i) },
      });
      driver.modifyQp(qpn, {
        ...{ state: "RTS", timeout: 3, retryCount: 1, rnrRetry: 7, sqPsn: 7, maxRdAtomic: 4 },
      });
    }
  };
  const post = (of: number, opcode: SendOpcode, bytes: number, near: bigint, far: bigint, wrId = 1): void => {
    const [a, b] = pair.drivers;
    if (opcode === "send" || opcode === "write-imm")
      b.postRecv(qpns[of]![1]!, { wrId: 2, sges: [{ address: far, length: 4096, lkey: regions[1]!.lkey }] });
    a.postSend(qpns[of]![0]!, {
      ...{ wrId, opcode, signaled: true, sges: [{ address: near, length: bytes, lkey: regions[0]!.lkey }] },
      ...(opcode === "send" ? {} : { remote: { address: far, rkey: regions[1]!.rkey } }),
      ...(opcode === "write-imm" ? { imm: 5 } : {}),
      ...(opcode === "fetch-add" || opcode === "cmp-swap" ? { compareAdd: 0n, swap: 1n } : {}),
    });
  };
  const statuses = (): number[][] =>
    ([0, 1] as const).map((i) => pair.drivers[i].pollCq(cqs[i]!, 99).map(({ status }) => status));
  const goesOn = (of: number): void => {
    post(of, "send", 1500, base, base + page);
    post(of, "read", 600, base, base + page);
    pair.run(1500);
    expect(statuses()).toEqual([[success, success], [success]]);
  };
  for (const of of [0, 1]) start(of);
  for (const one of writeErrorCases) {
    const { opcode, side, bytes, statuses: due } = one;
    for (const host of pair.hosts) host.write(base, new Uint8Array(length));
    breakPage(pair, side, one.reads === true);
    const at = (of: 0 | 1) => (of === side ? bad : base);
    post(0, opcode, bytes, at(0), at(1));
    // Behind it: nothing of it may seem to have gone well.
    post(0, "send", 8, base, base, 3);
    pair.run(800);
    const early = statuses();
    goesOn(1);
    pair.run(2500);
    const late = statuses();
    const seen = [0, 1].map((i) => [...early[i]!, ...late[i]!]);
    for (const i of [0, 1]) {
      expect([one, i, seen[i]!.slice(0, due[i]!.length)]).toEqual([one, i, due[i]]);
      // Of what came behind, a receive that was filled already has the same error; the rest is flushed.
      const behind = seen[i]!.slice(due[i]!.length);
      // What is behind a READ may be there before it is found out that its answer cannot be read.
      const late = side === 1 && opcode === "read" ? [success] : [];
      const may: number[] = side === 1 && i === 0 ? [flushed] : [flushed, localProtection, ...late];
      // The peer of a requester that failed has taken it.
      if (side === 0 && i === 1) continue;
      expect([one, i, behind.filter((status) => !may.includes(status))]).toEqual([one, i, []]);
    }
    expect(pair.drivers[side].queryQp(qpns[0]![side]!).state).toBe("ERR");
    pair.watch = () => undefined;
    for (const host of pair.hosts) host.write(base, new Uint8Array(length));
    start(0);
    statuses();
    goesOn(0);
    goesOn(1);
  }
  for (const { violations } of pair.memories) expect(violations).toEqual([]);
}
