import { type Problem, pathText } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";

type Table = "high" | "low";

/** Rules of the VL arbitration tables (InfiniBand vol. 1, VL arbitration). */
export function checkArbitration(design: LinkDesign): readonly Problem[] {
  return [...checkRows(design, "high"), ...checkRows(design, "low"), ...checkService(design)];
}

function checkRows(design: LinkDesign, table: Table): readonly Problem[] {
  const { data } = design.virtualLanes;
  return design.virtualLanes[table].flatMap(({ vl }, row): Problem[] => {
    const path = ["virtualLanes", "arbitration", table, row, "vl"];
    const place = pathText(path.slice(0, -1));
    if (vl === 15) {
      return [
        {
          code: "LW_ARBITRATION_VL15",
          severity: "error",
          message: `${place} gives a weight to VL15, which goes before every table`,
          value: "VL15",
          limit: `VL0 ... VL${data - 1}`,
          remedy: "take the row out",
          path,
        },
      ];
    }
    if (vl < data) return [];
    return [
      {
        code: "LW_ARBITRATION_NO_LANE",
        severity: "error",
        message: `${place} gives a weight to VL${vl}, and this link has no such lane`,
        value: `VL${vl}`,
        limit: `VL0 ... VL${data - 1} (virtualLanes.data is ${data})`,
        remedy: `take the row out, or set virtualLanes.data to ${vl + 1}`,
        path,
      },
    ];
  });
}

/** Every lane is served, and the low table is not shut out. */
function checkService(design: LinkDesign): readonly Problem[] {
  const { data, high, low, highLimit } = design.virtualLanes;
  const served = (rows: typeof high, vl: number) => rows.some((row) => row.vl === vl && row.weight > 0);
  const lanes = Array.from({ length: data }, (_, vl) => vl);
  const starved = lanes.filter((vl) => !served(high, vl) && !served(low, vl));
  const path = ["virtualLanes", "arbitration"];
  const problems: Problem[] = starved.map((vl) => ({
    code: "LW_LANE_STARVES",
    severity: "error",
    message: `VL${vl} starves: no arbitration table gives it a weight above 0`,
    limit: "each data lane in a table with a weight of 1 ... 255",
    remedy: `add { vl: ${vl}, weight: 64 } to virtualLanes.arbitration.low`,
    path: [...path, "low"],
  }));
  const onlyLow = lanes.filter((vl) => !served(high, vl) && served(low, vl));
  const names = onlyLow.map((vl) => `VL${vl}`).join(", ");
  if (highLimit === 255 && lanes.some((vl) => served(high, vl)) && onlyLow.length > 0) {
    problems.push({
      code: "LW_LOW_MAY_STARVE",
      severity: "warning",
      message: `without a limit, a busy high-priority lane keeps ${names} waiting for ever`,
      value: "highLimit: 255 (unlimited)",
      limit: "0 ... 254, units of 4096 bytes",
      remedy: "set virtualLanes.arbitration.highLimit, for example to 10",
      path: [...path, "highLimit"],
    });
  }
  return problems;
}
