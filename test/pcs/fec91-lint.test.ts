import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { elaborateFec91, fec91RulesOf } from "../../generator/elaborate/fec91.ts";
import {
  fec91Formats,
  fec91LaneCounts,
  fec91SymbolsPerClock,
} from "../../generator/elaborate/fec91-formats.ts";
import { lint } from "../../generator/lint/index.ts";
import { hostOf, type Shape, textsOf, titleOf } from "./fec91-bench.ts";

const quick: readonly Shape[] = [
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 64, symbols: 4, period: 1024 },
];
const long: readonly Shape[] = [
  { rateGbps: 100, fec: "rs528", lanes: 4, width: 512, symbols: 8, period: 4096 },
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 256, symbols: 2, period: 4 },
  { rateGbps: 25, fec: "rs528", lanes: 1, width: 512, symbols: 24, period: 4 },
  { rateGbps: 100, fec: "rs528", lanes: 4, width: 256, symbols: 24, period: 4 },
  { rateGbps: 100, fec: "rs544", lanes: 2, width: 1024, symbols: 16, period: 4096 },
];
const shapes = process.env.LANEWRIGHT_LONG === undefined ? quick : [...quick, ...long];

describe("the PCS with RS-FEC is clean and fits 100 columns", () => {
  const cases = shapes.flatMap((shape) =>
    ["pcs_tx", "pcs_rx"].map((top) => [`${top}, ${titleOf(shape)}`, shape, top] as const),
  );

  it.each(cases)("%s", { timeout: 120_000 }, async (_, shape, top) => {
    const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
    try {
      const texts = textsOf(hostOf(shape));
      for (const [name, text] of texts) {
        writeFileSync(join(folder, `${name}.v`), text);
        for (const line of text.split("\n"))
          expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
      }
      const results = await lint({ folder, top: `dut_${top}`, files: texts.map(([name]) => `${name}.v`) });
      for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the numbers of a PCS with RS-FEC", () => {
  const link = { clockMHz: 402.83, datapathBits: 512 };
  const of = (rateGbps: number, count: number, fec: "rs528" | "rs544" | "rs272", symbolsPerClock?: number) =>
    elaborateFec91(
      { ...link, rateGbps, lanes: { count, gbps: rateGbps / count }, fec },
      symbolsPerClock === undefined ? {} : { symbolsPerClock },
    );

  it("keeps the rate of the lanes with 528 symbols, and makes it 17/16 of the MAC's with 544", () => {
    expect(of(25, 1, "rs528")?.derived.lineGbps.value).toBeCloseTo(25 * (33 / 32), 9);
    expect(of(100, 4, "rs528")?.derived.lineGbps.value).toBeCloseTo(100 * (33 / 32), 9);
    expect(of(100, 2, "rs544")?.derived.lineGbps.value).toBeCloseTo(100 * (17 / 16), 9);
    expect(of(25, 1, "rs528", 8)?.derived.laneClockMHz.value).toBeCloseTo(322.265625, 9);
  });

  it("puts markers where the clauses do: 1024 and 4096 codewords", () => {
    expect(of(25, 1, "rs528")?.derived.markerPeriodCodewords.value).toBe(1024);
    expect(of(100, 4, "rs528")?.derived.markerPeriodCodewords.value).toBe(4096);
  });

  it("knows what there is not", () => {
    expect(of(40, 4, "rs528")).toBeUndefined();
    expect(of(25, 1, "rs544")).toBeUndefined();
    expect(of(100, 2, "rs528")).toBeUndefined();
  });

  it("takes words of whole symbols of every lane, no longer than a group, that codewords begin", () => {
    expect(fec91Formats.map((format) => fec91SymbolsPerClock(format))).toEqual([
      [2, 3, 4, 6, 8, 11, 12, 16, 22, 24],
      [4, 8, 12, 16, 24],
      [4, 8, 16],
    ]);
  });

  it("has symbols in a clock that its default is one of, for every format", () => {
    for (const format of fec91Formats) {
      const counts = fec91LaneCounts(format);
      const design = of(format.rateGbps, counts[0]!, format.fec as "rs528");
      expect(fec91SymbolsPerClock(format)).toContain(design?.derived.symbolsPerClock.value);
      expect(fec91RulesOf(format).map(({ id }) => id)).toEqual(Object.keys(design?.derived ?? {}));
    }
  });
});
