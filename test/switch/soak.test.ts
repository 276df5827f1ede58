import { describe, it, vi } from "vitest";
import { soakSwitches } from "../../regress/switch-devices.ts";
import { soakSwitch } from "../../sim/soak/switch.ts";
import { seedText } from "../../sim/traffic/rng.ts";
import { openTestStar } from "./switch-model.ts";

/** Time for the build of a switch on a busy machine. */
vi.setConfig({ testTimeout: 900_000 });

/** A slice of the regression that `npm run regress` runs; the switches that take minutes to build are left to it. */
const long = process.env.LANEWRIGHT_LONG !== undefined;
const switches = soakSwitches.filter(({ description }) => long || description.datapathBits === 64);
const seeds = long ? [1, 2, 3, 4, 5, 6] : [1, 2];

describe.each(switches)("$description.name, everything at once", ({ description, packets }) => {
  it.each(seeds.map((seed) => [seedText(seed), seed]))("seed %s", async (_, seed) => {
    await soakSwitch(description, Number(seed), packets, { open: openTestStar });
  });
});
