import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { wcStatus } from "../../sim/nic/verbs.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { base, DirectedBench, firstPsn, mtu, peerPsn } from "./directed-bench.ts";
import { openTransport, transportDepth } from "./transport-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

const [nakInvalid, ack] = [0x61, 0x1f];
const op = {
  ...{ sendFirst: 0x00, sendLast: 0x02, writeOnly: 0x0a, read: 0x0c, readFirst: 0x0d, readMiddle: 0x0e },
  ...{ readLast: 0x0f, readOnly: 0x10, ack: 0x11, fetchAdd: 0x14, atomicAck: 0x12 },
} as const;

/** Cases that random traffic of a short run seldom meets; each is broken in `test/rtl/breaks-nic-transport.ts`. */
describe("rules of the transport, one by one", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  const rule = (name: string, check: (bench: DirectedBench, qpn: number) => void): void =>
    it(name, () =>
      withSeed(seed, (rng) => {
        const bench = new DirectedBench(dut, rng);
        check(bench, bench.qpns[0]!);
      }),
    );

  const answers = (bench: DirectedBench): (number | undefined)[][] =>
    bench.settle().map(({ opcode, psn, aeth }) => [opcode, psn, aeth?.syndrome]);

  for (const low of [1, 2, 4])
    rule(`an atomic ${low} bytes behind a multiple of 8 is refused, and nothing is changed`, (bench, qpn) => {
      const before = bench.host.memory.read(base, 32);
      const atomicEth = { va: base + BigInt(low), rkey: bench.key, swapAdd: 5n, compare: 0n };
      bench.packet(qpn, op.fetchAdd, peerPsn, { atomicEth });
      expect(answers(bench)).toEqual([[op.ack, peerPsn, nakInvalid]]);
      expect(bench.host.memory.read(base, 32)).toEqual(before);
      expect(bench.verbs.queryQp(qpn).state).toBe("ERR");
    });

  rule("a last packet without a byte is refused", (bench, qpn) => {
    bench.verbs.postRecv(qpn, { wrId: 1, sges: [{ address: base, length: 1000, lkey: bench.key }] });
    bench.packet(qpn, op.sendFirst, peerPsn, { payload: new Uint8Array(mtu), ackRequest: false });
    bench.packet(qpn, op.sendLast, peerPsn + 1);
    expect(answers(bench)).toEqual([[op.ack, peerPsn + 1, nakInvalid]]);
    expect(bench.statuses()).toEqual([[qpn, 1, wcStatus.remoteInvalidRequest]]);
  });

  rule(
    "a READ more than may wait for their answers is refused, behind the answers of the others",
    (bench, qpn) => {
      const reth = { va: base, rkey: bench.key, length: 4 };
      bench.host.held = true;
      // The first one's answer waits for the wire, and counts as given.
      for (let i = 0; i <= transportDepth + 1; i++) bench.packet(qpn, op.read, peerPsn + i, { reth });
      bench.settle();
      bench.host.held = false;
      const sent = answers(bench);
      expect(sent.at(-1)).toEqual([op.ack, peerPsn + transportDepth + 1, nakInvalid]);
      expect(bench.verbs.queryQp(qpn).state).toBe("ERR");
    },
  );

  const reads = { va: base + 0x400n, length: 3 * mtu };
  const repeats: [
    name: string,
    psn: number,
    change: (key: number, foreign: number) => object,
    answered: boolean,
  ][] = [
    ["as it was", 0, (rkey) => ({ ...reads, rkey }), true],
    ["from its second packet on", 1, (rkey) => ({ va: reads.va + BigInt(mtu), length: 2 * mtu, rkey }), true],
    ["with another key", 0, (_, rkey) => ({ ...reads, rkey }), false],
    ["from another address", 0, (rkey) => ({ ...reads, va: reads.va + 4n, rkey }), false],
    ["from before its address", 1, (rkey) => ({ ...reads, length: 2 * mtu, rkey }), false],
    ["with a byte more", 0, (rkey) => ({ ...reads, length: reads.length + 1, rkey }), false],
  ];
  for (const [name, at, change, answered] of repeats)
    rule(`a READ comes again, ${name}: ${answered ? "answered" : "dropped"}`, (bench, qpn) => {
      const other = bench.region();
      bench.packet(qpn, op.read, peerPsn, { reth: { ...reads, rkey: bench.key } });
      expect(bench.settle().length).toBe(3);
      const reth = change(bench.key, other) as { va: bigint; rkey: number; length: number };
      bench.packet(qpn, op.read, peerPsn + at, { reth });
      const sent = bench.settle();
      expect(sent.map(({ psn }) => psn)).toEqual(answered ? [0, 1, 2].slice(at).map((i) => peerPsn + i) : []);
      bench.goesOn(qpn, firstPsn, peerPsn + 3);
    });

  rule("an answer waits for all writes of host memory before it", (bench, qpn) => {
    bench.host.pace = { stall: 0, memoryDelay: 400 };
    let met = 0;
    for (let psn = peerPsn; psn < peerPsn + 12; psn++) {
      const reth = { va: base, rkey: bench.key, length: 8 };
      bench.packet(qpn, op.writeOnly, psn, { reth, payload: new Uint8Array(8).fill(psn) });
      for (let cycles = 0; bench.host.sent.length === 0; cycles++) {
        if (cycles > 5000) throw new Error("no answer");
        if (bench.host.writing > 0) met++;
        bench.host.step();
      }
      expect(bench.host.writing).toBe(0);
      expect(bench.settle().map((one) => [one.opcode, one.psn])).toEqual([[op.ack, psn]]);
    }
    expect(met).toBeGreaterThan(100);
  });

  rule("a fence waits until what a READ brought is in host memory", (bench, qpn) => {
    const sges = [{ address: base + 0x1000n, length: 8, lkey: bench.key }];
    const remote = { address: 0x5000n, rkey: 0x777 };
    // Until a write of host memory took long: how long each takes is drawn
    for (let [met, psn] = [0, firstPsn]; met <= 50; psn += 2) {
      if (psn > firstPsn + 100) throw new Error("host memory is always quick");
      bench.read(qpn, 1);
      expect(bench.settle().map(({ opcode }) => opcode)).toEqual([op.read]);
      bench.host.pace = { stall: 0, memoryDelay: 400 };
      bench.verbs.postSend(qpn, { wrId: 2, opcode: "write", signaled: true, fence: true, sges, remote });
      const payload = new Uint8Array(8).fill(psn);
      bench.packet(qpn, op.readOnly, psn, { aeth: { syndrome: ack, msn: 1 }, payload });
      met = 0;
      for (let cycles = 0; bench.host.sent.length === 0; cycles++) {
        if (cycles > 5000) throw new Error("nothing is sent behind the fence");
        if (bench.host.writing > 0) met++;
        bench.host.step();
      }
      expect(bench.host.writing).toBe(0);
      // Before its timer expires
      bench.host.pace = { stall: 0, memoryDelay: 0 };
      const [sent] = bench.settle();
      expect([sent?.opcode, [...sent!.payload]]).toEqual([op.writeOnly, [...payload]]);
      bench.acknowledge(qpn, psn + 1);
    }
  });

  rule("the rest of a READ is asked for where it broke off", (bench, qpn) => {
    bench.read(qpn, 1, 3 * mtu);
    expect(bench.settle().map(({ reth }) => reth)).toEqual([{ va: 0x5000n, rkey: 0x777, length: 3 * mtu }]);
    const aeth = { syndrome: ack, msn: 1 };
    bench.packet(qpn, op.readFirst, firstPsn, { aeth, payload: new Uint8Array(mtu).fill(1) });
    bench.packet(qpn, op.readLast, firstPsn + 2, { aeth, payload: new Uint8Array(mtu).fill(3) });
    expect(bench.settle().map(({ psn, reth }) => [psn, reth])).toEqual([
      [firstPsn + 1, { va: 0x5000n + BigInt(mtu), rkey: 0x777, length: 2 * mtu }],
    ]);
    bench.packet(qpn, op.readFirst, firstPsn + 1, { aeth, payload: new Uint8Array(mtu).fill(2) });
    bench.packet(qpn, op.readLast, firstPsn + 2, { aeth, payload: new Uint8Array(mtu).fill(3) });
    expect(bench.settle()).toEqual([]);
    expect(bench.statuses()).toEqual([[qpn, 1, wcStatus.success]]);
    const got = bench.host.memory.read(base + 0x1000n, 3 * mtu);
    expect([got[0], got[mtu], got[3 * mtu - 1]]).toEqual([1, 2, 3]);
  });

  rule("a response that says it is the last, too early, is not taken", (bench, qpn) => {
    bench.read(qpn, 1, 3 * mtu);
    bench.settle();
    const aeth = { syndrome: ack, msn: 1 };
    bench.packet(qpn, op.readFirst, firstPsn, { aeth, payload: new Uint8Array(mtu) });
    bench.packet(qpn, op.readLast, firstPsn + 1, { aeth, payload: new Uint8Array(mtu) });
    expect(bench.settle().map(({ psn, reth }) => [psn, reth?.length])).toEqual([[firstPsn + 1, 2 * mtu]]);
    expect(bench.statuses()).toEqual([]);
  });

  rule("a middle one where the last is due is not taken", (bench, qpn) => {
    bench.read(qpn, 1, 2 * mtu);
    bench.settle();
    const aeth = { syndrome: ack, msn: 1 };
    bench.packet(qpn, op.readFirst, firstPsn, { aeth, payload: new Uint8Array(mtu) });
    bench.packet(qpn, op.readMiddle, firstPsn + 1, { payload: new Uint8Array(mtu) });
    expect(bench.settle().map(({ psn, reth }) => [psn, reth?.length])).toEqual([[firstPsn + 1, mtu]]);
    expect(bench.statuses()).toEqual([]);
  });

  rule("a result of an atomic that brings payload along is dropped, with its payload", (bench, qpn) => {
    const answer = { aeth: { syndrome: ack, msn: 1 }, atomicAck: 7n, payload: new Uint8Array(9) };
    bench.packet(qpn, op.atomicAck, firstPsn + 5, answer);
    bench.fetchAdd(qpn, 1);
    expect(bench.settle().map(({ opcode }) => opcode)).toEqual([op.fetchAdd]);
    bench.packet(qpn, op.atomicAck, firstPsn, answer);
    expect(bench.settle()).toEqual([]);
    expect(bench.statuses()).toEqual([]);
    bench.packet(qpn, op.atomicAck, firstPsn, { ...answer, payload: new Uint8Array(0) });
    bench.settle();
    expect(bench.statuses()).toEqual([[qpn, 1, wcStatus.success]]);
    expect(bench.host.memory.readUint64(base + 0x1000n)).toBe(7n);
    bench.goesOn(qpn, firstPsn + 1);
  });

  /** A work request as it stands in the ring, and one that writes elsewhere. */
  const other = (wqe: Uint8Array): Uint8Array => {
    const changed = wqe.slice();
    changed[17] = 0x77;
    return changed;
  };
  const [there, elsewhere] = [0x5000n, 0x7700n];
  const targets = (bench: DirectedBench) => bench.settle().map(({ psn, reth }) => [psn, reth?.va]);

  rule("a work request that comes with its doorbell is sent without a read", (bench, qpn) => {
    bench.verbs.push = other;
    for (let i = 0; i < 3; i++) {
      bench.write(qpn, i);
      expect(targets(bench)).toEqual([[firstPsn + i, elsewhere]]);
    }
    expect([bench.host.fetched, bench.host.drops.get("sq_evt_pushed")]).toEqual([0, 3]);
  });

  rule("one whose turn has not come is read from the ring", (bench, qpn) => {
    bench.host.pace = { stall: 0, memoryDelay: 200 };
    bench.write(qpn, 1);
    bench.verbs.push = other;
    bench.write(qpn, 2);
    expect(targets(bench)).toEqual([
      [firstPsn, there],
      [firstPsn + 1, there],
    ]);
    expect([bench.host.fetched, bench.host.drops.get("sq_evt_pushed")]).toEqual([2, undefined]);
  });

  rule("of several at one doorbell none is the one that came with it", (bench, qpn) => {
    const { doorbell } = bench.host;
    bench.host.doorbell = () => undefined;
    bench.write(qpn, 1);
    bench.host.doorbell = doorbell;
    bench.verbs.push = other;
    bench.write(qpn, 2);
    expect(targets(bench)).toEqual([
      [firstPsn, there],
      [firstPsn + 1, there],
    ]);
  });

  rule("no more than four are kept ready, those that came with doorbells among them", (bench, qpn) => {
    bench.verbs.modifyQp(qpn, { state: "SQD" });
    bench.verbs.push = other;
    for (let i = 0; i < 6; i++) bench.write(qpn, i);
    expect(targets(bench)).toEqual([]);
    bench.verbs.modifyQp(qpn, { state: "RTS" });
    expect(targets(bench)).toEqual([0, 1, 2, 3, 4, 5].map((i) => [firstPsn + i, i < 4 ? elsewhere : there]));
  });

  rule("when it is sent again it is read from the ring", (bench, qpn) => {
    bench.verbs.push = other;
    bench.write(qpn, 1);
    expect(targets(bench)).toEqual([[firstPsn, elsewhere]]);
    bench.packet(qpn, op.ack, firstPsn, { aeth: { syndrome: 0x60, msn: 0 } });
    expect(targets(bench)).toEqual([[firstPsn, there]]);
    bench.acknowledge(qpn, firstPsn);
    expect([bench.host.fetched, bench.statuses()]).toEqual([1, [[qpn, 1, wcStatus.success]]]);
    bench.verbs.push = () => null;
    bench.goesOn(qpn, firstPsn + 1);
  });

  const wrongs: [name: string, change: (wqe: DataView) => void, status: number][] = [
    ["an opcode that there is not", (wqe) => wqe.setUint8(0, 0x55), wcStatus.localQpOperation],
    ["more inline data than fit", (wqe) => wqe.setUint16(8, 97, true), wcStatus.localQpOperation],
    ["pieces that there are not", (wqe) => wqe.setUint16(1, 0x700, true), wcStatus.localQpOperation],
    ["another key", (wqe) => wqe.setUint8(44, 0xee), wcStatus.localProtection],
  ];
  for (const [name, change, status] of wrongs)
    rule(`one with ${name} fails as one that was read`, (bench, qpn) => {
      bench.verbs.push = (wqe) => {
        const changed = new DataView(wqe.slice().buffer);
        if (status === wcStatus.localQpOperation) changed.setUint8(1, 9);
        change(changed);
        return new Uint8Array(changed.buffer);
      };
      bench.write(qpn, 1);
      expect(bench.settle()).toEqual([]);
      expect(bench.statuses()).toEqual([[qpn, 1, status]]);
      expect([bench.verbs.queryQp(qpn).state, bench.host.fetched]).toEqual(["ERR", 0]);
      bench.write(qpn, 2);
      expect(bench.settle()).toEqual([]);
      expect(bench.statuses()).toEqual([[qpn, 2, wcStatus.flushed]]);
      bench.verbs.push = () => null;
      bench.goesOn(bench.qpns[1]!);
    });

  rule("of several hints of one loss one is followed, until there is progress", (bench, qpn) => {
    const gap = (psn: number): void => bench.packet(qpn, op.ack, psn, { aeth: { syndrome: 0x60, msn: 0 } });
    for (const wrId of [1, 2]) bench.write(qpn, wrId);
    expect(bench.settle().length).toBe(2);
    gap(firstPsn);
    expect(bench.settle().map(({ psn }) => psn)).toEqual([firstPsn, firstPsn + 1]);
    gap(firstPsn);
    expect(bench.settle()).toEqual([]);
    gap(firstPsn + 1);
    expect(bench.settle().map(({ psn }) => psn)).toEqual([firstPsn + 1]);
    expect(bench.statuses()).toEqual([[qpn, 1, wcStatus.success]]);
  });
});
