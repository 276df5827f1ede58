import { describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import {
  advanceLimiter,
  createLimiter,
  type DcqcnParameters,
  dcqcnDefaults,
  notifyLimiter,
  type RateLimiter,
  sentThroughLimiter,
} from "../../sim/reference/rc/dcqcn.ts";
import { freshSeed, parseSeed, Rng, withSeed } from "../../sim/traffic/rng.ts";
import { LimiterBench, openLimiter, quickParameters } from "./limiter-bench.ts";
import { benchNic } from "./nic-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const queuePairs = 16;
/** Headers, FCS, preamble and gap of a frame with IPv4. */
const overhead = 82;
const design = benchNic({ queuePairs, frame: "ethernet" });

/** Whether something of the limiter that its order matters for is due soon. */
const nearly = (limiter: RateLimiter, now: number): boolean =>
  limiter.active &&
  [limiter.nextRise, limiter.nextAlpha, limiter.cutPending ? limiter.nextCut : Infinity].some(
    (due) => due > now - 100 && due < now + 1500,
  );

/** The same without alpha, which packets have nothing to do with. */
const nearlyRises = (limiter: RateLimiter, now: number): boolean =>
  limiter.active &&
  [limiter.nextRise, limiter.cutPending ? limiter.nextCut : Infinity].some(
    (due) => due > now - 100 && due < now + 1500,
  );

/** With wrong bits in rows at will, and leaps of time: 2^38 ns, 275 s. */
const openWithFaults = (): Promise<Model> =>
  openLimiter(benchNic({ queuePairs, frame: "ethernet", memoryProtection: "secded" }), (name, text) => {
    const open = text.replace(/input +wire +rst,/u, "$&\n    input wire [1:0] inject, input wire leap,");
    if (name.endsWith("nic_limiter"))
      return open
        .replace("rates (", "rates (\n        .inject (inject), .leap (leap),")
        .replace("now_reg + CYCLE_NS", "now_reg + (leap ? 40'd1 << 38 : CYCLE_NS)");
    return name.endsWith("nic_rates") ? open.replace(/\.inject +\(2'b00\)/u, ".inject (inject)") : text;
  });

async function follow(parameters: DcqcnParameters, seed: number, rounds: number): Promise<void> {
  const rng = new Rng(seed);
  const model = await openLimiter(design);
  const bench = new LimiterBench(model, parameters);
  const references = Array.from({ length: queuePairs }, () => createLimiter(parameters));
  let compared = 0;
  let limited = 0;
  for (let round = 0; round < rounds; round += 1) {
    const qpn = rng.below(rng.chance(0.7) ? 4 : queuePairs);
    const reference = references[qpn]!;
    if (rng.chance(0.4)) bench.slow(qpn, (at) => notifyLimiter(reference, at));
    else {
      while (nearlyRises(reference, bench.now)) {
        bench.run(20);
        advanceLimiter(reference, bench.now - 200);
      }
      const bytes = rng.below(4097);
      bench.sent(qpn, bytes);
      sentThroughLimiter(reference, bytes + overhead, bench.now);
    }
    do bench.run(rng.range(60, 700));
    while (!bench.idle);
    const other = rng.below(queuePairs);
    const due = references[other]!;
    advanceLimiter(due, bench.now - 200);
    while (nearly(due, bench.now) && due.parameters.alphaPeriodNs > 1600) {
      bench.run(20);
      advanceLimiter(due, bench.now - 200);
    }
    if (nearlyRises(due, bench.now)) continue;
    const rate = bench.rate(other);
    advanceLimiter(due, bench.now);
    expect([round, other, rate]).toEqual([round, other, due.active ? due.rateKbps : parameters.lineKbps]);
    compared += 1;
    limited += Number(due.active);
  }
  expect(compared).toBeGreaterThan(rounds / 4);
  expect(limited).toBeGreaterThan(rounds / 20);
  model.close();
}

describe("rates of queue pairs", () => {
  it("are those of the reference, with quick rises", { timeout: 120_000 }, () =>
    follow(quickParameters, 5, 1200),
  );

  it("are those of the reference, with the defaults", { timeout: 120_000 }, () =>
    follow({ ...dcqcnDefaults, lineKbps: 10_000_000 }, 6, 400),
  );

  it("keep to the least rate, and to the first one where it is set", { timeout: 120_000 }, () =>
    follow({ ...quickParameters, firstRateKbps: 3_000_000, minKbps: 500_000, timeResetNs: 90_000 }, 7, 400),
  );

  it("are what a queue pair sends at, and nobody else waits", { timeout: 120_000 }, async () => {
    const parameters = {
      ...dcqcnDefaults,
      lineKbps: 10_000_000,
      firstRateKbps: 2_000_000,
      byteReset: 0xffffff,
    };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    const limited = [2, 3, 5, 7, 11];
    for (const qpn of limited) bench.slow(qpn);
    bench.run(400);
    expect(limited.map((qpn) => bench.rate(qpn))).toEqual(limited.map(() => 2_000_000));
    const bytes = 1024;
    const counts = new Map<number, number>();
    const begin = bench.now;
    for (const qpn of limited) bench.give(qpn);
    let free = 0;
    for (let cycle = 0; cycle < 30_000; cycle += 1) {
      bench.step();
      for (const { qpn } of bench.taken.splice(0)) {
        counts.set(qpn, (counts.get(qpn) ?? 0) + 1);
        if (!limited.includes(qpn)) continue;
        bench.sent(qpn, bytes);
        bench.give(qpn);
      }
      if (cycle % 100 === 50 && bench.idle) {
        bench.give(9);
        bench.step();
        // The one without a limit passes in the cycle in which it comes
        expect(bench.taken.some(({ qpn }) => qpn === 9)).toBe(true);
        free += 1;
      }
    }
    expect(free).toBeGreaterThan(50);
    const ns = bench.now - begin;
    for (const qpn of limited) {
      const kbps = (counts.get(qpn)! * (bytes + overhead) * 8e6) / ns;
      // A packet more or less at either end
      expect(Math.abs(kbps / 2_000_000 - 1)).toBeLessThan(0.002 + 1.5 / counts.get(qpn)!);
    }
    // A queue pair that starts afresh has no limit
    bench.row(3, false);
    expect(bench.rate(3)).toBe(2_000_000);
    bench.row(3, true);
    expect(bench.rate(3)).toBe(10_000_000);
    model.close();
  });

  it("are those of requests and READ responses together, and ACKs pass", { timeout: 120_000 }, async () => {
    const parameters = {
      ...dcqcnDefaults,
      lineKbps: 10_000_000,
      firstRateKbps: 2_000_000,
      byteReset: 0xffffff,
    };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    // Responses alone, requests alone, both at the same time
    const [responds, asks, both] = [2, 3, 5];
    for (const qpn of [responds, asks, both]) bench.slow(qpn);
    bench.run(400);
    const sent = new Map<number, number>();
    const begin = bench.now;
    const packets = new Map<number, number>();
    const [requestBytes, responseBytes] = [1024, 300];
    for (const qpn of [asks, both]) bench.give(qpn);
    for (const qpn of [responds, both]) bench.answerGive(qpn, true);
    const count = (qpn: number, more: number): void => {
      sent.set(qpn, (sent.get(qpn) ?? 0) + more + overhead);
      packets.set(qpn, (packets.get(qpn) ?? 0) + 1);
    };
    let [acks, free] = [0, 0];
    for (let cycle = 0; cycle < 30_000; cycle += 1) {
      bench.step();
      for (const { qpn } of bench.taken.splice(0)) {
        count(qpn, requestBytes);
        bench.sent(qpn, requestBytes);
        bench.give(qpn);
      }
      for (const { qpn } of bench.answers.splice(0)) {
        count(qpn, responseBytes);
        bench.answerSent(qpn, responseBytes);
        bench.answerGive(qpn, true);
      }
      if (cycle % 3 === 0 && bench.idle) {
        // An ACK of a limited queue pair, and a READ response of another, in the cycle in which they come; so often
        // that those that are due meet them
        const ack = acks <= free;
        bench.answerGive(ack ? responds : 9, !ack);
        bench.step();
        const passed = bench.answers.findIndex(({ qpn }) => qpn === (ack ? responds : 9));
        expect(passed).toBeGreaterThanOrEqual(0);
        bench.answers.splice(passed, 1);
        if (ack) acks += 1;
        else free += 1;
      }
    }
    expect(free).toBeGreaterThan(20);
    const ns = bench.now - begin;
    for (const qpn of [responds, asks, both]) {
      const kbps = (sent.get(qpn)! * 8e6) / ns;
      expect(Math.abs(kbps / 2_000_000 - 1)).toBeLessThan(0.002 + 3 / packets.get(qpn)!);
    }
    model.close();
  });

  it("of 1,024 queue pairs are kept at once", { timeout: 240_000 }, async () => {
    const many = benchNic({ queuePairs: 2048, frame: "ethernet" });
    const kbps = 32_000;
    const parameters = {
      ...dcqcnDefaults,
      ...{ lineKbps: 10_000_000, firstRateKbps: kbps, byteReset: 0xffffff, timeResetNs: 0xffffff },
    };
    const model = await openLimiter(many);
    const bench = new LimiterBench(model, parameters);
    const limited = Array.from({ length: 1024 }, (_, at) => 2 * at);
    for (const qpn of limited) bench.slow(qpn);
    while (!bench.idle) bench.step();
    // All at once, those of requests in one half, of READ responses in the other; nothing waits for them
    const bytes = 1024;
    const begin = bench.now;
    for (const qpn of limited) {
      if (qpn % 4 === 0) bench.give(qpn);
      else bench.answerGive(qpn, true);
    }
    const counts = new Map<number, number>();
    const packetNs = ((bytes + overhead) * 8e6) / kbps;
    while (bench.now < begin + 2.9 * packetNs) {
      bench.step();
      for (const { qpn } of bench.taken.splice(0)) {
        counts.set(qpn, (counts.get(qpn) ?? 0) + 1);
        bench.sent(qpn, bytes);
        bench.give(qpn);
      }
      for (const { qpn } of bench.answers.splice(0)) {
        counts.set(qpn, (counts.get(qpn) ?? 0) + 1);
        bench.answerSent(qpn, bytes);
        bench.answerGive(qpn, true);
      }
    }
    expect(limited.filter((qpn) => counts.get(qpn) !== 3)).toEqual([]);
    model.close();
  });

  it("of queue pairs that were not looked at for long are those of the reference", { timeout: 240_000 }, () =>
    withSeed(seed, async (rng) => {
      const model = await openLimiter(design);
      for (const round of Array.from({ length: long ? 60 : 4 }).keys()) {
        const parameters = {
          ...quickParameters,
          timeResetNs: rng.range(3000, 20_000),
          alphaPeriodNs: [1, rng.range(1, 200), rng.range(200, 20_000)][round % 3]!,
          g: rng.chance(0.5) ? rng.range(960, 1023) : rng.below(1024),
          threshold: rng.below(rng.chance(0.6) ? 3 : 16),
          aiKbps: [0, 1, rng.below(3000), rng.below(4_000_000)][rng.below(4)]!,
          haiKbps: rng.below(rng.chance(0.7) ? 5000 : 8_000_000),
          byteReset: rng.range(200, rng.chance(0.6) ? 1000 : 20_000),
          gd: rng.range(8, 11),
          minDecreasePercent: 0,
        };
        const bench = new LimiterBench(model, parameters, rng.chance(0.7));
        const references = Array.from({ length: 4 }, () => createLimiter(parameters));
        let slowed = 0;
        while (slowed < 25) {
          const qpn = rng.below(4);
          const reference = references[qpn]!;
          // Steps of bytes at a time at which none of time is near
          advanceLimiter(reference, bench.now - 200);
          if (rng.chance(0.4) && !nearlyRises(reference, bench.now)) {
            const bytes = rng.below(4097);
            bench.sent(qpn, bytes);
            sentThroughLimiter(reference, bytes + overhead, bench.now);
          }
          bench.run(100);
          const idle = [rng.range(1, 40), rng.range(1, 1000), rng.range(1, long ? 400_000 : 60_000)][
            rng.below(3)
          ]!;
          bench.skip(rng.chance(0.5) ? idle : 1);
          // A notification: what it finds is what all the time before it has made
          bench.slow(qpn, (at) => notifyLimiter(reference, at));
          while (!bench.idle) bench.step();
          slowed += 1;
          const rate = bench.rate(qpn);
          const steady = !reference.cutPending || reference.nextCut > bench.now + 200;
          if (nearlyRises(reference, bench.now) || !steady) continue;
          advanceLimiter(reference, bench.now);
          expect([round, slowed, rate]).toEqual([
            ...[round, slowed],
            reference.active ? reference.rateKbps : parameters.lineKbps,
          ]);
        }
      }
      model.close();
    }),
  );

  it("fall before they rise when both are due at the same time", async () => {
    const parameters = { ...quickParameters, timeResetNs: 4000, cutPeriodNs: 4000 };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    for (const qpn of [1, 2, 3]) {
      const reference = createLimiter(parameters);
      const told = (at: number): void => notifyLimiter(reference, at);
      bench.slow(qpn, told);
      bench.run(200);
      bench.slow(qpn, told);
      bench.run(1300);
      const rate = bench.rate(qpn);
      advanceLimiter(reference, bench.now);
      expect([reference.cutPending, rate]).toEqual([false, reference.rateKbps]);
    }
    model.close();
  });

  it("of a queue pair that starts afresh while it is parked hold it no longer", async () => {
    const parameters = { ...dcqcnDefaults, lineKbps: 10_000_000, firstRateKbps: 10, byteReset: 0xffffff };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    for (const qpn of [3, 4]) bench.slow(qpn);
    bench.run(200);
    for (const qpn of [3, 4]) bench.sent(qpn, 1024);
    bench.run(200);
    for (const qpn of [3, 4]) {
      bench.give(qpn);
      bench.answerGive(qpn, true);
    }
    bench.run(1000);
    expect([bench.taken.length, bench.answers.length]).toEqual([0, 0]);
    bench.row(3, true);
    bench.run(100);
    expect([bench.taken, bench.answers].map((all) => all.map(({ qpn }) => qpn))).toEqual([[3], [3]]);
    // and its next limit begins with what was sent under that
    bench.taken.splice(0);
    bench.slow(3);
    bench.run(200);
    bench.give(3);
    bench.run(100);
    expect(bench.taken.splice(0).map(({ qpn }) => qpn)).toEqual([3]);
    model.close();
  });

  it("stand periods of 0, which are taken for 1 ns, and a least rate of 0", async () => {
    const zero = { alphaPeriodNs: 0, timeResetNs: 0, cutPeriodNs: 0, byteReset: 0, minKbps: 0 };
    const parameters = { ...dcqcnDefaults, ...zero, lineKbps: 10_000_000, minDecreasePercent: 0, gd: 0 };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    for (let round = 0; round < 4; round += 1) {
      for (const qpn of [3, 4]) bench.slow(qpn);
      for (const qpn of [3, 4]) bench.sent(qpn, 1024);
      for (let left = 4000; left > 0 && !bench.idle; left -= 1) bench.step();
      expect(bench.idle).toBe(true);
      bench.skip(100_000);
      bench.give(3);
      for (let left = 6000; left > 0 && bench.taken.length === 0; left -= 1) bench.step();
      expect(bench.taken.splice(0).map(({ qpn }) => qpn)).toEqual([3]);
      // 500,000 steps upwards
      expect(bench.rate(4)).toBe(10_000_000);
    }
    model.close();
  });

  it("of a queue pair are kept beside notifications without end", async () => {
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, { ...quickParameters, firstRateKbps: 9_000_000 });
    bench.slow(3);
    bench.run(300);
    for (let left = 2000; left > 0; left -= 1) bench.slow(5);
    for (let round = 0; round < 20; round += 1) {
      bench.sent(3, 256);
      bench.give(3);
      bench.run(800);
      expect(bench.taken.splice(0).map(({ qpn }) => qpn)).toEqual([3]);
    }
    expect(bench.idle).toBe(false);
    model.close();
  });

  it("count bytes up to the highest number of them, and a first rate is never above that of the line", async () => {
    const bytes = { byteReset: 0xfffff0, timeResetNs: 0xffffff, threshold: 0, firstRateKbps: 9_000_000 };
    const parameters = { ...dcqcnDefaults, lineKbps: 10_000_000, ...bytes };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    const reference = createLimiter(parameters);
    for (let round = 0; round < 2; round += 1) {
      bench.slow(3, (at) => notifyLimiter(reference, at));
      bench.run(200);
    }
    bench.run(1000);
    // 16 MiB in 4016 packets
    for (let packets = 4020; packets > 0; packets -= 1) {
      sentThroughLimiter(reference, 4096 + overhead, bench.now);
      bench.sent(3, 4096);
      bench.step();
      bench.skip(60);
    }
    expect([reference.byteSteps, bench.rate(3)]).toEqual([1, reference.rateKbps]);

    const beyond = { ...dcqcnDefaults, lineKbps: 10_000_000, minKbps: 12_000_000, firstRateKbps: 1000 };
    const other = new LimiterBench(model, beyond);
    other.slow(3);
    other.run(200);
    expect(other.rate(3)).toBe(10_000_000);
    model.close();
  });

  it("are those of the time of a step before it is changed, or behind that", async () => {
    const parameters = { ...dcqcnDefaults, lineKbps: 10_000_000, timeResetNs: 0xfff, firstRateKbps: 100_000 };
    const model = await openLimiter(design);
    const rates = new Set<number>();
    // In each cycle of the visit that a query makes
    for (let cycle = 0; cycle < 40; cycle += 1) {
      const bench = new LimiterBench(model, { ...parameters, threshold: 0, aiKbps: 10, haiKbps: 10 });
      for (let round = 0; round < 2; round += 1) {
        bench.slow(3);
        bench.run(900);
      }
      model.port("cfg_time_reset").set(50);
      bench.skip(3000);
      model.port("query").set(1);
      model.port("query_qpn").set(3);
      bench.step();
      model.port("query").set(0);
      bench.run(cycle);
      model.port("cfg_time_reset").set(0xffffff);
      bench.run(300);
      rates.add(bench.rate(3));
    }
    // A step of the new time, some of the old one, or one of the new one behind these
    expect([...rates].length).toBeLessThanOrEqual(3);
    // 10 kbit/s a step, of which there may be 300 of 50 ns
    expect(Math.max(...rates)).toBeLessThan(104_000);
    model.close();
  });

  it("end where their row is lost, and nobody waits for what it would have said", async () => {
    const model = await openWithFaults();
    const bench = new LimiterBench(model, { ...dcqcnDefaults, lineKbps: 10_000_000, firstRateKbps: 1000 });
    for (const wrong of [1, 2, 3]) {
      for (const qpn of [3, 4]) bench.slow(qpn);
      bench.run(200);
      // The row that is written for a packet has wrong bits
      model.port("inject").set(wrong);
      bench.step();
      model.port("inject").set(0);
      bench.sent(3, 1024);
      bench.run(200);
      bench.sent(4, 1024);
      bench.run(200);
      for (const qpn of [3, 4]) bench.give(qpn);
      bench.run(400);
      const lost = wrong === 3;
      expect(bench.taken.splice(0).map(({ qpn }) => qpn)).toEqual(lost ? [3] : []);
      expect([bench.rate(3), bench.rate(4)]).toEqual([lost ? 10_000_000 : 1000, 1000]);
      for (const qpn of [3, 4]) bench.row(qpn, true);
      bench.run(100);
      bench.taken.splice(0);
    }
    model.close();
  });

  it("are kept by queue pairs that send nothing for half an hour, and so are the times of their last packets", async () => {
    const still = { firstRateKbps: 1_000_000, minKbps: 400_000, aiKbps: 0, haiKbps: 0 };
    const model = await openWithFaults();
    const bench = new LimiterBench(model, { ...dcqcnDefaults, lineKbps: 10_000_000, ...still });
    // A cut behind the first one, so that they do not come back to line rate
    for (const qpn of [3, 4]) {
      bench.slow(qpn);
      bench.run(200);
      bench.slow(qpn);
      bench.run(2000);
    }
    for (let leaps = 0; leaps < 7; leaps += 1) {
      model.port("leap").set(1);
      bench.step();
      model.port("leap").set(0);
      // each has been looked at
      bench.skip((queuePairs + 1) * 1024);
    }
    expect([bench.rate(3), bench.rate(4)]).toEqual([1_000_000, 1_000_000]);
    for (const qpn of [3, 4]) bench.give(qpn);
    bench.run(200);
    expect(bench.taken.map(({ qpn }) => qpn)).toEqual([3, 4]);
    let cuts = 0;
    bench.slow(3);
    for (let left = 400; left > 0; left -= 1) {
      bench.step();
      cuts += model.port("evt_cut").get();
    }
    expect(cuts).toBe(1);
    model.close();
  });

  it("of two senders share a wire that marks, and its queue stays short", { timeout: 120_000 }, async () => {
    const quick = { timeResetNs: 10_000, byteReset: 40_000, threshold: 5, aiKbps: 100_000 };
    const parameters = { ...quickParameters, ...quick, g: 992, cutPeriodNs: 8000 };
    const model = await openLimiter(design);
    const bench = new LimiterBench(model, parameters);
    const rng = new Rng(8);
    const [bytes, wireKbps, delayNs, markBytes] = [1024, 5_000_000, 2000, 30_000];
    const senders = [2, 3];
    const due: { at: number; qpn: number }[] = [];
    const gives: { at: number; qpn: number }[] = [];
    const lastCnp = new Map<number, number>();
    const carried = new Map<number, number>();
    let [queue, longest, before] = [0, 0, bench.now];
    for (const qpn of senders) bench.give(qpn);
    const [start, settle, end] = [bench.now, bench.now + 400_000, bench.now + 1_600_000];
    while (bench.now < end) {
      bench.step();
      const { now } = bench;
      queue = Math.max(0, queue - ((now - before) * wireKbps) / 8e6);
      before = now;
      for (const { qpn } of bench.taken.splice(0)) {
        queue += bytes + overhead;
        bench.sent(qpn, bytes);
        // its own wire takes that long
        gives.push({ at: now + ((bytes + overhead) * 8e6) / parameters.lineKbps, qpn });
        if (now > settle) carried.set(qpn, (carried.get(qpn) ?? 0) + bytes + overhead);
        const marked = rng.chance(Math.min(1, Math.max(0, queue / markBytes - 1)));
        if (marked && now - (lastCnp.get(qpn) ?? 0) > 4000) {
          lastCnp.set(qpn, now);
          due.push({ at: now + delayNs, qpn });
        }
      }
      while (due.length > 0 && due[0]!.at <= now) bench.slow(due.shift()!.qpn);
      while (gives.length > 0 && gives[0]!.at <= now) bench.give(gives.shift()!.qpn);
      if (now > start + 100_000) longest = Math.max(longest, queue);
    }
    const rates = senders.map((qpn) => (carried.get(qpn)! * 8e6) / (end - settle));
    const sum = rates[0]! + rates[1]!;
    expect(sum / wireKbps).toBeGreaterThan(0.6);
    expect(sum / wireKbps).toBeLessThan(1.1);
    expect(Math.min(...rates) / Math.max(...rates)).toBeGreaterThan(0.7);
    expect(longest).toBeLessThan(8 * markBytes);
    model.close();
  });
});
