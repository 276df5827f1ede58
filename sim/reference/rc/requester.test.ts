import { describe, expect, it } from "vitest";
import { VerbsError } from "../../nic/verbs.ts";
import {
  base,
  brief,
  deliver,
  drain,
  firstPsn,
  makeRig,
  mtu,
  poll,
  post,
  postReceive,
  type Rig,
  statuses,
} from "./rig.ts";
import { ackTimeoutNs, nakCode, rnrWaitNs } from "./syndrome.ts";

const psn = (i: number) => (firstPsn + i) & 0xffffff;
const { sequence, invalidRequest, remoteAccess, remoteOperation } = nakCode;
const timeout = ackTimeoutNs(4);

/** What `a` sends now. */
const out = (rig: Rig, now = 0) => drain(rig.a, rig.b, now);
const psns = (rig: Rig, now = 0) => out(rig, now).map((packet) => packet.psn);

/** An ACK, RNR NAK or NAK for `a`. */
function answer(rig: Rig, at: number, syndrome = 0x1f, now = 0, msn = 0): void {
  deliver(rig.a, rig.b, { opcode: 0x11, psn: psn(at), aeth: { syndrome, msn }, ackRequest: false }, now);
}

/** READ response number `at` of opcode first … only (0D … 10). */
function response(rig: Rig, opcode: number, at: number, length: number, value = at, now = 0): void {
  const payload = new Uint8Array(length).fill(value);
  deliver(rig.a, rig.b, { opcode, psn: psn(at), payload, ackRequest: false }, now);
}

const state = (rig: Rig) => rig.a.nic.queryQp(rig.a.qpn).state;

describe("segmentation", () => {
  it("cuts messages at the MTU, with RETH first, immediate and solicited bit last, AckReq last", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write-imm", length: 2 * mtu + 5, imm: 7, solicited: true });
    const packets = out(rig);
    expect(packets.map(({ opcode }) => opcode)).toEqual([6, 7, 9]);
    expect(packets.map(({ psn: one }) => one)).toEqual([psn(0), psn(1), psn(2)]);
    expect(packets.map(({ payload }) => payload.length)).toEqual([mtu, mtu, 5]);
    expect(packets.map(({ ackRequest }) => ackRequest)).toEqual([false, false, true]);
    expect(packets.map(({ solicited }) => solicited)).toEqual([false, false, true]);
    expect(packets[0]!.reth).toEqual({ va: base + 0x8000n, rkey: rig.a.key, length: 2 * mtu + 5 });
    expect(packets.map(({ reth, imm }) => [reth !== undefined, imm])).toEqual([
      [true, undefined],
      [false, undefined],
      [false, 7],
    ]);
  });

  it("asks for ACKs within long messages", () => {
    const rig = makeRig({ nic: { ackEvery: 2 } });
    post(rig.a, { opcode: "write", length: 8 * mtu });
    expect(out(rig).map(({ ackRequest }) => ackRequest)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it("gives a READ as many PSNs as it has responses", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "read", length: 2 * mtu + 1 });
    post(rig.a, { opcode: "write", length: 0 });
    post(rig.a, { opcode: "write", length: 4 });
    expect(psns(rig)).toEqual([psn(0), psn(3), psn(4)]);
  });

  it("gathers pieces and takes inline data at the call", () => {
    const rig = makeRig();
    const lkey = rig.a.key;
    const inline = Uint8Array.of(1, 2, 3);
    post(rig.a, { opcode: "write", inline });
    inline.fill(9);
    const piece = (at: bigint, length: number) => ({ address: base + at, length, lkey });
    post(rig.a, { opcode: "write", sges: [piece(100n, 3), piece(0n, 0), piece(7n, 2)] });
    const [first, second] = out(rig);
    expect([...first!.payload]).toEqual([1, 2, 3]);
    const memory = rig.a.nic.memory;
    expect(second!.payload).toEqual(
      Uint8Array.of(...memory.read(base + 100n, 3), ...memory.read(base + 7n, 2)),
    );
  });
});

