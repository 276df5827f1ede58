import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { access, type WorkCompletion, wcStatus } from "../../sim/nic/verbs.ts";
import { encodeFrame, ReferenceNic, type TransportPacket } from "../../sim/reference/rc/index.ts";
import { opcodeFor, type Place } from "../../sim/reference/rc/opcodes.ts";
import { all, drain, packetOf, type Side } from "../../sim/reference/rc/rig.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import {
  type Completion,
  openTransport,
  type Sent,
  TransportHost,
  transportDepth,
} from "./transport-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

const mtu = 256;
const base = 0x10_0000n;
const area = 0x4000;
const ringAt = 0x80_0000n;
const ringLog = 4;
const readsKept = transportDepth;
/** The shared receive queue, and which queue pairs use it. */
const sharedRing = 0x90_0000n;
const sharedNumber = 2;
const isShared = (qpn: number): boolean => qpn % 3 === 0;
/** Queue pairs that tell credits; the model does for all. */
const hasCredits = (qpn: number): boolean => qpn % 4 < 2;
const own = { frame: "infiniband" as const, lid: 5 };
const far = { frame: "infiniband" as const, lid: 9 };

interface Regions {
  /** Written and read by the peer; read only by the peer; of another protection domain; without remote rights. */
  readonly open: number;
  readonly source: number;
  readonly foreign: number;
  readonly closed: number;
}

/** One of two equal hosts: the model's, and that of the RTL, whose queue pairs are not used. */
function makeHost(rng: Rng): { nic: ReferenceNic; pd: number; regions: Regions; cq: number } {
  const nic = new ReferenceNic(own, { firstQpn: 17, credits: true });
  const pd = nic.allocPd();
  const other = nic.allocPd();
  const cq = nic.createCq(4096);
  const region = (index: number, rights: number, domain = pd): number =>
    nic.regMr({ pd: domain, address: base + BigInt(index * 2 * area), length: area, access: rights }).rkey;
  const regions = {
    open: region(0, all),
    source: region(1, access.remoteRead),
    foreign: region(2, all, other),
    closed: region(3, access.localWrite),
  };
  const bytes = new Uint8Array(8 * area);
  rng.fill(bytes);
  nic.memory.write(base, bytes);
  return { nic, pd, regions, cq };
}

/** Both sides of the comparison, with as many queue pairs. */
class Twins {
  readonly model: ReturnType<typeof makeHost>;
  readonly copy: ReturnType<typeof makeHost>;
  readonly rtl: TransportHost;
  readonly rng: Rng;
  readonly qpns: number[] = [];
  readonly sent = new Map<number, TransportPacket[]>();
  readonly posted = new Map<number, number>();
  readonly shared: number;
  sharedPosted = 0;
  /** Limit that is set, and events of it that have to come. */
  limit = 0;
  limitEvents = 0;

  constructor(dut: Model, rng: Rng, queuePairs: number, pace: { stall: number; memoryDelay: number }) {
    const seedOfMemory = rng.next();
    const memory = (): Rng => new (rng.constructor as new (seed: number) => Rng)(seedOfMemory);
    this.model = makeHost(memory());
    this.copy = makeHost(memory());
    this.rtl = new TransportHost(dut, this.copy.nic.regions, rng, pace);
    this.rng = rng;
    const bytes = new Uint8Array(8 * area);
    memory().fill(bytes);
    this.rtl.memory.write(base, bytes);
    this.shared = this.model.nic.createSrq({ pd: this.model.pd, maxRecv: 16 });
    this.rtl.writeSharedRow(sharedNumber, sharedRing | BigInt(ringLog), 0, true);
    for (let i = 0; i < queuePairs; i++) {
      const srq = isShared(17 + i) ? { srq: this.shared } : {};
      const request = {
        ...srq,
        type: "rc" as const,
        pd: this.model.pd,
        sendCq: this.model.cq,
        recvCq: this.model.cq,
      };
      this.qpns.push(this.model.nic.createQp({ ...request, maxSend: 16, maxRecv: 16 }));
      this.start(this.qpns[i]!);
    }
  }

