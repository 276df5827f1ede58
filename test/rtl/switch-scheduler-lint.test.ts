import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { schedulerKinds } from "../../generator/design/switch.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { type SchedulerShape, schedulerRtl } from "./switch-scheduler-bench.ts";

/** The largest switch takes a minute: `npm run test:wide`. */
const largest = process.env.LANEWRIGHT_PORTS === undefined ? [] : [81];

/** Few and many ports, one and several groups of an arbiter; in long runs also a power of two, and what lies between. */
const more = process.env.LANEWRIGHT_LONG === undefined && largest.length === 0 ? [] : [4, 5, 8];
const shapes: readonly SchedulerShape[] = [3, 17, ...more, ...largest].flatMap((ports) =>
  schedulerKinds.flatMap((kind) =>
    (kind === "islip" && ports < 81 ? [1, 4] : [1]).map((iterations) => ({
      kind,
      ports,
      iterations,
      starvationCycles: 1024,
    })),
  ),
);

describe("schedulers are clean and fit 100 columns", () => {
  it.each(
    shapes.map((shape) => [`${shape.kind}, ${shape.ports} ports, ${shape.iterations}`, shape] as const),
  )("%s", { timeout: 300_000 }, async (_, shape) => {
    const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
    try {
      const files = schedulerRtl(shape).map(({ name, template, view }) => {
        const text = renderTemplate(template, view);
        for (const line of text.split("\n")) expect(/^[ -~]{0,100}$/u.test(line), line).toBe(true);
        writeFileSync(join(folder, `${name}.v`), text);
        return `${name}.v`;
      });
      for (const { tool, clean, output } of await lint({ folder, top: "dut_scheduler", files })) {
        expect(clean, `${tool}: ${output}`).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
