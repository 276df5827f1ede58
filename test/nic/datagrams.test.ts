import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { encodeSend } from "../../sim/nic/formats.ts";
import { access, type SendRequest, type WorkCompletion, wcStatus } from "../../sim/nic/verbs.ts";
import {
  decodeFrame,
  encodeFrame,
  ReferenceNic,
  type TransportPacket,
} from "../../sim/reference/rc/index.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { randomBytes } from "./records.ts";
import { type Completion, openTransport, type Sent, TransportHost } from "./transport-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

const mtu = 512;
const base = 0x10_0000n;
const area = 0x4000;
const ringLog = 4;
const sharedNumber = 3;
const own = { frame: "infiniband" as const, lid: 5 };
const far = { frame: "infiniband" as const, lid: 9 };
/** Q_Key of QP1. */
const general = 0x8001_0000;
const grhBytes = 40;
type Counts = Map<string, number>;

/** Names of the RTL's pulses by the model's reasons. */
const pulses: Readonly<Record<string, string>> = {
  ...{ "qp-type": "rq_drop_qp_type", "qp-state": "rq_drop_qp_state", pkey: "rq_drop_pkey" },
  ...{ qkey: "rq_drop_qkey", "ud-no-receive": "rq_drop_no_receive", "ud-length": "rq_drop_too_long" },
  ...{ "ud-protection": "rq_drop_protection", "no-qp": "rq_drop_no_qp" },
};

interface Posted {
  sends: number;
  receives: number;
}

/** The model of an adapter and the RTL, with the same UD queue pairs; QP1 is one of them. */
class Twins {
  readonly model = new ReferenceNic(own, { firstQpn: 17 });
  readonly copy = new ReferenceNic(own, { firstQpn: 17 });
  readonly rtl: TransportHost;
  readonly rng: Rng;
  readonly qpns: number[] = [];
  readonly keys: readonly [open: number, foreign: number];
  readonly pd: number;
  readonly cq: number;
  readonly srq: number;
  readonly posted = new Map<number, Posted>();
  readonly lists = new Map<string, SendRequest["sges"]>();
  #shared = 0;

  constructor(dut: Model, rng: Rng) {
    this.rng = rng;
    const make = (nic: ReferenceNic) => {
      const [pd, other] = [nic.allocPd(), nic.allocPd()];
      const region = (at: number, domain: number): number =>
        nic.regMr({ pd: domain, address: base + BigInt(at), length: area, access: access.localWrite }).lkey;
      return { pd, keys: [region(0, pd), region(2 * area, other)] as const };
    };
    ({ pd: this.pd, keys: this.keys } = make(this.model));
    make(this.copy);
    this.cq = this.model.createCq(4096);
    this.srq = this.model.createSrq({ pd: this.pd, maxRecv: 16 });
    this.rtl = new TransportHost(dut, this.copy.regions, rng, { stall: 0.2, memoryDelay: 12 });
    const bytes = new Uint8Array(4 * area);
    rng.fill(bytes);
    for (const { memory } of [this.model, this.rtl]) memory.write(base, bytes);
    this.rtl.writeSharedRow(sharedNumber, this.ring(31, 0) | BigInt(ringLog), 0, true);
    for (let i = 0; i < 4; i++) {
      const queues = { pd: this.pd, sendCq: this.cq, recvCq: this.cq, maxSend: 16, maxRecv: 16 };
      const own = { ...queues, maxSge: 4, maxInline: 32, management: i === 0 };
      const qpn = this.model.createQp({ type: "ud", ...own, ...(i === 2 ? { srq: this.srq } : {}) });
      this.qpns.push(qpn);
      this.start(qpn);
    }
  }

  isShared(qpn: number): boolean {
    return qpn === this.qpns[2];
  }

  qkey(qpn: number): number {
    return qpn === 1 ? general : 0x1000 + qpn;
  }

  ring(qpn: number, which: 0 | 1): bigint {
    return 0x80_0000n + BigInt(qpn * 0x2000 + which * 0x1000);
  }

