import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { cqWriterModules } from "../../generator/views/nic/cq-writer.ts";
import { mrTableModules } from "../../generator/views/nic/mr-table.ts";
import { qpStateModules } from "../../generator/views/nic/qp-state.ts";
import { nicRegisterModules } from "../../generator/views/nic/registers.ts";
import { benchNic, type NicBenchOptions } from "./nic-bench.ts";

const blocks: Readonly<Record<string, (design: NicDesign) => readonly ModuleFile[]>> = {
  nic_mr_table: mrTableModules,
  nic_qp_state: qpStateModules,
  nic_cq_writer: cqWriterModules,
  nic_registers: nicRegisterModules,
};

/** The largest: every index has all of its bits. */
const cases: readonly NicBenchOptions[] = [
  {
    ...{ queuePairs: 16_384, completionQueues: 16_384, memoryRegions: 65_536, memoryProtection: "secded" },
    ...{ sharedReceiveQueues: 4096, pushBytes: 64 },
  },
];

describe("tables of an adapter are clean and fit 100 columns", () => {
  it.each(cases.flatMap((options) => Object.keys(blocks).map((top) => [top, options] as const)))(
    "%s, %j",
    { timeout: 180_000 },
    async (top, options) => {
      const design = benchNic(options);
      const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
      try {
        const files = blocks[top]!(design).map(([suffix, template, view]) => {
          const text = renderTemplate(`${template}.v.hbs`, view);
          for (const line of template.startsWith("nic/") ? text.split("\n") : [])
            expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
          const name = `${moduleName(design, suffix)}.v`;
          writeFileSync(join(folder, name), text);
          return name;
        });
        for (const { tool, clean, output } of await lint({ folder, top: moduleName(design, top), files }))
          expect(clean, `${tool}: ${output}`).toBe(true);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
