import { beforeAll, describe, expect, it } from "vitest";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import type { NicDriver } from "../../sim/nic/driver.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { ProgramRun } from "../../sim/nic/run-program.ts";
import { access, type MtuBytes, wcStatus } from "../../sim/nic/verbs.ts";
import { freshSeed, mix32, parseSeed, Rng, withSeed } from "../../sim/traffic/rng.ts";
import { connectPairs } from "./connections.ts";
import { buildCore, type CoreOptions, CorePair } from "./core-pair.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const depth = 4;
/** A slow clock, so that timeouts take few cycles. */
const clockMHz = 50;

function runProgram(built: BuiltModel, rng: Rng, options: CoreOptions): void {
  const pair = new CorePair(built, rng.fork("cable"), options);
  const mtu = rng.pick<MtuBytes>([256, 512, 1024]);
  const { connections, pds } = connectPairs(pair.drivers, rng, mtu, depth, rng.range(3, 4), rng.chance(0.5));
  const shape = {
    ...{ steps: 100, longest: 4 * mtu, maxInline: 32, signalEvery: 8, wholeAtomics: true },
  };
  const streams = connections.flatMap((_, connection) =>
    ([0, 1] as const).map((side) => ({
      stream: randomStream(rng.fork(`${connection}${side}`), shape),
      connection,
      side,
    })),
  );
  const host = (i: 0 | 1) => ({ verbs: pair.drivers[i], memory: pair.ends[i].host, pd: pds[i] });
  const advance = (ns: number): void => pair.run(Math.ceil((ns * clockMHz) / 1000));
  const run = new ProgramRun(
    [host(0), host(1)],
    connections,
    streams,
    { maxSend: 8, slotBytes: 4 * mtu, advance, patience: 3e6 },
    rng.fork("program"),
  );
  run.run();
  for (const side of [0, 1] as const) {
    const driver = pair.drivers[side];
    const srq = connections[0]!.srq[side];
    if (srq === null) continue;
    driver.setSrqLimit(srq, 0xffff);
    pair.run(50);
    expect(driver.takeSrqEvents()).toEqual([srq]);
  }
  for (const { memory } of pair.ends) expect(memory.violations).toEqual([]);
}

/** Datagrams between the QP1 of both, completed in order, with who sent them. */
function runDatagrams(built: BuiltModel, rng: Rng): void {
  const pair = new CorePair(built, rng.fork("cable"), {});
  const sides = ([0, 1] as const).map((side) => {
    const driver = pair.drivers[side];
    const pd = driver.allocPd();
    const cq = driver.createCq(64);
    const address = 0x1_0000n;
    const { lkey } = driver.regMr({ pd, address, length: 0x8000, access: access.localWrite });
    pair.ends[side].host.write(address, new Uint8Array(0x8000));
    const queues = { pd, sendCq: cq, recvCq: cq, maxSend: 16, maxRecv: 16, management: true };
    const qpn = driver.createQp({ type: "ud", ...queues });
    for (const step of [{ state: "INIT", pkey: 0xffff, qkey: 0 }, { state: "RTR" }] as const)
      driver.modifyQp(qpn, step);
    driver.modifyQp(qpn, { state: "RTS", sqPsn: rng.below(1 << 24) });
    return { driver, cq, qpn, host: pair.ends[side].host, at: (n: number) => address + BigInt(n), lkey };
  });
  for (let round = 0; round < 30; round++) {
    const from = rng.below(2);
    const [a, b] = [sides[from]!, sides[1 - from]!];
    const bytes = new Uint8Array(rng.pick([0, 1, 256, 1000, 1024]));
    rng.fill(bytes);
    if (bytes.length > 0) a.host.write(a.at(3), bytes);
    b.driver.postRecv(1, {
      wrId: round,
      sges: [
        { address: b.at(0x4000), length: 17, lkey: b.lkey },
        { address: b.at(0x5000), length: 1064 - 17, lkey: b.lkey },
      ],
    });
    a.driver.postSend(1, {
      ...{ wrId: round, opcode: "send-imm", imm: round, signaled: true },
      sges: [{ address: a.at(3), length: bytes.length, lkey: a.lkey }],
      ud: { address: { dlid: 2 - from, sl: 3 }, qpn: 1, qkey: 0x8000_0000 },
    });
    pair.run(600);
    expect(a.driver.pollCq(a.cq, 9)).toMatchObject([{ wrId: round, status: 0, opcode: "send" }]);
    expect(b.driver.pollCq(b.cq, 9)).toMatchObject([
      { wrId: round, status: 0, opcode: "recv", byteLength: 40 + bytes.length, imm: round, sourceQp: 1 },
    ]);
    if (bytes.length > 0) expect(b.host.read(b.at(0x5000 + 23), bytes.length)).toEqual(bytes);
  }
}

