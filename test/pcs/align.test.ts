import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AlignBench, openAlign } from "./align-bench.ts";
import { type FrontShape, titleOf } from "./front-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

/** A healthy link before its FEC. */
const ber = 2.4e-4;

const quick: readonly FrontShape[] = [
  { rateGbps: 400, fec: "rs544", P: 32, lanes: 4, pairs: 16 },
  { rateGbps: 200, fec: "rs544", P: 4, lanes: 2, pairs: 9 },
];
const more: readonly FrontShape[] = [
  { rateGbps: 400, fec: "rs544", P: 8, lanes: 8, pairs: 16 },
  { rateGbps: 400, fec: "rs272", P: 16, lanes: 16, pairs: 32 },
  { rateGbps: 200, fec: "rs544", P: 32, lanes: 4, pairs: 8 },
];

describe.each((long > 1 ? [...quick, ...more] : quick).map((shape) => [titleOf(shape), shape] as const))(
  "pcs_align: %s",
  (_, shape) => {
    let model: Model;
    const gbps = shape.rateGbps / shape.lanes;
    /** Bits of a physical lane in `ns`. */
    const bitsIn = (ns: number): number => Math.floor((ns * gbps * 17) / 16);

    beforeAll(async () => {
      model = await openAlign(shape);
    });
    afterAll(() => {
      model.close();
    });

    const lanesOf = shape.rateGbps / 25;
    const shuffled = (rng: Rng, count = lanesOf): number[] => {
      const list = [...Array(count).keys()];
      for (let at = count - 1; at > 0; at -= 1) {
        const other = rng.below(at + 1);
        [list[at], list[other]] = [list[other]!, list[at]!];
      }
      return list;
    };
    const delays = (rng: Rng, most: number): number[] =>
      Array.from({ length: shape.lanes }, () => 5000 + rng.below(most + 1));
    /** A bench with lanes in a random order. */
    const start = (rng: Rng, skewNs = 100): AlignBench =>
      new AlignBench(model, shape, rng, shuffled(rng), delays(rng, bitsIn(skewNs)));
    const periods = (bench: AlignBench, count: number): number => count * bench.sizes.periodClocks + 300;

    it("aligns lanes in any order, with any skew up to 180 ns, with errors", () =>
      withSeed(seed, (rng) => {
        for (let round = 0; round < 4 * long; round += 1) {
          const bench = start(rng, round % 2 === 0 ? 180 : 5);
          bench.streams.setBer(ber);
          const limit = bitsIn(180);
          if (round === 0) {
            bench.streams.delays[0] = 5000;
            bench.streams.delays[1] = 5000 + limit;
          }
          bench.until("alignment", periods(bench, 4), () => bench.aligned);
          bench.step(2 * bench.sizes.periodClocks);
          expect(bench.aligned).toBe(true);
          expect(bench.checked).toBeGreaterThan(bench.sizes.periodClocks);
          expect(bench.streams.flipped.size).toBeGreaterThan(20);
          bench.streams.order.forEach((lane, place) => {
            expect(bench.laneOf(place)).toBe(lane);
          });
        }
      }));

    it("takes out skew up to its limit and no more", () =>
      withSeed(seed, (rng) => {
        for (const beyond of [0, 1]) {
          const bench = start(rng, 0);
          const { streams, sizes } = bench;
          streams.delays.fill(5000 - (5000 % streams.laneBits));
          streams.delays[rng.below(shape.lanes)]! += (sizes.skewWords + beyond) * streams.laneBits;
          expect(streams.skewWords).toBe(sizes.skewWords + beyond);
          bench.until("lock", periods(bench, 4), () => bench.allLocked);
          bench.step(3 * sizes.periodClocks);
          expect(bench.aligned).toBe(beyond === 0);
          if (beyond === 1) expect(bench.checked).toBe(0);
          else expect(bench.checked).toBeGreaterThan(2 * sizes.periodClocks - 300);
        }
      }));

    it("never aligns two lanes with the same number", () =>
      withSeed(seed, (rng) => {
        const bench = start(rng);
        const [from, to] = shuffled(rng);
        bench.streams.order[from!] = bench.streams.order[to!]!;
        bench.until("lock", periods(bench, 4), () => bench.allLocked);
        bench.step(4 * bench.sizes.periodClocks);
        expect([bench.aligned, bench.allLocked, bench.checked]).toEqual([false, true, 0]);
      }));

    it("notices a lane that slips by a bit, and aligns anew", () =>
      withSeed(seed, (rng) => {
        for (const words of [0, -1, 2]) {
          const bench = start(rng);
          bench.until("alignment", periods(bench, 4), () => bench.aligned);
          bench.step(rng.below(bench.sizes.periodClocks));
          bench.checking = false;
          bench.streams.delays[rng.below(shape.lanes)]! += words * bench.streams.laneBits + rng.pick([1, -1]);
          const noticed = bench.until("loss", periods(bench, 6), () => !bench.aligned);
          expect(noticed).toBeGreaterThan(4 * bench.sizes.periodClocks);
          bench.step(2);
          bench.checking = true;
          bench.until("alignment", periods(bench, 4), () => bench.aligned);
          const { checked } = bench;
          bench.step(bench.sizes.periodClocks);
          expect(bench.checked - checked).toBeGreaterThan(bench.sizes.periodClocks / 4);
        }
      }));

    it("bears four wrong markers in a row and gives up at the fifth", () =>
      withSeed(seed, (rng) => {
        const fields = [
          [0, 1, 2, 4, 5, 6],
          [8, 9, 10, 12, 13, 14],
        ];
        for (const [wrong, field] of [4, 5].flatMap((count) => fields.map((one) => [count, one] as const))) {
          const bench = start(rng);
          const { streams, sizes } = bench;
          bench.until("alignment", periods(bench, 4), () => bench.aligned);
          bench.stepBetweenMarkers();
          const lane = rng.below(sizes.L);
          const good = streams.markers[lane]!.slice();
          // One right marker makes up for four
          for (let turn = 0; turn < 6 - wrong; turn += 1) {
            // A nibble more than may be wrong
            for (const at of field.slice(0, 2)) streams.markers[lane]![at]! ^= 0x18;
            bench.step(wrong * sizes.periodClocks);
            streams.markers[lane]!.set(good);
            bench.step(sizes.periodClocks);
          }
          expect(bench.aligned).toBe(wrong === 4);
        }
      }));

    it("knows a lane with three wrong nibbles in both fields, and not with four", () =>
      withSeed(seed, (rng) => {
        for (const [common, unique, locks] of [
          [3, 3, true],
          [4, 0, false],
          [0, 4, false],
        ] as const) {
          const bench = start(rng, 20);
          const { streams, sizes } = bench;
          // Each lane has its own; with four wrong, every other one
          const spoiled = (place: number): boolean => locks || place % 2 === 1;
          for (let place = 0; place < sizes.L; place += 1) {
            const marker = streams.markers[streams.order[place]!]!;
            const spoil = (octets: readonly number[], count: number): void => {
              for (const nibble of shuffled(rng, 12).slice(0, count))
                marker[octets[nibble >> 1]!]! ^= (1 + rng.below(15)) << (4 * (nibble & 1));
            };
            if (!spoiled(place)) continue;
            spoil([0, 1, 2, 4, 5, 6], common);
            spoil([8, 9, 10, 12, 13, 14], unique);
          }
          bench.step(5 * sizes.periodClocks + 300);
          for (let at = 0; at < sizes.L; at += 1) expect(bench.isLocked(at)).toBe(locks || !spoiled(at));
          expect(bench.aligned).toBe(locks);
        }
      }));

    it("does not lock a lane that changes its number", () =>
      withSeed(seed, (rng) => {
        const bench = start(rng, 5);
        const { streams, sizes } = bench;
        const place = rng.below(sizes.L);
        const markers = streams.markers;
        const lane = streams.order[place]!;
        const other = (lane + 1) % sizes.L;
        const own = [markers[lane]!.slice(), markers[other]!.slice()];
        bench.stepBetweenMarkers();
        for (let turn = 0; turn < 8; turn += 1) {
          markers[lane]!.set(own[turn % 2]!);
          bench.step(sizes.periodClocks);
          expect(bench.isLocked(place)).toBe(false);
        }
        expect(bench.aligned).toBe(false);
      }));

    it("comes back after a lane was lost, and after restart", () =>
      withSeed(seed, (rng) => {
        const bench = start(rng);
        const { streams, sizes } = bench;
        streams.setBer(ber);
        bench.until("alignment", periods(bench, 4), () => bench.aligned);
        bench.step(rng.below(sizes.periodClocks));
        bench.checking = false;
        const lane = rng.below(shape.lanes);
        streams.dead.add(lane);
        bench.until("loss", periods(bench, 6), () => !bench.aligned);
        bench.step(2 * sizes.periodClocks);
        expect(bench.aligned).toBe(false);
        streams.dead.delete(lane);
        bench.checking = true;
        bench.until("alignment", periods(bench, 4), () => bench.aligned);
        bench.step(sizes.periodClocks);
        expect(bench.aligned).toBe(true);
        bench.step(rng.below(sizes.periodClocks), true);
        bench.until("alignment", periods(bench, 4), () => bench.aligned);
        bench.step(1, true);
        bench.step(2);
        expect([bench.aligned, bench.locked]).toEqual([false, 0]);
        const anew = bench.until("alignment", periods(bench, 4), () => bench.aligned);
        expect(anew).toBeGreaterThan(2 * sizes.periodClocks);
        bench.step(2 * sizes.periodClocks);
        expect(bench.aligned).toBe(true);
      }));
  },
);

describe.runIf(long > 1)("pcs_align with markers as far apart as the standard says", () => {
  it("aligns within three periods and a marker, and stays", { timeout: 300_000 }, async () => {
    const shape: FrontShape = { rateGbps: 400, fec: "rs544", P: 32, lanes: 4 };
    const model = await openAlign(shape);
    try {
      await withSeed(seed, (rng) => {
        const order = Array.from({ length: 16 }, (_, at) => (5 * at + 3) % 16);
        const bench = new AlignBench(model, shape, rng, order, [60_000, 50_000, 59_999, 69_000]);
        bench.streams.setBer(ber);
        const { periodClocks } = bench.sizes;
        expect(periodClocks).toBe(69_632);
        bench.until("alignment", 3 * periodClocks + 1000, () => bench.aligned);
        bench.step(1.5 * periodClocks);
        expect(bench.aligned).toBe(true);
        expect(bench.checked).toBeGreaterThan(1.4 * periodClocks);
      });
    } finally {
      model.close();
    }
  });
});
