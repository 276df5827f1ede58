import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { access, type SendRequest, wcStatus } from "../../sim/nic/verbs.ts";
import { type ReceivedPacket, ReferenceNic } from "../../sim/reference/rc/index.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { openTransport, type Part, type Sent, TransportHost } from "./transport-bench.ts";
import { TransportVerbs } from "./transport-verbs.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

const base = 0x10_0000n;
const mtu = 256;
const far = 9;
const [firstPsn, peerPsn] = [100, 700];

/** Queue pairs of one adapter, all of one protection domain and completion queue; the bench is their peer. */
class Bench {
  readonly host: TransportHost;
  readonly verbs: TransportVerbs;
  readonly key: number;
  readonly qpns: number[];

  constructor(dut: Model, rng: Rng, queuePairs = 3) {
    const regions = new ReferenceNic({ frame: "infiniband", lid: 1 });
    this.host = new TransportHost(dut, regions.regions, rng, { stall: 0.1, memoryDelay: 8 });
    this.verbs = new TransportVerbs(this.host, regions);
    const pd = this.verbs.allocPd();
    this.key = this.verbs.regMr({ pd, address: base, length: 0x4000, access: 15 }).rkey;
    this.qpns = Array.from({ length: queuePairs }, () => {
      const qpn = this.verbs.createQp({
        ...{ type: "rc", pd, sendCq: 0, recvCq: 0, maxSend: 16, maxRecv: 16, maxInline: 32 },
      });
      this.start(qpn);
      return qpn;
    });
  }

  /** From RESET to RTS. */
  start(qpn: number): void {
    this.verbs.modifyQp(qpn, { state: "RESET" });
    this.verbs.modifyQp(qpn, {
      state: "INIT",
      pkey: 0xffff,
      access: access.remoteWrite | access.remoteRead | access.remoteAtomic,
    });
    this.verbs.modifyQp(qpn, {
      ...{ state: "RTR", pathMtu: mtu, destQpn: 0x100 + qpn, rqPsn: peerPsn, maxDestRdAtomic: 4 },
      ...{ minRnrTimer: 1, address: { dlid: far } },
    });
    this.verbs.modifyQp(qpn, {
      ...{ state: "RTS", timeout: 3, retryCount: 7, rnrRetry: 7, sqPsn: firstPsn, maxRdAtomic: 4 },
    });
  }

  write(qpn: number, wrId: number, length = 8): void {
    const request: SendRequest = {
      ...{ wrId, opcode: "write", signaled: true, sges: [{ address: base, length, lkey: this.key }] },
      remote: { address: 0x5000n, rkey: 0x777 },
    };
    this.verbs.postSend(qpn, request);
  }

  read(qpn: number, wrId: number): void {
    const sges = [{ address: base + 0x1000n, length: 8, lkey: this.key }];
    const remote = { address: 0x5000n, rkey: 0x777 };
    this.verbs.postSend(qpn, { wrId, opcode: "read", signaled: true, sges, remote });
  }

  /** A packet of the peer. */
  packet(qpn: number, opcode: number, psn: number, fields: Partial<ReceivedPacket> = {}): void {
    const packet = {
      ...{
        opcode,
        psn,
        destQp: qpn,
        pkey: 0xffff,
        solicited: false,
        migrated: true,
        fecn: false,
        becn: false,
      },
      ...{ ackRequest: true, payload: new Uint8Array(0), ...fields },
    };
    this.host.deliver(packet, far);
  }

  /** The peer acknowledges up to a PSN. */
  acknowledge(qpn: number, psn: number): void {
    this.packet(qpn, 0x11, psn, { aeth: { syndrome: 0x1f, msn: 1 } });
    this.host.settle();
  }

  settle(): Sent[] {
    this.host.settle();
    return this.host.sent.splice(0);
  }

  statuses(): number[][] {
    return this.verbs.pollCq(0, 100).map(({ qpn, wrId, status }) => [qpn, wrId, status]);
  }

  completions(): number[][] {
    return this.host.completions.splice(0).map(({ qpn, wqe, status }) => [qpn, wqe, status]);
  }