describe("what may be on its way", () => {
  it("holds READs and atomics to max_rd_atomic, and what is behind them too", () => {
    const rig = makeRig({ qp: { maxRdAtomic: 1 } });
    for (const opcode of ["read", "fetch-add", "write"] as const) post(rig.a, { opcode });
    expect(out(rig).map(({ opcode }) => opcode)).toEqual([0x0c]);
    response(rig, 0x10, 0, 8);
    expect(out(rig).map(({ opcode }) => opcode)).toEqual([0x14, 0x0a]);
  });

  it("holds a fenced request until earlier READs are complete, not until WRITEs are", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write" });
    post(rig.a, { opcode: "write", fence: true });
    post(rig.a, { opcode: "read" });
    post(rig.a, { opcode: "write", fence: true });
    expect(psns(rig)).toEqual([psn(0), psn(1), psn(2)]);
    response(rig, 0x10, 2, 8);
    expect(psns(rig)).toEqual([psn(3)]);
  });

  it("stays within its window", () => {
    const rig = makeRig({ nic: { windowPackets: 3 } });
    post(rig.a, { opcode: "write", length: 5 * mtu });
    expect(psns(rig)).toEqual([psn(0), psn(1), psn(2)]);
    answer(rig, 0);
    expect(psns(rig)).toEqual([psn(3)]);
  });

  it("sends within its credits, one message more as a probe; WRITEs need none", () => {
    const rig = makeRig({ nic: { credits: true } });
    post(rig.a, { opcode: "write" });
    post(rig.a, { opcode: "send", length: 2 * mtu });
    post(rig.a, { opcode: "send" });
    expect(psns(rig)).toEqual([psn(0)]);
    answer(rig, 0, 0, 0, 1);
    const probe = out(rig);
    expect(probe.map((one) => [one.psn, one.ackRequest])).toEqual([[psn(1), true]]);
    answer(rig, 1, 2, 0, 1);
    expect(psns(rig)).toEqual([psn(2), psn(3)]);
    answer(rig, 3, 0x1f, 0, 3);
    for (let i = 0; i < 4; i++) post(rig.a, { opcode: "send" });
    expect(psns(rig).length).toBe(4);
  });

  it("does nothing new in SQD but ends what it began", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write", length: 2 * mtu });
    post(rig.a, { opcode: "write" });
    expect(rig.a.nic.transmit(0)).not.toBeNull();
    rig.a.nic.modifyQp(rig.a.qpn, { state: "SQD" });
    expect(psns(rig)).toEqual([psn(1)]);
    rig.a.nic.modifyQp(rig.a.qpn, { state: "RTS" });
    expect(psns(rig)).toEqual([psn(2)]);
  });
});

