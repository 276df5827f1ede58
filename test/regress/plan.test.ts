import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runOne } from "../../generator/commands/regress-item.ts";
import { loadPlan } from "../../sim/regress/load-plan.ts";
import { planKey, shardOf } from "../../sim/regress/plan.ts";
import { type Bench, codesOf, link, openBench } from "./bench.ts";

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const nightly = fileURLToPath(new URL("../../regress/nightly.ts", import.meta.url));
const other = { ...link, name: "other" };

describe("a plan", () => {
  it("is each device with each scenario, faults and seed, devices taking turns", async () => {
    const { items } = await bench.plan([
      { descriptions: [link, other], faults: ["none", "odd"], seedList: [7, 8] },
    ]);
    expect(items.map(({ id }) => id)).toEqual(
      ["00000007", "00000008"].flatMap((seed) => [
        `link_10g/cheap/none/0x${seed}`,
        `link_10g/cheap/odd/0x${seed}`,
        `other/cheap/none/0x${seed}`,
        `other/cheap/odd/0x${seed}`,
      ]),
    );
    expect(items[0]).toMatchObject({ seed: 7, packets: 10, timeoutSeconds: 3600 });
  });

  it("draws seeds from its own: the same ones each time, others from another", async () => {
    const seeds = async (more = {}) => (await bench.plan([{ seeds: 5 }], more)).items.map(({ seed }) => seed);
    const first = await seeds();
    expect(new Set(first).size).toBe(5);
    expect(await seeds()).toEqual(first);
    expect(await seeds({ seed: 2 })).not.toEqual(first);
  });

  it("has a key that what is run decides, and not where its file lies", async () => {
    const plan = await bench.plan([{ seeds: 2 }]);
    expect(planKey({ ...plan, file: "elsewhere.json" })).toBe(planKey(plan));
    for (const change of [
      [{ seeds: 3 }],
      [{ seeds: 2, packets: 11 }],
      [{ seeds: 2, descriptions: [{ ...link, mtuBytes: 512 }] }],
    ])
      expect(planKey(await bench.plan(change))).not.toBe(planKey(plan));
  });

  it("takes the faults that a scenario knows first where none are given, for each kind of device its own", async () => {
    const lanes = fileURLToPath(new URL("../../examples/link-25g-lanes.json", import.meta.url));
    const leaf = fileURLToPath(new URL("../../examples/leaf4-small.json", import.meta.url));
    const nic = fileURLToPath(new URL("../../examples/nic-100g.ts", import.meta.url));
    const { items } = await bench.plan([
      { descriptions: [link, lanes, leaf, nic], scenarios: ["soak"] },
      { descriptions: [leaf], scenarios: ["fairness"] },
      { descriptions: [nic], scenarios: ["fuzz"] },
    ]);
    const usual = items.map(({ faults }) => faults);
    expect(usual).toEqual(["mixed", "mixed", "mixed", "mixed", "none", "hostile"]);
  });

  it("is cut into shards that hold each item once, always the same, of equal size", async () => {
    const { items } = await bench.plan([{ descriptions: [link, other], seeds: 25 }]);
    for (const count of [1, 3, 7, 64]) {
      const shards = Array.from({ length: count }, (_, index) => shardOf(items, index, count));
      expect(new Set(shards.flat())).toEqual(new Set(items));
      expect(shards.flat()).toHaveLength(items.length);
      const sizes = shards.map((shard) => shard.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(shards).toEqual(Array.from({ length: count }, (_, index) => shardOf(items, index, count)));
    }
  });

  it("of the night has native adapters and RoCE v2 under load, and 10^5 hostile packets for some", async () => {
    const { items, descriptions, minimums } = await loadPlan(nightly);
    const adapters = Object.values(descriptions).filter(({ kind }) => kind === "nic");
    const devicesOf = (scenario: string) => {
      const names = new Set(items.filter((one) => one.scenario === scenario).map((one) => one.description));
      return adapters.filter(({ name }) => names.has(name));
    };
    const frames = devicesOf("soak").map((one) => ("frame" in one && one.frame) || "infiniband");
    expect(new Set(frames)).toEqual(new Set(["infiniband", "ethernet"]));
    const hostile = items.filter(({ scenario }) => scenario === "fuzz");
    expect(devicesOf("fuzz").length).toBeGreaterThan(1);
    for (const { name } of devicesOf("fuzz")) {
      const given = hostile.filter(({ description }) => description === name);
      expect(given.reduce((sum, { packets }) => sum + packets, 0)).toBe(minimums[name]);
      expect(minimums[name]).toBeGreaterThanOrEqual(100_000);
    }
  });

  it("may be TypeScript, whose places are told", async () => {
    const file = join(bench.folder, "plan.ts");
    const write = (packets: number): void =>
      writeFileSync(
        file,
        `import { defineRegression } from "lanewright";
export default defineRegression({
  name: "typed",
  entries: [{ descriptions: [${JSON.stringify(link)}], packets: ${packets} }],
});
`,
      );
    write(20);
    expect((await loadPlan(file)).items).toHaveLength(1);
    write(0);
    const at = { file, line: 4 };
    await expect(loadPlan(file)).rejects.toMatchObject({ diagnostics: [{ code: "LW_OUT_OF_RANGE", at }] });
  });
});

describe("a plan that cannot be run", () => {
  const cases: readonly (readonly [string, readonly object[]])[] = [
    ["LW_PLAN_EMPTY", [{ faults: [] }]],
    ["LW_PLAN_DEVICE", [{}, { descriptions: [{ ...link, mtuBytes: 512 }], faults: ["odd"] }]],
    ["LW_PLAN_SCENARIO", [{ scenarios: ["rain"] }]],
    ["LW_PLAN_SCENARIO", [{ scenarios: ["fuzz"] }]],
    ["LW_PLAN_FAULTS", [{ faults: ["rain"] }]],
    ["LW_PLAN_REPEATS", [{ seedList: [3, 3] }]],
    ["LW_NOT_A_DESCRIPTION", [{ descriptions: [3] }]],
    ["LW_OUT_OF_RANGE", [{ descriptions: [{ ...link, mtuBytes: 128 }] }]],
  ];
  it.each(cases)("is told of: %s", async (code, entries) => {
    await expect(bench.plan(entries)).rejects.toMatchObject({
      diagnostics: [{ code, at: { file: join(bench.folder, "plan.json"), line: 1 } }],
    });
  });

  it("is told of: LW_PLAN_KIND", async () => {
    const file = join(bench.folder, "link.json");
    writeFileSync(file, JSON.stringify(link));
    expect(await codesOf(() => loadPlan(file))).toEqual(["LW_PLAN_KIND"]);
  });

  it("is told of: LW_PLAN_ITEM", async () => {
    const plan = await bench.plan([{}]);
    expect(await codesOf(() => runOne(plan, "link_10g/cheap/none/0x1", false))).toEqual(["LW_PLAN_ITEM"]);
  });
});
