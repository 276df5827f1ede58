import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { wcStatus } from "../../sim/nic/verbs.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { base, DirectedBench, firstPsn, mtu, peerPsn } from "./directed-bench.ts";
import { checkOperationError } from "./operation-errors.ts";
import { openTransport, type Part } from "./transport-bench.ts";
import { checkUnread } from "./unread-payload.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

describe("a work request that host memory answers with an error", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  it("fails its queue pair when those before it are complete, and the others go on", () =>
    withSeed(seed, (rng) => {
      const bench = new DirectedBench(dut, rng);
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
      const bench = new DirectedBench(dut, rng);
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

describe("an own request whose payload host memory fails", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  it("completes with a local error behind those before it, its queue pair fails, the others go on", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < (long ? 400 : 40); round++) {
        const bench = new DirectedBench(dut, rng, 2);
        const [a, b] = bench.qpns as [number, number];
        checkUnread(bench, rng, a);
        bench.host.pace = { stall: 0.1, memoryDelay: 8 };
        bench.goesOn(b);
        bench.verbs.forget(a);
        bench.start(a);
        bench.goesOn(a);
        bench.goesOn(b, firstPsn + 1, peerPsn + 1);
      }
    }));

  it("is told of as long as the queue pair is not started anew", () =>
    withSeed(seed, (rng) => {
      for (const starts of [1, 2, 3]) {
        const bench = new DirectedBench(dut, rng, 2);
        const [a] = bench.qpns as [number];
        const { host, verbs } = bench;
        host.memory.failing.push({ address: base, length: 1, of: "reads" });
        host.unreadAfter = 2500;
        bench.write(a, 1);
        for (let cycles = 0; cycles < 500; cycles++) host.step();
        host.memory.failing.splice(0);
        for (let left = starts; left > 0; left--) {
          verbs.forget(a);
          bench.start(a);
        }
        bench.write(a, 2);
        for (const end = host.cycle + 2500; host.cycle < end; ) host.step();
        expect(bench.settle().every(({ psn }) => psn === firstPsn)).toBe(true);
        bench.acknowledge(a, firstPsn);
        expect(bench.statuses()).toEqual([[a, 2, wcStatus.success]]);
        bench.goesOn(a, firstPsn + 1);
      }
    }));

  it("a work request that was read before a start is not used after it", () =>
    withSeed(seed, (rng) => {
      const bench = new DirectedBench(dut, rng, 2);
      const [a] = bench.qpns as [number];
      bench.host.fetchAfter = 1500;
      bench.write(a, 1, 8);
      for (let cycles = 0; cycles < 300; cycles++) bench.host.step();
      expect(bench.host.fetched).toBeGreaterThan(0);
      bench.verbs.forget(a);
      bench.start(a);
      bench.write(a, 2, 16);
      for (let cycles = 0; cycles < 4000; cycles++) bench.host.step();
      const sent = bench.settle().filter(({ psn }, i, all) => psn !== all[i - 1]?.psn);
      expect(sent.map(({ psn, payload }) => [psn, payload.length])).toEqual([[firstPsn, 16]]);
    }));
});

