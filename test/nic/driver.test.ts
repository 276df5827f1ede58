import { describe, expect, it } from "vitest";
import { NicDriver } from "../../sim/nic/driver.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { type Connection, ProgramRun } from "../../sim/nic/run-program.ts";
import { access, type QpAttributes, VerbsError, wcStatus } from "../../sim/nic/verbs.ts";
import { Pair, ReferenceNic } from "../../sim/reference/rc/index.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { FakeAdapter, type FakeSizes } from "./fake-adapter.ts";

const small: FakeSizes = { logQueuePairs: 4, logCompletionQueues: 2, logMemoryRegions: 8, scatterGather: 6 };

class Host {
  readonly fake: FakeAdapter;
  readonly nic: ReferenceNic;
  readonly driver: NicDriver;

  constructor(lid: number, sizes: Partial<FakeSizes> = {}) {
    this.nic = new ReferenceNic({ frame: "infiniband", lid }, { endlessRetry: true });
    this.fake = new FakeAdapter(this.nic, { ...small, ...sizes });
    this.driver = new NicDriver(this.fake, this.nic.memory, { lid, ringBase: 0x5000_0000_0000n });
  }
}

const rights = access.localWrite | access.remoteWrite | access.remoteRead | access.remoteAtomic;

/** The steps from RESET to RTS towards a peer. */
function steps(dlid: number, destQpn: number, rqPsn: number, sqPsn: number): QpAttributes[] {
  return [
    { state: "INIT", pkey: 0xffff, access: rights },
    {
      ...{ state: "RTR", pathMtu: 256, destQpn, rqPsn, maxDestRdAtomic: 4, minRnrTimer: 1 },
      address: { dlid, sl: 2 },
    },
    { state: "RTS", timeout: 1, retryCount: 7, rnrRetry: 7, sqPsn, maxRdAtomic: 4 },
  ];
}

function connect(
  a: Host,
  b: Host,
  cqs: readonly [number, number],
  pds: readonly [number, number],
  srq: Connection["srq"] = [null, null],
): Connection {
  const depth = { maxSend: 12, maxRecv: 10, maxSge: 4, maxInline: 96 };
  const qpn = [a, b].map((host, n) =>
    host.driver.createQp({
      type: "rc",
      pd: pds[n]!,
      sendCq: cqs[n]!,
      recvCq: cqs[n]!,
      ...depth,
      ...(srq[n] === null ? {} : { srq: srq[n]! }),
    }),
  ) as [number, number];
  for (const one of steps(2, qpn[1], 1000, 0xfffff0)) a.driver.modifyQp(qpn[0], one);
  for (const one of steps(1, qpn[0], 0xfffff0, 1000)) b.driver.modifyQp(qpn[1], one);
  return { qpn, cq: cqs, srq };
}

