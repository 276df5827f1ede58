import { describe, expect, it } from "vitest";
import type { LinkDesign } from "../design/link.ts";
import { elaborate } from "../elaborate/index.ts";
import { renderTemplate } from "../render/index.ts";
import { constraintFiles } from "./constraints.ts";
import { filesOf } from "./index.ts";

const link = {
  name: "lanes",
  clockMHz: 402.83,
  datapathBits: 512,
  rateGbps: 200,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 2 },
} as const;
const design = elaborate({ ...link, phy: "pcs", lanes: { count: 2, gbps: 100 } });

/** Instances of the crossing modules in all of the Verilog: path behind `pcs`, and module. */
function crossings(of: LinkDesign): readonly (readonly [path: string, module: string])[] {
  return filesOf(of)
    .filter(({ path }) => /_pcs(_settings)?\.v$/u.test(path))
    .flatMap(({ path, template, view }) => {
      const text = renderTemplate(template, view);
      const below = path.endsWith("_settings.v") ? "pcs_settings/" : "";
      const found = text.matchAll(
        /lanes_(async_fifo|bit_sync|event_sync|reset_sync) (?:#\([^;]*?\) )?(\w+) \(\n/gu,
      );
      return [...found].map(([, module = "", name = ""]) => [`${below}${name}`, module] as const);
    });
}

/** What each of them needs. */
const targets: Readonly<Record<string, readonly string[]>> = {
  async_fifo: ["wr_pointer/first_reg", "rd_pointer/first_reg", "rd_data_reg"],
  bit_sync: ["first_reg"],
  event_sync: ["count/first_reg"],
  reset_sync: ["ask/first_reg", "answer/first_reg"],
};

describe("constraints", () => {
  it("give a device with one clock its period, and nothing else", () => {
    for (const { template, view } of constraintFiles(elaborate(link))) {
      const text = renderTemplate(template, view);
      const commands = text.split("\n").filter((line) => /^[a-z]/u.test(line));
      expect(commands.filter((line) => line !== "derive_clock_uncertainty")).toEqual([
        "create_clock -name clk -period 2.482 [get_ports clk]",
      ]);
    }
  });

  it("come in the dialects of Vivado, of Quartus, and of plain tools", () => {
    expect(constraintFiles(design).map(({ path }) => path)).toEqual([
      "constraints/lanes.xdc",
      "constraints/lanes.sdc",
      "constraints/lanes.quartus.sdc",
    ]);
  });

  it("name every crossing, in registers that there are", () => {
    const places = crossings(design);
    expect(places.map(([, module]) => module).sort()).toEqual([
      ...new Array(4).fill("async_fifo"),
      ...new Array(2).fill("bit_sync"),
      ...new Array(3).fill("event_sync"),
      ...new Array(2).fill("reset_sync"),
    ]);
    for (const { template, view } of constraintFiles(design)) {
      const text = renderTemplate(template, view).replaceAll("|", "/");
      for (const [path, module] of places)
        for (const target of targets[module] ?? []) expect(text).toContain(`*port0/pcs/${path}/${target}*`);
      expect(text).toContain("create_clock -name p0_rx_lane_clk -period 1.505");
      expect(text).toContain("create_clock -name clk -period 2.482");
    }
  });

  it.each([
    [25, 1, "none", 3],
    [40, 4, "none", 3],
    [25, 1, "rs528", 4],
    [100, 4, "rs528", 4],
  ] as const)("name those of %i Gb/s on %i lanes, %s, and no other", (rateGbps, count, fec, fifos) => {
    const lanes = { count, gbps: rateGbps / count };
    const other = elaborate({ ...link, rateGbps, phy: "pcs", lanes, fec });
    const places = crossings(other);
    expect(places.filter(([, module]) => module === "async_fifo")).toHaveLength(fifos);
    for (const { template, view } of constraintFiles(other)) {
      const text = renderTemplate(template, view).replaceAll("|", "/");
      const named = [...text.matchAll(/port0\/pcs\/([\w/]+_reg)/gu)].map(([, path = ""]) => path);
      const wanted = places.flatMap(([path, module]) =>
        (targets[module] ?? []).map((target) => `${path}/${target}`),
      );
      for (const path of wanted) expect(named).toContain(path);
      // those that are named beside the targets are the sources of counts that go over
      const rest = named.filter((path) => !wanted.includes(path));
      for (const path of rest) expect(path).toMatch(/(?:gray|wr_gray|rd_gray)_reg$/u);
    }
  });
});
