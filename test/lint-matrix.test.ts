import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { LinkDescription } from "../generator/dsl/link-description.ts";
import { generateToCache } from "../generator/emit/cached.ts";
import { lint } from "../generator/lint/index.ts";
import { designOf } from "../sim/driver/device.ts";

type Case = Pick<LinkDescription, "datapathBits" | "mtuBytes" | "cableMeters"> &
  Partial<Pick<LinkDescription, "retry" | "forwarding" | "icrc" | "memoryProtection">> & {
    readonly lanes: number;
  };

const long = process.env.LANEWRIGHT_LONG !== undefined || process.env.LANEWRIGHT_WIDTHS !== undefined;

/** Every width that is not that of an example, 1, 2, 3, 8 and 15 lanes, each option once. */
const quickCases: readonly Case[] = [
  { datapathBits: 64, lanes: 1, mtuBytes: 256, cableMeters: 0 },
  {
    datapathBits: 64,
    lanes: 15,
    mtuBytes: 8064,
    cableMeters: 2000,
    retry: "none",
    forwarding: "store-and-forward",
  },
  { datapathBits: 128, lanes: 2, mtuBytes: 4096, cableMeters: 2000, icrc: "endpoint" },
  { datapathBits: 512, lanes: 8, mtuBytes: 256, cableMeters: 500, retry: "none" },
  { datapathBits: 256, lanes: 3, mtuBytes: 1024, cableMeters: 30, memoryProtection: "secded" },
];

/** Each option at a narrow and at a wide datapath: `LANEWRIGHT_LONG=1`, and `npm run test:wide`. */
const moreCases: readonly Case[] = [
  { datapathBits: 2048, lanes: 4, mtuBytes: 4096, cableMeters: 30 },
  { datapathBits: 256, lanes: 4, mtuBytes: 8064, cableMeters: 3, forwarding: "store-and-forward" },
  { datapathBits: 1024, lanes: 15, mtuBytes: 4096, cableMeters: 500 },
  { datapathBits: 64, lanes: 1, mtuBytes: 256, cableMeters: 0, retry: "none", memoryProtection: "secded" },
  {
    datapathBits: 2048,
    lanes: 2,
    mtuBytes: 8064,
    cableMeters: 0,
    retry: "none",
    forwarding: "store-and-forward",
  },
];
const cases = long ? [...quickCases, ...moreCases] : quickCases;

/** A narrow line of each rate; that of 400G takes Yosys a while, and waits for `npm run test:wide`. */
const allPcsCases = [
  [200, "rs272", { datapathBits: 512, lanes: { count: 4, gbps: 50 }, derived: { symbolsPerClock: 8 } }],
  [40, "none", { clockMHz: 320, datapathBits: 128, lanes: { count: 4, gbps: 10 } }],
  [25, "rs528", { clockMHz: 400, datapathBits: 64, lanes: { count: 1, gbps: 25 } }],
  [100, "rs544", { datapathBits: 256, lanes: { count: 2, gbps: 50 } }],
  [100, "none", { datapathBits: 256, lanes: { count: 10, gbps: 10 } }],
  [400, "rs544", { datapathBits: 1024, lanes: { count: 4, gbps: 100 }, derived: { symbolsPerClock: 16 } }],
] as const;
const pcsCases =
  process.env.LANEWRIGHT_WIDTHS === undefined ? allPcsCases.slice(1, long ? 3 : 2) : allPcsCases;

function describeCase(one: Case): LinkDescription {
  const { datapathBits, lanes, ...rest } = one;
  const clockMHz = datapathBits < 512 ? 200 : 400;
  return {
    ...rest,
    name: `lint_${datapathBits}_${lanes}`,
    clockMHz,
    datapathBits,
    rateGbps: Math.min(800, Math.floor((datapathBits * clockMHz) / 1000)),
    virtualLanes: { data: lanes },
  };
}

describe("what is generated is clean for Verilator -Wall, Icarus -Wall and Yosys check", () => {
  it.each(pcsCases)("%s Gb/s over lanes, %s", { timeout: 300_000 }, async (rateGbps, fec, more) => {
    const link = {
      name: `lint_pcs_${rateGbps}_${fec}`,
      clockMHz: 403,
      mtuBytes: 1024,
      cableMeters: 3,
      rateGbps,
      fec,
    } as const;
    const virtualLanes = { data: 2 };
    const description: LinkDescription = { ...link, phy: "pcs", virtualLanes, ...more };
    const { folder, top, files } = generateToCache(await designOf(description));
    const results = await lint({ folder, top, files: files.map((file) => relative(folder, file)) });
    for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
  });

  it.each(cases.map((one) => [title(one), one] as const))("%s", { timeout: 300_000 }, async (_, one) => {
    const { folder, top, files } = generateToCache(await designOf(describeCase(one)));
    const results = await lint({ folder, top, files: files.map((file) => relative(folder, file)) });
    for (const { tool, clean, output } of results) expect(clean, `${tool}: ${output}`).toBe(true);
    expect(results.map(({ tool }) => tool)).toEqual(["verilator", "iverilog", "yosys"]);
  });
});

function title({ datapathBits, lanes, retry, forwarding, mtuBytes, cableMeters, ...rest }: Case): string {
  const options = [retry ?? "llr", forwarding ?? "cut-through", ...(rest.icrc === undefined ? [] : ["ICRC"])];
  if (rest.memoryProtection !== undefined) options.push(rest.memoryProtection);
  return `${datapathBits} bits, ${lanes} lanes, ${options.join(", ")}, MTU ${mtuBytes}, ${cableMeters} m`;
}
