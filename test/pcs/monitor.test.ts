import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { type FrontShape, titleOf } from "./front-bench.ts";
import { type Clock, hiSer, MonitorBench, openMonitor } from "./monitor-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

const quick: readonly FrontShape[] = [
  { rateGbps: 400, fec: "rs544", P: 32, lanes: 4 },
  { rateGbps: 200, fec: "rs272", P: 4, lanes: 4 },
];
const more: readonly FrontShape[] = [
  { rateGbps: 400, fec: "rs272", P: 8, lanes: 16 },
  { rateGbps: 200, fec: "rs544", P: 32, lanes: 2 },
];

describe.each((long > 1 ? [...quick, ...more] : quick).map((shape) => [titleOf(shape), shape] as const))(
  "pcs_monitor, pcs_status: %s",
  (_, shape) => {
    let model: Model;
    beforeAll(async () => {
      model = await openMonitor(shape);
    });
    afterAll(() => {
      model.close();
    });

    const open = (): MonitorBench => {
      const bench = new MonitorBench(model, shape);
      bench.align(true);
      for (let at = 0; at < 6; at += 1) bench.step();
      return bench;
    };
    const random = (bench: MonitorBench, rng: Rng, bad: number, ber: number): Clock => {
      const count = bench.L * bench.laneSymbols;
      const wrong = Array.from({ length: rng.chance(0.5) ? rng.below(4) : 0 }, () => rng.below(count));
      const all = Array.from({ length: count }, (_none, at) => at).filter(() => rng.chance(0.9));
      const pick = (): number => (rng.chance(bad) ? 1 : 0) + (rng.chance(bad) ? 2 : 0);
      return {
        ...(rng.chance(0.3) ? { pair: { bad: pick(), fixed: rng.below(4) } } : {}),
        wrong: rng.chance(ber) ? all : wrong,
      };
    };
    const idle = (bench: MonitorBench, clocks: number, ready = true): void => {
      for (let at = 0; at < clocks; at += 1) bench.step({ ready });
    };

    it("counts everything, however long records wait", () =>
      withSeed(seed, (rng) => {
        let bad = 0;
        for (let round = 0; round < 6 * long; round += 1) {
          const bench = open();
          const [share, ber, patience] = [
            rng.pick([0.02, 0.3, 0.6]),
            rng.pick([0, 0.01]),
            rng.pick([0, 3, 60]),
          ];
          bench.degrade(2 * rng.below(6), 10 + rng.below(60), 10 + rng.below(20));
          let wait = 0;
          for (let at = 0; at < 3000; at += 1) {
            wait = wait > 0 ? wait - 1 : rng.below(patience + 1);
            bench.step({ ...random(bench, rng, share, ber), ready: wait === 0 });
            if (rng.chance(0.003)) {
              idle(bench, 4, rng.chance(0.5));
              bench.align(false);
              idle(bench, 4 + rng.below(40), rng.chance(0.5));
              bench.align(true);
            }
          }
          bench.drain();
          expect(bench.told).toEqual(bench.given);
          bad += bench.given.bad;
        }
        expect(bad).toBeGreaterThan(20);
      }));

    it("wants the lanes locked anew after three bad codewords in a row, and not before", () => {
      const bench = open();
      const cases: readonly [pairs: readonly number[], restarts: number][] = [
        [[3, 0, 3, 0], 0],
        [[2, 1, 2, 1, 0], 0],
        [[3, 1], 1],
        [[0, 2, 3], 1],
        [[0, 3, 3, 3, 0], 1],
        [[2, 2, 2, 1, 1, 1, 0], 0],
      ];
      for (const [pairs, restarts] of cases) {
        const { seen } = bench.restarts;
        for (const bad of pairs) {
          bench.step({ pair: { bad, fixed: 0 } });
          idle(bench, 2);
        }
        // Nothing of the case before counts
        bench.step({ pair: { bad: 0, fixed: 0 } });
        expect([pairs, bench.restarts.seen - seen]).toEqual([pairs, restarts]);
      }
      bench.step({ pair: { bad: 3, fixed: 0 } });
      bench.align(false);
      idle(bench, 3);
      bench.step({ pair: { bad: 3, fixed: 0 } });
      bench.align(true);
      idle(bench, 3);
      bench.step({ pair: { bad: 1, fixed: 0 } });
      idle(bench, 4);
      expect(bench.restarts.seen).toBe(3);
    });

    it("holds hi_ser from the window with one error too many, for its time", () => {
      for (const extra of [0, 1]) {
        const bench = open();
        let left = hiSer.errors + extra;
        const window = (): void => {
          for (let pair = 0; pair < hiSer.pairs; pair += 1) {
            const wrong = Array.from(
              { length: Math.min(left, bench.L * bench.laneSymbols) },
              (_none, at) => at,
            );
            left -= wrong.length;
            bench.step({ wrong, pair: { bad: 0, fixed: 3 } });
          }
        };
        window();
        idle(bench, 5);
        expect([left, bench.get("hi_ser")]).toEqual([0, extra]);
        idle(bench, 10);
        expect([bench.get("st_hi_ser"), bench.get("st_link_up")]).toEqual([extra, 1]);
        idle(bench, hiSer.clocks);
        expect([bench.get("hi_ser"), bench.get("st_hi_ser")]).toEqual([0, 0]);
      }
    });

    it("is degraded above one threshold until it is below the other", () => {
      const bench = open();
      bench.degrade(8, 20, 10);
      const window = (errors: number): number => {
        for (let pair = 0; pair < 4; pair += 1) {
          for (let at = 0; pair === 1 && at < errors; at += 1) bench.step({ wrong: [at % bench.L] });
          bench.step({ pair: { bad: 0, fixed: 0 } });
        }
        idle(bench, 12);
        expect(bench.get("st_degraded")).toBe(bench.get("degraded"));
        return bench.get("degraded");
      };
      expect([20, 21, 20, 10, 9, 10, 21].map(window)).toEqual([0, 1, 1, 1, 0, 0, 1]);
      bench.degrade(0, 0, 0);
      for (let at = 0; at < 40; at += 1) bench.step({ wrong: [0], pair: { bad: 0, fixed: 0 } });
      expect(bench.get("degraded")).toBe(0);
    });

    it("tells levels at once, and is down when no record comes", () => {
      const bench = open();
      idle(bench, 80);
      const { records } = bench;
      idle(bench, 320);
      expect(bench.records - records).toBe(10);
      for (const [name, value] of [
        ["am_sf", 5],
        ["am_sf", 2],
        ["locked", 3],
      ] as const) {
        bench.set(name, value);
        idle(bench, 4);
        expect(bench.get(`st_${name}`)).toBe(value);
      }
      bench.align(false);
      idle(bench, 4);
      expect([bench.get("st_aligned"), bench.get("st_link_up"), bench.told.lost]).toEqual([0, 0, 1]);
      bench.align(true);
      idle(bench, 4);
      expect(bench.get("st_link_up")).toBe(1);
      idle(bench, 12, false);
      expect(bench.get("st_link_up")).toBe(1);
      idle(bench, 200, false);
      expect([bench.get("st_link_up"), bench.get("st_locked"), bench.get("st_am_sf")]).toEqual([0, 0, 0]);
      idle(bench, 3);
      expect(bench.get("st_link_up")).toBe(1);
    });

    it("tells an alignment that came and went while a record waited", () => {
      const bench = open();
      idle(bench, 10);
      while (bench.get("m_valid") === 0) bench.step({ ready: false });
      bench.align(false);
      idle(bench, 3, false);
      bench.align(true);
      idle(bench, 3, false);
      const before = bench.clock;
      let down = 0;
      for (let at = 0; at < 10; at += 1) {
        bench.step();
        down += 1 - bench.get("st_link_up");
      }
      expect([bench.clock - before, bench.told.lost, down]).toEqual([10, 1, 1]);
    });

    it("stops at the highest count when nobody takes records", () => {
      const bench = open();
      const all = Array.from({ length: bench.L * bench.laneSymbols }, (_none, at) => at);
      while (bench.get("m_valid") === 0) bench.step({ ready: false });
      for (let at = 0; at < 4200; at += 1)
        bench.step({ wrong: all, ready: false, ...(at < 300 ? { pair: { bad: 0, fixed: 3 } } : {}) });
      bench.drain();
      expect(bench.told.corrected).toBe(255);
      // The record that waited had a few of its own
      for (const count of bench.told.symbols) expect([count >= 4095, count < 4200]).toEqual([true, true]);
    });
  },
);
