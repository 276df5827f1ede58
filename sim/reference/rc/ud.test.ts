import { describe, expect, it } from "vitest";
import { access, type VerbsError } from "../../nic/verbs.ts";
import { pkeysMatch, ReferenceNic } from "./nic.ts";
import { base, deliver, makeRig, poll, ports } from "./rig.ts";
import { managementQkey } from "./ud.ts";

function makeUd(frame: "infiniband" | "ethernet", management = false, qkey = 0x1234) {
  const ends = ports(frame);
  const sides = ends.map(({ port }) => {
    const nic = new ReferenceNic(port);
    const pd = nic.allocPd();
    const cq = nic.createCq(16);
    const lkey = nic.regMr({ pd, address: base, length: 8192, access: access.localWrite }).lkey;
    const queues = { pd, sendCq: cq, recvCq: cq, maxSend: 8, maxRecv: 8, management };
    const qpn = nic.createQp({ type: "ud", ...queues });
    nic.modifyQp(qpn, { state: "INIT", pkey: 0xffff, qkey: management ? managementQkey : qkey });
    nic.modifyQp(qpn, { state: "RTR", pathMtu: 256 });
    nic.modifyQp(qpn, { state: "RTS", sqPsn: 0xffffff });
    return { nic, cq, lkey, qpn, pd };
  });
  const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const send = (length: number, peerKey = qkey, qpn = b.qpn) => {
    const sges = [{ address: base, length, lkey: a.lkey }];
    const ud = { address: ends[1]!.address, qpn, qkey: peerKey };
    a.nic.postSend(a.qpn, { wrId: 1, opcode: "send-imm", imm: 9, sges, ud, signaled: true, solicited: true });
    for (let f = a.nic.transmit(0); f !== null; f = a.nic.transmit(0)) b.nic.receive(f, 0);
  };
  const receive = (length: number) => {
    b.nic.postRecv(b.qpn, { wrId: 2, sges: [{ address: base + 4096n, length, lkey: b.lkey }] });
  };
  return { a, b, send, receive };
}

describe("UD", () => {
  for (const frame of ["infiniband", "ethernet"] as const)
    it(`delivers datagrams behind 40 bytes of GRH (${frame})`, () => {
      const { a, b, send, receive } = makeUd(frame);
      a.nic.memory.write(base, Uint8Array.of(1, 2, 3, 4, 5));
      receive(45);
      send(5);
      expect(a.nic.pollCq(a.cq, 9)).toMatchObject([{ wrId: 1, status: 0, opcode: "send" }]);
      const completion = { wrId: 2, status: 0, byteLength: 45, sourceQp: a.qpn, imm: 9, solicited: true };
      expect(b.nic.pollCq(b.cq, 9)).toMatchObject([completion]);
      const bytes = b.nic.memory.read(base + 4096n, 46);
      expect([...bytes.subarray(40)]).toEqual([1, 2, 3, 4, 5, 0]);
      // RoCE over IPv4 leaves the IP header at the end of the GRH.
      expect(bytes[20]).toBe(frame === "ethernet" ? 0x45 : 0);
      expect(b.nic.transmit(0)).toBeNull();
    });

  it("drops in silence: wrong Q_Key, no receive, too short a buffer, no such queue pair", () => {
    const { b, send, receive } = makeUd("infiniband");
    send(5);
    expect(b.nic.lastDrop).toBe("ud-no-receive");
    receive(44);
    send(5, 0x1235);
    expect(b.nic.lastDrop).toBe("qkey");
    send(5);
    expect(b.nic.lastDrop).toBe("ud-length");
    send(5, 0x1234, 99);
    expect(b.nic.lastDrop).toBe("no-qp");
    send(4);
    expect(b.nic.lastDrop).toBeNull();
    expect(b.nic.pollCq(b.cq, 9)).toMatchObject([{ byteLength: 44 }]);
  });

  it("serves QP1 with the privileged Q_Key, which only the queue pair itself can have", () => {
    const { a, b, send, receive } = makeUd("infiniband", true);
    expect([a.qpn, b.qpn]).toEqual([1, 1]);
    receive(300);
    send(256, 0x80000000);
    expect(b.nic.pollCq(b.cq, 9)).toMatchObject([{ status: 0, byteLength: 296 }]);
    expect(() =>
      a.nic.createQp({
        type: "ud",
        pd: a.pd,
        sendCq: a.cq,
        recvCq: a.cq,
        maxSend: 1,
        maxRecv: 1,
        management: true,
      }),
    ).toThrow("QP1");
  });

  it("ends messages beyond the MTU and bad keys with local errors", () => {
    const long = makeUd("infiniband");
    long.send(257);
    expect(long.a.nic.pollCq(long.a.cq, 9)).toMatchObject([{ status: 1 }]);
    // The send queue stops until it is taken back to RTS; receiving goes on.
    expect(long.a.nic.queryQp(long.a.qpn).state).toBe("SQE");
    long.send(4);
    expect(long.a.nic.pollCq(long.a.cq, 9)).toMatchObject([{ status: 5 }]);
    long.a.nic.modifyQp(long.a.qpn, { state: "RTS" });
    long.receive(100);
    long.send(4);
    expect(long.a.nic.pollCq(long.a.cq, 9)).toMatchObject([{ status: 0 }]);
    expect(long.b.nic.pollCq(long.b.cq, 9)).toMatchObject([{ status: 0, byteLength: 44 }]);
    const bad = makeUd("infiniband");
    bad.a.nic.deregMr(bad.a.lkey);
    bad.send(5);
    expect(bad.a.nic.pollCq(bad.a.cq, 9)).toMatchObject([{ status: 4 }]);
  });

  it("has no connected operations", () => {
    const { a } = makeUd("infiniband");
    const ud = { address: {}, qpn: 1, qkey: 0 };
    const write = () =>
      a.nic.postSend(a.qpn, { wrId: 1, opcode: "write", remote: { address: 0n, rkey: 0 }, ud });
    expect(write).toThrow(expect.objectContaining({ code: "EINVAL" }) as VerbsError);
  });
});