  /** From RESET to RTS on both sides. */
  start(qpn: number): void {
    const [pkey, qkey] = [0x8001 + (qpn % 2), this.qkey(qpn)];
    this.model.modifyQp(qpn, { state: "RESET" });
    this.model.modifyQp(qpn, { state: "INIT", pkey, qkey });
    this.model.modifyQp(qpn, { state: "RTR", pathMtu: mtu });
    this.model.modifyQp(qpn, { state: "RTS", sqPsn: 0xffffff - qpn });
    const words = new Uint32Array(16);
    words[0] = (3 | 8 | (2 << 4) | (pkey << 16)) >>> 0;
    words[2] = this.pd << 16;
    words[4] = 0xffffff - qpn;
    words[6] = (this.cq | (this.cq << 16)) >>> 0;
    words[7] = qkey;
    words[8] = Number(this.ring(qpn, 0)) | ringLog;
    words[10] = Number(this.ring(qpn, 1)) | ringLog;
    words[12] = 15 | (this.isShared(qpn) ? 0x100 | (sharedNumber << 16) : 0);
    this.rtl.writeRow(qpn, words);
    this.posted.set(qpn, { sends: 0, receives: 0 });
  }

  /** Up to four pieces, each in a quarter of its own: where what precedes the payload lay on payload, it would be blanked. */
  pieces(most: number, key = this.keys[0]): NonNullable<SendRequest["sges"]> {
    const { rng } = this;
    return Array.from({ length: rng.below(most + 1) }, (_, index) => {
      const length = rng.pick([0, 1, 7, 40, 41, 100, 300]);
      const at = key === this.keys[0] ? 0 : 2 * area;
      return {
        address: base + BigInt(at + (index * area) / 4 + rng.below(area / 4 - length)),
        length,
        lkey: key,
      };
    });
  }

  postReceive(qpn: number): void {
    const shared = this.isShared(qpn);
    const qp = this.model.qps.take(qpn);
    const waiting = shared ? this.model.srqs.take(this.srq).requests.length : qp.receives.length;
    if (waiting >= 6) return;
    const counts = this.posted.get(qpn)!;
    const wrId = shared ? this.#shared++ : counts.receives++;
    const sges = this.rng.chance(0.02) && !shared ? this.pieces(1, this.keys[1]) : this.pieces(4);
    this.lists.set(`${shared ? "srq" : qpn} ${wrId & 0xffff}`, sges);
    if (shared) this.model.postSrqRecv(this.srq, { wrId, sges });
    else this.model.postRecv(qpn, { wrId, sges });
    const wqe = new DataView(new ArrayBuffer(64));
    for (const [i, { address, length, lkey }] of sges.entries()) {
      wqe.setBigUint64(16 * i, address, true);
      wqe.setUint32(16 * i + 8, length, true);
      wqe.setUint32(16 * i + 12, lkey, true);
    }
    const ring = shared ? this.ring(31, 0) : this.ring(qpn, 1);
    this.rtl.memory.write(ring + BigInt(64 * (wrId % (1 << ringLog))), new Uint8Array(wqe.buffer));
    if (shared) this.rtl.sharedDoorbell(sharedNumber, wrId + 1);
    else this.rtl.doorbell("rq_", qpn, wrId + 1);
  }

  postSend(qpn: number): void {
    const { rng } = this;
    const imm = rng.chance(0.5);
    const inline = new Uint8Array(rng.below(33));
    rng.fill(inline);
    const bad = rng.chance(0.03);
    const wrId = this.posted.get(qpn)!.sends++;
    const request: SendRequest = {
      ...{ wrId, opcode: imm ? "send-imm" : "send", signaled: rng.chance(0.7), solicited: rng.chance(0.3) },
      ...(imm ? { imm: rng.next() } : {}),
      ...(rng.chance(0.3) ? { inline } : { sges: bad ? this.pieces(1, this.keys[1]) : this.pieces(4) }),
      ud: {
        address: { dlid: rng.range(1, 0xbfff), sl: rng.below(16) },
        qpn: rng.below(1 << 24),
        qkey: rng.chance(0.3) ? (general | rng.below(9)) >>> 0 : rng.below(2 ** 31),
      },
    };
    this.model.postSend(qpn, request);
    const place = BigInt(128 * (wrId % (1 << ringLog)));
    this.rtl.memory.write(
      this.ring(qpn, 0) + place,
      encodeSend(request, 128, (sl) => sl % 3),
    );
    this.rtl.doorbell("sq_", qpn, wrId + 1);
  }

