import { describe, expect, it } from "vitest";
import { access } from "../../nic/verbs.ts";
import {
  all,
  base,
  brief,
  deliver,
  drain,
  firstPsn,
  makeRig,
  mtu,
  poll,
  postReceive,
  type Rig,
  type RigOptions,
} from "./rig.ts";
import { nakCode } from "./syndrome.ts";

const op = {
  sendFirst: 0,
  sendMiddle: 1,
  sendLast: 2,
  sendOnly: 4,
  writeFirst: 6,
  writeMiddle: 7,
  writeLast: 8,
};
const more = {
  writeLastImm: 9,
  writeOnly: 10,
  writeOnlyImm: 11,
  read: 12,
  ack: 17,
  cmpSwap: 0x13,
  fetchAdd: 0x14,
};
const { invalidRequest, remoteAccess, remoteOperation, sequence } = nakCode;
const psn = (i: number) => (firstPsn + i) & 0xffffff;
const bytes = (n: number, value = 0x5a) => new Uint8Array(n).fill(value);
const target = base + 0x8000n;

function reth(rig: Rig, length: number, change: { va?: bigint; rkey?: number } = {}) {
  return { reth: { va: target, rkey: rig.b.key, length, ...change } };
}

/** Gives `b` packets of `a` and reads the answers. */
function ask(rig: Rig, ...packets: Parameters<typeof deliver>[2][]) {
  for (const packet of packets) deliver(rig.b, rig.a, packet);
  return brief(drain(rig.b, rig.a));
}

describe("PSN (check 2)", () => {
  it("answers a gap with one NAK at the expected PSN, and again only after that came", () => {
    const rig = makeRig();
    const write = (i: number) => ({
      opcode: more.writeOnly,
      psn: psn(i),
      ...reth(rig, 4),
      payload: bytes(4),
    });
    expect(ask(rig, write(1), write(2), write(3))).toEqual([[more.ack, psn(0), sequence, 0]]);
    expect(rig.b.nic.drops.get("sequence-latched")).toBe(2);
    expect(ask(rig, write(0))).toEqual([[more.ack, psn(0), 0x1f, 1]]);
    expect(ask(rig, write(2))).toEqual([[more.ack, psn(1), sequence, 1]]);
  });

  it("takes 2^23 - 1 ahead as new and 2^23 as old", () => {
    const rig = makeRig();
    postReceive(rig.b);
    const send = (i: number) => ({ opcode: op.sendOnly, psn: psn(i) });
    expect(ask(rig, send(0x800000))).toEqual([[more.ack, psn(-1), 0x1f, 0]]);
    expect(ask(rig, send(0x7fffff))).toEqual([[more.ack, psn(0), sequence, 0]]);
  });
});

describe("order of opcodes (check 3)", () => {
  const cases: [string, number[]][] = [
    ["Middle without First", [op.sendMiddle]],
    ["Last without First", [op.writeLast]],
    ["Only within a message", [op.writeFirst, op.sendOnly]],
    ["Middle of another kind", [op.writeFirst, op.sendMiddle]],
    ["READ within a message", [op.sendFirst, more.read]],
    ["a reserved opcode", [0x15]],
  ];
  for (const [name, opcodes] of cases)
    it(`refuses ${name}`, () => {
      const rig = makeRig();
      postReceive(rig.b);
      const packets = opcodes.map((opcode, i) => ({
        opcode,
        psn: psn(i),
        ackRequest: false,
        ...(opcode === op.writeFirst ? reth(rig, 3 * mtu) : opcode === more.read ? reth(rig, 4) : {}),
        payload: opcode === more.read ? bytes(0) : bytes(mtu),
      }));
      expect(ask(rig, ...packets)).toEqual([[more.ack, psn(opcodes.length - 1), invalidRequest, 0]]);
      expect(rig.b.nic.queryQp(rig.b.qpn).state).toBe("ERR");
      expect(ask(rig, { opcode: op.sendOnly, psn: psn(opcodes.length) })).toEqual([]);
      expect(rig.b.nic.lastDrop).toBe("qp-state");
    });
});

