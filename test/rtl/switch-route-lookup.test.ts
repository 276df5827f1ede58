import { describe, expect, it } from "vitest";
import { routeLookupModules } from "../../generator/views/switch/route-lookup.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { benchSwitch, openSwitchModule, type SwitchBenchOptions, titleOfSwitch } from "./switch-bench.ts";
import { RouteBench } from "./switch-route-bench.ts";
import { RouteReference } from "./switch-route-reference.ts";
import type { RouteLoad } from "./switch-route-stimulus.ts";

type Case = SwitchBenchOptions & {
  readonly bits: 64 | 128 | 256 | 512 | 1024;
  readonly ports: number;
  readonly lanes: number;
  readonly tables: {
    readonly unicastEntries: number;
    readonly multicastEntries: number;
    partitionKeys: number;
  };
};

const cases: readonly Case[] = [
  {
    ...{ bits: 64, ports: 4, lanes: 4, memoryProtection: "secded" },
    tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 4 },
  },
  { bits: 128, ports: 3, lanes: 15, tables: { unicastEntries: 192, multicastEntries: 5, partitionKeys: 1 } },
  {
    ...{ bits: 256, ports: 16, lanes: 1, memoryProtection: "secded" },
    tables: { unicastEntries: 128, multicastEntries: 64, partitionKeys: 32 },
  },
  { bits: 1024, ports: 4, lanes: 8, tables: { unicastEntries: 64, multicastEntries: 1, partitionKeys: 4 } },
  {
    ...{ bits: 1024, ports: 40, lanes: 4, memoryProtection: "secded" },
    tables: { unicastEntries: 320, multicastEntries: 16, partitionKeys: 8 },
  },
];

const busy: RouteLoad = { beat: 0.9, abort: 0.1, single: 0.1, write: 0.2, swap: 0.01, copy: 0.3 };

describe.each(cases.map((one) => [titleOfSwitch(one), one] as const))("route_lookup, %s", (_title, one) => {
  const design = benchSwitch(one);
  const { unicastEntries, multicastEntries, partitionKeys } = one.tables;

  const open = async (seed: number, port: number, body: (bench: RouteBench) => void): Promise<void> =>
    await withSeed(seed, async (rng) => {
      const model = await openSwitchModule(design, routeLookupModules(design));
      const sizes = {
        ...{ beatBytes: one.bits / 8, ports: one.ports, dataLanes: one.lanes },
        ...{ unicastRows: unicastEntries, multicastRows: multicastEntries, keys: partitionKeys },
      };
      body(new RouteBench(model, new RouteReference(sizes, port), rng));
      model.close();
    });

  it("fills its tables after reset", async () => {
    await open(1, one.ports, (bench) => {
      const rows = Math.max(2 * unicastEntries, 2 * multicastEntries, 16 * (one.ports + 1));
      expect(bench.fillCycles).toBe(rows);
      bench.readTables();
      bench.fillForwarding();
      bench.run({ ...busy, write: 0, swap: 0.1 }, 2000);
      bench.writeFirstKey(0x8001);
      bench.run({ ...busy, write: 0 }, 2000);
    });
  });

  it.each([1, one.ports])("routes, drops and counts what enters at port %i", async (port) => {
    await open(0x40 + port, port, (bench) => {
      bench.fillTables();
      for (let part = 0; part < 20; part += 1) {
        const { rng } = bench;
        bench.run({ ...busy, beat: rng.pick([0.3, 0.9, 1]), single: rng.pick([0, 0.1, 0.9]) }, 1500);
      }
      const { routed, multicast, toSelf, aborted, reads, swaps, copies } = bench.seen;
      expect(Math.min(routed, multicast, toSelf, aborted, reads, swaps, copies)).toBeGreaterThan(100);
      const { parity, ...drops } = bench.drops;
      expect(Math.min(...Object.values(drops))).toBeGreaterThan(50);
      expect(parity > 50).toBe(one.memoryProtection === "secded");
    });
  });

  it("sends what enters at port 0 where it is told to", async () => {
    await open(3, 0, (bench) => {
      bench.fillTables();
      bench.run(busy, 10_000);
      expect(bench.seen.directed).toBeGreaterThan(200);
    });
  });

  it("takes a packet in each cycle", async () => {
    await open(4, 1, (bench) => {
      bench.fillTables();
      const load = { beat: 1, abort: 0, single: 1, write: 0.3, swap: 0.05, copy: 1 };
      for (let part = 0; part < 10; part += 1) bench.run(load, 500);
      const { routed } = bench.seen;
      expect(routed + Object.values(bench.drops).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(
        5000,
      );
    });
  });
});