  side(qpn: number): Side {
    return { nic: this.model.nic, pd: this.model.pd, cq: this.model.cq, srq: undefined, qpn, key: 0 };
  }

  settings(qpn: number) {
    const access = qpn % 5 === 0 ? 4 : all & 14;
    return {
      pkey: qpn % 2 === 0 ? 0x8001 : 0x0002,
      access,
      destQpn: 0x100 + qpn,
      rqPsn: (0xfffff0 + 3 * qpn) & 0xffffff,
    };
  }

  /** Takes a queue pair through RESET to RTS on both sides. */
  start(qpn: number): void {
    const { nic } = this.model;
    const { pkey, access: rights, destQpn, rqPsn } = this.settings(qpn);
    nic.modifyQp(qpn, { state: "RESET" });
    nic.modifyQp(qpn, { state: "INIT", pkey, access: rights });
    const address = { dlid: far.lid, sl: qpn % 16 };
    const limits = { pathMtu: mtu as 256, maxDestRdAtomic: readsKept, minRnrTimer: qpn % 32 };
    nic.modifyQp(qpn, { state: "RTR", destQpn, rqPsn, address, ...limits });
    nic.modifyQp(qpn, { state: "RTS", timeout: 4, retryCount: 3, rnrRetry: 2, maxRdAtomic: 2, sqPsn: 0 });
    const words = new Uint32Array(16);
    words[0] = 3 | (1 << 4) | ((qpn % 16) << 8) | ((qpn % 3) << 12) | (pkey << 16);
    words[1] = destQpn | (rights << 24);
    words[2] = far.lid | (this.model.pd << 16);
    words[3] = rqPsn | ((qpn % 32) << 24);
    words[5] = readsKept << 16;
    words[6] = this.model.cq << 16;
    words[10] = Number(this.ring(qpn)) | ringLog;
    words[12] = 5 | (isShared(qpn) ? 0x100 | (sharedNumber << 16) : 0) | (hasCredits(qpn) ? 0x200 : 0);
    this.rtl.writeRow(qpn, words);
    this.sent.set(qpn, []);
    this.posted.set(qpn, 0);
  }

  ring(qpn: number): bigint {
    return ringAt + BigInt(qpn * 64 * (4 + (1 << ringLog)) + 64 * (qpn % 3));
  }

  get waiting(): number {
    return this.model.nic.srqs.take(this.shared).requests.length;
  }

  /** One event when fewer requests than this are left in the shared queue. */
  setLimit(limit: number): void {
    this.rtl.writeSharedRow(sharedNumber, sharedRing | BigInt(ringLog), limit, false);
    this.limit = limit;
    this.checkLimit();
  }

  checkLimit(): void {
    if (this.waiting >= this.limit) return;
    this.limit = 0;
    this.limitEvents++;
  }

  /** Posts a receive request on both sides, when there is a place. */
  post(qpn: number): void {
    const { rng } = this;
    const qp = this.model.nic.qps.take(qpn);
    const shared = isShared(qpn);
    if ((shared ? this.waiting : qp.receives.length) >= 8) return;
    const index = shared ? this.sharedPosted++ : this.posted.get(qpn)!;
    const piece = (lkey: number, length: number) => {
      const at = lkey === this.model.regions.open ? 0 : 4 * area;
      return { address: base + BigInt(at + rng.below(area - length)), length, lkey };
    };
    const { open, foreign } = this.model.regions;
    const sges = rng.chance(0.03)
      ? [piece(foreign, 1000)]
      : Array.from({ length: rng.below(5) }, () => piece(open, rng.pick([0, 1, 7, 100, 300, 700])));
    if (shared) this.model.nic.postSrqRecv(this.shared, { wrId: index, sges });
    else this.model.nic.postRecv(qpn, { wrId: index, sges });
    const wqe = new DataView(new ArrayBuffer(64));
    for (const [i, { address, length, lkey }] of sges.entries()) {
      wqe.setBigUint64(16 * i, address, true);
      wqe.setUint32(16 * i + 8, length, true);
      wqe.setUint32(16 * i + 12, lkey, true);
    }
    const place = BigInt(64 * (index % (1 << ringLog)));
    this.rtl.memory.write((shared ? sharedRing : this.ring(qpn)) + place, new Uint8Array(wqe.buffer));
    if (shared) {
      this.rtl.sharedDoorbell(sharedNumber, index + 1);
      return;
    }
    this.posted.set(qpn, index + 1);
    this.rtl.doorbell("rq_", qpn, index + 1);
  }

