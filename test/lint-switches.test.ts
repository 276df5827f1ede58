import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { SwitchDescription } from "../generator/dsl/switch-description.ts";
import { generateToCache } from "../generator/emit/cached.ts";
import { lint } from "../generator/lint/index.ts";
import { switchDesignOf } from "../sim/switch/open.ts";

type Case = readonly [ports: number, description: Partial<SwitchDescription>];

/** One crossbar stage and two, both schedulers, both memory protections, both ways of forwarding. */
const cases: readonly Case[] = [
  [2, { memoryProtection: "secded", scheduler: { kind: "wavefront" }, forwarding: "store-and-forward" }],
  [4, { datapathBits: 256, ports: { count: 4, rateGbps: 100, cableMeters: 3 } }],
  ...(process.env.LANEWRIGHT_LONG === undefined ? [] : [[8, { scheduler: { kind: "wavefront" } }] as const]),
];

/** More port counts, `LANEWRIGHT_PORTS=16,32,64,80` (`npm run test:wide`): minutes each. */
const more: readonly Case[] = (process.env.LANEWRIGHT_PORTS ?? "")
  .split(",")
  .filter((text) => text !== "")
  .map((text) => [Number(text), {}]);

function describeCase([ports, rest]: Case): SwitchDescription {
  return {
    name: `lint_switch${ports}`,
    clockMHz: 400,
    datapathBits: 64,
    mtuBytes: 1024,
    ports: { count: ports, rateGbps: 25, cableMeters: 3 },
    virtualLanes: { data: 2 },
    tables: { unicastEntries: 64, multicastEntries: 16 },
    ...rest,
  };
}

describe("switches are clean for Verilator -Wall, Icarus -Wall and Yosys check", () => {
  it.each([...cases, ...more].map((one) => [title(one), one] as const))(
    "%s",
    { timeout: 3_600_000 },
    async (_, one) => {
      const { folder, top, files } = generateToCache(switchDesignOf(describeCase(one)));
      const results = await lint({ folder, top, files: files.map((file) => relative(folder, file)) });
      for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
      expect(results.map(({ tool }) => tool)).toEqual(["verilator", "iverilog", "yosys"]);
    },
  );
});

function title([ports, { datapathBits = 64, scheduler, forwarding, memoryProtection }]: Case): string {
  const options = [scheduler?.kind ?? "islip", forwarding ?? "cut-through", memoryProtection ?? "none"];
  return `${ports} ports of ${datapathBits} bits, ${options.join(", ")}`;
}
