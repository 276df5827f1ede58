import { describe, expect, it } from "vitest";
import {
  advanceLimiter,
  createLimiter,
  dcqcnDefaults,
  nextAlpha,
  notifyLimiter,
  sentThroughLimiter,
} from "./dcqcn.ts";
import { decodeFrame } from "./framing.ts";
import { markCongestion } from "./pair.ts";
import { base, deliver, drain, makeRig, mtu, post, type RigOptions } from "./rig.ts";

const line = dcqcnDefaults.lineKbps;

describe("DCQCN", () => {
  it("moves alpha by its integer form", () => {
    expect(nextAlpha(1023, 1019, false)).toBe(1018);
    expect(nextAlpha(1023, 1019, true)).toBe(1023);
    expect(nextAlpha(0, 1019, true)).toBe(5);
    expect(nextAlpha(100, 512, true)).toBe(562);
    expect(nextAlpha(1, 1019, false)).toBe(0);
  });

  it("halves the rate at the first notification, and no more than once in a cut period", () => {
    const limiter = createLimiter(dcqcnDefaults);
    notifyLimiter(limiter, 0);
    // alpha 1023 of 2048: a little less than half is cut.
    expect([limiter.rateKbps, limiter.targetKbps]).toEqual([line - Math.floor((line * 1023) / 2048), line]);
    const once = limiter.rateKbps;
    for (const time of [1, 500, 3999]) notifyLimiter(limiter, time);
    expect(limiter.rateKbps).toBe(once);
    advanceLimiter(limiter, 4000);
    expect(limiter.targetKbps).toBe(once);
    expect(limiter.rateKbps).toBeLessThan(once);
    const twice = limiter.rateKbps;
    advanceLimiter(limiter, 20_000);
    expect(limiter.rateKbps).toBe(twice);
  });

  it("cuts less the longer nothing came, and never below half or the least rate", () => {
    const quiet = createLimiter(dcqcnDefaults);
    notifyLimiter(quiet, 0);
    advanceLimiter(quiet, 250_000);
    const before = quiet.rateKbps;
    const { alpha } = quiet;
    expect(alpha).toBeLessThan(350);
    notifyLimiter(quiet, 250_000);
    expect(quiet.rateKbps).toBe(before - Math.floor((before * alpha) / 2048));
    const deep = createLimiter({ ...dcqcnDefaults, gd: 8, minKbps: 1000 });
    notifyLimiter(deep, 0);
    expect(deep.rateKbps).toBe(line / 2);
    for (let time = 4000; time < 400_000; time += 4000) notifyLimiter(deep, time);
    expect(deep.rateKbps).toBe(1000);
  });

  it("takes the given rate at the first notification", () => {
    const limiter = createLimiter({ ...dcqcnDefaults, firstRateKbps: 1_000_000 });
    notifyLimiter(limiter, 0);
    expect(limiter.rateKbps).toBe(1_000_000);
  });

  it("rises: fast recovery, then additive, then hyper", () => {
    const p = { ...dcqcnDefaults, threshold: 2, byteReset: 1000, aiKbps: 10, haiKbps: 1000 };
    const limiter = createLimiter(p);
    notifyLimiter(limiter, 0);
    notifyLimiter(limiter, 4000);
    const targets = [limiter.targetKbps];
    for (let step = 1; step <= 4; step++) {
      advanceLimiter(limiter, 4000 + step * p.timeResetNs);
      targets.push(limiter.targetKbps);
    }
    expect(targets.map((target) => target - targets[0]!)).toEqual([0, 0, 0, 10, 20]);
    const now = 4000 + 4 * p.timeResetNs;
    sentThroughLimiter(limiter, 2000, now);
    expect(limiter.targetKbps - targets[0]!).toBe(40);
    sentThroughLimiter(limiter, 1000, now);
    expect(limiter.targetKbps - targets[0]!).toBe(1040);
    expect(limiter.rateKbps).toBeLessThanOrEqual(limiter.targetKbps);
  });

  it("spaces packets by the rate, and is off again at line rate", () => {
    const limiter = createLimiter({ ...dcqcnDefaults, firstRateKbps: 1_000_000, byteReset: 1e9 });
    notifyLimiter(limiter, 0);
    sentThroughLimiter(limiter, 1000, 0);
    expect(limiter.sendAfter).toBe(8000);
    sentThroughLimiter(limiter, 1000, 9000);
    expect(limiter.sendAfter).toBe(17_000);
    advanceLimiter(limiter, 1e9);
    expect([limiter.rateKbps, limiter.active]).toEqual([line, false]);
  });
});

