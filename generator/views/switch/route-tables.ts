import type { SwitchDesign } from "../../design/switch.ts";
import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import { range } from "../ranges.ts";
import { switchSizes } from "./sizes.ts";
import { tableSizes } from "./table-sizes.ts";

/** `route_tables`: the tables of an input port, their filling and the access of software. */
export function routeTablesView(design: SwitchDesign): View {
  const s = switchSizes(design);
  const t = tableSizes(design);
  const fillOf = (bits: number): string => (bits === t.fillBits ? "fill_reg" : `fill_reg[${bits - 1}:0]`);
  return {
    header: header(design, "Tables of the routing of one input port, and how software gets at them."),
    module: moduleName(design, "route_tables"),
    prefix: design.name,
    parity: t.parity,
    multicast: t.multicastRows > 0,
    r: {
      port: range(s.portBits),
      row: range(t.unicastBits),
      index: range(s.multicastBits),
      mask: range(s.P),
      fill: range(t.fillBits),
    },
    fillUnicast: fillOf(t.unicastBits + 1),
    fillMulticast: fillOf(t.multicastBits + 1),
    fillLanes: fillOf(t.slBits),
    zeroMask: `{${s.P}{1'b0}}`,
    params: [
      localparam("FB", t.fillBits, "bits of a row number of the largest table"),
      localparam("FILL_LAST", dec(t.fillRows - 1, t.fillBits), "its last row, both banks counted"),
    ],
  };
}
