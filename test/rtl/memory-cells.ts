import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
