import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rxBackModules } from "../../generator/views/pcs/rx-back-modules.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import {
  benchHost,
  clean,
  lintTexts,
  openTexts,
  type RxShape,
  textsOf,
  titleOfShape,
} from "./rx-back-bench.ts";
import { hollowDecoder, standInTexts } from "./rx-back-standin.ts";
import { RxBench } from "./rx-back-stream.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");
const calm = { errors: 0.5, overload: 0, broken: 0, gap: 0 };

/** Odd rows of symbols and slices of one group; even rows, padded messages, words of two slices of two groups. */
const short: readonly RxShape[] = [
  { rateGbps: 200, fec: "rs544", symbolsPerClock: 4, datapathBits: 256 },
  { rateGbps: 200, fec: "rs272", symbolsPerClock: 16, datapathBits: 1024 },
];
/** Slices of four groups; words of four slices. */
const more: readonly RxShape[] = [
  { rateGbps: 400, fec: "rs544", symbolsPerClock: 32, datapathBits: 1024 },
  { rateGbps: 400, fec: "rs544", symbolsPerClock: 8, datapathBits: 1024 },
];
const shapes = long > 1 ? [...short, ...more] : short;

describe.each(shapes.map((shape) => [titleOfShape(shape), shape] as const))(
  "pcs_rx around decoders that are told what they find, %s",
  (_, shape) => {
    const host = benchHost(shape);
    const texts = textsOf(host, rxBackModules(host)).filter(([name]) => !name.endsWith("idle_drop"));
    let model: Model;
    beforeAll(async () => {
      model = await openTexts("bench_top", [...texts, ...standInTexts(host)]);
    });
    afterAll(() => {
      model.close();
    });

    it("gives every group but the markers, descrambled, those of bad pairs marked, in its cycle", () =>
      withSeed(seed, (rng) => {
        const bench = new RxBench(model, rng, host, 3);
        for (let at = 0; at < 8; at += 1) bench.pair(calm);
        for (let at = 0; at < 25 * long; at += 1) bench.pair({ ...calm, overload: 0.2 });
        bench.drain();
        expect(bench.counts.bad).toBeGreaterThan(0);
      }));

    it("leaves nothing of pairs that break off, and marks the group behind them", () =>
      withSeed(seed, (rng) => {
        const bench = new RxBench(model, rng, host, 2);
        for (let at = 0; at < 40 * long; at += 1)
          bench.pair({ errors: 0.3, overload: 0.1, broken: 0.25, gap: 0.1 });
        bench.drain();
        expect(bench.counts.broken).toBeGreaterThan(0);
      }));

    it("trusts no pair whose markers are not where they are said to be", () =>
      withSeed(seed, (rng) => {
        const bench = new RxBench(model, rng, host, 3);
        for (let at = 0; at < 30 * long; at += 1) bench.pair({ ...calm, overload: 0.1, moved: 0.3 });
        bench.drain();
        expect(bench.counts.moved).toBeGreaterThan(0);
      }));

    it("is clean for every linter", async () => {
      expect(await lintTexts("dut_pcs_rx", [...texts, hollowDecoder(host)])).toEqual(clean);
    });
  },
);