describe("rights of the queue pair (check 4)", () => {
  const denied: [number, number, object][] = [
    [more.writeOnly, access.remoteWrite, { payload: bytes(4) }],
    [more.read, access.remoteRead, {}],
    [more.fetchAdd, access.remoteAtomic, {}],
  ];
  for (const [opcode, right, extra] of denied)
    it(`refuses opcode ${opcode} without right ${right}, before it looks at the key`, () => {
      const rig = makeRig({ access: all & ~right });
      const atomicEth = { va: target, rkey: 0xbad, swapAdd: 1n, compare: 0n };
      const packet = { opcode, psn: psn(0), ...reth(rig, 4, { rkey: 0xbad }), atomicEth, ...extra };
      expect(ask(rig, packet)).toEqual([[more.ack, psn(0), invalidRequest, 0]]);
    });
});

describe("resources (check 5)", () => {
  it("answers SEND without a receive with RNR NAK and executes nothing until that PSN comes again", () => {
    const rig = makeRig({ qp: { minRnrTimer: 14 } });
    const send = (i: number) => ({ opcode: op.sendOnly, psn: psn(i), payload: bytes(4) });
    expect(ask(rig, send(0), send(1), send(2))).toEqual([[more.ack, psn(0), 0x2e, 0]]);
    expect(rig.b.nic.drops.get("rnr-latched")).toBe(2);
    postReceive(rig.b, 64, 7);
    expect(ask(rig, send(0))).toEqual([[more.ack, psn(0), 0x1f, 1]]);
    expect(poll(rig.b)).toMatchObject([{ wrId: 7, status: 0, opcode: "recv", byteLength: 4 }]);
  });

  it("asks for the receive of WRITE with immediate at its last packet", () => {
    const rig = makeRig();
    const first = {
      opcode: op.writeFirst,
      psn: psn(0),
      ackRequest: false,
      ...reth(rig, mtu + 4),
      payload: bytes(mtu),
    };
    const last = { opcode: more.writeLastImm, psn: psn(1), imm: 0xdead, payload: bytes(4), solicited: true };
    expect(ask(rig, first, last)).toEqual([[more.ack, psn(1), 0x21, 0]]);
    expect(rig.b.nic.memory.read(target + BigInt(mtu), 4)).not.toEqual(bytes(4));
    postReceive(rig.b);
    expect(ask(rig, last)).toEqual([[more.ack, psn(1), 0x1f, 1]]);
    const completion = { opcode: "recv-write-imm", byteLength: mtu + 4, imm: 0xdead, solicited: true };
    expect(poll(rig.b)).toMatchObject([completion]);
  });

  it("refuses more READs and atomics than it has records for", () => {
    const rig = makeRig({ qp: { maxDestRdAtomic: 2 } });
    const read = (i: number) => ({ opcode: more.read, psn: psn(i), ...reth(rig, 4) });
    const answers = ask(rig, read(0), read(1), read(2));
    expect(answers.at(-1)).toEqual([more.ack, psn(2), invalidRequest, 2]);
    const again = makeRig({ qp: { maxDestRdAtomic: 2 } });
    for (let i = 0; i < 5; i++) expect(ask(again, { ...read(i), ...reth(again, 4) }).length).toBe(1);
  });
});

