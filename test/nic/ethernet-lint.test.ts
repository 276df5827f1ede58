import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import { ethModules } from "../../generator/views/eth/index.ts";
import { congestionModules } from "../../generator/views/nic/congestion.ts";
import { coreModules } from "../../generator/views/nic/core.ts";
import { benchNic, type NicBenchOptions } from "./nic-bench.ts";

const frame = "ethernet" as const;
/** Every width, both protections, the fewest queue pairs and the most. */
const cases: readonly NicBenchOptions[] = [
  { frame, bits: 128, mtuBytes: 4096, memoryProtection: "secded" },
  { frame, bits: 256, mtuBytes: 256, queuePairs: 16_384 },
  { frame, bits: 512, mtuBytes: 1024, queuePairs: 64, memoryProtection: "secded" },
  { frame, bits: 1024, mtuBytes: 4096, queuePairs: 1024 },
  { frame, bits: 128, mtuBytes: 4096, datagrams: "ud", sharedReceiveQueues: 4, memoryProtection: "secded" },
  { frame, bits: 256, mtuBytes: 256, datagrams: "ud" },
  { frame, bits: 512, mtuBytes: 256, datagrams: "ud", queuePairs: 16_384 },
  { frame, bits: 1024, mtuBytes: 4096, datagrams: "ud", queuePairs: 64 },
  { frame: "infiniband", congestion: "dcqcn", bits: 128 },
];

describe.skipIf(process.env.LANEWRIGHT_LONG === undefined)(
  "Ethernet and congestion control are clean",
  () => {
    it.each(cases)("%j", { timeout: 300_000 }, async (options) => {
      const design = benchNic(options);
      for (const modules of [
        congestionModules(design),
        ...(options.frame === frame ? [ethModules(design)] : []),
        ...(options.datagrams === "ud" ? [coreModules(design)] : []),
      ]) {
        const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
        try {
          const files = modules.map(([suffix, template, view]) => {
            const name = moduleName(design, suffix);
            writeFileSync(join(folder, `${name}.v`), renderTemplate(`${template}.v.hbs`, view));
            return `${name}.v`;
          });
          const results = await lint({ folder, top: files.at(-1)!.slice(0, -2), files });
          for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }
    });
  },
);
