import { beforeAll, describe, expect, it } from "vitest";
import type { BaseRHost } from "../../generator/views/pcs/base-r-host.ts";
import type { Model } from "../../sim/driver/model.ts";
import { BaseRTransmitter, readLanes } from "../../sim/reference/pcs/base-r.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { hostOf, openBench, type Shape } from "./base-r-bench.ts";
import { type Column, errorColumn, expected, idleColumn, randomColumn, text } from "./base-r-columns.ts";
import { BaseRDriver } from "./base-r-driver.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

const short = { period: 64, berClocks: 1000 };
const quick: readonly Shape[] = [
  { rateGbps: 10, lanes: 1, width: 64, laneBits: 64, ...short },
  { rateGbps: 25, lanes: 1, width: 256, laneBits: 80, ...short },
  { rateGbps: 40, lanes: 4, width: 256, laneBits: 64, ...short },
  { rateGbps: 100, lanes: 4, width: 512, laneBits: 80, ...short },
];
const long: readonly Shape[] = [
  { rateGbps: 10, lanes: 1, width: 64, laneBits: 32, ...short },
  { rateGbps: 10, lanes: 1, width: 64, laneBits: 66, ...short },
  { rateGbps: 25, lanes: 1, width: 256, laneBits: 160, ...short },
  { rateGbps: 25, lanes: 1, width: 512, laneBits: 40, ...short },
  { rateGbps: 40, lanes: 4, width: 256, laneBits: 66, ...short },
  { rateGbps: 40, lanes: 2, width: 512, laneBits: 80, ...short },
  { rateGbps: 40, lanes: 4, width: 256, laneBits: 40, ...short },
  { rateGbps: 100, lanes: 10, width: 1024, laneBits: 64, ...short },
  { rateGbps: 100, lanes: 10, width: 1024, laneBits: 80, ...short },
  { rateGbps: 100, lanes: 4, width: 256, laneBits: 40, ...short },
  { rateGbps: 100, lanes: 4, width: 1024, laneBits: 160, ...short },
];
const shapes = process.env.LANEWRIGHT_LONG === undefined ? quick : [...quick, ...long];

const named = (shape: Shape) =>
  [`${shape.rateGbps}G, ${shape.lanes} x ${shape.laneBits} bits, MII of ${shape.width}`, shape] as const;

describe.each(shapes.map(named))("PCS without FEC: %s", (_, shape) => {
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

  /** What the far end sends: idle at first, then `columns`; each lane begins somewhere, at a place of its own. */
  const farEnd = (rng: Rng, before: number, columns: readonly Column[]) => {
    const lanes = pcsLanes();
    const far = new BaseRTransmitter({ lanes, period: shape.period }, BigInt(rng.next()) | 1n);
    const send = (column: Column) => far.send(column.subarray(1), column[0]!);
    for (let i = 0; i < before * lanes; i++) send(idleColumn);
    for (const column of columns) send(column);
    for (let i = 0; i < 3 * shape.period * lanes; i++) send(idleColumn);
    const order = Array.from({ length: lanes }, (_, lane) => lane);
    for (let i = lanes - 1; i > 0; i--) {
      const j = rng.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    // the skew that the queues of the deskew are made for, less the drift that they leave room for
    const skew = lanes > 1 ? block * (host.pcs.derived.deskewWords.value - 4) : block;
    const at = order.map(() => rng.below(skew));
    const streams = order.map((lane) => far.lanes[lane]!.bits);
    return { order, at, streams, bitOf: (place: number) => streams[place]![at[place]!++]! };
  };

  const enoughToLock = () => 4 * shape.period + 700;

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
          driver.receive(far.bitOf);
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
      const slipAt = clocks(enoughToLock());
      for (let i = 0; i < clocks(before + 3 * shape.period); i++) {
        if (i === slipAt) {
          expect(driver.port("aligned").get()).toBe(1);
          far.at[rng.below(pcsLanes())]! += 1;
        }
        if (i === slipAt + clocks(1200)) driver.seen.columns.length = 0;
        driver.receive(far.bitOf);
        driver.cycle();
      }
      expect(driver.seen.lost).toBe(1);
      expect(driver.port("aligned").get()).toBe(1);
      const got = withoutIdle(driver.seen.columns);
      if (got[0] === text(errorColumn)) got.shift();
      expect(got).toEqual(withoutIdle(columns.map(expected)));
    }));

  it("counts bad sync headers, marks their blocks, and knows a rate that is too high", () =>
    withSeed(seed, (rng) => {
      const driver = new BaseRDriver(model, host);
      const before = enoughToLock();
      const far = farEnd(rng, before + 6000, []);
      const run = (blocks: number, each: (place: number) => number) => {
        for (let i = 0; i < clocks(blocks); i++) {
          driver.receive(each);
          driver.cycle();
        }
      };
      run(before, far.bitOf);
      driver.seen.columns.length = 0;
      const { berErrors, lockErrors, lockWindow } = host.pcs.format;
      /** Breaks a sync header of every so many on these lanes; gives how many. */
      const broken = (blocks: number, every: number, lanes: readonly number[]): number => {
        let count = 0;
        const from = far.at.map((at) => at + ((block - (at % block)) % block));
        run(blocks, (place) => {
          const at = far.at[place]! - from[place]!;
          const bit = far.bitOf(place);
          if (!lanes.includes(place) || at < 0 || at % (every * block) !== 0) return bit;
          count += 1;
          return bit ^ 1;
        });
        run(20, far.bitOf);
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

      const window = (shape.berClocks * host.pcs.derived.pcsLaneBits.value) / block;
      const every = Math.ceil(lockWindow / (lockErrors - 1)) + 1;
      expect((window / every) * pcsLanes()).toBeGreaterThan(berErrors + 10);
      broken(2 * window, every, [...far.at.keys()]);
      expect(driver.port("hi_ber").get()).toBe(1);
      expect(driver.seen.lost).toBe(0);
      run(2 * window + 10, far.bitOf);
      expect(driver.port("hi_ber").get()).toBe(0);
    }));
});
