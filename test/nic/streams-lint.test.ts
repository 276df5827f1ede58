import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { axiReadMuxModules } from "../../generator/views/nic/axi-read-mux.ts";
import { dmaReadModules } from "../../generator/views/nic/dma-read.ts";
import { dmaWriteModules } from "../../generator/views/nic/dma-write.ts";
import { fetchModules } from "../../generator/views/nic/fetch.ts";
import { hostWidthModules } from "../../generator/views/nic/host-width.ts";
import { rxParserModules } from "../../generator/views/nic/rx-parser.ts";
import type { NicStreamDesign } from "../../generator/views/nic/sizes.ts";
import { txBuilderModules } from "../../generator/views/nic/tx-builder.ts";
import { type StreamOptions, streamDesign } from "./streams-design.ts";

type Modules = (design: NicStreamDesign) => readonly ModuleFile[];
const parts: readonly (readonly [name: string, modules: Modules])[] = [
  ["dma_write", dmaWriteModules],
  ["dma_read", dmaReadModules],
  ["rx_parser", rxParserModules],
  ["tx_builder", txBuilderModules],
  ["fetch of 64 bytes", (design) => fetchModules(design, 64)],
  ["fetch of 128 bytes", (design) => fetchModules(design, 128)],
  ["axi_read_mux", axiReadMuxModules],
  ["wider host memory", (design) => hostWidthModules(withHost(design, 1024))],
  ["narrower host memory", (design) => hostWidthModules(withHost(design, 128))],
];

const withHost = (design: NicStreamDesign, dataBits: number): NicStreamDesign => ({
  ...design,
  host: { ...design.host, dataBits },
});

const wide = process.env.LANEWRIGHT_WIDTHS !== undefined;
const cases: readonly StreamOptions[] = [
  { width: 256, inlineBytes: 96, memoryProtection: "secded" },
  ...(wide
    ? ([
        { width: 128, inlineBytes: 96, memoryProtection: "secded" },
        { width: 256, mtuBytes: 256, outstandingReads: 1 },
        { width: 512, inlineBytes: 96 },
        { width: 1024, outstandingReads: 64, memoryProtection: "secded" },
      ] as const)
    : []),
];

const named = cases.flatMap((one) =>
  parts
    .filter(([, modules]) => modules(streamDesign(one)).length > 0)
    .map(([name, modules]) => [`${name} at ${one.width} bits`, one, modules] as const),
);

describe("the streams of an adapter are clean and fit 100 columns", () => {
  it.each(named)("%s", { timeout: 120_000 }, async (_, one, modules) => {
    const design = streamDesign(one);
    const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
    try {
      const files = modules(design).map(([suffix, template, view]) => {
        const name = moduleName(design, suffix);
        const text = renderTemplate(`${template}.v.hbs`, view);
        for (const line of template.startsWith("nic/") ? text.split("\n") : [])
          expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
        writeFileSync(join(folder, `${name}.v`), text);
        return `${name}.v`;
      });
      const results = await lint({ folder, top: files[0]!.slice(0, -2), files });
      for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
