import { afterEach, describe, expect, it, vi } from "vitest";
import { setLowTable, shareOf, sharesOfLanes } from "../../sim/soak/shares.ts";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { offer } from "../../sim/switch/offer.ts";
import type { PatternTraffic } from "../../sim/traffic/patterns.ts";
import { nineSwitch, openReadySwitch, smallSwitch } from "./devices.ts";

vi.setConfig({ testTimeout: 900_000 });

/** How inputs and lanes share an output. The long runs with the narrow bounds are those of `npm run regress`. */
let network: SwitchNetwork;
afterEach(() => network.close());

/** Switches of nine ports take minutes to build; the schedulers themselves have the same test in every run. */
describe.runIf(process.env.LANEWRIGHT_LONG !== undefined)("an output that all inputs want", () => {
  it.each(["islip", "wavefront"] as const)("gives eight inputs the same (%s)", async (kind) => {
    network = await openReadySwitch({ ...nineSwitch, name: `nine_${kind}`, scheduler: { kind } });
    const traffic: PatternTraffic = {
      kind: "pattern",
      destinations: { kind: "hotspot", target: 9 },
      sizes: { kind: "fixed", bytes: 254 },
      lanes: [{ vl: 0 }],
      load: 0.5,
    };
    offer(network, traffic);
    network.run(20_000);
    network.board.figures.open(network.cycle);
    network.run(40_000);
    const counts = [1, 2, 3, 4, 5, 6, 7, 8].map((source) => shareOf(network, { source, end: 9 }));
    process.stdout.write(
      `fairness 8:1, ${kind}: ${counts.map((share) => (8 * share).toFixed(3)).join(" ")}\n`,
    );
    for (const share of counts) expect(Math.abs(8 * share - 1)).toBeLessThan(0.05);
  });
});

describe("an output that all lanes want", () => {
  it("gives them what their weights say", async () => {
    network = await openReadySwitch(smallSwitch);
    setLowTable(network, 4, [
      { vl: 0, weight: 24 },
      { vl: 1, weight: 8 },
    ]);
    const shares = sharesOfLanes(network, { packets: 2000, weights: [3, 1] });
    process.stdout.write(`weights 3:1, 2000 packets: ${shares.map((share) => share.toFixed(4)).join(" ")}\n`);
    expect(Math.abs(shares[0]! / 0.75 - 1)).toBeLessThan(0.04);
    expect(Math.abs(shares[1]! / 0.25 - 1)).toBeLessThan(0.04);
  });
});