describe("congestion marks", () => {
  const options = (frame: "infiniband" | "ethernet"): RigOptions => ({
    frame,
    nic: { congestion: dcqcnDefaults },
  });

  /** A WRITE of `a`, marked on the way, at `b`. */
  function marked(rig: ReturnType<typeof makeRig>, now: number): void {
    post(rig.a, { opcode: "write" });
    const frame = rig.a.nic.transmit(now)!;
    rig.b.nic.receive(markCongestion(frame, rig.a.nic.port.frame === "infiniband"), now);
    expect(rig.b.nic.lastDrop).toBeNull();
  }

  it("bring about one CNP a period with RoCE v2, as the captured one is, before other packets", () => {
    const rig = makeRig(options("ethernet"));
    marked(rig, 0);
    marked(rig, 3999);
    const frame = rig.b.nic.transmit(3999)!;
    expect(frame.length).toBe(14 + 60);
    expect([frame[15], frame[42], frame[43], frame[46]]).toEqual([0xc2, 0x81, 0, 0x40]);
    const decoded = decodeFrame(rig.a.nic.port, frame);
    expect(decoded).toMatchObject({ packet: { psn: 0, destQp: rig.a.qpn, pkey: 0xffff, ackRequest: false } });
    expect(drain(rig.b, rig.a, 3999).map(({ opcode }) => opcode)).toEqual([0x11, 0x11]);
    marked(rig, 4000);
    expect(drain(rig.b, rig.a, 4000).map(({ opcode }) => opcode)).toEqual([0x81, 0x11]);
  });

  it("bring about BECN in the next response with native frames", () => {
    const rig = makeRig(options("infiniband"));
    marked(rig, 0);
    marked(rig, 10);
    expect(drain(rig.b, rig.a, 10).map(({ becn }) => becn)).toEqual([true, false]);
  });

  it("are not answered when congestion control is off", () => {
    const rig = makeRig({ frame: "ethernet" });
    marked(rig, 0);
    expect(drain(rig.b, rig.a).map(({ opcode }) => opcode)).toEqual([0x11]);
  });

  it("slow the sender down: by CNP and by BECN", () => {
    for (const frame of ["ethernet", "infiniband"] as const) {
      const rig = makeRig(options(frame));
      const { limiter } = rig.a.nic.qps.take(rig.a.qpn);
      if (frame === "ethernet")
        deliver(rig.a, rig.b, { opcode: 0x81, psn: 0, becn: true, payload: new Uint8Array(16) }, 100);
      else deliver(rig.a, rig.b, { opcode: 0x11, becn: true, aeth: { syndrome: 0x1f, msn: 0 } }, 100);
      expect(limiter!.rateKbps).toBe(line - Math.floor((line * 1023) / 2048));
      post(rig.a, { opcode: "write", length: 4 * mtu });
      expect(drain(rig.a, rig.b, 100).length).toBe(1);
      expect(rig.a.nic.nextTime(100)).toBe(limiter!.sendAfter);
      expect(drain(rig.a, rig.b, limiter!.sendAfter).length).toBe(1);
    }
  });

  it("slow READ responses down too, which are data of the responder", () => {
    const rig = makeRig(options("ethernet"));
    const notification = { opcode: 0x81, psn: 0, becn: true, payload: new Uint8Array(16) };
    deliver(rig.b, rig.a, notification, 100);
    const { limiter } = rig.b.nic.qps.take(rig.b.qpn);
    post(rig.a, { opcode: "read", length: 3 * mtu });
    rig.b.nic.receive(rig.a.nic.transmit(100)!, 100);
    expect(drain(rig.b, rig.a, 100).length).toBe(1);
    expect(rig.b.nic.nextTime(100)).toBe(limiter!.sendAfter);
    expect(drain(rig.b, rig.a, limiter!.sendAfter).length).toBe(1);
  });

  it("bring a loaded pair to less than line rate, without a loss", () => {
    const congestion = { ...dcqcnDefaults, byteReset: 1e9 };
    const slow = makeRig({ frame: "ethernet", nic: { congestion }, faults: { mark: 0.1 } });
    const fast = makeRig(options("ethernet"));
    const time = [slow, fast].map((rig) => {
      for (let i = 0; i < 12; i++) post(rig.a, { opcode: "write", length: 16_384 });
      rig.pair.run(10_000_000, () => rig.a.nic.cqs.take(rig.a.cq).entries.length === 12);
      expect(rig.b.nic.memory.read(base + 0x8000n, 16_384)).toEqual(rig.a.nic.memory.read(base, 16_384));
      return rig.pair.now;
    });
    expect(time[0]!).toBeGreaterThan(2 * time[1]!);
  });
});