describe("completion", () => {
  it("comes in the order of posting, cumulative, unsignaled requests in silence", () => {
    const rig = makeRig();
    for (let i = 0; i < 4; i++) post(rig.a, { opcode: "write", wrId: i, signaled: i !== 1 });
    out(rig);
    answer(rig, 2);
    expect(statuses(rig.a)).toEqual([
      [0, 0, "write"],
      [2, 0, "write"],
    ]);
    answer(rig, 1);
    expect(rig.a.nic.lastDrop).toBe("stale-response");
    answer(rig, 4);
    expect(rig.a.nic.lastDrop).toBe("ghost-response");
    expect(poll(rig.a)).toEqual([]);
    answer(rig, 3);
    expect(statuses(rig.a)).toEqual([[3, 0, "write"]]);
  });

  it("puts READ responses and atomic results into the pieces", () => {
    const rig = makeRig();
    const lkey = rig.a.key;
    const sges = [
      { address: base, length: 5, lkey },
      { address: base + 64n, length: mtu, lkey },
    ];
    post(rig.a, { opcode: "read", sges });
    post(rig.a, { opcode: "fetch-add", sges: [{ address: base + 800n, length: 8, lkey }], compareAdd: 1n });
    out(rig);
    response(rig, 0x0d, 0, mtu, 0xaa);
    response(rig, 0x0f, 1, 5, 0xbb);
    deliver(rig.a, rig.b, { opcode: 0x12, psn: psn(2), atomicAck: 0x0102030405060708n });
    const memory = rig.a.nic.memory;
    expect([...memory.read(base, 5)]).toEqual([0xaa, 0xaa, 0xaa, 0xaa, 0xaa]);
    expect([...memory.read(base + 64n + 250n, 7)]).toEqual([
      0xaa,
      0xbb,
      0xbb,
      0xbb,
      0xbb,
      0xbb,
      ((64 + 256) * 31 + 1) & 255,
    ]);
    expect([...memory.read(base + 800n, 8)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(poll(rig.a)).toMatchObject([
      { opcode: "read", byteLength: mtu + 5 },
      { opcode: "fetch-add", byteLength: 8 },
    ]);
  });

  it("takes a READ response as ACK of all before it", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write", wrId: 1 });
    post(rig.a, { opcode: "read", wrId: 2 });
    out(rig);
    response(rig, 0x10, 1, 8);
    expect(statuses(rig.a)).toEqual([
      [1, 0, "write"],
      [2, 0, "read"],
    ]);
  });
});

describe("go-back-N", () => {
  it("goes back to the PSN of NAK 60 with the opcodes of before, no second RETH", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write", length: 3 * mtu });
    post(rig.a, { opcode: "write" });
    out(rig);
    answer(rig, 1, sequence);
    expect(out(rig).map(({ opcode, psn: one }) => [opcode, one])).toEqual([
      [7, psn(1)],
      [8, psn(2)],
      [0x0a, psn(3)],
    ]);
    answer(rig, 3);
    expect(statuses(rig.a).length).toBe(2);
  });

  it("does not send again what an ACK takes care of on the way back", () => {
    const rig = makeRig();
    for (let i = 0; i < 4; i++) post(rig.a, { opcode: "write" });
    out(rig);
    answer(rig, 0, sequence);
    expect(rig.a.nic.transmit(0)).not.toBeNull();
    answer(rig, 2);
    expect(psns(rig)).toEqual([psn(3)]);
  });

  it("does so within a message too", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write", length: 5 * mtu });
    out(rig);
    answer(rig, 0, sequence);
    expect(rig.a.nic.transmit(0)).not.toBeNull();
    answer(rig, 2);
    expect(psns(rig)).toEqual([psn(3), psn(4)]);
  });

  it("asks for the rest of a READ after a gap, once", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "read", length: 4 * mtu });
    out(rig);
    response(rig, 0x0d, 0, mtu);
    response(rig, 0x0e, 2, mtu);
    const again = out(rig);
    expect(again.map(({ opcode, psn: one, reth }) => [opcode, one, reth])).toEqual([
      [0x0c, psn(1), { va: base + 0x8000n + 256n, rkey: rig.a.key, length: 3 * mtu }],
    ]);
    response(rig, 0x0f, 3, mtu);
    expect(rig.a.nic.lastDrop).toBe("hint-again");
    expect(out(rig)).toEqual([]);
    response(rig, 0x0d, 1, mtu);
    response(rig, 0x0e, 2, mtu);
    response(rig, 0x0f, 3, mtu);
    expect(statuses(rig.a)).toEqual([[1, 0, "read"]]);
  });

  it("takes no Middle and no Last as the begin of a READ", () => {
    for (const [opcode, length] of [
      [0x0e, 2 * mtu],
      [0x0f, mtu],
    ] as const) {
      const rig = makeRig();
      post(rig.a, { opcode: "read", length });
      out(rig);
      response(rig, opcode, 0, mtu);
      expect(rig.a.nic.qps.take(rig.a.qpn).requester.queue[0]!.received).toBe(0);
      expect(psns(rig)).toEqual([psn(0)]);
    }
  });

  it("takes an ACK beyond a READ as the loss of its response", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "read" });
    post(rig.a, { opcode: "write" });
    out(rig);
    answer(rig, 1);
    expect(poll(rig.a)).toEqual([]);
    expect(psns(rig)).toEqual([psn(0), psn(1)]);
  });

  it("takes First after a new request, or Middle as Linux sends it, but no First within a READ", () => {
    for (const opcode of [0x0d, 0x0e]) {
      const rig = makeRig();
      post(rig.a, { opcode: "read", length: 3 * mtu });
      out(rig);
      response(rig, 0x0d, 0, mtu);
      out(rig, timeout);
      response(rig, opcode, 1, mtu, 1, timeout);
      expect(rig.a.nic.qps.take(rig.a.qpn).requester.queue[0]!.received).toBe(2);
    }
    const rig = makeRig();
    post(rig.a, { opcode: "read", length: 3 * mtu });
    out(rig);
    response(rig, 0x0d, 0, mtu);
    response(rig, 0x0d, 1, mtu);
    expect(psns(rig)).toEqual([psn(1)]);
  });
});