  random(bytes: number): Uint8Array {
    const payload = new Uint8Array(bytes);
    this.rng.fill(payload);
    return payload;
  }

  /** A region that a SEND may invalidate, on both sides. */
  victim(): number {
    const request = { pd: this.model.pd, address: base, length: 8, access: 1, remoteInvalidate: true };
    const { rkey } = this.model.nic.regMr(request);
    if (this.copy.nic.regMr(request).rkey !== rkey) throw new Error("the hosts went apart");
    return rkey;
  }

  /** The packets of a good message. */
  message(): Partial<TransportPacket>[] {
    const { rng } = this;
    const place = rng.below(10);
    const { open, source } = this.model.regions;
    const writable = (length: number): { va: bigint; rkey: number; length: number } => ({
      va: base + BigInt(rng.below(area - length)),
      rkey: open,
      length,
    });
    if (place < 2) {
      const length = rng.pick([0, 1, 255, 256, 257, 700, 1024]);
      const reth = { va: base + BigInt(2 * area + rng.below(area - length)), rkey: source, length };
      return [{ opcode: opcodeFor("rc", "read", "only"), reth, ackRequest: true }];
    }
    if (place < 4) {
      const kind = rng.pick(["cmp-swap", "fetch-add"] as const);
      const va = base + BigInt(8 * rng.below(8));
      const held = this.model.nic.memory.readUint64(va);
      const compare = rng.chance(0.5) ? held : held + 1n;
      const swapAdd = (BigInt(rng.next()) << 32n) | BigInt(rng.next());
      return [{ opcode: opcodeFor("rc", kind, "only"), atomicEth: { va, rkey: open, swapAdd, compare } }];
    }
    const write = place < 7;
    const length = rng.pick([0, 1, 3, 4, 100, 255, 256, 257, 512, 600]);
    const packets = Math.max(1, Math.ceil(length / mtu));
    const extra = rng.pick(write ? (["none", "imm"] as const) : (["none", "imm", "ieth"] as const));
    return Array.from({ length: packets }, (_, i) => {
      const where: Place = packets === 1 ? "only" : i === 0 ? "first" : i < packets - 1 ? "middle" : "last";
      const ends = i === packets - 1;
      const opcode = opcodeFor("rc", write ? "write" : "send", where, ends ? extra : "none");
      return {
        opcode,
        solicited: ends && rng.chance(0.3),
        ackRequest: ends || rng.chance(0.2),
        payload: this.random(Math.min(mtu, length - i * mtu)),
        ...(write && i === 0 ? { reth: writable(length) } : {}),
        ...(ends && extra === "imm" ? { imm: rng.next() } : {}),
        ...(ends && extra === "ieth" ? { ieth: rng.chance(0.1) ? open : this.victim() } : {}),
      };
    });
  }

