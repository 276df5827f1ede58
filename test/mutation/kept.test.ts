import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { benchFile } from "./campaign.ts";
import { readKept } from "./kept.ts";

it("the changes kept by hand are of texts that the modules have, for benches that there are", async () => {
  const kept = await readKept();
  expect(kept.length).toBeGreaterThan(500);
  expect(kept.filter(({ found }) => !found).map(({ module, from }) => `${module}: ${from}`)).toEqual([]);
  for (const bench of new Set(kept.map((one) => one.bench)))
    expect(existsSync(benchFile(`rtl/${bench}`)), bench).toBe(true);
});