/** Queue pairs, RC and UD, whose payload host memory fails, one packet behind the other: each fails on its own. */
function runUnread(built: BuiltModel, rng: Rng): void {
  const pair = new CorePair(built, rng.fork("cable"), {});
  const [a, b] = pair.drivers;
  const [good, bad] = [0x1_0000n, 0x8_0000n];
  const setUp = (driver: NicDriver) => {
    const pd = driver.allocPd();
    const cq = driver.createCq(64);
    const { lkey, rkey } = driver.regMr({ pd, address: 0n, length: 0x10_0000, access: 15 });
    const queues = { pd, sendCq: cq, recvCq: cq, maxSend: 16, maxRecv: 16 };
    return { pd, cq, lkey, rkey, queues };
  };
  const [near, far] = [setUp(a), setUp(b)];
  for (const { host } of pair.ends) host.write(good, new Uint8Array(0x1000));
  const connected = Array.from({ length: 4 }, () => {
    const qpns = [a.createQp({ type: "rc", ...near.queues }), b.createQp({ type: "rc", ...far.queues })];
    for (const [i, driver] of pair.drivers.entries()) {
      const peer = { destQpn: qpns[1 - i]!, address: { dlid: 2 - i }, pathMtu: 256 as const };
      driver.modifyQp(qpns[i]!, { state: "INIT", pkey: 0xffff, access: access.remoteWrite });
      driver.modifyQp(qpns[i]!, { state: "RTR", ...peer, rqPsn: 5, maxDestRdAtomic: 1, minRnrTimer: 1 });
      // No timeout: what nobody tells of would wait for ever
      const retries = { timeout: 0, retryCount: 0, rnrRetry: 0 };
      driver.modifyQp(qpns[i]!, { state: "RTS", ...retries, sqPsn: 5, maxRdAtomic: 1 });
    }
    return qpns[0]!;
  });
  const datagrams = [0, 1].map(() => {
    const qpn = a.createQp({ type: "ud", ...near.queues });
    a.modifyQp(qpn, { state: "INIT", pkey: 0xffff, qkey: 0 });
    a.modifyQp(qpn, { state: "RTR" });
    a.modifyQp(qpn, { state: "RTS", sqPsn: 9 });
    return qpn;
  });
  const post = (qpn: number, wrId: number, address: bigint): void => {
    const sges = [{ address, length: rng.range(1, 200), lkey: near.lkey }];
    const way = datagrams.includes(qpn)
      ? { opcode: "send" as const, ud: { address: { dlid: 2 }, qpn: 9, qkey: 0 } }
      : { opcode: "write" as const, remote: { address: good, rkey: far.rkey } };
    a.postSend(qpn, { wrId, signaled: true, sges, ...way });
  };
  // Their payload waits in front of the wire
  pair.ends[0].stalled = true;
  const all = [...connected, ...datagrams];
  const failing = all.filter((_, i) => i !== 2);
  for (const qpn of all) post(qpn, 1, good);
  for (const qpn of all) post(qpn, 2, failing.includes(qpn) ? bad : good);
  for (const qpn of all) post(qpn, 3, good);
  pair.run(300);
  pair.ends[0].stalled = false;
  pair.run(3000);
  const seen = a.pollCq(near.cq, 99);
  const { success, localProtection, flushed } = wcStatus;
  for (const qpn of all) {
    const due = failing.includes(qpn) ? [success, localProtection, flushed] : [success, success, success];
    expect([qpn, seen.filter((one) => one.qpn === qpn).map(({ status }) => status)]).toEqual([qpn, due]);
    expect(a.queryQp(qpn).state).toBe(failing.includes(qpn) ? "ERR" : "RTS");
  }
}

describe.skipIf(!long)("two adapters, packet stream to packet stream", () => {
  let built: BuiltModel;
  beforeAll(async () => {
    built = await buildCore(
      elaborateNic({
        ...{ name: "dut", clockMHz, datapathBits: 256, mtuBytes: 1024, queuePairs: 16, completionQueues: 8 },
        ...{ sharedReceiveQueues: 4, datagrams: "ud", management: "window" },
        ...{ memoryRegions: 512, port: { rateGbps: 10, cableMeters: 3 }, virtualLanes: { data: 1 } },
        ...{
          requester: { outstandingReads: depth, scatterGather: 6, pushBytes: 64 },
          responder: { outstandingReads: depth },
        },
      }),
    );
  }, 600_000);

  const memory = {
    ...{ readLatency: [10, 40] as const, writeLatency: [5, 30] as const, interleave: 0.3 },
    stalls: { aw: 0.1, w: 0.1, b: 0.1, ar: 0.1, r: 0.1 },
  };

  it("management packets from window to window", () => {
    const pair = new CorePair(built, new Rng(seed), {});
    const [a, b] = pair.drivers.map(({ management }) => management!);
    const rng = new Rng(seed);
    for (let round = 0; round < 3; round++) {
      const packet = new Uint8Array(284);
      rng.fill(packet);
      // VL15 and SL 0, LNH 2, permissive DLID, 72 words, SLID 1; UD SEND Only, queue pair 0.
      packet.set([0xf0, 0x02, 0xff, 0xff, 0, 72, 0, 1, 0x64, 0, 0xff, 0xff, 0, 0, 0, 0]);
      a!.send(packet);
      pair.run(300);
      expect(b!.waiting).toBe(1);
      expect(b!.receive()).toEqual(packet);
      expect([b!.receive(), a!.waiting]).toEqual([null, 0]);
    }
  });

  it("datagrams from QP1 to QP1", () => withSeed(seed, (rng) => runDatagrams(built, rng)));

  it("payload that host memory fails, of several queue pairs at once", async () => {
    for (let i = 0; i < 10; i++) await withSeed(mix32(seed + i), (rng) => runUnread(built, rng));
  });

  it.each([
    ["without faults", {}],
    ["with slow host memory", { memory, gaps: 0.1 }],
    ["with packets lost on the way", { memory, loss: 0.02 }],
  ])(
    "random programs of verbs through registers, rings and host memory, %s",
    async (_name, options) => {
      for (let i = 0; i < 20; i++) await withSeed(mix32(seed + i), (rng) => runProgram(built, rng, options));
    },
    600_000,
  );
});
