import { beforeAll, describe, expect, it } from "vitest";
import { fec91Sizes } from "../../generator/views/pcs/fec91-host.ts";
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import { frontSizes } from "../../generator/views/pcs/rx-front-sizes.ts";
import { LaneChannel } from "../../sim/bfm/lanes.ts";
import type { Model } from "../../sim/driver/model.ts";
import { Fec91Transmitter, markerGroupsOf, readFec91 } from "../../sim/reference/pcs/fec91.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { type Column, errorColumn, expected, idleColumn, randomColumn, text } from "./base-r-columns.ts";
import { Fec91Driver, hostOf, openBench, referenceShape, type Shape, titleOf } from "./fec91-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

const quick: readonly Shape[] = [
  { rateGbps: 100, fec: "rs528", lanes: 4, width: 512, symbols: 8, period: 5 },
];
const long: readonly Shape[] = [
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 64, symbols: 4, period: 4 },
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 256, symbols: 8, period: 4 },
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 256, symbols: 6, period: 7 },
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 512, symbols: 16, period: 4 },
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 256, symbols: 24, period: 4 },
  { rateGbps: 100, fec: "rs528", lanes: 4, width: 256, symbols: 16, period: 4 },
  { rateGbps: 100, fec: "rs528", lanes: 4, width: 512, symbols: 12, period: 4 },
  { rateGbps: 100, fec: "rs528", lanes: 4, width: 256, symbols: 24, period: 5 },
  { rateGbps: 100, fec: "rs544", lanes: 4, width: 512, symbols: 16, period: 4 },
  { rateGbps: 100, fec: "rs544", lanes: 2, width: 1024, symbols: 16, period: 6 },
];
const shapes = process.env.LANEWRIGHT_LONG === undefined ? quick : [...quick, ...long];

