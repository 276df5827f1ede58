import { beforeAll, describe, expect, it } from "vitest";
import type { BaseRHost } from "../../generator/views/pcs/base-r-host.ts";
import type { Model } from "../../sim/driver/model.ts";
import { bitsOfBlock } from "../../sim/reference/pcs/base-r.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { hostOf, openBench } from "./base-r-bench.ts";
import { errorColumn, expected, idleColumn, randomColumn, text } from "./base-r-columns.ts";
import { BaseRDriver } from "./base-r-driver.ts";
import { FarEnd } from "./base-r-far-end.ts";
import { longShapes, nameOf, quickShapes } from "./base-r-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const shapes = Number(process.env.LANEWRIGHT_LONG ?? "1") > 1 ? [...quickShapes, ...longShapes] : quickShapes;

const described = (many: boolean) =>
  shapes.filter(({ rateGbps }) => rateGbps >= 40 === many).map((shape) => [nameOf(shape), shape] as const);

/** Blocks of a lane after which it is locked, wherever it began. */
const toLockBlocks = 1000;

/** Runs so many blocks of every lane. */
function run(driver: BaseRDriver, host: BaseRHost, blocks: number, bitOf: (place: number) => number): void {
  const clocks = Math.ceil((blocks * bitsOfBlock) / host.pcs.derived.pcsLaneBits.value);
  for (let i = 0; i < clocks; i++) {
    driver.receive(bitOf);
    driver.cycle();
  }
}

describe.each(described(false))("one lane without FEC: %s", (_, shape) => {
  let host: BaseRHost;
  let model: Model;
  beforeAll(async () => {
    host = hostOf(shape);
    model = await openBench(host);
  });

  it("leaves out idle words, and nothing else, while the crossing runs full", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const columns = Array.from({ length: 150 }).flatMap(() => [
        ...Array.from({ length: rng.below(12) }, () => randomColumn(rng)),
        ...Array<Uint8Array>(rng.below(12)).fill(idleColumn),
      ]);
      const far = new FarEnd(rng, host, toLockBlocks, columns);
      run(driver, host, toLockBlocks - 100, far.next);
      driver.port("thin").set(1);
      run(driver, host, 20, far.next);
      driver.seen.columns.length = 0;
      run(driver, host, 100 + columns.length, far.next);
      const idle = text(idleColumn);
      const notIdle = (all: readonly Uint8Array[]): string[] => all.map(text).filter((one) => one !== idle);
      const thinned = driver.seen.columns.splice(0);
      expect(notIdle(thinned)).toEqual(notIdle(columns.map(expected)));
      const { wordBlocks } = driver.shape;
      for (let at = 0; at < thinned.length; at += wordBlocks)
        expect(notIdle(thinned.slice(at, at + wordBlocks)).length).toBeGreaterThan(0);
      expect(thinned.length).toBeLessThan(columns.length);
      driver.port("thin").set(0);
      run(driver, host, 50, far.next);
      expect(driver.seen.columns.length).toBeGreaterThan(40);
    }));

  it("loses the lock when as many headers of a window are bad as the limit says, not one fewer", () =>
    withSeed(seed, (rng) => {
      const { lockErrors, lockWindow } = host.pcs.format;
      const far = new FarEnd(rng, host, toLockBlocks + 4 * lockWindow, []);
      const start = far.at[0]!;
      const ahead = (bitsOfBlock - (start % bitsOfBlock)) % bitsOfBlock;
      /** Bad headers in a row, so many blocks behind the lock. */
      const loses = (errors: number, offset: number): boolean => {
        const driver = new BaseRDriver(model, host);
        far.at[0] = start;
        run(driver, host, toLockBlocks, far.next);
        const from = start + ahead + (toLockBlocks + 4 + offset) * bitsOfBlock;
        run(driver, host, 3 * lockWindow, (place) => {
          const at = far.at[0]! - from;
          const bad = at >= 0 && at % bitsOfBlock === 0 && at < errors * bitsOfBlock;
          return far.next(place) ^ (bad ? 1 : 0);
        });
        return driver.seen.lost > 0;
      };
      const offsets = Array.from({ length: lockWindow }, (_, at) => at);
      // windows follow each other: a burst is within one of them, or falls into two
      const every = offsets.filter((offset) => loses(lockErrors, offset)).length;
      expect(every).toBe(lockWindow - lockErrors + 1);
      expect(offsets.filter((at) => at % 16 === 0 && loses(lockErrors - 1, at))).toEqual([]);
    }));

  it("marks the first block behind the lock, whatever it is", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 6; round++) {
        const driver = new BaseRDriver(model, host);
        const columns = Array.from({ length: toLockBlocks + 100 }, () => {
          const column = Uint8Array.from(idleColumn, () => rng.below(256));
          column[0] = 0;
          return column;
        });
        run(driver, host, toLockBlocks, new FarEnd(rng, host, 0, columns).next);
        expect(text(driver.seen.columns[0]!)).toBe(text(errorColumn));
        const good = new Set(columns.map(text));
        expect(driver.seen.columns.slice(1).every((one) => good.has(text(one)))).toBe(true);
      }
    }));

  it("gives nothing out without the lock", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      run(driver, host, 2000, () => rng.below(2));
      const noise = driver.seen.columns.length;
      expect(driver.port("locked").get()).toBe(0);
      expect(noise).toBe(0);
    }));
});

