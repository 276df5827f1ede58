import { beforeAll, describe, expect, it } from "vitest";
import type { BaseRHost } from "../../generator/views/pcs/base-r-host.ts";
import type { Model } from "../../sim/driver/model.ts";
import { readLanes } from "../../sim/reference/pcs/base-r.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { hostOf, openBench } from "./base-r-bench.ts";
import { type Column, errorColumn, expected, idleColumn, randomColumn, text } from "./base-r-columns.ts";
import { BaseRDriver } from "./base-r-driver.ts";
import { FarEnd } from "./base-r-far-end.ts";
import { longShapes, nameOf, quickShapes } from "./base-r-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

const shapes = Number(process.env.LANEWRIGHT_LONG ?? "1") > 1 ? [...quickShapes, ...longShapes] : quickShapes;

describe.each(shapes.map((shape) => [nameOf(shape), shape] as const))("PCS without FEC: %s", (_, shape) => {
  let host: BaseRHost;
  let model: Model;
  beforeAll(async () => {
    host = hostOf(shape);
    model = await openBench(host);
  });

  const pcsLanes = () => host.pcs.format.pcsLanes;
  const block = 66;
  /** Clocks in which every PCS lane carries so many blocks. */
  const clocks = (blocks: number) => Math.ceil((blocks * block) / host.pcs.derived.pcsLaneBits.value);

  const farEnd = (rng: Rng, before: number, columns: readonly Column[]) =>
    new FarEnd(rng, host, before, columns);

  const enoughToLock = () => 4 * shape.period + 1000;

  const withoutIdle = (columns: readonly Column[]): string[] =>
    columns.map(text).filter((one) => one !== text(idleColumn));

  it("sends what the model reads: blocks, deal, markers, parity", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const columns = Array.from({ length: 5 * shape.period * pcsLanes() }, () => randomColumn(rng));
      driver.queue.push(...columns);
      const cycles = clocks(6 * shape.period) + 40;
      for (let i = 0; i < cycles; i++) driver.cycle(i >= 12);
      const read = readLanes(
        driver.sent.map((bits) => Uint8Array.from(bits)),
        shape,
      );
      const sent = withoutIdle(columns.map(expected));
      const got = withoutIdle(read.columns).slice(0, -1);
      // the recording begins within the stream
      const from = sent.findIndex((_, at) => [5, 6, 7].every((more) => sent[at + more - 5] === got[more]));
      expect(from).toBeGreaterThanOrEqual(0);
      const rest = sent.slice(from);
      const length = Math.min(rest.length, got.length - 5);
      expect(length).toBeGreaterThan(2 * shape.period * pcsLanes());
      expect(got.slice(5, 5 + length)).toEqual(rest.slice(0, length));
      expect(read.parityErrors).toBe(0);
      expect(driver.seen.underruns).toBe(0);
      if (pcsLanes() > 1) {
        expect(read.numbers).toEqual(Array.from({ length: pcsLanes() }, (_, lane) => lane));
        expect(read.markers).toBeGreaterThanOrEqual(4 * pcsLanes());
      }
    }));

  it("reads what the model sends, whatever the order and skew of the lanes", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 3; round++) {
        const driver = new BaseRDriver(model, host);
        const columns = Array.from({ length: 3 * shape.period * pcsLanes() }, () => randomColumn(rng));
        const before = enoughToLock();
        const far = farEnd(rng, before, columns);
        for (let i = 0; i < clocks(before + 5 * shape.period); i++) {
          driver.receive(far.next);
          driver.cycle();
        }
        expect(driver.port("aligned").get()).toBe(1);
        const got = withoutIdle(driver.seen.columns);
        // behind the gap, the first block is marked
        expect(got.shift()).toBe(text(errorColumn));
        expect(got).toEqual(withoutIdle(columns.map(expected)));
        expect([driver.seen.headers, driver.seen.lost, driver.seen.overruns]).toEqual([0, 0, 0]);
        expect(driver.seen.parity.every((one) => one === 0)).toBe(true);
        if (pcsLanes() > 1) expect(driver.seen.markers).toBeGreaterThan(2);
        expect(driver.port("hi_ber").get()).toBe(0);
      }
    }));

  it("finds its way back after a bit slip", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const before = 3 * enoughToLock();
      const columns = Array.from({ length: shape.period * pcsLanes() }, () => randomColumn(rng));
      const far = farEnd(rng, before, columns);
      // several lanes: within the first window of block lock, whose end would begin the count of bad headers anew
      const slipAt = clocks(pcsLanes() > 1 ? 800 : enoughToLock());
      for (let i = 0; i < clocks(before + 3 * shape.period); i++) {
        if (i === slipAt) {
          expect(driver.port("aligned").get()).toBe(1);
          far.at[rng.below(pcsLanes())]! += 1;
        }
        // the blocks are lost before the fourth marker in a row is missing
        if (i === slipAt + clocks(185)) expect(driver.seen.lost).toBe(1);
        if (i === slipAt + clocks(1200)) driver.seen.columns.length = 0;
        driver.receive(far.next);
        driver.cycle();
      }
      expect(driver.seen.lost).toBe(1);
      expect(driver.port("aligned").get()).toBe(1);
      const [got, sent] = [withoutIdle(driver.seen.columns), withoutIdle(columns.map(expected))];
      // behind the gap, the first block may be marked; what was sent may begin with an error as well
      if (got.length > sent.length) expect(got.shift()).toBe(text(errorColumn));
      expect(got).toEqual(sent);
    }));

  it("counts bad sync headers, marks their blocks, and knows a rate that is too high", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const before = enoughToLock();
      const window = (shape.berClocks * host.pcs.derived.pcsLaneBits.value) / block;
      const far = farEnd(rng, before + 500 + Math.ceil(4.5 * window), []);
      const run = (blocks: number, each: (place: number) => number) => {
        for (let i = 0; i < clocks(blocks); i++) {
          driver.receive(each);
          driver.cycle();
        }
      };
      run(before, far.next);
      driver.seen.columns.length = 0;
      const { berErrors, lockErrors, lockWindow } = host.pcs.format;
      /** Breaks a sync header of every so many on these lanes; gives how many. */
      const broken = (blocks: number, every: number, lanes: readonly number[]): number => {
        let count = 0;
        const from = far.at.map((at) => at + ((block - (at % block)) % block));
        run(blocks, (place) => {
          const at = far.at[place]! - from[place]!;
          const bit = far.next(place);
          if (!lanes.includes(place) || at < 0 || at % (every * block) !== 0) return bit;
          count += 1;
          return bit ^ 1;
        });
        // the last lane comes up to the depth of the deskew behind the first one
        run(60, far.next);
        return count;
      };
      const few = broken(200, 50, [rng.below(pcsLanes())]);
      expect(few).toBeGreaterThan(2);
      const errors = driver.seen.columns.filter((one) => text(one) === text(errorColumn)).length;
      // those of markers are not in the columns
      expect(errors).toBeLessThanOrEqual(few);
      expect(errors).toBeGreaterThanOrEqual(few - (pcsLanes() > 1 ? 200 / shape.period + 1 : 0));
      expect(driver.seen.headers).toBe(errors);
      expect(driver.port("hi_ber").get()).toBe(0);

      const every = Math.ceil(lockWindow / (lockErrors - 1)) + 1;
      expect((window / every) * pcsLanes()).toBeGreaterThan(berErrors + 2);
      broken(2 * window, every, [...far.at.keys()]);
      expect(driver.port("hi_ber").get()).toBe(1);
      expect(driver.seen.lost).toBe(0);
      run(2 * window + 10, far.next);
      expect(driver.port("hi_ber").get()).toBe(0);
    }));
});