  /** A datagram that is good or not. */
  deliver(qpn: number): void {
    const { rng } = this;
    const head = this.isShared(qpn) ? undefined : this.model.qps.take(qpn).receives[0];
    // Of a receive request the RTL checks the keys of pieces only that payload goes to; the model checks all.
    const wrong = head?.sges.some(({ lkey }) => lkey === this.keys[1]) === true;
    const payload = new Uint8Array(rng.pick([wrong ? 1 : 0, 1, 3, 100, 256, 300, mtu, mtu + 1]));
    rng.fill(payload);
    const imm = rng.chance(0.5);
    const one: TransportPacket = {
      ...{ opcode: imm ? 0x65 : 0x64, solicited: rng.chance(0.3), migrated: true, fecn: false, becn: false },
      ...{ pkey: rng.chance(0.05) ? 0x8003 : 0x8001 + (qpn % 2), destQp: rng.chance(0.03) ? 40 : qpn },
      ...{ ackRequest: false, psn: rng.below(1 << 24), ...(imm ? { imm: rng.next() } : {}) },
      deth: { qkey: this.qkey(qpn) + (rng.chance(0.1) ? 1 : 0), sourceQp: rng.below(1 << 24) },
      payload,
    };
    const packet = rng.chance(0.05) ? { ...one, opcode: 0x04, ackRequest: true } : one;
    const sl = rng.below(16);
    this.model.receive(encodeFrame(far, { dlid: own.lid, sl }, packet), 0);
    this.rtl.deliver(packet, far.lid, sl);
    this.#sender = (BigInt(far.lid) << 28n) | (BigInt(sl) << 24n) | BigInt(one.deth!.sourceQp);
  }

  #sender = 0n;

