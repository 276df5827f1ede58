import { describe, expect, it } from "vitest";
import { type Rng, withSeed } from "../../traffic/rng.ts";
import { encodeFrame } from "./framing.ts";
import {
  base,
  deliver,
  drain,
  firstPsn,
  makeRig,
  packetFrom,
  packetOf,
  post,
  postReceive,
  type Rig,
  regionBytes,
} from "./rig.ts";

const long = process.env.LANEWRIGHT_LONG === "1" || process.env.LANEWRIGHT_LONG === "2";
const packets = long ? 100_000 : 4000;
const timeout = 1_800_000;

/** Addresses where mistakes are made: edges of the region, of the 64-bit space, unaligned ones. */
function address(rng: Rng, length: number): bigint {
  const edge = rng.pick([
    base,
    base + BigInt(regionBytes),
    base + BigInt(regionBytes),
    0n,
    1n << 64n,
    base + 0x8000n,
  ]);
  const near = BigInt(rng.range(-3, 3)) - (rng.chance(0.7) ? BigInt(length) : 0n);
  return BigInt.asUintN(64, edge + (rng.chance(0.7) ? near : BigInt(rng.range(-600, 600))));
}

/** A packet with good CRCs that is wrong somewhere, or nowhere. */
function hostile(rng: Rng, rig: Rig, now: number): void {
  const { nic, qpn, key } = rig.b;
  const qp = nic.qps.take(qpn);
  const random = packetFrom(rng, rng.below(0x18), rng.pick([0, 0, 4, 8, 255, 256, 257]));
  const rkey = rng.chance(0.8) ? key : rng.chance(0.5) ? (key ^ (1 << rng.below(32))) >>> 0 : rng.next();
  const length = rng.chance(0.8) ? random.payload.length : rng.pick([0, 300, 600, 2 ** 31, 2 ** 32 - 1]);
  const psn =
    (rng.chance(0.8) ? qp.responder.expectedPsn : qp.responder.expectedPsn + rng.range(-9, 9)) & 0xffffff;
  const change = {
    ...random,
    destQp: rng.chance(0.97) ? qpn : rng.below(1 << 24),
    pkey: rng.chance(0.97) ? 0xffff : rng.below(1 << 16),
    psn,
    fecn: false,
    becn: false,
    ...(random.reth ? { reth: { va: address(rng, length), rkey, length } } : {}),
    ...(random.atomicEth ? { atomicEth: { ...random.atomicEth, va: address(rng, 8), rkey } } : {}),
    ...(random.ieth === undefined ? {} : { ieth: rkey }),
  };
  if (rng.chance(0.9)) {
    deliver(rig.b, rig.a, change, now);
    return;
  }
  const to = rig.a.nic.qps.take(rig.a.qpn).settings.address;
  const frame = encodeFrame(rig.a.nic.port, to, packetOf(rig.b, change));
  frame[rng.below(frame.length)] = rng.below(256);
  nic.receive(frame, now);
}

describe("hostile packets", () => {
  it(
    "change nothing outside of the region, and the adapter goes on",
    async () => {
      await withSeed(0xf022, (rng) => {
        const reasons = new Set<string>();
        let broken = 0;
        for (let i = 0; i < packets; i += 40) {
          const rig = makeRig({ frame: rng.pick(["infiniband", "ethernet"]) });
          const { nic } = rig.b;
          const guard = new Uint8Array(4096);
          rng.fill(guard);
          nic.memory.write(base - 4096n, guard);
          nic.memory.write(base + BigInt(regionBytes), guard);
          nic.memory.write(0n, guard);
          nic.memory.write((1n << 64n) - 4096n, guard);
          const before = nic.memory.clone();
          for (let j = 0; j < 40; j++) {
            hostile(rng, rig, j);
            if (rng.chance(0.5)) drain(rig.b, rig.a, j);
            if (rng.chance(0.3) && nic.qps.take(rig.b.qpn).receives.length < 8) postReceive(rig.b, 512, j);
            if (nic.queryQp(rig.b.qpn).state !== "ERR") continue;
            broken++;
            drain(rig.b, rig.a, j);
            if (rng.chance(0.7)) reconnect(rig);
          }
          for (const reason of nic.drops.keys()) reasons.add(reason);
          before.write(base, nic.memory.read(base, regionBytes));
          expect(nic.memory.firstDifference(before)).toBeNull();
          expect(nic.regions.check(rig.b.key, rig.b.pd, 0, base, 1)).toBe(base);
          reconnect(rig);
          goesOn(rig);
        }
        const expected = [
          "sequence-latched",
          "duplicate-unknown",
          "qp-state",
          "no-qp",
          "pkey",
          "icrc",
          "vcrc",
        ];
        for (const reason of expected) expect([...reasons], reason).toContain(reason);
        expect(broken).toBeGreaterThan(packets / 20);
      });
    },
    timeout,
  );
});

/** Both queue pairs through RESET to RTS. */
function reconnect(rig: Rig): void {
  for (const [side, peer] of [
    [rig.a, rig.b],
    [rig.b, rig.a],
  ] as const) {
    const { settings } = side.nic.qps.take(side.qpn);
    side.nic.pollCq(side.cq, 1000);
    side.nic.modifyQp(side.qpn, { state: "RESET" });
    side.nic.modifyQp(side.qpn, { state: "INIT", pkey: 0xffff, access: settings.access });
    const { pathMtu, maxDestRdAtomic, minRnrTimer, address: to } = settings;
    const step = { pathMtu, maxDestRdAtomic, minRnrTimer, address: to };
    side.nic.modifyQp(side.qpn, { state: "RTR", ...step, destQpn: peer.qpn, rqPsn: firstPsn });
    const timers = { timeout: 4, retryCount: 3, rnrRetry: 2, maxRdAtomic: 2 };
    side.nic.modifyQp(side.qpn, { state: "RTS", ...timers, sqPsn: firstPsn });
  }
}

function goesOn(rig: Rig): void {
  post(rig.a, { opcode: "write", length: 600 });
  rig.pair.run(1e6, () => rig.a.nic.cqs.take(rig.a.cq).entries.length > 0);
  expect(rig.a.nic.pollCq(rig.a.cq, 9)).toMatchObject([{ status: 0 }]);
  expect(rig.b.nic.memory.read(base + 0x8000n, 600)).toEqual(rig.a.nic.memory.read(base, 600));
}
