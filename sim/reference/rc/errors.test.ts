import { describe, expect, it } from "vitest";
import { access, type SendRequest } from "../../nic/verbs.ts";
import { all, base, makeRig, mtu, poll, post, postReceive, type Rig, regionBytes, statuses } from "./rig.ts";

/** A program that ends in an error, over a bad channel: what is before it is done, what is behind it is flushed. */
interface Ending {
  readonly name: string;
  readonly request: (rig: Rig) => Partial<SendRequest> & { opcode: SendRequest["opcode"]; length?: number };
  readonly status: number;
  /** What host memory of the peer fails, of its receive buffer and from 0x9000 on. */
  readonly fails?: "reads" | "writes";
  /** Status of the receive that the peer had open, or null; the peer stays in RTS after local errors. */
  readonly peer?: number;
  readonly local?: boolean;
}

const at = (rig: Rig, address: bigint, rkey = rig.b.key) => ({ remote: { address, rkey } });
const end = base + BigInt(regionBytes);

const endings: Ending[] = [
  {
    name: "wrong variant",
    request: (rig) => ({ opcode: "write", ...at(rig, base, rig.b.key ^ 1) }),
    status: 10,
  },
  { name: "READ one byte too far", request: (rig) => ({ opcode: "read", ...at(rig, end - 7n) }), status: 10 },
  {
    name: "WRITE one byte early",
    request: (rig) => ({ opcode: "write", ...at(rig, base - 1n) }),
    status: 10,
  },
  {
    name: "WRITE past 2^64",
    request: (rig) => ({ opcode: "write", ...at(rig, (1n << 64n) - 1n) }),
    status: 10,
  },
  { name: "odd atomic", request: (rig) => ({ opcode: "cmp-swap", ...at(rig, base + 4n) }), status: 9 },
  {
    name: "SEND beyond its buffer",
    request: () => ({ opcode: "send", length: mtu + 65 }),
    status: 9,
    peer: 1,
  },
  {
    name: "key that may not be invalidated",
    request: (rig) => ({ opcode: "send-inv", length: 4, invalidateKey: rig.b.key }),
    status: 10,
    peer: 10,
  },
  {
    name: "WRITE that the peer's memory fails",
    request: (rig) => ({ opcode: "write", length: mtu + 9, ...at(rig, base + 0x9000n) }),
    ...{ fails: "writes", status: 11 },
  },
  {
    name: "SEND that the peer's memory fails",
    request: () => ({ opcode: "send", length: 9 }),
    ...{ fails: "writes", status: 11, peer: 4 },
  },
  {
    name: "READ that the peer's memory fails",
    request: (rig) => ({ opcode: "read", length: 3 * mtu, ...at(rig, base + 0x9000n) }),
    ...{ fails: "reads", status: 11 },
  },
  {
    name: "atomic whose operand the peer's memory fails",
    request: (rig) => ({ opcode: "fetch-add", ...at(rig, base + 0x9000n) }),
    ...{ fails: "reads", status: 11 },
  },
  {
    name: "atomic whose result the peer's memory fails",
    request: (rig) => ({ opcode: "fetch-add", ...at(rig, base + 0x9000n) }),
    ...{ fails: "writes", status: 11 },
  },
  {
    name: "wrong L_Key",
    request: () => ({ opcode: "write", sges: [{ address: base, length: 8, lkey: 0xbad }] }),
    status: 4,
    local: true,
  },
];

describe("programs that end in an error", () => {
  for (const { name, request, status, peer, local, fails } of endings)
    for (const bad of [false, true])
      it(`${name}${bad ? ", over a bad channel" : ""}`, () => {
        const faults = bad ? { loss: 0.1, duplicate: 0.1, reorder: 0.1, reorderNs: 3000, damage: 0.02 } : {};
        const rig = makeRig({ faults, qp: { retryCount: 7, rnrRetry: 7 }, nic: { endlessRetry: true } });
        postReceive(rig.b, 64 + mtu, 70);
        const before = rig.b.nic.memory.clone();
        for (const at of fails === undefined ? [] : [0x4000n, 0x9000n])
          rig.b.nic.memory.failing.push({ address: base + at, length: 0x1000, of: fails! });
        for (let i = 0; i < 4; i++) post(rig.a, { opcode: "write", wrId: i, length: 600 });
        post(rig.a, { wrId: 4, ...request(rig) });
        for (let i = 5; i < 8; i++)
          post(rig.a, { opcode: "write", wrId: i, remote: { address: base, rkey: rig.b.key } });
        const done = () => rig.a.nic.queryQp(rig.a.qpn).state === "ERR";
        // The NAK itself can be lost: then the peer is dead and silent, and the requester learns nothing more.
        const seen = rig.pair.run(5_000_000, done);
        const peerState = rig.b.nic.queryQp(rig.b.qpn).state;
        expect(peerState).toBe(local ? "RTS" : "ERR");
        if (seen) {
          const results = statuses(rig.a);
          expect(results.map(([wrId]) => wrId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
          expect(results.map(([, code]) => code)).toEqual([0, 0, 0, 0, status, 5, 5, 5]);
        } else expect(bad && !local).toBe(true);
        if (!local) expect(poll(rig.b)).toMatchObject([{ wrId: 70, status: peer ?? 5 }]);
        const data = rig.a.nic.memory.read(base, 600);
        before.write(base + 0x8000n, data);
        if (peer === 1) before.write(base + 0x4000n, rig.a.nic.memory.read(base, mtu));
        expect(rig.b.nic.memory.firstDifference(before)).toBeNull();
      });

  it("gives up when the peer has gone, and flushes", () => {
    const rig = makeRig({ faults: { loss: 1 } });
    for (let i = 0; i < 3; i++) post(rig.a, { opcode: "write", wrId: i });
    rig.pair.run(10_000_000);
    expect(statuses(rig.a)).toEqual([
      [0, 12, "write"],
      [1, 5, "write"],
      [2, 5, "write"],
    ]);
  });

  it("never lets a program with rights for reading alone write", () => {
    const rig = makeRig({ access: all & ~access.remoteWrite });
    const before = rig.b.nic.memory.clone();
    post(rig.a, { opcode: "write" });
    rig.pair.run(1_000_000);
    expect(statuses(rig.a)).toEqual([[1, 9, "write"]]);
    expect(rig.b.nic.memory.firstDifference(before)).toBeNull();
  });
});