describe("lengths (check 6)", () => {
  const first = { opcode: op.writeFirst, ackRequest: false };
  const cases: [string, (rig: Rig) => Parameters<typeof deliver>[2][]][] = [
    ["First shorter than the MTU", (rig) => [{ ...first, ...reth(rig, 2 * mtu), payload: bytes(mtu - 4) }]],
    [
      "First of a message that fits one packet",
      (rig) => [{ ...first, ...reth(rig, mtu), payload: bytes(mtu) }],
    ],
    [
      "Only longer than the MTU",
      (rig) => [{ opcode: more.writeOnly, ...reth(rig, mtu + 4), payload: bytes(mtu + 4) }],
    ],
    [
      "Only that is not its DMALen",
      (rig) => [{ opcode: more.writeOnly, ...reth(rig, 5), payload: bytes(4) }],
    ],
    [
      "Last without payload",
      (rig) => [
        { ...first, ...reth(rig, mtu + 4), payload: bytes(mtu) },
        { opcode: op.writeLast, payload: bytes(0) },
      ],
    ],
    [
      "Last that exceeds DMALen by one",
      (rig) => [
        { ...first, ...reth(rig, mtu + 4), payload: bytes(mtu) },
        { opcode: op.writeLast, payload: bytes(5) },
      ],
    ],
    [
      "Middle that reaches DMALen",
      (rig) => [
        { ...first, ...reth(rig, 2 * mtu), payload: bytes(mtu) },
        { opcode: op.writeMiddle, payload: bytes(mtu) },
      ],
    ],
    ["a READ with payload", (rig) => [{ opcode: more.read, ...reth(rig, 4), payload: bytes(4) }]],
    ["a READ beyond 2^31", (rig) => [{ opcode: more.read, ...reth(rig, 2 ** 31 + 1) }]],
    [
      "an atomic with payload",
      (rig) => [{ opcode: more.fetchAdd, atomicEth: atomic(rig), payload: bytes(4) }],
    ],
  ];
  for (const [name, packets] of cases)
    it(`refuses ${name}`, () => {
      const rig = makeRig();
      const list = packets(rig).map((packet, i) => ({ ...packet, psn: psn(i) }));
      expect(ask(rig, ...list)).toEqual([[more.ack, psn(list.length - 1), invalidRequest, 0]]);
    });

  it("refuses a SEND beyond its buffer, one byte being enough, and says so to the receiver", () => {
    const rig = makeRig();
    postReceive(rig.b, mtu + 3, 5);
    const packets = [
      { opcode: op.sendFirst, psn: psn(0), ackRequest: false, payload: bytes(mtu) },
      { opcode: op.sendLast, psn: psn(1), payload: bytes(4) },
    ];
    expect(ask(rig, ...packets)).toEqual([[more.ack, psn(1), invalidRequest, 0]]);
    expect(poll(rig.b)).toMatchObject([{ wrId: 5, status: 1 }]);
  });
});

function atomic(rig: Rig, change: { va?: bigint; rkey?: number } = {}) {
  return { va: target, rkey: rig.b.key, swapAdd: 5n, compare: 0n, ...change };
}

