import { describe, it } from "vitest";
import { soak } from "../../sim/soak/link.ts";
import { seedText } from "../../sim/traffic/rng.ts";
import { middle, narrow, storing, wide } from "./devices.ts";

/** A slice of the regression that `npm run regress` runs: the same runs, on the models of the other benches. */
const long = process.env.LANEWRIGHT_LONG !== undefined;

describe.each([
  { description: narrow, seeds: long ? 40 : 16, packets: long ? 1500 : 800 },
  { description: storing, seeds: long ? 30 : 12, packets: long ? 1500 : 800 },
  { description: middle, seeds: long ? 24 : 10, packets: 800 },
  ...(long ? [{ description: wide, seeds: 10, packets: 1000 }] : []),
])("$description.name against itself, all faults mixed", ({ description, seeds, packets }) => {
  const groups = Array.from({ length: seeds / 2 }, (_, index) => 2 * index + 1);

  it.each(groups.map((seed) => [seedText(seed), seed]))("seed %s and the next", async (_, seed) => {
    for (const one of [Number(seed), Number(seed) + 1]) await soak(description, one, packets);
  });
});
