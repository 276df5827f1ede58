import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** What Yosys' 7-series flow makes of the memories of a module: block RAM, and how many cells of other memory are left. */
export async function memoryCells(source: string, top: string): Promise<{ block: boolean; other: number }> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-memory-"));
  try {
    const file = join(folder, "source.v");
    writeFileSync(file, source);
    const script = `read_verilog ${file}; synth_xilinx -family xc7 -noiopad -top ${top} -run begin:fine; stat`;
    const { stdout } = await execa("yosys", ["-p", script]);
    const cells = stdout.slice(stdout.lastIndexOf("Number of cells:"));
    return {
      block: /^\s+RAMB\w+\s+[1-9]/m.test(cells),
      other: [...cells.matchAll(/^\s+(?:\$mem\w*|RAM\d+\w*)\s+\d+/gm)].length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the same flow puts the arrays below `top`, as module/array; one that is in neither list became flip-flops. */
export async function memoryHomes(
  files: readonly string[],
  top: string,
): Promise<{ readonly block: readonly string[]; readonly lut: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-memory-"));
  try {
    const lists = ["t:RAMB*", "t:RAM* t:RAMB* %d t:$mem*"].map((selection, at) => ({
      path: join(folder, `list${at}`),
      selection,
    }));
    const script = [
      `read_verilog ${files.join(" ")}`,
      `synth_xilinx -family xc7 -noiopad -top ${top} -run begin:fine`,
      ...lists.map(({ path, selection }) => `tee -q -o ${path} select -list ${selection}`),
    ];
    await execa("yosys", ["-q", "-p", script.join("; ")]);
    const [block = [], lut = []] = lists.map(({ path }) => {
      const cells = readFileSync(path, "utf8").trim().split("\n");
      return [...new Set(cells.map(plainName))].sort();
    });
    return { block, lut };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `$paramod$4ac1\dut_voq_pages/ring.0.0` is `dut_voq_pages/ring`. */
function plainName(cell: string): string {
  const [, module = "", array = ""] =
    /([a-z]\w*)(?:\\[^/]*)?\/(\w+)[^/]*$/.exec(cell.replace(/^\$paramod[^\\]*\\/, "")) ?? [];
  return `${module}/${array}`;
}
