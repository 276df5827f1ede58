import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rxModules } from "../../generator/views/pcs/rx-back-modules.ts";
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
import { RxBench } from "./rx-back-stream.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
/** Times that random runs are as long as usual; shapes of long codewords are for those. */
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

const short: readonly RxShape[] = [{ rateGbps: 200, fec: "rs272", symbolsPerClock: 4, datapathBits: 256 }];
const more: readonly RxShape[] = [
  { rateGbps: 200, fec: "rs544", symbolsPerClock: 8, datapathBits: 256 },
  { rateGbps: 400, fec: "rs544", symbolsPerClock: 32, datapathBits: 1024 },
];
const shapes = long > 1 ? [...short, ...more] : short;

describe.each(shapes.map((shape) => [titleOfShape(shape), shape] as const))("pcs_rx, %s", (_, shape) => {
  const host = benchHost(shape);
  const texts = textsOf(host, rxModules(host)).filter(([name]) => !name.endsWith("idle_drop"));
  let model: Model;
  beforeAll(async () => {
    model = await openTexts("dut_pcs_rx", texts);
  });
  afterAll(() => {
    model.close();
  });

  it("corrects what can be, marks what cannot, leaves nothing of pairs that break off, counts symbols by lane", () =>
    withSeed(seed, (rng) => {
      const bench = new RxBench(model, rng, host, 3);
      const calm = { errors: 0.6, overload: 0, broken: 0, gap: 0 };
      for (let at = 0; at < 40 * long; at += 1) bench.pair(calm);
      for (let at = 0; at < 40 * long; at += 1) bench.pair({ ...calm, overload: 0.2 });
      for (let at = 0; at < 40 * long; at += 1) bench.pair({ ...calm, overload: 0.1, broken: 0.2, gap: 0.1 });
      bench.drain();
      const { bad, broken, symbols } = bench.counts;
      expect([bad, broken, symbols].every((count) => count > 0)).toBe(true);
    }));

  it.runIf(long > 1)("is clean for every linter", async () => {
    expect(await lintTexts("dut_pcs_rx", texts)).toEqual(clean);
  });
});