describe("keys (check 7)", () => {
  const end = base + 65_536n;
  const cases: [string, number, (rig: Rig) => { va?: bigint; rkey?: number }, number][] = [
    ["an unknown index", 4, () => ({ rkey: 0x00ffff01 }), remoteAccess],
    ["a stale variant", 4, (rig) => ({ rkey: rig.b.key ^ 1 }), remoteAccess],
    ["one byte before the region", 4, () => ({ va: base - 1n }), remoteAccess],
    ["one byte after the region", 4, () => ({ va: end - 3n }), remoteAccess],
    ["a range that wraps past 2^64", 64, () => ({ va: (1n << 64n) - 8n }), remoteAccess],
    ["a range that would wrap into the region", mtu, () => ({ va: (1n << 64n) - 100n }), remoteAccess],
  ];
  for (const [name, length, change, nak] of cases)
    for (const opcode of [more.writeOnly, more.read])
      it(`refuses ${name} (opcode ${opcode})`, () => {
        const rig = makeRig();
        const before = rig.b.nic.memory.clone();
        const payload = opcode === more.read ? bytes(0) : bytes(length);
        const packet = { opcode, psn: psn(0), ...reth(rig, length, change(rig)), payload };
        expect(ask(rig, packet)).toEqual([[more.ack, psn(0), nak, 0]]);
        expect(rig.b.nic.memory.firstDifference(before)).toBeNull();
      });

  it("takes the last byte of a region", () => {
    const rig = makeRig();
    const packet = { opcode: more.writeOnly, ...reth(rig, 4, { va: end - 4n }), payload: bytes(4) };
    expect(ask(rig, packet)).toEqual([[more.ack, psn(0), 0x1f, 1]]);
  });

  it("refuses a region of another protection domain, and one without the right", () => {
    const foreign = makeRig();
    const { nic } = foreign.b;
    const pd = nic.allocPd();
    const { rkey } = nic.regMr({ pd, address: base, length: 4096, access: all });
    const packet = { opcode: more.writeOnly, ...reth(foreign, 4, { va: base, rkey }), payload: bytes(4) };
    expect(ask(foreign, packet)).toEqual([[more.ack, psn(0), remoteAccess, 0]]);
    const weak = makeRig();
    const local = weak.b.nic.regMr({
      pd: weak.b.pd,
      address: base,
      length: 4096,
      access: access.localWrite,
    }).rkey;
    const write = { opcode: more.writeOnly, ...reth(weak, 4, { va: base, rkey: local }), payload: bytes(4) };
    expect(ask(weak, write)).toEqual([[more.ack, psn(0), remoteAccess, 0]]);
  });

  it("looks at no key for empty WRITEs and READs", () => {
    const rig = makeRig();
    const change = { va: 1n, rkey: 0xbad };
    const answers = ask(
      rig,
      { opcode: more.writeOnly, psn: psn(0), ...reth(rig, 0, change) },
      { opcode: more.read, psn: psn(1), ...reth(rig, 0, change) },
    );
    expect(answers).toEqual([
      [more.ack, psn(0), 0x1f, 1],
      [0x10, psn(1), 0x1f, 2],
    ]);
  });

  it("refuses atomics at odd addresses as invalid, at foreign ones as access errors", () => {
    const odd = makeRig();
    expect(ask(odd, { opcode: more.cmpSwap, atomicEth: atomic(odd, { va: target + 4n }) })[0]![2]).toBe(
      invalidRequest,
    );
    const far = makeRig();
    expect(ask(far, { opcode: more.cmpSwap, atomicEth: atomic(far, { va: end }) })[0]![2]).toBe(remoteAccess);
  });

  it("stops a WRITE whose region dies under it", () => {
    const rig = makeRig();
    deliver(rig.b, rig.a, {
      opcode: op.writeFirst,
      ackRequest: false,
      ...reth(rig, mtu + 4),
      payload: bytes(mtu),
    });
    rig.b.nic.deregMr(rig.b.key);
    expect(ask(rig, { opcode: op.writeLast, psn: psn(1), payload: bytes(4) })).toEqual([
      [more.ack, psn(1), remoteAccess, 0],
    ]);
  });

  it("stops a READ whose region dies under it", () => {
    const rig = makeRig();
    deliver(rig.b, rig.a, { opcode: more.read, ...reth(rig, 3 * mtu) });
    expect(rig.b.nic.transmit(0)).not.toBeNull();
    rig.b.nic.deregMr(rig.b.key);
    expect(brief(drain(rig.b, rig.a))).toEqual([[more.ack, psn(1), remoteAccess, 1]]);
    expect(rig.b.nic.queryQp(rig.b.qpn).state).toBe("ERR");
  });

  it("kills a key by SEND with Invalidate only when the region allows it", () => {
    const rig = makeRig();
    const { nic, pd } = rig.b;
    const { rkey } = nic.regMr({ pd, address: base, length: 4096, access: all, remoteInvalidate: true });
    postReceive(rig.b);
    postReceive(rig.b);
    expect(ask(rig, { opcode: 0x17, psn: psn(0), ieth: rkey })).toEqual([[more.ack, psn(0), 0x1f, 1]]);
    expect(poll(rig.b)).toMatchObject([{ status: 0, invalidatedKey: rkey }]);
    expect(ask(rig, { opcode: 0x17, psn: psn(1), ieth: rig.b.key })).toEqual([
      [more.ack, psn(1), remoteAccess, 1],
    ]);
    expect(nic.regions.check(rkey, pd, 0, base, 4)).toBe("invalidated");
    expect(nic.regions.check(rig.b.key, pd, 0, base, 4)).toBe(base);
  });
});

