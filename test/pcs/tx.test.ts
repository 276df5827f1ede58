import { describe, expect, it } from "vitest";
import { legalSymbolsPerClock, pcsFormats } from "../../generator/elaborate/pcs-formats.ts";
import { txShape } from "../../generator/views/pcs/tx-shape.ts";
import { freshSeed, parseSeed, Rng, seedText } from "../../sim/traffic/rng.ts";
import { long, openTxModule, titleOfTx, txHost, txShapes } from "./tx-bench.ts";
import { TxLineBench } from "./tx-line-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** Clocks from a slice to its word on the lanes. */
const latency = 7;

describe.each(txShapes.map((shape) => [titleOfTx(shape), shape] as const))("pcs_tx, %s", (_, shape) => {
  it.each([
    ["words without a gap", 0],
    ["words that are late", 0.3],
  ] as const)("sends what the reference sends: %s", { timeout: 300_000 }, async (__, gaps) => {
    const host = txHost(shape);
    const bench = new TxLineBench(await openTxModule(host, "pcs_tx"), host, new Rng(seed), latency);
    const { pairs, underruns } = bench.run(8 * long, gaps);
    expect(pairs, `seed ${seedText(seed)}`).toBe(8 * long);
    if (gaps === 0) expect(underruns).toBe(0);
    else expect(underruns).toBeGreaterThan(5);
  });
});

describe.runIf(long > 1)("markers as far apart as the standard has them", () => {
  it("come again after 4096 pairs of codewords", { timeout: 600_000 }, async () => {
    const host = txHost({ rateGbps: 400, bits: 1024, symbols: 32, lanes: 4 });
    expect(host.pcs.derived.markerPeriodCodewords.value).toBe(4096);
    const bench = new TxLineBench(await openTxModule(host, "pcs_tx"), host, new Rng(seed), latency);
    expect(bench.run(4098, 0).pairs).toBe(4098);
  });
});

describe("slices of groups", () => {
  const cases = pcsFormats.flatMap((format) =>
    legalSymbolsPerClock(format).flatMap((symbols) =>
      [64, 256, 1024, 2048].map((bits) => ({ format, symbols, bits })),
    ),
  );

  it("come out even for every format, width and number of symbols", () => {
    for (const { format, symbols, bits } of cases) {
      const { rateGbps, fec } = format;
      if (fec !== "rs544" && fec !== "rs272") throw new RangeError(fec);
      const rate = rateGbps === 400 ? 400 : 200;
      const host = txHost({ rateGbps: rate, fec, bits, symbols, lanes: 4 });
      const { takes, slices, mostLeft, sliceBits } = txShape(host);
      expect(takes.length).toBe(slices);
      expect(mostLeft).toBeLessThan(sliceBits);
    }
    expect(cases.length).toBeGreaterThan(40);
  });
});