  /** A queue pair sends a WRITE and answers one: it is as ever. */
  goesOn(qpn: number, psn = firstPsn, theirs = peerPsn): void {
    this.write(qpn, 99);
    const sent = this.settle();
    expect(sent.map((one) => [one.destQp, one.opcode, one.psn])).toEqual([[0x100 + qpn, 0x0a, psn]]);
    this.acknowledge(qpn, psn);
    expect(this.statuses()).toEqual([[qpn, 99, wcStatus.success]]);
    const reth = { va: base + 0x2000n, rkey: this.key, length: 4 };
    this.packet(qpn, 0x0a, theirs, { reth, payload: Uint8Array.of(1, 2, 3, qpn) });
    expect(this.settle().map((one) => [one.destQp, one.opcode, one.psn, one.aeth?.syndrome])).toEqual([
      [0x100 + qpn, 0x11, theirs, 0x1f],
    ]);
    expect(this.host.memory.read(base + 0x2003n, 1)[0]).toBe(qpn);
  }
}

describe("a work request that host memory answers with an error", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  it("fails its queue pair when those before it are complete, and the others go on", () =>
    withSeed(seed, (rng) => {
      const bench = new Bench(dut, rng);
      const [a, b, c] = bench.qpns as [number, number, number];
      bench.write(a, 1);
      bench.settle();
      bench.host.broken.add(bench.verbs.sendPlace(a, 1));
      for (const wrId of [2, 3, 4]) bench.write(a, wrId);
      expect(bench.settle().map(({ destQp }) => destQp)).toEqual([]);
      expect(bench.statuses()).toEqual([]);
      bench.goesOn(b);
      bench.acknowledge(a, firstPsn);
      expect(bench.settle()).toEqual([]);
      expect(bench.statuses()).toEqual([
        [a, 1, wcStatus.success],
        [a, 2, wcStatus.localQpOperation],
        [a, 3, wcStatus.flushed],
        [a, 4, wcStatus.flushed],
      ]);
      expect(bench.verbs.queryQp(a).state).toBe("ERR");
      bench.goesOn(c);
      bench.goesOn(b, firstPsn + 1, peerPsn + 1);
      bench.host.broken.clear();
      bench.verbs.forget(a);
      bench.start(a);
      bench.goesOn(a);
    }));

  it("a receive request: the peer is told, and the queue pair fails", () =>
    withSeed(seed, (rng) => {
      const bench = new Bench(dut, rng);
      const [a, b] = bench.qpns as [number, number];
      bench.verbs.postRecv(a, { wrId: 5, sges: [{ address: base, length: 100, lkey: bench.key }] });
      bench.host.broken.add(bench.verbs.receivePlace(a, 0));
      bench.packet(a, 0x04, peerPsn, { payload: new Uint8Array(9) });
      expect(bench.settle().map((one) => [one.opcode, one.aeth?.syndrome])).toEqual([[0x11, 0x63]]);
      expect(bench.statuses()).toEqual([[a, 5, wcStatus.localProtection]]);
      expect(bench.verbs.queryQp(a).state).toBe("ERR");
      bench.goesOn(b);
    }));
});