describe.each(shapes.map((shape) => [titleOf(shape), shape] as const))("RS-FEC: %s", (_, shape) => {
  let host: PcsHost;
  let model: Model;
  beforeAll(async () => {
    host = hostOf(shape);
    model = await openBench(host);
  }, 120_000);

  const reference = () => referenceShape(host);
  const words = () => fec91Sizes(host).words;
  const correctable = () => host.pcs.derived.correctableSymbols.value;
  /** Codewords until all lanes are surely locked, and from the lanes to the MII. */
  const lockCodewords = () => 4 * shape.period;
  const drainCodewords = () => {
    const { decoderCycles } = host.pcs.derived;
    return Math.ceil((decoderCycles.value + frontSizes(host).skewWords + 40) / words()) + 3;
  };

  /** Columns that fill so many codewords from the beginning, markers left room for. */
  const columnsOf = (codewords: number): number => {
    const marked = Math.ceil(codewords / shape.period);
    return 4 * (20 * codewords - marked * markerGroupsOf(reference()));
  };

  const randomColumns = (rng: Rng, count: number): Column[] =>
    Array.from({ length: count }, () => randomColumn(rng));

  /** What the columns of a far end that sent `columns` come out as, codewords of `bad` lost. */
  const wanted = (far: Fec91Transmitter, columns: readonly Column[], bad: ReadonlySet<number>): string[] =>
    columns.map((column, at) => {
      const codeword = far.codewordOf[at]!;
      const behind = bad.has(codeword - 1) && far.codewordOf[at - 4] !== codeword;
      return text(bad.has(codeword) || behind ? errorColumn : expected(column));
    });

  /** Holds what came against what was sent from some codeword on; gives the codeword. */
  const expectFromCodeword = (
    got: readonly Column[],
    far: Fec91Transmitter,
    sent: readonly string[],
    least: number,
  ): number => {
    const came = got.map(text);
    expect(came.length).toBeGreaterThan(least);
    // behind a gap the first group is marked
    expect(came.slice(0, 4)).toEqual(Array(4).fill(text(errorColumn)));
    for (let from = 0; from < sent.length; from++) {
      if (from > 0 && far.codewordOf[from - 1] === far.codewordOf[from]) continue;
      if (came.slice(4, 40).every((one, at) => one === sent[from + 4 + at])) {
        expect(came.slice(4)).toEqual(sent.slice(from + 4, from + came.length));
        return far.codewordOf[from]!;
      }
    }
    throw new Error("what came was not sent");
  };

  /** A far end over lanes in some order, each begun somewhere. */
  const farEnd = (rng: Rng, columns: readonly Column[]) => {
    const { lanes } = reference();
    const far = new Fec91Transmitter(reference(), BigInt(rng.next()) | 1n);
    for (const column of columns) far.send(column.subarray(1), column[0]!);
    const order = Array.from({ length: lanes }, (_, lane) => lane);
    for (let i = lanes - 1; i > 0; i--) {
      const j = rng.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const { skewWords, B } = frontSizes(host);
    const at = order.map(() => rng.below(B * (skewWords - 1)));
    const streams = order.map((lane) => far.lanes[lane]!.bits);
    const left = () => Math.min(...streams.map((bits, place) => bits.length - at[place]!));
    return { far, order, at, left, bitOf: (place: number) => streams[place]![at[place]!++]! };
  };

  it("sends what the model reads: transcoding, markers, parity, lanes", () =>
    withSeed(seed, (rng) => {
      const driver = new Fec91Driver(model, host);
      const columns = randomColumns(rng, columnsOf(5 * shape.period));
      driver.queue.push(...columns);
      for (let i = 0; i < 5 * shape.period * words(); i++) driver.cycle(true);
      const read = readFec91(
        driver.sent.map((bits) => Uint8Array.from(bits)),
        reference(),
      );
      expect(read.numbers).toEqual(Array.from({ length: reference().lanes }, (_, lane) => lane));
      expect(read.markers).toBe(Math.ceil(read.codewords / shape.period));
      expect(read.codewords).toBeGreaterThanOrEqual(5 * shape.period - 1);
      expect([read.corrected, read.uncorrectable, driver.seen.underruns]).toEqual([0, 0, 0]);
      const got = read.columns.map(text);
      const sent = columns.map((column) => text(expected(column)));
      // the model knows nothing of the first four; words of error blocks may stand in front
      const start = got.findIndex((one, at) => at >= 4 && one !== text(errorColumn));
      const from = sent.findIndex((_, at) =>
        got.slice(start, start + 20).every((one, more) => one === sent[at + more]),
      );
      expect(from).toBeGreaterThanOrEqual(0);
      expect(from).toBeLessThan(12);
      const length = Math.min(got.length - start, sent.length - from);
      expect(length).toBeGreaterThan(columnsOf(4 * shape.period));
      expect(got.slice(start, start + length)).toEqual(sent.slice(from, from + length));
    }));

  it("reads what the model sends: any order and skew, errors corrected, codewords with more of them marked", () =>
    withSeed(seed, (rng) => {
      for (let round = 0; round < 2; round++) {
        const driver = new Fec91Driver(model, host);
        const codewords = lockCodewords() + 40;
        const columns = randomColumns(rng, columnsOf(codewords));
        const { far, order, left, bitOf } = farEnd(rng, columns);
        const { lanes, symbols } = reference();
        const bad = new Set<number>();
        const [wrong, hits] = [Array<number>(lanes).fill(0), new Set<number>()];
        for (let codeword = lockCodewords(); codeword < far.codewords - drainCodewords(); codeword++) {
          const count = rng.chance(0.3)
            ? 0
            : rng.chance(0.75)
              ? rng.range(1, correctable())
              : rng.range(correctable() + 1, 60);
          if (count > correctable()) bad.add(codeword);
          else if (count > 0) hits.add(codeword);
          const places = new Set<number>();
          while (places.size < count) places.add(rng.below(symbols));
          for (const place of places) {
            const bits = far.lanes[place % lanes]!.bits;
            const at = 10 * ((codeword * symbols) / lanes + Math.floor(place / lanes));
            const change = 1 + rng.below(1023);
            for (let bit = 0; bit < 10; bit++) bits[at + bit]! ^= (change >> bit) & 1;
            if (count <= correctable()) wrong[place % lanes]! += 1;
          }
        }
        while (left() > driver.split.bits) {
          driver.receive(bitOf);
          driver.cycle();
        }
        expect(driver.port("aligned").get()).toBe(1);
        const first = expectFromCodeword(driver.seen.columns, far, wanted(far, columns, bad), columnsOf(30));
        expect(first).toBeLessThan(lockCodewords());
        expect([driver.seen.lost, driver.seen.overruns]).toEqual([0, 0]);
        expect(driver.seen.uncorrectable).toBe(bad.size);
        expect(driver.seen.corrected).toBe(hits.size);
        expect(driver.seen.symbols).toEqual(wrong);
        const numbers = order.map(
          (_, place) => (Number(driver.port("lane_of").getBig()) >> (4 * place)) & 15,
        );
        expect(numbers).toEqual(order);
      }
    }));

  it("keeps a link over lanes with bit errors and bursts", () =>
    withSeed(seed, (rng) => {
      const driver = new Fec91Driver(model, host);
      const { lanes } = reference();
      const lineBits = host.pcs.derived.lineBits.value;
      const channel = new LaneChannel({
        pcsLanes: lanes,
        lanes: shape.lanes,
        lineBits,
        seed: rng.below(1 << 30),
        ber: 5e-5,
        delayBits: Array.from({ length: shape.lanes }, () => rng.below(300)),
        order: Array.from({ length: shape.lanes }, (_, at) => (at + 1) % shape.lanes),
      });
      const columns = randomColumns(rng, columnsOf(lockCodewords() + drainCodewords() + 50));
      driver.queue.push(...columns);
      const run = (codewords: number): void => {
        for (let i = 0; i < codewords * words(); i++) {
          channel.push(driver.port("tx_lane").bytes);
          channel.pull(driver.port("rx_lane").bytes);
          driver.cycle();
        }
      };
      run(lockCodewords() + drainCodewords());
      expect(driver.port("aligned").get()).toBe(1);
      // as long as t symbols may be wrong, less those that the bit errors take
      for (let burst = 0; burst < 10; burst++) {
        channel.burstNow(rng.below(shape.lanes), 10 * (correctable() - 5));
        run(4);
      }
      const sent = columns.map((column) => text(expected(column)));
      const got = driver.seen.columns.map(text);
      const from = sent.findIndex((_, at) => got.slice(4, 40).every((one, more) => one === sent[at + more]));
      expect(from).toBeGreaterThanOrEqual(0);
      expect(got.length).toBeGreaterThan(columnsOf(35));
      expect(got.slice(4)).toEqual(sent.slice(from, from + got.length - 4));
      expect([driver.seen.uncorrectable, driver.seen.underruns, driver.seen.lost]).toEqual([0, 0, 0]);
      expect(driver.seen.corrected).toBeGreaterThan(5);
    }));

  it("finds its way back: a lane that slips, a restart", () =>
    withSeed(seed, (rng) => {
      const driver = new Fec91Driver(model, host);
      const codewords = 3 * lockCodewords() + 9 * shape.period;
      const columns = randomColumns(rng, columnsOf(codewords));
      const { far, at, left, bitOf } = farEnd(rng, columns);
      const slipAt = lockCodewords() * words();
      for (let i = 0; left() > driver.split.bits + 1; i++) {
        if (i === slipAt) {
          expect(driver.port("aligned").get()).toBe(1);
          at[rng.below(at.length)]! += 1;
        }
        // the one that slipped has missed five markers
        if (i === slipAt + 7 * shape.period * words()) {
          expect(driver.seen.lost).toBe(1);
          expect(driver.seen.uncorrectable).toBeGreaterThan(3 * shape.period);
        }
        const restart = i === slipAt + (7 * shape.period + lockCodewords()) * words();
        if (restart) expect(driver.port("aligned").get()).toBe(1);
        driver.port("restart").set(Number(restart));
        driver.receive(bitOf);
        driver.cycle();
        // the last stages are empty by then, and the lanes far from locked again
        if (i === slipAt + (7 * shape.period + lockCodewords()) * words() + 40) {
          expect(driver.port("aligned").get()).toBe(0);
          driver.seen.columns.length = 0;
        }
      }
      expect(driver.seen.lost).toBe(2);
      expectFromCodeword(driver.seen.columns, far, wanted(far, columns, new Set()), columnsOf(shape.period));
    }));

  it("leaves out idle words, and nothing else, while the crossing runs full", () =>
    withSeed(seed, (rng) => {
      const driver = new Fec91Driver(model, host);
      const columns = Array.from({ length: columnsOf(lockCodewords() + 20) }, () =>
        rng.chance(0.02) ? randomColumn(rng) : idleColumn,
      );
      const { far, left, bitOf } = farEnd(rng, columns);
      driver.port("thin").set(1);
      while (left() > driver.split.bits) {
        driver.receive(bitOf);
        driver.cycle();
      }
      const got = driver.seen.columns.slice(4).map(text);
      const idle = text(idleColumn);
      const rest = got.filter((one) => one !== idle);
      const sent = wanted(far, columns, new Set()).filter((one) => one !== idle);
      expect(got.length).toBeLessThan(columnsOf(18));
      expect(rest.length).toBeGreaterThan(10);
      const from = sent.findIndex((_, at) => rest.slice(0, 8).every((one, more) => one === sent[at + more]));
      expect(from).toBeGreaterThanOrEqual(0);
      expect(rest).toEqual(sent.slice(from, from + rest.length));
    }));
});