describe("a request of the peer that host memory fails", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  it("is answered by one NAK behind all that was before it, and nothing is said afterwards", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < (long ? 400 : 30); round++) {
        const bench = new DirectedBench(dut, rng, 2);
        const [a, b] = bench.qpns as [number, number];
        checkOperationError(bench, rng, a);
        bench.host.pace = { stall: 0.1, memoryDelay: 8 };
        bench.goesOn(b);
        bench.verbs.forget(a);
        bench.start(a);
        bench.goesOn(a);
        bench.goesOn(b, firstPsn + 1, peerPsn + 1);
      }
    }));

  it("waits with its NAK for a slow write, and the READ before that is answered in full", () =>
    withSeed(seed, (rng) => {
      const bench = new DirectedBench(dut, rng, 2);
      const { host, verbs, key } = bench;
      const [a, b] = bench.qpns as [number, number];
      verbs.postRecv(a, { wrId: 5, sges: [{ address: base, length: 100, lkey: key }] });
      host.broken.add(verbs.receivePlace(a, 0));
      host.pace = { stall: 0, memoryDelay: 0, lump: 1000 };
      host.held = true;
      bench.packet(a, 0x0c, peerPsn, { reth: { va: base, rkey: key, length: 8 * mtu } });
      const payload = new Uint8Array(9);
      bench.packet(a, 0x0a, peerPsn + 8, { reth: { va: base, rkey: key, length: 9 }, payload });
      bench.packet(a, 0x04, peerPsn + 9, { payload });
      for (let cycles = 0; cycles < 200; cycles++) host.step();
      expect(host.writing).toBe(1);
      host.held = false;
      const sent = bench.settle();
      expect(sent.slice(0, 8).map(({ psn }) => psn)).toEqual(
        Array.from({ length: 8 }, (_, i) => peerPsn + i),
      );
      const { opcode, psn, aeth } = sent.at(-1)!;
      expect([opcode, psn, aeth]).toEqual([0x11, peerPsn + 9, { syndrome: 0x63, msn: 2 }]);
      expect(verbs.queryQp(a).state).toBe("ERR");
      expect(bench.statuses()).toEqual([[a, 5, wcStatus.localProtection]]);
      host.pace = { stall: 0.1, memoryDelay: 8 };
      bench.goesOn(b);
    }));

  it("what comes behind the one that fails changes no answer", () =>
    withSeed(seed, (rng) => {
      const bench = new DirectedBench(dut, rng, 2);
      const { host, verbs, key } = bench;
      const [a] = bench.qpns as [number];
      verbs.credits = true;
      bench.start(a);
      const receive = (wrId: number): void =>
        verbs.postRecv(a, { wrId, sges: [{ address: base, length: 100, lkey: key }] });
      receive(0);
      host.memory.failing.push({ address: base + 0x3000n, length: 1, of: "writes" });
      host.pace = { stall: 0, memoryDelay: 0, lump: 1000 };
      host.held = true;
      // The first one is in front of the wire, the second one is not begun
      for (const psn of [peerPsn, peerPsn + 1])
        bench.packet(a, 0x0c, psn, { reth: { va: base, rkey: key, length: 4 } });
      const reth = { va: base + 0x3000n, rkey: key, length: 4 };
      bench.packet(a, 0x0a, peerPsn + 2, { reth, payload: new Uint8Array(4) });
      for (let cycles = 0; cycles < 200; cycles++) host.step();
      expect(host.writing).toBe(1);
      for (let wrId = 1; wrId < 8; wrId++) receive(wrId);
      bench.packet(a, 0x0a, peerPsn + 3, { reth: { va: base, rkey: key, length: 0 } });
      host.settle();
      host.held = false;
      expect(bench.settle().map(({ opcode, aeth }) => [opcode, aeth])).toEqual([
        [0x10, { syndrome: 1, msn: 1 }],
        [0x10, { syndrome: 1, msn: 2 }],
        [0x11, { syndrome: 0x63, msn: 2 }],
      ]);
    }));

  it("a READ is told as long as the queue pair is not started anew", () =>
    withSeed(seed, (rng) => {
      for (const starts of [1, 2]) {
        const bench = new DirectedBench(dut, rng, 2);
        const [a] = bench.qpns as [number];
        const reads = { address: base + 0x3000n, length: 1, of: "reads" as const };
        bench.host.memory.failing.push(reads);
        bench.host.unreadAfter = 4000;
        bench.packet(a, 0x0c, peerPsn, { reth: { va: reads.address, rkey: bench.key, length: 4 } });
        expect(bench.settle()).toEqual([]);
        for (let left = starts; left > 0; left--) bench.start(a);
        bench.goesOn(a);
        for (const end = bench.host.cycle + 4000; bench.host.cycle < end; ) bench.host.step();
        expect(bench.settle()).toEqual([]);
        expect(bench.verbs.queryQp(a).state).toBe("RTS");
        bench.goesOn(a, firstPsn + 1, peerPsn + 1);
      }
    }));
});

/** Has a row of a memory written wrong, then something that needs it; the second column: what is seen of it. */
type Loss = readonly [
  part: Part,
  memory: string,
  lose: (bench: DirectedBench, qpn: number) => void,
  told: number[],
];
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
        const bench = new DirectedBench(dut, rng);
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
      const bench = new DirectedBench(dut, rng);
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