describe("timers", () => {
  it("sends again after the ACK timeout, and gives up after retry_cnt", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write", wrId: 1 });
    post(rig.a, { opcode: "write", wrId: 2 });
    let now = 0;
    expect(psns(rig)).toEqual([psn(0), psn(1)]);
    for (let i = 0; i < 3; i++) {
      expect(rig.a.nic.nextTime(now)).toBe(now + timeout);
      expect(psns(rig, now + timeout - 1)).toEqual([]);
      now += timeout;
      expect(psns(rig, now)).toEqual([psn(0), psn(1)]);
    }
    expect(out(rig, now + timeout)).toEqual([]);
    expect(statuses(rig.a)).toEqual([
      [1, 12, "write"],
      [2, 5, "write"],
    ]);
    expect(state(rig)).toBe("ERR");
  });

  it("starts anew with progress, tries included", () => {
    const rig = makeRig();
    for (let i = 0; i < 3; i++) post(rig.a, { opcode: "write" });
    out(rig);
    for (let i = 0; i < 3; i++) out(rig, (i + 1) * timeout);
    answer(rig, 0, 0x1f, 3 * timeout + 10);
    expect(rig.a.nic.nextTime(3 * timeout + 10)).toBe(4 * timeout + 10);
    for (let i = 4; i < 7; i++) expect(psns(rig, i * timeout + 10)).toEqual([psn(1), psn(2)]);
    answer(rig, 2, 0x1f, 7 * timeout);
    expect(rig.a.nic.nextTime(7 * timeout)).toBeNull();
  });

  it("knows no limit with retry_cnt 7 when told so, and never expires with timeout 0", () => {
    const endless = makeRig({ qp: { retryCount: 7 }, nic: { endlessRetry: true } });
    post(endless.a, { opcode: "write" });
    for (let i = 0; i < 20; i++) expect(psns(endless, i * timeout)).toEqual([psn(0)]);
    const off = makeRig({ qp: { timeout: 0 } });
    post(off.a, { opcode: "write" });
    out(off);
    expect(off.a.nic.nextTime(0)).toBeNull();
  });

  it("waits after an RNR NAK and sends again from its PSN; gives up after rnr_retry", () => {
    const rig = makeRig({ qp: { rnrRetry: 1 } });
    post(rig.a, { opcode: "write", wrId: 1 });
    post(rig.a, { opcode: "send", wrId: 2 });
    post(rig.a, { opcode: "write", wrId: 3 });
    out(rig);
    answer(rig, 1, 0x2e);
    expect(statuses(rig.a)).toEqual([[1, 0, "write"]]);
    expect(rig.a.nic.nextTime(0)).toBe(rnrWaitNs(14));
    expect(psns(rig, rnrWaitNs(14) - 1)).toEqual([]);
    expect(psns(rig, rnrWaitNs(14))).toEqual([psn(1), psn(2)]);
    answer(rig, 1, 0x2e, 2e6);
    expect(statuses(rig.a)).toEqual([
      [2, 13, "send"],
      [3, 5, "write"],
    ]);
  });

  it("knows no limit with rnr_retry 7", () => {
    const rig = makeRig({ qp: { rnrRetry: 7 } });
    post(rig.a, { opcode: "send" });
    for (let i = 0; i < 20; i++) {
      expect(psns(rig, i * 1e6)).toEqual([psn(0)]);
      answer(rig, 0, 0x21, i * 1e6);
    }
  });

  it("has the waits of the table, code 0 being the longest", () => {
    expect([0, 1, 14, 25, 31].map(rnrWaitNs)).toEqual([
      655_360_000, 10_000, 1_280_000, 61_440_000, 491_520_000,
    ]);
    expect([ackTimeoutNs(1), ackTimeoutNs(14)]).toEqual([8192, 67_108_864]);
  });
});