  /** Something wrong with a good packet. */
  spoil(packet: TransportPacket): TransportPacket {
    const { rng } = this;
    const { reth, atomicEth } = packet;
    const longer = this.random(packet.payload.length + 1);
    const changes: Partial<TransportPacket>[] = [
      { opcode: rng.pick([0, 1, 2, 7, 8]) },
      { opcode: 0x15, payload: this.random(0) },
      { psn: (packet.psn + rng.pick([1, 2, 1000, 0x400000])) & 0xffffff },
      { pkey: rng.pick([0, packet.pkey & 0x7fff, 0x8005]) },
      { payload: rng.chance(0.5) || packet.payload.length === 0 ? longer : packet.payload.slice(1) },
    ];
    const keys = [
      this.model.regions.foreign,
      this.model.regions.closed,
      this.model.regions.open ^ 1,
      0xffff_ff00,
    ];
    if (reth !== undefined) {
      changes.push(
        { reth: { ...reth, rkey: rng.pick(keys) } },
        { reth: { ...reth, va: base + BigInt(area + 1 - reth.length) } },
        { reth: { ...reth, va: (1n << 64n) - 1n } },
        { reth: { ...reth, length: rng.pick([reth.length + 1, 0x8000_0001, 0xffff_ffff]) } },
      );
    }
    if (atomicEth !== undefined) {
      changes.push(
        { atomicEth: { ...atomicEth, rkey: rng.pick(keys) } },
        { atomicEth: { ...atomicEth, va: atomicEth.va + BigInt(1 + rng.below(7)) } },
        { atomicEth: { ...atomicEth, va: base + BigInt(area) } },
      );
    }
    return { ...packet, ...rng.pick(changes) };
  }

  /** One packet to both. */
  deliver(packet: TransportPacket, slid = far.lid): void {
    this.model.nic.receive(encodeFrame({ ...far, lid: slid }, { dlid: own.lid }, packet), 0);
    this.rtl.deliver(packet, slid);
  }

  expected(): { answers: object[]; completions: object[] } {
    const peer = { ...this.side(this.qpns[0]!), nic: new ReferenceNic(far) };
    const answers = drain(this.side(this.qpns[0]!), peer).map(
      ({ opcode, psn, destQp, pkey, aeth, atomicAck, payload }) => ({
        ...{ opcode, psn, qpn: destQp, pkey, payload: Buffer.from(payload).toString("hex") },
        ...(aeth === undefined ? {} : { syndrome: told(destQp, aeth.syndrome), msn: aeth.msn }),
        ...(atomicAck === undefined ? {} : { original: atomicAck }),
      }),
    );
    return { answers, completions: this.model.nic.pollCq(this.model.cq, 1000).map(briefModel) };
  }

  seen(): { answers: object[]; completions: object[] } {
    const answers = this.rtl.sent.splice(0).map(briefAnswer);
    return { answers, completions: this.rtl.completions.splice(0).map(briefCompletion) };
  }
}

/** The model's syndrome, without its credits where the queue pair does not tell them. @param peer its queue pair */
const told = (peer: number, syndrome: number): number =>
  syndrome >> 5 === 0 && !hasCredits(peer - 0x100) ? 31 : syndrome;

const briefModel = (one: WorkCompletion): object => ({
  qpn: one.qpn,
  wqe: one.wrId,
  status: one.status,
  ...(one.status === wcStatus.success
    ? {
        opcode: one.opcode === "recv-write-imm" ? 129 : 128,
        bytes: one.byteLength,
        imm: one.imm ?? one.invalidatedKey,
        flags:
          (one.imm === undefined ? 0 : 1) |
          (one.invalidatedKey === undefined ? 0 : 2) |
          (one.solicited ? 4 : 0),
      }
    : {}),
});

const briefCompletion = (one: Completion): object => ({
  qpn: one.qpn,
  wqe: one.wqe,
  status: one.status,
  ...(one.status === wcStatus.success
    ? { opcode: one.opcode, bytes: one.bytes, imm: one.flags & 3 ? one.imm : undefined, flags: one.flags }
    : {}),
});

function briefAnswer({ opcode, psn, destQp, pkey, aeth, atomicAck, payload }: Sent): object {
  return {
    ...{ opcode, psn, qpn: destQp, pkey, payload: Buffer.from(payload).toString("hex") },
    ...(aeth === undefined ? {} : { syndrome: aeth.syndrome, msn: aeth.msn }),
    ...(atomicAck === undefined ? {} : { original: atomicAck }),
  };
}

