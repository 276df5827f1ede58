import { describe, expect, it } from "vitest";
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
function crossings(): readonly (readonly [path: string, module: string])[] {
  return filesOf(design)
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
  it("are there for devices with several clocks only", () => {
    expect(constraintFiles(elaborate(link))).toEqual([]);
    expect(constraintFiles(design).map(({ path }) => path)).toEqual([
      "constraints/lanes.xdc",
      "constraints/lanes.sdc",
    ]);
  });

  it("name every crossing, in registers that there are", () => {
    const places = crossings();
    expect(places.map(([, module]) => module).sort()).toEqual([
      ...new Array(4).fill("async_fifo"),
      ...new Array(2).fill("bit_sync"),
      ...new Array(3).fill("event_sync"),
      ...new Array(2).fill("reset_sync"),
    ]);
    for (const { template, view } of constraintFiles(design)) {
      const text = renderTemplate(template, view);
      for (const [path, module] of places)
        for (const target of targets[module] ?? []) expect(text).toContain(`*port0/pcs/${path}/${target}*`);
      expect(text).toContain("create_clock -name p0_rx_lane_clk -period 1.505");
      expect(text).toContain("create_clock -name clk -period 2.482");
    }
  });
});