describe("errors", () => {
  const naks = [
    [invalidRequest, 9],
    [remoteAccess, 10],
    [remoteOperation, 11],
  ] as const;
  for (const [code, status] of naks)
    it(`ends with status ${status} at NAK ${code.toString(16)}, the rest flushed, receives too`, () => {
      const rig = makeRig();
      postReceive(rig.a, 64, 50);
      for (let i = 0; i < 3; i++) post(rig.a, { opcode: "write", wrId: i, signaled: i === 0 });
      out(rig);
      answer(rig, 1, code);
      expect(statuses(rig.a)).toEqual([
        [0, 0, "write"],
        [1, status, "write"],
        [2, 5, "write"],
        [50, 5, "recv"],
      ]);
      expect(state(rig)).toBe("ERR");
      post(rig.a, { opcode: "send", wrId: 9 });
      postReceive(rig.a, 64, 51);
      expect(statuses(rig.a)).toEqual([
        [9, 5, "send"],
        [51, 5, "recv"],
      ]);
    });

  it("sends nothing from the request with a bad L_Key on, ends it when all before is complete", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write", wrId: 1 });
    post(rig.a, { opcode: "write", wrId: 2, sges: [{ address: base, length: 4, lkey: rig.a.key ^ 1 }] });
    post(rig.a, { opcode: "write", wrId: 3 });
    expect(psns(rig)).toEqual([psn(0)]);
    expect(poll(rig.a)).toEqual([]);
    answer(rig, 0);
    expect(out(rig)).toEqual([]);
    expect(statuses(rig.a)).toEqual([
      [1, 0, "write"],
      [2, 4, "write"],
      [3, 5, "write"],
    ]);
  });

  it("refuses a READ response of the wrong length, and a response of the wrong kind", () => {
    const short = makeRig();
    post(short.a, { opcode: "read", length: 8 });
    out(short);
    response(short, 0x10, 0, 7);
    expect(statuses(short.a)).toEqual([[1, 1, "read"]]);
    const wrong = makeRig();
    post(wrong.a, { opcode: "read", length: 8 });
    out(wrong);
    deliver(wrong.a, wrong.b, { opcode: 0x12, psn: psn(0), atomicAck: 0n });
    expect(statuses(wrong.a)).toEqual([[1, 7, "read"]]);
  });

  it("drops reserved syndromes", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write" });
    out(rig);
    for (const syndrome of [0x40, 0x64, 0x9f]) {
      answer(rig, 0, syndrome);
      expect(rig.a.nic.lastDrop).toBe("reserved-syndrome");
    }
  });
});

