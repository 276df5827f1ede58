import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import { linkCountersView, linkCsrView } from "../../generator/views/link-csr.ts";
import { ingressCountersView, ingressCsrView, switchCsrView } from "../../generator/views/switch/csr.ts";
import { registerDemuxView } from "../../generator/views/switch/register-demux.ts";
import { switchOf } from "./csr-bench.ts";

const cases = [
  [2, 1, "none"],
  [2, 15, "secded"],
  [3, 2, "none"],
  [4, 4, "secded"],
  [80, 1, "secded"],
  [80, 15, "none"],
] as const;

describe("register blocks of a switch are clean and fit 100 columns", () => {
  it.each(cases)(
    "%i ports, %i lanes, protection %s",
    { timeout: 180_000 },
    async (ports, lanes, memoryProtection) => {
      const design = switchOf("d", ports, lanes, { memoryProtection });
      const { port } = design;
      const blocks = {
        link_csr: { csr: linkCsrView(port), counters: linkCountersView(port) },
        ingress_csr: { csr: ingressCsrView(design), counters: ingressCountersView(design) },
        switch_csr: { csr: switchCsrView(design) },
        register_demux: { demux: registerDemuxView(design) },
      } as const;
      const templates = {
        csr: "common/csr.v.hbs",
        counters: "common/counters.v.hbs",
        demux: "switch/register_demux.v.hbs",
      };
      const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
      try {
        for (const [top, views] of Object.entries(blocks)) {
          const files = Object.entries(views).map(([kind, view]) => {
            const suffix = kind === "counters" ? top.replace("csr", "counters") : top;
            const name = `${moduleName(design, suffix)}.v`;
            const text = renderTemplate(templates[kind as keyof typeof templates], view);
            for (const line of text.split("\n").slice(4)) {
              expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
            }
            writeFileSync(join(folder, name), text);
            return name;
          });
          for (const { tool, clean, output } of await lint({ folder, top: moduleName(design, top), files })) {
            expect(clean, `${top}, ${tool}: ${output}`).toBe(true);
          }
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
