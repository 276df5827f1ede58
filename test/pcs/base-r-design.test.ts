import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { elaborateBaseR } from "../../generator/elaborate/base-r.ts";
import { baseRFormatOf, legalLaneBits } from "../../generator/elaborate/base-r-formats.ts";
import { formulaFunctions } from "../../generator/elaborate/formula-functions.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { baseRModules } from "../../generator/views/pcs/base-r-modules.ts";
import { hostOf } from "./base-r-bench.ts";
import { longShapes, nameOf, quickShapes } from "./base-r-shapes.ts";

const many = Number(process.env.LANEWRIGHT_LONG ?? "1") > 1;
const linted = many
  ? [...quickShapes, ...longShapes]
  : quickShapes.filter(({ rateGbps }) => rateGbps === 10 || rateGbps === 40);

const link = (rateGbps: number, count: number) => ({
  rateGbps,
  clockMHz: 402.83203125,
  datapathBits: 256,
  lanes: { count, gbps: rateGbps / count },
});

describe("design of a PCS without FEC", () => {
  it.each([
    [10, 1, 10.3125, 161.1328125],
    [25, 1, 25.78125, 402.83203125],
    [40, 4, 41.25, 161.1328125],
    [100, 4, 103.125, 322.265625],
    [100, 10, 103.125, 161.1328125],
  ])("%iG over %i lanes: rate of the line, clock of the lanes, formulas", (rate, count, lineGbps, clock) => {
    const pcs = elaborateBaseR(link(rate, count));
    expect(pcs?.derived.lineGbps.value).toBe(lineGbps);
    expect(pcs?.derived.laneClockMHz.value).toBeCloseTo(clock, 9);
    for (const { value, formula, inputs } of Object.values(pcs?.derived ?? {})) {
      const names = [...Object.keys(inputs), ...Object.keys(formulaFunctions)];
      const given = [...Object.values(inputs).map((one) => one.value), ...Object.values(formulaFunctions)];
      expect(new Function(...names, `return ${formula};`)(...given)).toBe(value);
    }
  });

  it("has none where the standard has none; a width of lanes may not fit", () => {
    expect(elaborateBaseR(link(400, 8))).toBeUndefined();
    expect(elaborateBaseR(link(100, 5))).toBeUndefined();
    const legal = (rate: number, count: number) => legalLaneBits(baseRFormatOf(rate)!, count);
    expect(legal(100, 4)).toEqual([20, 40, 80, 160]);
    expect(legal(40, 4)).toEqual([16, 20, 32, 40, 64, 66]);
  });
});

describe("RTL of a PCS without FEC is clean and fits 100 columns", () => {
  it.each(linted.map((shape) => [nameOf(shape), shape] as const))("%s", async (_, shape) => {
    const host = hostOf(shape);
    const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
    try {
      const files = baseRModules(host).map(([suffix, template, view]) => {
        const text = renderTemplate(`${template}.v.hbs`, view);
        for (const line of text.split("\n")) expect(/^[ -~]{0,100}$/u.test(line), line).toBe(true);
        writeFileSync(join(folder, `dut_${suffix}.v`), text);
        return `dut_${suffix}.v`;
      });
      for (const top of ["encode", "tx", "rx", "monitor", "status", "decode"])
        for (const { tool, clean, output } of await lint({ folder, top: `dut_pcs_${top}`, files }))
          expect(clean, `${tool}: ${output}`).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