/** Has a row of a memory written wrong, then something that needs it; the second column: what is seen of it. */
type Loss = readonly [part: Part, memory: string, lose: (bench: Bench, qpn: number) => void, told: number[]];
const { fatal, localQpOperation, flushed } = wcStatus;
const losses: readonly Loss[] = [
  [
    ...(["sq_", "context"] as const),
    (bench, qpn) => {
      bench.host.lose("sq_", "context");
      bench.write(qpn, 1);
      bench.settle();
      bench.acknowledge(qpn, firstPsn);
    },
    [fatal],
  ],
  [
    ...(["sq_", "settings"] as const),
    (bench, qpn) => {
      bench.host.lose("sq_", "settings", () => bench.start(qpn));
      bench.write(qpn, 1);
    },
    [],
  ],
  [
    ...(["sq_", "wqe"] as const),
    (bench, qpn) => {
      bench.host.lose("sq_", "wqe");
      bench.write(qpn, 1);
    },
    [localQpOperation],
  ],
  [
    ...(["sq_", "begun"] as const),
    (bench, qpn) => {
      bench.host.lose("sq_", "begun");
      bench.write(qpn, 1);
      bench.write(qpn, 2);
      bench.settle();
      bench.acknowledge(qpn, firstPsn + 1);
    },
    [localQpOperation, flushed],
  ],
  [
    ...(["sq_", "target"] as const),
    (bench, qpn) => {
      bench.host.lose("sq_", "target");
      bench.read(qpn, 1);
      bench.settle();
      bench.packet(qpn, 0x10, firstPsn, { aeth: { syndrome: 0x1f, msn: 1 }, payload: new Uint8Array(8) });
    },
    [localQpOperation],
  ],
  [
    ...(["rq_", "context"] as const),
    (bench, qpn) => {
      bench.host.lose("rq_", "context");
      bench.verbs.postRecv(qpn, { wrId: 1, sges: [] });
      bench.settle();
      bench.packet(qpn, 0x04, peerPsn, { payload: new Uint8Array(5) });
    },
    [fatal],
  ],
  [
    ...(["rq_", "settings"] as const),
    (bench, qpn) => {
      bench.host.lose("rq_", "settings", () => bench.start(qpn));
      bench.packet(qpn, 0x04, peerPsn, { payload: new Uint8Array(5) });
    },
    [],
  ],
  [
    ...(["rq_", "wqe"] as const),
    (bench, qpn) => {
      bench.host.lose("rq_", "wqe");
      bench.verbs.postRecv(qpn, { wrId: 1, sges: [{ address: base, length: 999, lkey: bench.key }] });
      bench.packet(qpn, 0x00, peerPsn, { payload: new Uint8Array(mtu), ackRequest: false });
      bench.packet(qpn, 0x02, peerPsn + 1, { payload: new Uint8Array(5) });
    },
    [localQpOperation],
  ],
  [
    ...(["rs_", "context"] as const),
    (bench, qpn) => {
      bench.host.lose("rs_", "context");
      for (const psn of [peerPsn, peerPsn + 1]) {
        bench.packet(qpn, 0x0c, psn, { reth: { va: base, rkey: bench.key, length: 4 } });
        bench.settle();
      }
    },
    [],
  ],
  [
    ...(["rs_", "ring"] as const),
    (bench, qpn) => {
      bench.host.lose("rs_", "ring");
      bench.packet(qpn, 0x0c, peerPsn, { reth: { va: base, rkey: bench.key, length: 4 } });
    },
    [],
  ],
  [
    ...(["rs_", "served"] as const),
    (bench, qpn) => {
      bench.host.lose("rs_", "served", () => {
        bench.packet(qpn, 0x0a, peerPsn, { reth: { va: base, rkey: bench.key, length: 0 } });
        bench.settle();
      });
      bench.packet(qpn, 0x0c, peerPsn + 1, { reth: { va: base, rkey: bench.key, length: 4 } });
    },
    [fatal],
  ],
];

describe.skipIf(!long)("a row of a table that is lost", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport("secded");
  }, 600_000);

  it.each(losses)(
    "%s%s: its queue pair fails, the others go on, a new start mends it",
    (_part, _memory, lose, told) =>
      withSeed(seed, (rng) => {
        const bench = new Bench(dut, rng);
        const [a, b] = bench.qpns as [number, number];
        lose(bench, a);
        bench.settle();
        expect(bench.verbs.queryQp(a).state).toBe("ERR");
        expect(bench.completions()).toEqual(told.map((status, i) => [a, i, status]));
        // Doorbells of what the adapter has forgotten bring nothing.
        bench.write(a, 7);
        bench.verbs.postRecv(a, { wrId: 8, sges: [] });
        expect(bench.settle()).toEqual([]);
        bench.host.completions.splice(0);
        bench.goesOn(b);
        bench.verbs.forget(a);
        bench.start(a);
        bench.goesOn(a);
        bench.goesOn(b, firstPsn + 1, peerPsn + 1);
      }),
  );

  it("of an alarm: the timer runs on, and what was lost on the way is sent again", () =>
    withSeed(seed, (rng) => {
      const bench = new Bench(dut, rng);
      const [a] = bench.qpns as [number];
      bench.host.lose("sq_", "alarm", () => {
        for (let wrId = 0; wrId < 3; wrId++) bench.write(a, wrId);
        bench.settle();
      });
      bench.host.sent.splice(0);
      for (let cycles = 0; cycles < 4000 && bench.host.sent.length < 3; cycles++) bench.host.step();
      expect(bench.host.sent.map(({ psn }) => psn)).toEqual([firstPsn, firstPsn + 1, firstPsn + 2]);
    }));
});
