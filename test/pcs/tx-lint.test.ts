import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lint } from "../../generator/lint/index.ts";
import { titleOfTx, txHost, txShapes, txTexts } from "./tx-bench.ts";

describe("the transmitter of a PCS is clean and fits 100 columns", () => {
  const cases = txShapes.flatMap((shape) =>
    ["pcs_encode", "pcs_tx"].map((top) => [`${top}, ${titleOfTx(shape)}`, shape, top] as const),
  );

  it.each(cases)("%s", { timeout: 120_000 }, async (_, shape, top) => {
    const host = txHost(shape);
    const texts = txTexts(host, top);
    const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
    try {
      for (const [name, text] of texts) {
        writeFileSync(join(folder, `${name}.v`), text);
        for (const line of text.split("\n"))
          expect(/^[ -~]*$/u.test(line) && line.length <= 100, line).toBe(true);
      }
      const files = [...texts.keys()].map((name) => `${name}.v`);
      const results = await lint({ folder, top: `dut_${top}`, files });
      for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
