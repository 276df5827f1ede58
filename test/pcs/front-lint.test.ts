import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lint } from "../../generator/lint/index.ts";
import { alignModules } from "../../generator/views/pcs/rx-front-align.ts";
import { monitorModules, statusModules } from "../../generator/views/pcs/rx-front-monitor.ts";
import { frontSizes } from "../../generator/views/pcs/rx-front-sizes.ts";
import { type FrontShape, frontHost, textsOf, titleOf } from "./front-bench.ts";

const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

/** Every width of a PCS lane, 10 to 80 bits, and one physical lane a PCS lane up to four. */
const shapes: readonly FrontShape[] = [
  { rateGbps: 400, fec: "rs544", P: 32, lanes: 4 },
  { rateGbps: 200, fec: "rs544", P: 4, lanes: 8, pairs: 8 },
  { rateGbps: 400, fec: "rs544", P: 8, lanes: 8 },
  { rateGbps: 400, fec: "rs272", P: 16, lanes: 16 },
  { rateGbps: 200, fec: "rs544", P: 32, lanes: 2 },
];

describe("the receive front", () => {
  it.each((long > 1 ? shapes : shapes.slice(1, 2)).map((shape) => [titleOf(shape), shape] as const))(
    "is clean and fits 100 columns: %s",
    { timeout: 300_000 },
    async (_, shape) => {
      const host = frontHost(shape);
      for (const modules of [alignModules(host), monitorModules(host), statusModules(host)]) {
        const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
        try {
          const texts = textsOf(host, modules);
          for (const [name, text] of texts) {
            for (const line of text.split("\n")) expect(/^[ -~]{0,100}$/u.test(line), line).toBe(true);
            writeFileSync(join(folder, `${name}.v`), text);
          }
          const top = texts.at(-1)![0];
          const files = texts.map(([name]) => `${name}.v`);
          for (const { tool, clean, output } of await lint({ folder, top, files })) {
            expect(clean, `${tool}: ${output}`).toBe(true);
          }
        } finally {
          rmSync(folder, { recursive: true });
        }
      }
    },
  );

  it.each(shapes.map((shape) => [titleOf(shape), shape] as const))(
    "takes 180 ns of skew out, markers as far apart as the standard says: %s",
    (_, { pairs: _pairs, ...shape }) => {
      const host = frontHost(shape);
      const { skewWords, B } = frontSizes(host);
      const laneGbps = host.pcs.derived.lineGbps.value / host.pcs.format.pcsLanes;
      expect(skewWords).toBeGreaterThanOrEqual(Math.ceil((180 * laneGbps) / B));
    },
  );

  it("refuses markers that come too fast", () => {
    expect(() => frontSizes(frontHost({ rateGbps: 400, fec: "rs544", P: 32, lanes: 4, pairs: 3 }))).toThrow(
      "markers every 51 clocks",
    );
  });
});