describe("nic_responder with nic_response_engine", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  it("does with every request, good or bad, what the reference model does", () =>
    withSeed(seed, (rng) => {
      const twins = new Twins(dut, rng, 6, { stall: 0.2, memoryDelay: 12 });
      const open = new Map<number, Partial<TransportPacket>[]>();
      const met = { failed: 0, repeated: 0, notReady: 0, completed: 0, refused: 0 };
      const rounds = long ? 20_000 : 900;
      const rare = (): boolean => Object.values(met).some((count) => count <= 5);
      for (let round = 0; round < rounds || (rare() && round < 5 * rounds); round++) {
        const qpn = rng.pick(twins.qpns);
        const qp = twins.model.nic.qps.take(qpn);
        if (qp.state === "ERR") {
          met.failed++;
          twins.start(qpn);
          open.delete(qpn);
        }
        if (rng.chance(0.4)) twins.post(qpn);
        if (rng.chance(0.05)) twins.setLimit(rng.below(6));
        let rest = open.get(qpn) ?? [];
        if (rest.length === 0) rest = twins.message();
        const { expectedPsn } = qp.responder;
        const good = packetOf(twins.side(qpn), {
          ...{ pkey: twins.settings(qpn).pkey | 0x8000, psn: expectedPsn, ackRequest: true },
          ...(rest[0] as Partial<TransportPacket> & { opcode: number }),
        });
        const history = twins.sent.get(qpn)!;
        const choice = rng.float();
        let packet = good;
        if (choice < 0.15 && history.length > 0) {
          packet = rng.pick(history.slice(-8));
          if (rng.chance(0.2)) packet = twins.spoil(packet);
          met.repeated++;
        } else if (choice < 0.27) packet = twins.spoil(good);
        // Now and then host memory has failed, for reads, writes or both
        const memories = [twins.model.nic.memory, twins.rtl.memory];
        const broken = rng.chance(0.04);
        const of = rng.pick(["reads", "writes", "all"] as const);
        if (broken)
          for (const memory of memories) memory.failing.push({ address: base, length: 8 * area, of });
        twins.deliver(packet, rng.chance(0.01) ? far.lid + 1 : far.lid);
        twins.rtl.settle();
        twins.checkLimit();
        if (packet === good && qp.responder.expectedPsn !== expectedPsn) {
          history.push(good);
          open.set(qpn, rest.slice(1));
        } else open.set(qpn, rest);
        if (qp.responder.latch === "rnr") met.notReady++;
        const due = twins.expected();
        met.completed += due.completions.length;
        const seen = twins.seen();
        if (broken) {
          // A receive request that is not full is flushed: what goes into it is told of, nobody waits for it
          const failed = wcStatus.localProtection;
          for (const [i, one] of (due.completions as { status: number }[]).entries())
            if (one.status === failed && (seen.completions[i] as typeof one)?.status === wcStatus.flushed)
              one.status = wcStatus.flushed;
          if (due.answers.some((one) => (one as { syndrome?: number }).syndrome === 0x63)) met.refused++;
          for (const memory of memories) memory.failing.splice(0);
        }
        expect({ round, packet, ...seen }).toEqual({ round, packet, ...due });
        expect([round, twins.rtl.limits]).toEqual([
          round,
          new Array<number>(twins.limitEvents).fill(sharedNumber),
        ]);
      }
      // A short run may have none, by its seed
      if (long) expect(twins.limitEvents).toBeGreaterThan(2);
      expect(twins.rtl.memory.firstDifference(withRings(twins))).toBe(null);
      for (const count of Object.values(met)) expect(count).toBeGreaterThan(5);
    }));
});

/** The model's memory with the rings that only the RTL has. */
function withRings(twins: Twins): ReferenceNic["memory"] {
  const memory = twins.model.nic.memory.clone();
  const bytes = 64 * 64 * (4 + (1 << ringLog));
  memory.write(ringAt, twins.rtl.memory.read(ringAt, bytes));
  memory.write(sharedRing, twins.rtl.memory.read(sharedRing, 64 << ringLog));
  return memory;
}