describe("checks of the header (check 1)", () => {
  const cases: [string, object][] = [
    ["no-qp", { destQp: 0x999 }],
    ["vl15", { destQp: 0 }],
    ["qp-type", { opcode: 0x64, deth: { qkey: 0, sourceQp: 1 } }],
    ["pkey", { pkey: 0x8001 }],
  ];
  for (const [reason, change] of cases)
    it(`drops in silence: ${reason}`, () => {
      const { a, b } = makeRig();
      deliver(b, a, { opcode: 0x04, ...change });
      expect(b.nic.lastDrop).toBe(reason);
      expect(b.nic.drops.get(reason as never)).toBe(1);
      expect(b.nic.transmit(0)).toBeNull();
    });

  it("drops what comes from another address, native and RoCE v2", () => {
    for (const frame of ["infiniband", "ethernet"] as const) {
      const { a, b } = makeRig({ frame });
      const qp = b.nic.qps.take(b.qpn);
      qp.settings = { ...qp.settings, address: ports(frame)[1]!.address };
      deliver(b, a, { opcode: 0x04 });
      expect(b.nic.lastDrop).toBe("peer-address");
    }
  });

  it("drops by state: RESET, INIT and ERR take nothing, RTR takes requests only", () => {
    const { a, b } = makeRig();
    b.nic.modifyQp(b.qpn, { state: "RESET" });
    b.nic.modifyQp(b.qpn, { state: "INIT", pkey: 0xffff, access: 0 });
    deliver(b, a, { opcode: 0x04 });
    expect(b.nic.lastDrop).toBe("qp-state");
    const step = { pathMtu: 256 as const, destQpn: a.qpn, rqPsn: 5, maxDestRdAtomic: 1, minRnrTimer: 0 };
    b.nic.modifyQp(b.qpn, { state: "RTR", ...step, address: { dlid: 1 } });
    deliver(b, a, { opcode: 0x04, psn: 5 });
    expect(b.nic.lastDrop).toBeNull();
    deliver(b, a, { opcode: 0x11, psn: 5 });
    expect(b.nic.lastDrop).toBe("ghost-response");
    b.nic.modifyQp(b.qpn, { state: "ERR" });
    deliver(b, a, { opcode: 0x04, psn: 5 });
    expect(b.nic.lastDrop).toBe("qp-state");
    expect(poll(b)).toEqual([]);
  });

  it("matches P_Keys by 15 bits when one side is a full member", () => {
    const pairs = [
      [0xffff, 0x7fff],
      [0x8001, 1],
      [0x7fff, 0x7fff],
      [0x8000, 0x8000],
      [0x8001, 0x8002],
    ] as const;
    expect(pairs.map(([x, y]) => pkeysMatch(x, y))).toEqual([true, true, false, false, false]);
  });
});