describe.each(described(true))("several lanes without FEC: %s", (_, shape) => {
  let host: BaseRHost;
  let model: Model;
  beforeAll(async () => {
    host = hostOf(shape);
    model = await openBench(host);
  });

  const toLock = 4 * shape.period + toLockBlocks;

  /** Breaks bit `bit` of the markers of a place, so many in a row. */
  const breakMarkers = (far: FarEnd, place: number, bit: number, markers: number) => {
    const period = shape.period * bitsOfBlock;
    const from = Math.ceil(far.at[place]! / period) * period;
    return (one: number): number => {
      const at = far.at[one]! - from;
      const value = far.next(one);
      return one === place && at >= 0 && at % period === bit && at < markers * period ? value ^ 1 : value;
    };
  };

  it("bears three broken markers in a row, not four", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const far = new FarEnd(rng, host, toLock + 40 * shape.period, []);
      run(driver, host, toLock, far.next);
      expect(driver.port("aligned").get()).toBe(1);
      for (const bit of [0, 5, 40]) {
        run(driver, host, 5 * shape.period, breakMarkers(far, rng.below(driver.shape.lanes), bit, 3));
        expect(driver.seen.lost).toBe(0);
      }
      for (const [at, bit] of [7, 40].entries()) {
        run(driver, host, 5 * shape.period, breakMarkers(far, rng.below(driver.shape.lanes), bit, 4));
        expect(driver.seen.lost).toBe(at + 1);
        run(driver, host, 5 * shape.period, far.next);
        expect(driver.port("aligned").get()).toBe(1);
      }
      expect(
        driver.seen.columns.some((one) => text(one) !== text(idleColumn) && text(one) !== text(errorColumn)),
      ).toBe(false);
    }));

  it("tells of the lane whose parity was wrong, and of no other", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const far = new FarEnd(rng, host, toLock + 20 * shape.period, []);
      run(driver, host, toLock, far.next);
      expect(driver.seen.parity).toEqual(Array(driver.shape.lanes).fill(0));
      const wrong = Array<number>(driver.shape.lanes).fill(0);
      for (let round = 0; round < 4; round++) {
        const place = rng.below(driver.shape.lanes);
        const at = far.at[place]! + rng.range(0, 5 * bitsOfBlock);
        run(driver, host, 2 * shape.period, (one) => {
          const here = far.at[one]!;
          const bit = far.next(one);
          return one === place && here === at ? bit ^ 1 : bit;
        });
        // the parity of a marker covers that marker, but not its header's place in what is sent next
        wrong[far.order[place]!]! += 1;
      }
      run(driver, host, 40, far.next);
      for (const [lane, count] of wrong.entries()) {
        if (count === 0) expect(driver.seen.parity[lane]).toBe(0);
        else expect(driver.seen.parity[lane]).toBeGreaterThanOrEqual(count);
      }
      expect(driver.seen.lost).toBe(0);
    }));

  it("does not align lanes too far apart, nor two that are the same", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const far = new FarEnd(rng, host, toLock + 4 * shape.period, []);
      const place = rng.below(driver.shape.lanes);
      for (const one of far.at.keys()) far.at[one] = 0;
      far.at[place]! += bitsOfBlock * (host.pcs.derived.deskewWords.value + 1);
      run(driver, host, toLock, far.next);
      expect(driver.port("aligned").get()).toBe(0);
      expect(driver.port("locked").get()).toBe(2 ** driver.shape.lanes - 1);
      expect(driver.seen.columns).toEqual([]);

      const second = new BaseRDriver(model, host);
      const again = new FarEnd(rng, host, toLock + 4 * shape.period, []);
      run(second, host, toLock, again.copy(place));
      expect(second.port("aligned").get()).toBe(0);
      expect(second.port("locked").get()).toBe(2 ** driver.shape.lanes - 1);
    }));
});
