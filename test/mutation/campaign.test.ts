import { describe, expect, it } from "vitest";
import { startBench } from "./bench-process.ts";
import { mutatedModules } from "./benches.ts";
import { benchFile, reasonOf, sampleOf } from "./campaign.ts";
import { equivalents } from "./equivalent.ts";
import { countsOf, knownOf, type ModuleResult, tableOf } from "./results.ts";
import type { Mutant } from "./weave.ts";

const mutant = (id: number, from = "a", to = "b"): Mutant => ({
  ...{ id, from, to, name: `${id}`, line: id, source: `wire x = ${from};`, kind: "operator" },
});

describe("a bench with mutants in its model", () => {
  it("kills a mutant that matters, lets one live that does not, and ends one that hangs", async () => {
    const bench = startBench({
      ...{ file: benchFile("rtl/credit-tx"), only: "64 bits, 1 data lanes", random: true },
      change: { module: "credit_tx" },
    });
    try {
      const plain = await bench.run({ mutant: "", limit: 1e9 }, 600);
      if (plain.end !== "alive") throw new Error(plain.how);
      const name = (from: string, to: string): string =>
        plain.mutants.find((one) => one.from === from && one.to === to)!.name;

      const limit = name("left <= 12'd2048", "(left < 12'd2048)");
      expect(await bench.run({ mutant: limit, limit: 1e9 }, 600)).toMatchObject({
        ...{ end: "killed", how: expect.stringMatching(/lane 0: limit \d+, sent \d+/u) as string },
      });
      // One lane: it is always the one that sends
      const same = name("consume && consume_vl == LANE", "(|(consume))");
      expect((await bench.run({ mutant: same, limit: 1e9 }, 600)).end).toBe("alive");
      expect(await bench.run({ mutant: "", limit: 100 }, 600)).toMatchObject({ how: "more than 100 cycles" });
      expect(await bench.run({ mutant: "", limit: 1e9 }, 0.001)).toMatchObject({ end: "killed" });
      expect(await bench.run({ mutant: limit, limit: 1e9 }, 600)).toMatchObject({ end: "killed" });
    } finally {
      bench.close();
    }
  });
});

describe("figures of a campaign", () => {
  const result = (ends: string, module = "m"): ModuleResult => ({
    ...{ module, group: "g", mutants: 10, seconds: 1 },
    results: [...ends].map((end, at) => ({
      ...mutant(at),
      how: "",
      end: ({ k: "killed", a: "alive", e: "equivalent", b: "broken" } as const)[end as "k"],
    })),
  });

  it("counts killed ones of those that are not equivalent", () => {
    expect(countsOf([result("kkkaee")])).toMatchObject({ mutants: 10, run: 6, equivalent: 2, percent: 75 });
    expect(countsOf([result("ka"), result("kk")]).percent).toBe(75);
    expect(
      tableOf([result("kkka"), result("k", "n")])
        .split("\n")
        .slice(2),
    ).toEqual([
      "| `m` | 10 | 4 | 3 | 0 | 1 | 75.0 |",
      "| `n` | 10 | 1 | 1 | 0 | 0 | 100.0 |",
      "| **g** | 20 | 5 | 4 | 0 | 1 | 80.0 |",
      "| **all** | 20 | 5 | 4 | 0 | 1 | 80.0 |",
      "",
    ]);
  });

  it("uses what is known of the same mutants, wherever their lines are now", () => {
    const before = { ...result("ka"), mutants: 2 };
    const moved = [mutant(0), mutant(1)].map((one) => ({ ...one, line: one.line + 7 }));
    expect(knownOf(before, moved).map(({ line, end }) => `${line} ${end}`)).toEqual(["7 killed", "8 alive"]);
    expect(knownOf(before, [...moved, mutant(2)])).toEqual([]);
    expect(knownOf({ ...before, mutants: 1 }, [mutant(5)])).toEqual([]);
  });

  it("draws the same sample from the same seed", () => {
    const all = Array.from({ length: 50 }, (_, at) => mutant(at + 1));
    const ids = (sample: number, seed: number) => sampleOf(all, { sample, seed }).map(({ id }) => id);
    expect(ids(10, 1)).toEqual(ids(10, 1));
    expect(ids(10, 1)).not.toEqual(ids(10, 2));
    expect(new Set(ids(10, 1)).size).toBe(10);
    expect(ids(80, 1)).toHaveLength(50);
  });

  it("has reasons only for modules that are mutated", () => {
    const names = mutatedModules.map(({ module }) => module);
    for (const { module, why } of equivalents) {
      expect(names).toContain(module);
      expect(why.length).toBeGreaterThan(20);
    }
    expect(reasonOf("m", mutant(1))).toBeUndefined();
  });
});
