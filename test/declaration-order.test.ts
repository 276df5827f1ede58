import { describe, expect, it } from "vitest";
import type { AnyDesign } from "../generator/design/switch.ts";
import { elaborateNic } from "../generator/elaborate/elaborate-nic.ts";
import { renderDesign } from "../generator/emit/generate.ts";
import { designOf } from "../sim/driver/device.ts";

/** Simulators that follow the standard to the letter refuse a name that is used before it is declared. */
describe("every net is declared before it is used, and no line is longer than 100 columns", () => {
  it.each(["llr", "none"] as const)("retry %s", async (retry) => {
    const design = await designOf({
      name: "dut",
      clockMHz: 400,
      datapathBits: 128,
      rateGbps: 25,
      mtuBytes: 1024,
      cableMeters: 3,
      virtualLanes: { data: 15 },
      retry,
      icrc: "endpoint",
    });
    expectGood(design);
  });

  it.each([
    ["none", "infiniband"],
    ["secded", "infiniband"],
    ["secded", "ethernet"],
    ["none", "ethernet", "ud"],
  ] as const)(
    "adapter, protection %s, frames %s",
    (memoryProtection, frame, datagrams: "none" | "ud" = "none") => {
      const device = { name: "dut", clockMHz: 400, datapathBits: 256 as const, mtuBytes: 1024 as const };
      const tables = { queuePairs: 64, completionQueues: 16, memoryRegions: 64, memoryProtection };
      const port = { rateGbps: 100, cableMeters: 3 };
      expectGood(elaborateNic({ ...device, ...tables, port, frame, datagrams, virtualLanes: { data: 2 } }));
    },
  );
});

function expectGood(design: AnyDesign): void {
  const modules = renderDesign(design).filter(({ path }) => path.endsWith(".v"));
  const early = modules.flatMap(({ path, text }) => usedEarly(text).map((name) => `${path}: ${name}`));
  expect(early).toEqual([]);
  const lines = modules.flatMap(({ path, text }) => text.split("\n").map((line) => ({ path, line })));
  expect(lines.filter(({ line }) => line.length > 100)).toEqual([]);
}

/** Names of nets and variables of a module that stand in its text ahead of their declaration. */
function usedEarly(text: string): readonly string[] {
  const code = text
    .replace(/\/\/.*/gu, "")
    .replace(/"[^"]*"/gu, "")
    .replace(/\bfunction\b.*?\bendfunction\b/gsu, "");
  const declared = /\b(?:wire|reg|localparam|integer)\b(?:\s*\[[^\]]*\])*\s*([a-z_]\w*)/giu;
  const places = new Map<string, number>();
  for (const found of code.matchAll(declared)) {
    const name = found[1] ?? "";
    if (!places.has(name)) places.set(name, found.index);
  }
  return [...places]
    .filter(([name, place]) => place > code.search(new RegExp(`(?<![\\w.])${name}\\b`, "u")))
    .map(([name]) => name);
}
