/** What Yosys makes of a module and of all below it for a Xilinx device: counts of cells, each module mapped once. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { requireTools } from "../generator/tools.ts";

/** What is counted of a module. */
export interface Area {
  readonly flipFlops: number;
  /** LUTs for logic, of up to six inputs. */
  readonly luts: number;
  /** LUTs that serve as memory or as shift registers. */
  readonly lutMemory: number;
  /** Block RAM in units of 36 Kbit. */
  readonly blockRam: number;
  /** Bits of the arrays that became memory, as they are declared. */
  readonly memoryBits: number;
}

export const noArea: Area = { flipFlops: 0, luts: 0, lutMemory: 0, blockRam: 0, memoryBits: 0 };

/** Modules by Yosys' name for them, with what is in each itself and how often it has others below it. */
export type Netlist = ReadonlyMap<
  string,
  { readonly own: Area; readonly below: readonly (readonly [module: string, count: number])[] }
>;

interface Stat {
  readonly modules: Readonly<
    Record<
      string,
      { readonly num_memory_bits: number; readonly num_cells_by_type: Readonly<Record<string, number>> }
    >
  >;
}

/** LUTs that a cell of distributed memory takes. */
const memoryLuts: Readonly<Record<string, number>> = {
  RAM32X1D: 2,
  RAM64X1D: 2,
  RAM128X1D: 4,
  RAM32M: 4,
  RAM64M: 4,
  RAM32M16: 8,
  RAM64M8: 8,
  SRL16E: 1,
  SRLC32E: 1,
};

/** Maps `top` with all modules below it; hierarchy is kept, so that no module is mapped twice. */
export async function netlistOf(
  files: readonly string[],
  top: string,
  family: "xcup" | "xc7" = "xcup",
): Promise<Netlist> {
  await requireTools(["yosys"]);
  const folder = mkdtempSync(join(tmpdir(), "lanewright-area-"));
  try {
    const [before, after] = [join(folder, "before.json"), join(folder, "after.json")];
    const script = [
      `read_verilog ${files.join(" ")}`,
      `hierarchy -top ${top}`,
      "proc",
      `tee -q -o ${before} stat -json`,
      `synth_xilinx -family ${family} -noiopad -noclkbuf -nowidelut -top ${top}`,
      `tee -q -o ${after} stat -json`,
    ];
    await execa("yosys", ["-q", "-p", script.join("; ")]);
    return netlist(readStat(before), readStat(after));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The modules of a statistic by the names that their instances have. Yosys 0.23 prints the tree of a hierarchy into its JSON: cut out. */
function readStat(path: string): Stat {
  const text = readFileSync(path, "utf8");
  const tree = /\n {3}\},\n(?: {3,}(?!"design").*\n)*? {6}"design"/;
  const { modules } = JSON.parse(text.replace(tree, '\n   },\n"design"')) as Stat;
  return {
    modules: Object.fromEntries(
      Object.entries(modules).map(([name, counts]) => [name.replace(/^\\/, ""), counts]),
    ),
  };
}

function netlist(before: Stat, after: Stat): Netlist {
  return new Map(
    Object.entries(after.modules).map(([name, { num_cells_by_type: cells }]) => {
      const all = Object.entries(cells);
      const count = (pattern: RegExp, weight = 1): number =>
        all.reduce((sum, [cell, times]) => sum + (pattern.test(cell) ? weight * times : 0), 0);
      const lutMemory = all.reduce((sum, [cell, times]) => sum + times * (memoryLuts[cell] ?? 0), 0);
      const blockRam = count(/^RAMB36/) + count(/^RAMB18/, 0.5);
      const memory = lutMemory > 0 || blockRam > 0;
      const own: Area = {
        flipFlops: count(/^FD[RSCP]E$/),
        luts: count(/^LUT\d$/),
        lutMemory,
        blockRam,
        memoryBits: memory ? (before.modules[name]?.num_memory_bits ?? 0) : 0,
      };
      return [name, { own, below: all.filter(([cell]) => cell in after.modules) }];
    }),
  );
}

export function sum(areas: readonly (readonly [area: Area, times: number])[]): Area {
  return areas.reduce<Area>(
    (all, [one, times]) => ({
      flipFlops: all.flipFlops + times * one.flipFlops,
      luts: all.luts + times * one.luts,
      lutMemory: all.lutMemory + times * one.lutMemory,
      blockRam: all.blockRam + times * one.blockRam,
      memoryBits: all.memoryBits + times * one.memoryBits,
    }),
    noArea,
  );
}

/** A module with all below it. */
export function totalOf(netlist: Netlist, module: string): Area {
  const found = netlist.get(module);
  if (found === undefined) throw new RangeError(`the netlist has no module ${module}`);
  return sum([
    [found.own, 1],
    ...found.below.map(([name, times]) => [totalOf(netlist, name), times] as const),
  ]);
}

/** Name in the Verilog, without the device in front: `$paramod\leaf4_voq_memory\DEPTH=…` is `voq_memory`. */
export function plainName(device: string, module: string): string {
  return new RegExp(`${device}_(\\w+)`).exec(module)?.[1] ?? "";
}
