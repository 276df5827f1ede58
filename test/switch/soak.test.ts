import { describe, it, vi } from "vitest";
import { soakSwitch } from "../../sim/soak/switch.ts";
import { seedText } from "../../sim/traffic/rng.ts";
import { soakSwitches } from "./soak-devices.ts";
import { openTestStar } from "./switch-model.ts";

/** Time for the build of a switch on a busy machine. */
vi.setConfig({ testTimeout: 900_000 });

/** A slice of the regression that `npm run regress` runs. */
describe.each(soakSwitches)("$description.name, everything at once", ({ description, packets }) => {
  it.each([1, 2, 3, 4, 5, 6].map((seed) => [seedText(seed), seed]))("seed %s", async (_, seed) => {
    await soakSwitch(description, Number(seed), packets, { open: openTestStar });
  });
});
