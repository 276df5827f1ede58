import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import { crossbarModules } from "../../generator/views/switch/crossbar.ts";
import { switchSizes } from "../../generator/views/switch/sizes.ts";
import type { Model } from "../../sim/driver/model.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { benchSwitch, openSwitchModule } from "./switch-bench.ts";
import { CrossbarBench, type CrossbarLoad, type CrossbarShape } from "./switch-crossbar-bench.ts";

interface Case {
  readonly P: number;
  readonly bits: 64 | 256;
  /** Registers on the way, when others than the design's own. */
  readonly stages?: 1 | 2 | 3;
}

/** Each number of stages, and ports below, at and above what one stage takes; the others in long runs. */
const quick: readonly Case[] = [
  { P: 3, bits: 64 },
  { P: 5, bits: 256 },
  { P: 5, bits: 64, stages: 3 },
  { P: 8, bits: 64, stages: 2 },
  { P: 9, bits: 64 },
  { P: 17, bits: 64, stages: 3 },
];
const more: readonly Case[] = [
  { P: 9, bits: 256, stages: 3 },
  { P: 11, bits: 64, stages: 1 },
  { P: 17, bits: 256 },
];
type LintCase = Omit<Case, "bits">;
const quickLint: readonly LintCase[] = [{ P: 3 }, { P: 8, stages: 2 }, { P: 9 }, { P: 17, stages: 1 }];
const moreLint: readonly LintCase[] = [{ P: 5, stages: 3 }, { P: 17 }, { P: 33, stages: 3 }, { P: 81 }];

const long = process.env.LANEWRIGHT_LONG !== undefined;
const cases = long ? [...quick, ...more] : quick;
const lintCases = long ? [...quickLint, ...moreLint] : quickLint;

function designOfCase({ P, bits, stages }: Case): SwitchDesign {
  const derived = stages === undefined ? {} : { crossbarStages: stages };
  return benchSwitch({ bits, ports: P - 1, lanes: P % 2 === 0 ? 1 : 4, derived });
}

function shapeOf(design: SwitchDesign): CrossbarShape {
  const { P, portBits, laneBits, indexBits, W } = switchSizes(design);
  const stages = design.derived.crossbarStages.value;
  return { P, portBits, sideBits: portBits + laneBits, indexBits, beatBytes: W / 8, stages };
}

const title = ({ P, bits, stages }: Case): string =>
  `${P} ports, ${bits} bits${stages === undefined ? "" : `, ${stages} stages`}`;

describe.each(cases.map((one) => [title(one), one] as const))("crossbar, %s", (_title, one) => {
  const design = designOfCase(one);
  let model: Model;

  beforeAll(async () => {
    model = await openSwitchModule(design, crossbarModules(design).toReversed());
  });
  afterAll(() => model?.close());

  const run = async (
    seed: number,
    loads: readonly CrossbarLoad[],
    cycles: number,
  ): Promise<CrossbarBench["seen"]> =>
    await withSeed(seed, (rng) => {
      const bench = new CrossbarBench(model, shapeOf(design), rng);
      for (const load of loads) bench.run(load, cycles);
      return bench.seen;
    });
  const half = { match: 0.3, start: 0.4, cancel: 0.05, hole: 0.2, longest: 40 };
  const full = { match: 1, start: 1, cancel: 0, hole: 0, longest: 40 };

  it("takes each beat to its output and nowhere else, holes and cancelled matches included", async () => {
    const seen = await run(1, [half, { ...half, longest: 4 }, { ...half, hole: 0, cancel: 0.3 }], 2000);
    expect(seen.packets).toBeGreaterThan(300);
    expect(seen.cancelled).toBeGreaterThan(200);
    expect(seen.stale).toBeGreaterThan(20);
    expect(seen.holes).toBeGreaterThan(300);
  });

  it("sends packets to an output one behind the other, from the same input and from others", async () => {
    const seen = await run(2, [{ ...full, longest: 3 }, full, { ...full, hole: 0.1 }], 1500);
    expect(seen.behindSame).toBeGreaterThan(50);
    expect(seen.behindOther).toBeGreaterThan(50);
    expect(seen.all).toBeGreaterThan(20);
  });

  it("moves nothing after a reset in the middle of packets", async () => {
    await run(3, [full], 300);
    // One cycle of reset, with everything as it stands: nothing comes out then, nor later
    model.reset(1);
    for (const { dir, name, bytes } of model.ports) if (dir === "in" && name !== "clk") bytes.fill(0);
    for (let cycle = 0; cycle < 6; cycle += 1) {
      expect(model.port("out_valid").bytes.every((byte) => byte === 0)).toBe(true);
      model.step();
    }
    const seen = await run(4, [{ ...half, outputs: 2 }], 1000);
    expect(seen.packets).toBeGreaterThan(30);
  });
});

describe("the crossbar is clean for Verilator -Wall, Icarus -Wall and Yosys check", () => {
  it.each(lintCases.map((one) => [one] as const))("%j", async (one) => {
    const design = designOfCase({ bits: 64, ...one });
    const folder = mkdtempSync(join(tmpdir(), "lanewright-crossbar-"));
    try {
      const files = crossbarModules(design).map(([suffix, template, view]) => {
        const name = `${moduleName(design, suffix)}.v`;
        writeFileSync(join(folder, name), renderTemplate(`${template}.v.hbs`, view));
        return name;
      });
      const results = await lint({ folder, top: moduleName(design, "crossbar"), files });
      for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
