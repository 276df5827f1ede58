import Table from "cli-table3";
import { renderDesign } from "../generator/emit/generate.ts";
import { addArea, noArea } from "../generator/synth/cells.ts";
import { type Area, findYosys, synth } from "../generator/synth/index.ts";
import { switchDesignOf } from "../sim/switch/open.ts";
import { fitSquare } from "./least-squares.ts";

/**
 * Size of a switch as Yosys maps it for UltraScale+: the blocks of a switch of 4 ports and 256 bits, and how ingress,
 * scheduler and crossbar grow with the ports. `npx tsx bench/area.ts [PORTS ...]`; without numbers 2, 4, 8 and 16.
 * A few minutes of one core. Modules are mapped one by one, nothing is optimized across their borders.
 */
const asked = process.argv.slice(2).map(Number);
const portCounts = asked.length > 0 ? asked : [2, 4, 8, 16];
const plain = { style: { head: [], border: [] } };

/** The switch whose blocks are shown. */
const shown = {
  name: "area4",
  clockMHz: 402.83,
  datapathBits: 256,
  mtuBytes: 1024,
  ports: { count: 4, rateGbps: 100, cableMeters: 2, phyLatencyNs: 50 },
  virtualLanes: { data: 2 },
  tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 2 },
} as const;

/** Blocks of the table, by module. What stands in none of them is wiring: the top, `switch_port`. */
const blocks: Readonly<Record<string, string>> = {
  link_port: "link: MAC, CRC, retry, credits, transmit queue",
  route_lookup: "look-up and its tables",
  voq_buffer: "input buffer",
  ingress_csr: "registers and counters of an ingress",
  management_port: "management port",
  scheduler: "scheduler",
  crossbar: "crossbar",
  switch_csr: "registers of the switch",
  register_demux: "register bus",
};

const number = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 1 });
const heads = ["flip-flops", "LUTs", "LUTs as memory", "RAM, 36 Kbit", "memory bits"];
const cells = (area: Area): string[] =>
  [area.flipFlops, area.luts, area.lutMemory, area.blockRams, area.ramBits].map(number);

const yosys = await findYosys();
const options = { target: "xcup", jobs: 2, place: false } as const;

async function showBlocks(): Promise<void> {
  const design = switchDesignOf(shown);
  const { modules, total } = await synth(yosys, design, renderDesign(design), options);
  const found = new Map<string, { area: Area; times: number }>();
  let wiring = total;
  for (const { name, total: area, instances } of modules) {
    if (!(name in blocks)) continue;
    const old = found.get(name) ?? { area: noArea, times: 0 };
    found.set(name, { area: addArea(old.area, area, instances), times: old.times + instances });
    wiring = addArea(wiring, area, -instances);
  }
  found.set("", { area: wiring, times: 0 });
  const table = new Table({ head: ["block", "instances", ...heads], ...plain });
  for (const [name, text] of [...Object.entries(blocks), ["", "wiring"] as const]) {
    const { area, times } = found.get(name) ?? { area: noArea, times: 0 };
    table.push([text, name === "" ? "" : String(times), ...cells(area)]);
  }
  table.push(["sum", "", ...cells(total)]);
  process.stdout.write(`switch of 4 ports, 256 bits, all instances of a block together\n${table}\n\n`);
}

/** A narrow switch: what grows with the ports is not the width. */
const narrow = (ports: number) =>
  ({
    name: `area${ports}`,
    clockMHz: 402.83,
    datapathBits: 64,
    mtuBytes: 256,
    ports: { count: ports, rateGbps: 10, cableMeters: 2, phyLatencyNs: 50 },
    virtualLanes: { data: 2 },
    tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 2 },
  }) as const;

async function showGrowth(): Promise<void> {
  const table = new Table({ head: ["block", "ports", ...heads], ...plain });
  const laws = new Table({ head: ["block", "count", "law, P external ports", "worst"], ...plain });
  for (const block of ["scheduler", "crossbar", "ingress"]) {
    const areas: Area[] = [];
    for (const ports of portCounts) {
      const design = switchDesignOf(narrow(ports));
      const { total: area } = await synth(yosys, design, renderDesign(design), { ...options, module: block });
      areas.push(area);
      table.push([block, String(ports), ...cells(area)]);
    }
    if (portCounts.length < 3) continue;
    for (const [head, key] of [
      ["flip-flops", "flipFlops"],
      ["LUTs", "luts"],
      ["memory bits", "ramBits"],
    ] as const) {
      if (areas.every((area) => area[key] === 0)) continue;
      const { a, b, c, worst } = fitSquare(areas.map((area, at) => [portCounts[at] ?? 0, area[key]]));
      const law = `${number(a)} + ${number(b)} P + ${number(c)} P²`.replaceAll("+ -", "- ");
      laws.push([block, head, law, `${(100 * worst).toFixed(1)} %`]);
    }
  }
  process.stdout.write(`one instance of each block, 64 bits, 2 data lanes\n${table}\n`);
  if (portCounts.length >= 3)
    process.stdout.write(`least squares of relative errors; worst: of a point against the law\n${laws}\n`);
}

await showGrowth();
await showBlocks();