  expected(): { sent: object[]; completions: object[] } {
    const sent: object[] = [];
    for (let frame = this.model.transmit(0); frame !== null; frame = this.model.transmit(0)) {
      const lid = (frame[2]! << 8) | frame[3]!;
      const decoded = decodeFrame({ frame: "infiniband", lid }, frame);
      if (typeof decoded === "string") throw new Error(decoded);
      sent.push({ ...brief(decoded.packet), dlid: lid, sl: frame[1]! >> 4 });
    }
    // A local error fails the whole queue pair here; the model stops its sending side.
    for (const qpn of this.qpns)
      if (this.model.qps.take(qpn).state === "SQE") this.model.modifyQp(qpn, { state: "ERR" });
    const completions = this.model.pollCq(this.cq, 1000);
    for (const one of completions) this.#blankGrh(one);
    return { sent, completions: completions.map((one) => this.#modelCompletion(one)).sort(inOrder) };
  }

  /** What stands in front of the payload without a GRH is nobody's business; the model writes zeros. */
  #blankGrh({ opcode, status, qpn, wrId }: WorkCompletion): void {
    if (opcode !== "recv" || status !== wcStatus.success) return;
    const list = this.lists.get(`${this.isShared(qpn) ? "srq" : qpn} ${wrId & 0xffff}`)!;
    let left = grhBytes;
    for (const { address, length } of list) {
      const bytes = Math.min(left, length);
      if (bytes > 0) this.rtl.memory.write(address, new Uint8Array(bytes));
      left -= bytes;
    }
  }

  #modelCompletion(one: WorkCompletion): object {
    const received = one.opcode === "recv";
    const good = one.status === wcStatus.success;
    return {
      ...{ qpn: one.qpn, wqe: one.wrId & 0xffff, status: one.status, received },
      ...(good && received
        ? {
            ...{ bytes: one.byteLength, imm: one.imm, source: this.#sender },
            flags: (one.imm === undefined ? 0 : 1) | (one.solicited ? 4 : 0),
          }
        : {}),
    };
  }

  seen(): { sent: object[]; completions: object[] } {
    const sent = this.rtl.sent.splice(0).map((one) => {
      if (one.vl !== one.sl % 3) throw new Error(`SL ${one.sl} on VL ${one.vl}`);
      return { ...brief(one), dlid: one.dlid, sl: one.sl };
    });
    return { sent, completions: this.rtl.completions.splice(0).map(rtlCompletion).sort(inOrder) };
  }
}

const rtlCompletion = (one: Completion): object => ({
  ...{ qpn: one.qpn, wqe: one.wqe, status: one.status, received: one.received },
  ...(one.status === wcStatus.success && one.received
    ? {
        ...{ bytes: one.bytes, imm: one.flags & 1 ? one.imm : undefined, source: one.source },
        flags: one.flags,
      }
    : {}),
});

/** Both queues of a queue pair are flushed at a time: their order is that of each. */
const inOrder = (a: object, b: object): number => {
  const key = ({ received, wqe }: { received?: boolean; wqe?: number }): number =>
    (received ? 1e6 : 0) + wqe!;
  return key(a) - key(b);
};

function brief({
  opcode,
  psn,
  destQp,
  pkey,
  deth,
  imm,
  solicited,
  ackRequest,
  payload,
}: TransportPacket | Sent) {
  return {
    ...{ opcode, psn, destQp, pkey, deth, imm, solicited, ackRequest },
    payload: Buffer.from(payload).toString("hex"),
  };
}

const total = (counts: Counts): number => [...counts.values()].reduce((sum, one) => sum + one, 0);

describe("UD queue pairs", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  it("send, receive and drop what the reference model does", () =>
    withSeed(seed, (rng) => {
      const twins = new Twins(dut, rng);
      const met = { sent: 0, received: 0, failed: 0 };
      for (let round = 0; round < (long ? 10_000 : 500); round++) {
        const qpn = rng.pick(twins.qpns);
        const { model, rtl } = twins;
        if (model.qps.take(qpn).state === "ERR" || rng.chance(0.01)) {
          twins.start(qpn);
          rtl.settle();
        }
        if (rng.chance(0.5)) twins.postReceive(qpn);
        const what = rng.float();
        if (what < 0.5) for (let sends = rng.range(1, 4); sends > 0; sends--) twins.postSend(qpn);
        else twins.deliver(qpn);
        rtl.settle();
        const due = twins.expected();
        rtl.settle();
        met.sent += due.sent.length;
        met.received += due.completions.length;
        if (model.qps.take(qpn).state === "ERR") met.failed++;
        expect({ round, ...twins.seen() }).toEqual({ round, ...due });
      }
      for (const [reason, pulse] of Object.entries(pulses))
        expect([reason, twins.rtl.drops.get(pulse) ?? 0]).toEqual([
          reason,
          twins.model.drops.get(reason as never) ?? 0,
        ]);
      expect(total(twins.rtl.drops as Counts)).toBeGreaterThan(20);
      const memory = twins.model.memory.clone();
      memory.write(0x80_0000n, twins.rtl.memory.read(0x80_0000n, 32 * 0x2000));
      expect(twins.rtl.memory.firstDifference(memory)).toBe(null);
      for (const count of Object.values(met)) expect(count).toBeGreaterThan(2);
    }));

  it("one whose payload host memory fails is not complete, and nothing behind it", () =>
    withSeed(seed, (rng) => {
      const twins = new Twins(dut, rng);
      const { rtl, qpns, keys } = twins;
      rtl.memory.failing.push({ address: base + 0x1000n, length: 100, of: "reads" });
      for (let round = 0; round < 40; round++) {
        const qpn = rng.pick(qpns);
        const count = rng.range(1, 6);
        const failed = rng.below(count);
        for (let wrId = 0; wrId < count; wrId++) {
          const bad = wrId === failed || (wrId > failed && rng.chance(0.3));
          const address = base + (bad ? 0x1000n : 0n);
          const request: SendRequest = {
            ...{ wrId, opcode: "send", signaled: true, sges: [{ address, length: 90, lkey: keys[0] }] },
            ud: { address: { dlid: 7, sl: 0 }, qpn: 9, qkey: 3 },
          };
          const bytes = encodeSend(request, 128, () => 0);
          rtl.memory.write(twins.ring(qpn, 0) + BigInt(128 * wrId), bytes);
        }
        rtl.unreadAfter = rng.pick([0, 200]);
        rtl.pace = { stall: rng.pick([0, 0.2, 0.8]), memoryDelay: rng.pick([0, 12]) };
        rtl.doorbell("sq_", qpn, count);
        rtl.settle();
        expect({ round, seen: rtl.completions.splice(0).map(({ wqe, status }) => [wqe, status]) }).toEqual({
          round,
          seen: Array.from({ length: count }, (_, wqe) => [
            wqe,
            wqe < failed ? wcStatus.success : wqe === failed ? wcStatus.localProtection : wcStatus.flushed,
          ]),
        });
        expect(rtl.states.get(qpn)).toBe("ERR");
        expect(rtl.sent.splice(0).length).toBeGreaterThanOrEqual(failed);
        twins.start(qpn);
        rtl.settle();
      }
    }));

  it("one in front of the wire is not taken for one with its PSN from before a start", () =>
    withSeed(seed, (rng) => {
      const twins = new Twins(dut, rng);
      const { rtl, qpns, keys } = twins;
      for (let round = 0; round < 8; round++) {
        const qpn = rng.pick(qpns);
        const send = (): void => {
          const request: SendRequest = {
            ...{
              wrId: 0,
              opcode: "send",
              signaled: true,
              sges: [{ address: base, length: 9, lkey: keys[0] }],
            },
            ud: { address: { dlid: 7, sl: 0 }, qpn: 9, qkey: 3 },
          };
          rtl.memory.write(
            twins.ring(qpn, 0),
            encodeSend(request, 128, () => 0),
          );
          rtl.doorbell("sq_", qpn, 1);
          rtl.settle();
        };
        rtl.letOut(0);
        send();
        for (let starts = rng.range(1, 3); starts > 0; starts--) twins.start(qpn);
        rtl.settle();
        send();
        expect(rtl.sent.splice(0).length).toBe(2);
        rtl.letOut(1);
        rtl.settle();
        expect(rtl.completions).toEqual([]);
        rtl.letOut();
        rtl.settle();
        expect(rtl.completions.splice(0).map(({ wqe, status }) => [wqe, status])).toEqual([
          [0, wcStatus.success],
        ]);
        twins.start(qpn);
      }
    }));

  it("one that host memory fails ends its queue pair, and nobody is told", () =>
    withSeed(seed, (rng) => {
      const { model, rtl, qpns, keys, ring, qkey } = new Twins(dut, rng);
      const qpn = qpns[1]!;
      const wqe = new DataView(new ArrayBuffer(64));
      wqe.setBigUint64(0, base, true);
      wqe.setUint32(8, area, true);
      wqe.setUint32(12, keys[0], true);
      rtl.memory.write(ring(qpn, 1), new Uint8Array(wqe.buffer));
      rtl.memory.failing.push({ address: base, length: area, of: "writes" });
      rtl.doorbell("rq_", qpn, 1);
      const one = { opcode: 0x64, solicited: false, migrated: true, fecn: false, becn: false };
      const deth = { qkey: qkey(qpn), sourceQp: 3 };
      const { pkey } = model.qps.take(qpn).settings;
      rtl.deliver(
        { ...one, pkey, destQp: qpn, ackRequest: false, psn: 9, deth, payload: randomBytes(rng, 30) },
        far.lid,
      );
      rtl.settle();
      expect(rtl.sent).toEqual([]);
      expect(rtl.states.get(qpn)).toBe("ERR");
      expect(rtl.completions.map(({ wqe, status }) => [wqe, status])).toEqual([
        [0, wcStatus.localProtection],
      ]);
    }));
});