describe("calls that are refused", () => {
  const refused: [string, (rig: Rig) => void, string][] = [
    [
      "too many pieces",
      (rig) =>
        post(rig.a, { opcode: "write", sges: new Array(5).fill({ address: base, length: 1, lkey: 1 }) }),
      "EINVAL",
    ],
    [
      "inline data beyond the limit",
      (rig) => post(rig.a, { opcode: "write", inline: new Uint8Array(65) }),
      "EINVAL",
    ],
    ["inline data of a READ", (rig) => post(rig.a, { opcode: "read", inline: new Uint8Array(8) }), "EINVAL"],
    ["an atomic of 4 bytes", (rig) => post(rig.a, { opcode: "fetch-add", length: 4 }), "EINVAL"],
    ["immediate without data", (rig) => post(rig.a, { opcode: "send-imm" }), "EINVAL"],
    [
      "the 65th request",
      (rig) => {
        for (let i = 0; i < 65; i++) post(rig.a, { opcode: "write" });
      },
      "ENOMEM",
    ],
    [
      "the 65th receive",
      (rig) => {
        for (let i = 0; i < 65; i++) postReceive(rig.a);
      },
      "ENOMEM",
    ],
    ["RTS to INIT", (rig) => rig.a.nic.modifyQp(rig.a.qpn, { state: "INIT", pkey: 1, access: 0 }), "EINVAL"],
    [
      "sending in RESET",
      (rig) => {
        rig.a.nic.modifyQp(rig.a.qpn, { state: "RESET" });
        post(rig.a, { opcode: "send" });
      },
      "EINVAL",
    ],
    [
      "remote writing without local writing",
      (rig) => rig.a.nic.regMr({ pd: rig.a.pd, address: base, length: 8, access: 2 }),
      "EINVAL",
    ],
    [
      "a region past 2^64",
      (rig) => rig.a.nic.regMr({ pd: rig.a.pd, address: (1n << 64n) - 4n, length: 8, access: 1 }),
      "EINVAL",
    ],
    [
      "a key that is gone",
      (rig) => {
        rig.a.nic.deregMr(rig.a.key);
        rig.a.nic.deregMr(rig.a.key);
      },
      "ENOENT",
    ],
  ];
  for (const [name, call, code] of refused)
    it(name, () => {
      const rig = makeRig();
      expect(() => call(rig)).toThrow(VerbsError);
      expect(() => call(makeRig())).toThrow(code);
    });

  it("names the attributes that a step lacks", () => {
    const { nic, pd, cq } = makeRig().a;
    const qpn = nic.createQp({ type: "rc", pd, sendCq: cq, recvCq: cq, maxSend: 1, maxRecv: 1 });
    expect(() => nic.modifyQp(qpn, { state: "INIT", pkey: 1 })).toThrow(
      "RESET to INIT of queue pair 18 needs access",
    );
    expect(() => nic.modifyQp(qpn, { state: "INIT", pkey: 70_000, access: 0 })).toThrow(
      "pkey 70000 is not within 0 … 65535",
    );
  });

  it("gives a key used again another variant, so that the old one is stale", () => {
    const { nic, pd, key } = makeRig().a;
    nic.deregMr(key);
    const { rkey } = nic.regMr({ pd, address: base, length: 8, access: 1 });
    expect(rkey >>> 8).toBe(key >>> 8);
    expect(rkey).not.toBe(key);
    expect(nic.regions.check(key, pd, 0, base, 1)).toBe("key");
  });

  it("breaks the queue pair when its completion queue overflows", () => {
    const rig = makeRig({ cqDepth: 1 });
    for (let i = 0; i < 2; i++) post(rig.a, { opcode: "write" });
    out(rig);
    answer(rig, 1);
    expect(state(rig)).toBe("ERR");
    expect(rig.a.nic.cqs.take(rig.a.cq).overrun).toBe(true);
  });

  it("empties a queue pair in RESET without completions", () => {
    const rig = makeRig();
    post(rig.a, { opcode: "write" });
    rig.a.nic.modifyQp(rig.a.qpn, { state: "RESET" });
    expect(poll(rig.a)).toEqual([]);
    expect(brief(out(rig))).toEqual([]);
  });
});
