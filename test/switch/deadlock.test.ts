import { afterEach, describe, expect, it, vi } from "vitest";
import { diagnose, StallWatch, stallText } from "../../sim/switch/deadlock.ts";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { drain, offer } from "../../sim/switch/offer.ts";
import type { PatternTraffic } from "../../sim/traffic/patterns.ts";
import { openReadyRing } from "./devices.ts";
import { programRing } from "./tables.ts";

vi.setConfig({ testTimeout: 900_000 });

/** Four switches in a ring, three ports each: a host, the next switch, the one before. Buffers are as small as may be. */
const device = {
  name: "switch_ring",
  clockMHz: 400,
  datapathBits: 64,
  mtuBytes: 256,
  ports: { count: 3, rateGbps: 25, cableMeters: 1 },
  virtualLanes: { data: 2 },
  tables: { unicastEntries: 64, multicastEntries: 0, partitionKeys: 1 },
  derived: { voqHeadroomPackets: 0, creditsPerVl: 24 },
} as const;

let network: SwitchNetwork;
afterEach(() => network.close());

/** Three hops for everybody, so that each trunk carries what goes on. */
function load(packets: number, sl: (host: number) => number): (host: number) => PatternTraffic {
  return (host) => ({
    kind: "pattern",
    destinations: { kind: "flows", to: { [host]: [((host + 2) % 4) + 1] } },
    sizes: { kind: "uniform", low: 26, high: 380 },
    lanes: [{ vl: 0, sl: sl(host) }],
    load: 1,
    packets,
  });
}

/** Cycles without one packet that came, while some are under way. */
const bound = 20_000;

describe("a ring of switches", () => {
  it("stands still when routes go round in a circle, and the cycle is named", async () => {
    network = await openReadyRing(device);
    programRing(network, { dateline: false });
    offer(
      network,
      load(2000, () => 0),
    );
    const watch = new StallWatch(network, bound);
    while (!watch.stalled() && network.cycle < 1_000_000) network.run(64);
    const stall = diagnose(network);
    process.stdout.write(`${stallText(stall)}\n`);
    expect(stall.waitCycle.map(({ node, port, vl }) => `${node} ${port} ${vl}`).sort()).toEqual([
      "0 2 0",
      "1 2 0",
      "2 2 0",
      "3 2 0",
    ]);
    for (const { pagesBehind, neededBlocks, creditBlocks } of stall.waitCycle) {
      expect(pagesBehind).toBeGreaterThan(0);
      expect(creditBlocks).toBeLessThan(neededBlocks);
    }
    expect(network.board.result()).toMatchObject({ duplicated: 0, reordered: 0, corrupted: 0, misrouted: 0 });
  });

  it.skipIf(process.env.LANEWRIGHT_LONG === undefined)(
    "goes on when packets take another lane behind the dateline",
    async () => {
      network = await openReadyRing(device);
      programRing(network, { dateline: true });
      offer(
        network,
        load(2000, (host) => (host === 1 ? 0 : 1)),
      );
      expect(drain(network, 1_000_000)).toBe(true);
      expect(network.board.result()).toMatchObject({ matched: 8000, lost: 0, reordered: 0, misrouted: 0 });
    },
  );
});
