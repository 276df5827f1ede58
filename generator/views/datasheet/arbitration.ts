import type { ArbitrationEntry, LinkDesign } from "../../design/link.ts";
import type { View } from "../../render/view.ts";
import { bars } from "./charts.ts";
import { code, figure, num, type Section, table, text } from "./html.ts";

export function arbitrationSection({ virtualLanes }: LinkDesign): Section {
  const { data, high, low, highLimit } = virtualLanes;
  const limit =
    highLimit === 255
      ? "without limit"
      : `for ${num(4096 * highLimit)} bytes at most before one of the low table has its turn`;
  const weights = low.reduce((sum, { weight }) => sum + weight, 0);
  const lanes = Array.from({ length: data }, (_, vl) => ({
    name: `VL ${vl}`,
    value: (100 * low.filter((row) => row.vl === vl).reduce((sum, { weight }) => sum + weight, 0)) / weights,
    note: "",
  }));
  return {
    id: "arbitration",
    title: "Arbitration of virtual lanes",
    parts: [
      text(
        `${data} data lane${data === 1 ? "" : "s"} and VL15, which goes first and has no flow control. Flow-control packets go before all. The high table goes before the low one, ${limit}. Weights are in units of 64 bytes; software may change both tables while the link runs.`,
      ),
      ...(high.length > 0
        ? [rowsTable("High-priority table", high)]
        : [text("The high-priority table is empty.")]),
      rowsTable("Low-priority table", low),
      figure(
        bars("Shares of the low-priority table", "%", 100, lanes),
        "What the low table gives each lane when all of them always have packets",
        "arbitration-chart",
      ),
    ],
  };
}

function rowsTable(caption: string, rows: readonly ArbitrationEntry[]): View {
  return table({
    caption,
    columns: [
      { head: "row", number: true },
      { head: "lane" },
      { head: "weight", number: true },
      { head: "bytes a turn", number: true },
    ],
    rows: rows.map(({ vl, weight }, at) => [String(at), code(`VL${vl}`), num(weight), num(64 * weight)]),
  });
}