describe("execution (checks 8 and 9)", () => {
  it("answers a local fault of a receive with NAK 63", () => {
    const rig = makeRig();
    rig.b.nic.postRecv(rig.b.qpn, { wrId: 3, sges: [{ address: base, length: 64, lkey: 0xbad }] });
    expect(ask(rig, { opcode: op.sendOnly, payload: bytes(4) })).toEqual([
      [more.ack, psn(0), remoteOperation, 0],
    ]);
    expect(poll(rig.b)).toMatchObject([{ wrId: 3, status: 4 }]);
  });

  it("does atomics on integers in host order and returns what was there", () => {
    const rig = makeRig();
    rig.b.nic.memory.writeUint64(target, 0xffff_ffff_ffff_fffen);
    deliver(rig.b, rig.a, { opcode: more.fetchAdd, psn: psn(0), atomicEth: atomic(rig) });
    deliver(rig.b, rig.a, { opcode: more.cmpSwap, psn: psn(1), atomicEth: { ...atomic(rig), compare: 3n } });
    const [added, swapped] = drain(rig.b, rig.a);
    expect([added!.atomicAck, swapped!.atomicAck]).toEqual([0xffff_ffff_ffff_fffen, 3n]);
    deliver(rig.b, rig.a, {
      opcode: more.cmpSwap,
      psn: psn(2),
      atomicEth: { ...atomic(rig), compare: 4n, swapAdd: 9n },
    });
    expect(drain(rig.b, rig.a)[0]!.atomicAck).toBe(5n);
    expect(rig.b.nic.memory.readUint64(target)).toBe(5n);
  });

  it("acknowledges only what asks for it; READ responses carry one MSN and acknowledge what is before", () => {
    const rig = makeRig();
    const quiet = { opcode: more.writeOnly, ackRequest: false, ...reth(rig, 4), payload: bytes(4) };
    expect(ask(rig, { ...quiet, psn: psn(0) })).toEqual([]);
    const answers = ask(rig, { opcode: more.read, psn: psn(1), ...reth(rig, 2 * mtu + 1) });
    expect(answers).toEqual([
      [0x0d, psn(1), 0x1f, 2],
      [0x0e, psn(2)],
      [0x0f, psn(3), 0x1f, 2],
    ]);
    expect(ask(rig, { ...quiet, psn: psn(4), ackRequest: true })).toEqual([[more.ack, psn(4), 0x1f, 3]]);
  });

  it("merges ACKs within the given time, but lets none be overtaken", () => {
    const options: RigOptions = { nic: { ackDelayNs: 1000, ackMerge: 3 } };
    const rig = makeRig(options);
    const write = (i: number) => ({
      opcode: more.writeOnly,
      psn: psn(i),
      ...reth(rig, 4),
      payload: bytes(4),
    });
    expect(ask(rig, write(0), write(1))).toEqual([]);
    expect(rig.b.nic.nextTime(0)).toBe(1000);
    expect(brief(drain(rig.b, rig.a, 1000))).toEqual([[more.ack, psn(1), 0x1f, 2]]);
    expect(ask(rig, write(2), write(3), write(4))).toEqual([[more.ack, psn(4), 0x1f, 5]]);
    const mixed = ask(rig, write(5), { opcode: more.read, psn: psn(6), ...reth(rig, 4) });
    expect(mixed).toEqual([
      [more.ack, psn(5), 0x1f, 6],
      [0x10, psn(6), 0x1f, 7],
    ]);
  });

  it("tells free receives as credits, rounded down; a shared queue tells nothing", () => {
    const rig = makeRig({ nic: { credits: true } });
    for (let i = 0; i < 6; i++) postReceive(rig.b);
    expect(ask(rig, { opcode: op.sendOnly })[0]![2]).toBe(4);
    postReceive(rig.b);
    expect(ask(rig, { opcode: op.sendOnly, psn: psn(1) })[0]![2]).toBe(4);
    const shared = makeRig({ nic: { credits: true }, srq: true });
    for (let i = 0; i < 6; i++) postReceive(shared.b);
    expect(ask(shared, { opcode: op.sendOnly })[0]![2]).toBe(0x1f);
  });

  it("raises events for solicited messages only when armed so", () => {
    const rig = makeRig();
    for (let i = 0; i < 3; i++) postReceive(rig.b);
    rig.b.nic.armCq(rig.b.cq, true);
    ask(rig, { opcode: op.sendOnly, psn: psn(0) });
    expect(rig.b.nic.takeEvents()).toEqual([]);
    ask(rig, { opcode: op.sendOnly, psn: psn(1), solicited: true });
    expect(rig.b.nic.takeEvents()).toEqual([rig.b.cq]);
    ask(rig, { opcode: op.sendOnly, psn: psn(2), solicited: true });
    expect(rig.b.nic.takeEvents()).toEqual([]);
  });
});

