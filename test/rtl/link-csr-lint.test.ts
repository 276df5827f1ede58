import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { linkCountersView, linkCsrView } from "../../generator/views/link-csr.ts";
import { portStateView } from "../../generator/views/port-state.ts";
import { designOf } from "./csr-bench.ts";

const fullTables = {
  high: Array.from({ length: 64 }, () => ({ vl: 1, weight: 255 })),
  low: Array.from({ length: 64 }, () => ({ vl: 0, weight: 255 })),
};

const cases: readonly [string, number, Partial<LinkDescription> & { arbitration?: typeof fullTables }][] = [
  ["1 lane, counters of 16 bits", 1, { derived: { counterBits: 16 } }],
  ["2 lanes, full tables", 2, { arbitration: fullTables }],
  ["4 lanes, counters of 32 bits", 4, { derived: { counterBits: 32 } }],
  ["8 lanes, counters of 64 bits, no retry", 8, { retry: "none", derived: { counterBits: 64 } }],
  ["15 lanes", 15, {}],
];

describe("registers, counters and port state machine are clean and fit 100 columns", () => {
  it.each(cases)("%s", { timeout: 120_000 }, async (_, lanes, more) => {
    const design = designOf("d", lanes, more);
    const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
    try {
      const texts = {
        link_csr: renderTemplate("common/csr.v.hbs", linkCsrView(design)),
        link_counters: renderTemplate("common/counters.v.hbs", linkCountersView(design)),
        port_state: renderTemplate("link/port_state.v.hbs", portStateView(design)),
      };
      for (const [name, text] of Object.entries(texts)) {
        writeFileSync(join(folder, `d_${name}.v`), text);
        for (const line of text.split("\n").slice(4)) {
          expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
        }
      }
      const csr = await lint({ folder, top: "d_link_csr", files: ["d_link_csr.v", "d_link_counters.v"] });
      const state = await lint({ folder, top: "d_port_state", files: ["d_port_state.v"] });
      for (const { tool, clean, output } of [...csr, ...state])
        expect(clean, `${tool}: ${output}`).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
