import Table from "cli-table3";
import { generateToCache } from "../generator/emit/cached.ts";
import { filesBelowModule } from "../sim/driver/sources.ts";
import { switchDesignOf } from "../sim/switch/open.ts";
import { fitSquare } from "./least-squares.ts";
import { type Area, netlistOf, noArea, plainName, sum, totalOf } from "./yosys-area.ts";

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
  [area.flipFlops, area.luts, area.lutMemory, area.blockRam, area.memoryBits].map(number);

async function showBlocks(): Promise<void> {
  const design = switchDesignOf(shown);
  const { files } = generateToCache(design);
  const netlist = await netlistOf(files, design.name);
  const found = new Map<string, { area: Area; times: number }>();
  const add = (name: string, area: Area, times: number): void => {
    const old = found.get(name) ?? { area: noArea, times: 0 };
    found.set(name, {
      area: sum([
        [old.area, 1],
        [area, times],
      ]),
      times: old.times + times,
    });
  };
  const walk = (module: string, times: number): void => {
    const name = plainName(design.name, module);
    if (name in blocks) {
      add(name, totalOf(netlist, module), times);
      return;
    }
    const { own, below } = netlist.get(module) ?? { own: noArea, below: [] };
    add("", own, times);
    for (const [one, count] of below) walk(one, count * times);
  };
  walk(design.name, 1);
  const table = new Table({ head: ["block", "instances", ...heads], ...plain });
  for (const [name, text] of [...Object.entries(blocks), ["", "wiring"] as const]) {
    const { area, times } = found.get(name) ?? { area: noArea, times: 0 };
    table.push([text, name === "" ? "" : String(times), ...cells(area)]);
  }
  table.push(["sum", "", ...cells(totalOf(netlist, design.name))]);
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
      const top = `${design.name}_${block}`;
      const netlist = await netlistOf(filesBelowModule(top, generateToCache(design).files), top);
      const area = totalOf(netlist, top);
      areas.push(area);
      table.push([block, String(ports), ...cells(area)]);
    }
    if (portCounts.length < 3) continue;
    for (const [head, key] of [
      ["flip-flops", "flipFlops"],
      ["LUTs", "luts"],
      ["memory bits", "memoryBits"],
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
