import type { LinkDesign } from "../design/link.ts";
import { dec, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, localparam, moduleName } from "./common.ts";

/** Bits of a packet's size in units of 64 bytes. */
const unitBits = 9;

/**
 * `templates/link/vl_arbiter.v.hbs`: VL arbitration of InfiniBand vol. 1. Each table has at least as many rows as there
 * are data lanes, so that software can give every lane a weight.
 */
export function vlArbiterView(design: LinkDesign): View {
  const { data, high, low } = design.virtualLanes;
  return {
    header: header(design, `Virtual-lane arbiter: VL15 and ${data} data ${data === 1 ? "lane" : "lanes"}.`),
    module: moduleName(design, "vl_arbiter"),
    lanes_range: indexed(data),
    units_range: range(unitBits * data),
    lanes: `{${dec(0, 16 - data)}, request}`,
    ...tablePorts("high", Math.max(high.length, data)),
    ...tablePorts("low", Math.max(low.length, data)),
    high: tableView("high", Math.max(high.length, data), data),
    low: tableView("low", Math.max(low.length, data), data),
    params: [
      localparam("LANES", data, "data lanes"),
      localparam(
        "HIGH_ROWS",
        Math.max(high.length, data),
        "rows: the larger of the high table and the lanes",
      ),
      localparam("LOW_ROWS", Math.max(low.length, data), "rows: the larger of the low table and the lanes"),
      localparam("[7:0] UNLIMITED", "8'd255", "cfg_high_limit: no limit"),
    ],
  };
}

function tablePorts(name: "high" | "low", rows: number): View {
  return { [`${name}_vl_range`]: range(4 * rows), [`${name}_weight_range`]: range(8 * rows) };
}

/** The view of the partial `arbiter_table`. */
function tableView(name: "high" | "low", rows: number, lanes: number): View {
  return {
    name,
    rows: `${name.toUpperCase()}_ROWS`,
    rows_range: indexed(rows),
    rows_one: dec(1, rows),
    rows_none: dec(0, rows),
    lanes_range: indexed(lanes),
    lanes_none: dec(0, lanes),
    counts: name === "high",
  };
}

/** The range of a vector that is indexed by rows or lanes: `[0:0]` for one. */
function indexed(count: number): string {
  return `[${count - 1}:0]`;
}
