import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import { routeLookupModules } from "../../generator/views/switch/route-lookup.ts";
import { memoryCells } from "./memory-cells.ts";
import { benchSwitch, type SwitchBenchOptions, titleOfSwitch } from "./switch-bench.ts";

/** The smallest and the largest switch, tables of odd sizes, and none for multicast. */
const cases: readonly SwitchBenchOptions[] = [
  { bits: 128, ports: 2, lanes: 1, memoryProtection: "secded", tables: { multicastEntries: 0 } },
  { bits: 64, ports: 4 },
  { bits: 512, ports: 3, lanes: 2, tables: { unicastEntries: 192, multicastEntries: 1, partitionKeys: 1 } },
  { bits: 256, ports: 16, lanes: 15, memoryProtection: "secded" },
  {
    ...{ bits: 1024, ports: 80, lanes: 8, memoryProtection: "secded" },
    tables: { unicastEntries: 49152, multicastEntries: 16384, partitionKeys: 32 },
  },
];

const textsOf = (design: SwitchDesign): readonly (readonly [name: string, text: string])[] =>
  routeLookupModules(design).map(
    ([suffix, template, view]) =>
      [moduleName(design, suffix), renderTemplate(`${template}.v.hbs`, view)] as const,
  );

describe("the routing of a switch is clean and fits 100 columns", () => {
  it.each(cases.map((one) => [titleOfSwitch(one), one] as const))(
    "%s",
    { timeout: 120_000 },
    async (_, one) => {
      const texts = textsOf(benchSwitch(one));
      const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
      try {
        for (const [name, text] of texts) {
          writeFileSync(join(folder, `${name}.v`), text);
          for (const line of text.split("\n"))
            expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
        }
        const files = texts.map(([name]) => `${name}.v`);
        const results = await lint({ folder, top: "dut_route_lookup", files });
        for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe("forwarding tables infer block RAM", () => {
  const design = benchSwitch({ ports: 8, memoryProtection: "secded", tables: { unicastEntries: 1024 } });
  const source = textsOf(design)
    .map(([, text]) => text)
    .join("\n");

  it.each(["unicast_table", "multicast_table"])("%s", { timeout: 60_000 }, async (suffix) => {
    expect(await memoryCells(source, moduleName(design, suffix))).toEqual({ block: true, other: 0 });
  });
});