describe("duplicates (4.1)", () => {
  it("acknowledges SEND and WRITE again at the newest PSN and leaves memory alone", () => {
    const rig = makeRig();
    const write = (i: number, value: number) => ({
      opcode: more.writeOnly,
      psn: psn(i),
      ...reth(rig, 4),
      payload: bytes(4, value),
    });
    ask(rig, write(0, 1), write(1, 2));
    expect(ask(rig, write(0, 3))).toEqual([[more.ack, psn(1), 0x1f, 2]]);
    expect(rig.b.nic.memory.read(target, 4)).toEqual(bytes(4, 2));
  });

  it("reads again from the asked offset, inside of what was asked before and with the same key only", () => {
    const rig = makeRig();
    ask(rig, { opcode: more.read, psn: psn(0), ...reth(rig, 3 * mtu) });
    const again = (i: number, length: number, change: object = {}) =>
      ask(rig, {
        opcode: more.read,
        psn: psn(i),
        ...reth(rig, length, { va: target + BigInt(i * mtu), ...change }),
      });
    expect(again(1, 2 * mtu)).toEqual([
      [0x0d, psn(1), 0x1f, 1],
      [0x0f, psn(2), 0x1f, 1],
    ]);
    expect(again(2, mtu)).toEqual([[0x10, psn(2), 0x1f, 1]]);
    for (const [length, change] of [
      [2 * mtu + 1, {}],
      [mtu, { rkey: rig.b.key ^ 1 }],
      [mtu, { va: target - 1n }],
    ] as const) {
      expect(again(1, length, change)).toEqual([]);
      expect(rig.b.nic.lastDrop).toBe("duplicate-unknown");
    }
    expect(rig.b.nic.queryQp(rig.b.qpn).state).toBe("RTS");
  });

  it("returns the saved value of an atomic and executes it once; forgets what left the ring", () => {
    const rig = makeRig({ qp: { maxDestRdAtomic: 2 } });
    rig.b.nic.memory.writeUint64(target, 100n);
    const add = (i: number) => ({ opcode: more.fetchAdd, psn: psn(i), atomicEth: atomic(rig) });
    for (let i = 0; i < 3; i++) ask(rig, add(i));
    expect(rig.b.nic.memory.readUint64(target)).toBe(115n);
    deliver(rig.b, rig.a, add(1));
    expect(drain(rig.b, rig.a)[0]!.atomicAck).toBe(105n);
    expect(ask(rig, add(0))).toEqual([]);
    expect(rig.b.nic.lastDrop).toBe("duplicate-unknown");
    expect(rig.b.nic.memory.readUint64(target)).toBe(115n);
  });
});