describe("the driver of an adapter", () => {
  it.each([1, 2, 3])("runs random programs over registers and rings, seed %i", async (seed) => {
    await withSeed(seed, (rng) => {
      const hosts = [new Host(1, { logShared: 1, pushBytes: 64 }), new Host(2)] as const;
      const [a, b] = hosts;
      const pds = hosts.map(({ driver }) => driver.allocPd()) as [number, number];
      const cqs = hosts.map(({ driver }) => driver.createCq(40)) as [number, number];
      const srq = [a.driver.createSrq({ pd: pds[0], maxRecv: 20 }), null] as const;
      const connections = [
        connect(a, b, cqs, pds),
        connect(a, b, cqs, pds, srq),
        connect(a, b, cqs, pds, srq),
      ];
      const pair = new Pair([a.nic, b.nic], {}, rng.next());
      const shape = { steps: 80, longest: 2000, maxInline: 96, signalEvery: 4, wholeAtomics: true };
      const streams = connections.flatMap((_, connection) =>
        ([0, 1] as const).map((side) => ({ stream: randomStream(rng, shape), connection, side })),
      );
      const run = new ProgramRun(
        hosts.map(({ driver, nic }, n) => ({ verbs: driver, memory: nic.memory, pd: pds[n]! })) as never,
        connections,
        streams,
        {
          maxSend: 12,
          slotBytes: 2048,
          advance: (ns) => {
            pair.run(ns);
            for (const { fake } of hosts) fake.complete();
          },
          patience: 1e9,
        },
        rng,
      );
      run.run();
      for (const { fake } of hosts) {
        expect(fake.overflows).toBe(0);
        for (const { produced } of fake.queues.values()) expect(produced).toBeGreaterThan(64);
      }
      expect([a.fake.lid, b.fake.lid]).toEqual([1, 2]);
      // Those with more than two pieces do not fit.
      const posted = [...a.fake.pairs.values()].reduce((sum, { send }) => sum + send.read, 0);
      expect([a.fake.pushed > 0, a.fake.pushed < posted, b.fake.pushed]).toEqual([true, true, 0]);
      for (const [n, { nic }] of hosts.entries()) {
        const { settings } = nic.qps.take(connections[0]!.qpn[n]!);
        expect(settings).toMatchObject({
          ...{
            pkey: 0xffff,
            access: rights,
            pathMtu: 256,
            timeout: 1,
            retryCount: 7,
            rnrRetry: 7,
            minRnrTimer: 1,
          },
          ...{ maxRdAtomic: 4, maxDestRdAtomic: 4, address: { dlid: 2 - n, sl: 2 } },
          ...{ sqPsn: n === 0 ? 0xfffff0 : 1000, rqPsn: n === 0 ? 1000 : 0xfffff0 },
        });
      }
    });
  });

  function lone(sizes: Partial<FakeSizes> = {}) {
    const host = new Host(1, sizes);
    const { driver } = host;
    const pd = driver.allocPd();
    const cq = driver.createCq(8);
    return { host, driver, pd, cq };
  }

  const code = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      if (error instanceof VerbsError) return error.code;
      throw error;
    }
    return "none";
  };

  it("takes keys round, and gives each index a new variant", () => {
    const { host, driver, pd } = lone({ logMemoryRegions: 2 });
    const region = { pd, address: 0x1000n, length: 64, access: access.localWrite };
    const first = [1, 2, 3].map(() => driver.regMr(region).rkey);
    expect(first.map((key) => key >>> 8)).toEqual([1, 2, 3]);
    expect(code(() => driver.regMr(region))).toBe("ENOMEM");
    driver.deregMr(first[1]!);
    expect(host.nic.regions.check(first[1]!, pd, 0, 0x1000n, 1)).toBe("key");
    const again = driver.regMr({ ...region, access: access.zeroBased }).rkey;
    expect([again >>> 8, again & 255]).toEqual([2, 2]);
    expect(host.nic.regions.check(again, pd, 0, 63n, 1)).toBe(0x103fn);
    expect(code(() => driver.deregMr(first[1]!))).toBe("ENOENT");
  });

  it("refuses what cannot be, and the adapter does not see it", () => {
    const { host, driver, pd, cq } = lone();
    const qp = { type: "rc" as const, pd, sendCq: cq, recvCq: cq, maxSend: 4, maxRecv: 4 };
    expect(code(() => driver.createQp({ ...qp, pd: 9 }))).toBe("ENOENT");
    expect(code(() => driver.createQp({ ...qp, recvCq: 3 }))).toBe("ENOENT");
    expect(code(() => driver.createQp({ ...qp, type: "ud" }))).toBe("EINVAL");
    expect(code(() => driver.createQp({ ...qp, maxInline: 97 }))).toBe("EINVAL");
    expect(code(() => driver.createQp({ ...qp, maxSend: 40_000 }))).toBe("EINVAL");
    expect(code(() => driver.createSrq({ pd, maxRecv: 4 }))).toBe("EINVAL");
    expect(code(() => driver.createQp({ ...qp, srq: 0 }))).toBe("ENOENT");
    expect(code(() => driver.postSrqRecv(0, { wrId: 1, sges: [] }))).toBe("ENOENT");
    expect(code(() => driver.regMr({ pd, address: 0n, length: 8, access: access.remoteWrite }))).toBe(
      "EINVAL",
    );
    expect(host.fake.pairs.size).toBe(0);
    const qpn = driver.createQp(qp);
    const send = { wrId: 1, opcode: "send" as const, sges: [] };
    expect(code(() => driver.postSend(qpn, send))).toBe("EINVAL");
    expect(code(() => driver.postRecv(qpn, { wrId: 1, sges: [] }))).toBe("EINVAL");
    const [init, rtr, rts] = steps(2, 5, 1, 2);
    expect(code(() => driver.modifyQp(qpn, rtr!))).toBe("EINVAL");
    driver.modifyQp(qpn, init!);
    expect(code(() => driver.modifyQp(qpn, { ...rtr!, pathMtu: undefined as never }))).toBe("EINVAL");
    expect(code(() => driver.modifyQp(qpn, { ...rtr!, rqPsn: 2 ** 24 }))).toBe("EINVAL");
    expect(
      code(() => driver.modifyQp(qpn, { ...rtr!, address: { dlid: 1, dgid: new Uint8Array(16) } })),
    ).toBe("EINVAL");
    expect(driver.queryQp(qpn)).toEqual({ state: "INIT" });
    for (const attributes of [rtr!, rts!]) driver.modifyQp(qpn, attributes);
    expect(driver.queryQp(qpn)).toEqual({ state: "RTS" });
    const piece = { address: 0n, length: 1, lkey: 1 };
    expect(code(() => driver.postSend(qpn, { ...send, sges: new Array(7).fill(piece) }))).toBe("EINVAL");
    expect(code(() => driver.postSend(qpn, { ...send, inline: new Uint8Array(1) }))).toBe("EINVAL");
    expect(code(() => driver.postRecv(qpn, { wrId: 1, sges: new Array(5).fill(piece) }))).toBe("EINVAL");
    const atomic = { ...send, opcode: "cmp-swap" as const, remote: { address: 0n, rkey: 0 } };
    expect(code(() => driver.postSend(qpn, { ...atomic, sges: [piece, piece] }))).toBe("EINVAL");
    for (let at = 0; at < 4; at += 1) driver.postSend(qpn, send);
    expect(code(() => driver.postSend(qpn, send))).toBe("ENOMEM");
    for (let at = 0; at < 3; at += 1) driver.createCq(4);
    expect(code(() => driver.createCq(4))).toBe("ENOMEM");
    for (let at = 0; at < 13; at += 1) driver.createQp(qp);
    expect(code(() => driver.createQp(qp))).toBe("ENOMEM");
  });

  it("flushes in ERR, forgets in RESET, and leaves what a destroyed queue pair had", () => {
    const { host, driver, pd, cq } = lone();
    const qpn = driver.createQp({ type: "rc", pd, sendCq: cq, recvCq: cq, maxSend: 4, maxRecv: 4 });
    for (const one of steps(2, 5, 1, 2)) driver.modifyQp(qpn, one);
    driver.postRecv(qpn, { wrId: 77, sges: [] });
    driver.postSend(qpn, { wrId: 78, opcode: "write", sges: [], remote: { address: 0n, rkey: 0 } });
    driver.modifyQp(qpn, { state: "ERR" });
    host.fake.complete();
    const flushed = driver.pollCq(cq, 10).map(({ wrId, status }) => [wrId, status]);
    expect(flushed.toSorted()).toEqual([
      [77, wcStatus.flushed],
      [78, wcStatus.flushed],
    ]);
    expect(host.fake.queues.get(cq)!.taken).toBe(2);
    driver.modifyQp(qpn, { state: "RESET" });
    for (const one of steps(2, 5, 1, 2)) driver.modifyQp(qpn, one);
    driver.postRecv(qpn, { wrId: 79, sges: [] });
    driver.modifyQp(qpn, { state: "ERR" });
    host.fake.complete();
    driver.destroyQp(qpn);
    expect(driver.pollCq(cq, 10)).toEqual([]);
    expect(host.fake.queues.get(cq)!.taken).toBe(3);
    expect(code(() => driver.queryQp(qpn))).toBe("ENOENT");
    expect(driver.createQp({ type: "rc", pd, sendCq: cq, recvCq: cq, maxSend: 4, maxRecv: 4 })).toBe(qpn + 1);
  });

  it("arms queues and takes each event once", () => {
    const { host, driver, pd, cq } = lone();
    const qpn = driver.createQp({ type: "rc", pd, sendCq: cq, recvCq: cq, maxSend: 4, maxRecv: 4 });
    for (const one of steps(2, 5, 1, 2)) driver.modifyQp(qpn, one);
    expect(driver.takeEvents()).toEqual([]);
    driver.armCq(cq, true);
    driver.postRecv(qpn, { wrId: 1, sges: [] });
    driver.modifyQp(qpn, { state: "ERR" });
    host.fake.complete();
    expect(driver.takeEvents()).toEqual([cq]);
    expect(driver.takeEvents()).toEqual([]);
    driver.armCq(cq, false);
    driver.armCq(cq, true);
    expect(host.fake.queues.get(cq)!.armed).toBe("any");
  });

  it("says what is wrong with registers that are none of an adapter", () => {
    const nothing = { read: () => ({ value: 0, response: 0 }), write: () => 0 };
    const { nic } = new Host(1);
    expect(() => new NicDriver(nothing, nic.memory, { lid: 1 })).toThrow(/no adapter/);
    const deaf = { read: () => ({ value: 0, response: 2 }), write: () => 0 };
    expect(() => new NicDriver(deaf, nic.memory, { lid: 1 })).toThrow(/response 2/);
  });
});
