import { describe, it } from "vitest";
import { soak } from "../../sim/soak/link.ts";
import { seedText } from "../../sim/traffic/rng.ts";
import { middle, narrow, storing, wide } from "./devices.ts";

/** A slice of the regression that `npm run regress` runs: the same runs, on the devices of the other benches. */
describe.each([
  { description: narrow, seeds: 40, packets: 1500 },
  { description: storing, seeds: 30, packets: 1500 },
  { description: middle, seeds: 24, packets: 800 },
  { description: wide, seeds: 10, packets: 1000 },
])("$description.name against itself, all faults mixed", ({ description, seeds, packets }) => {
  const groups = Array.from({ length: seeds / 2 }, (_, index) => 2 * index + 1);

  it.each(groups.map((seed) => [seedText(seed), seed]))("seed %s and the next", async (_, seed) => {
    for (const one of [Number(seed), Number(seed) + 1]) await soak(description, one, packets);
  });
});
