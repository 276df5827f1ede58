import { describe, it } from "vitest";
import { soakLanes } from "../../sim/soak/lanes.ts";
import { seedText } from "../../sim/traffic/rng.ts";
import { lanes200, openLanes } from "./link-pcs-device.ts";

/** A slice of the regression that `npm run regress` runs, on the device of the other benches. */
describe("two ports on lanes of any skew and order, errors, bursts, dead lanes and slips mixed", () => {
  it.each([1, 2, 3, 4].map((seed) => [seedText(seed), seed] as const))("seed %s", async (_, seed) => {
    await soakLanes(lanes200, seed, 240, { open: openLanes });
  });
});
