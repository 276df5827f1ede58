import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./solver.ts";
import { sourcesOf, writeSources } from "./sources.ts";
import type { DeviceFiles, SolverProof } from "./types.ts";

/** A flat model of a proof's module, or of one case of it, in `folder` as `flat.il`, and the labelled cells that it holds. */
export interface Model {
  readonly folder: string;
  /** Name of the top module. */
  readonly top: string;
  /**
   * Asserted cells: `never_beyond_credit`, or `credit_tx.never_beyond_credit` of a module inside, in the order in which
   * one may rest on another: those of the registry in its order, then those inside, unless the proof says otherwise.
   */
  readonly asserts: readonly string[];
  readonly covers: readonly string[];
  /** Labels of the modules inside that are assumptions there. */
  readonly expected: readonly string[];
}

/**
 * Reads the module of a proof with its properties, turns the assumptions of the modules inside into assertions, and
 * makes it flat. There is a model for each of its cases, each with the same cells.
 * @throws Error with what Yosys said, when it cannot be read
 */
export async function prepare(
  proof: SolverProof,
  device: DeviceFiles,
  folder: string,
): Promise<readonly Model[]> {
  if (proof.cases === undefined) return [await prepareCase(proof, device, folder, "")];
  const { macro, values } = proof.cases;
  const models: Model[] = [];
  for (const [index, value] of values.entries()) {
    models.push(await prepareCase(proof, device, join(folder, String(index)), `-D${macro}=${value}`));
  }
  return models;
}

async function prepareCase(
  proof: SolverProof,
  device: DeviceFiles,
  folder: string,
  define: string,
): Promise<Model> {
  const files = writeSources(sourcesOf(device, proof.top, proof.replace), folder);
  const top = `${device.name}_${proof.top}`;
  const parameters = Object.entries(proof.parameters ?? {})
    .map(([name, value]) => ` -chparam ${name} ${value}`)
    .join("");
  const script = [
    `read_verilog -formal ${define} ${files.join(" ")}`,
    `hierarchy -check -top ${top}${parameters}`,
    "proc",
    `select -set inner ${top} %n`,
    ...(proof.innerProved === true ? ["chformal -assert -cover -remove @inner"] : []),
    "select -set expected @inner */any_* %d",
    "tee -q -o expected.txt select -list @expected t:$assume %i",
    "chformal -assume -assume2assert @expected",
    "chformal -cover -remove @inner",
    "flatten",
    "check -assert",
    ...(proof.clocks === "several" ? ["clk2fflogic"] : ["opt_clean", "async2sync", "dffunmap"]),
    ...(proof.prepare ?? []),
    "opt_expr",
    "opt_clean",
    "memory -nordff -nomap",
    "dffunmap",
    "opt_clean",
    "tee -q -o asserts.txt select -list t:$assert",
    "tee -q -o covers.txt select -list t:$cover",
    "write_rtlil flat.il",
  ];
  const { output, exitCode } = await run("yosys", ["-q", "-p", script.join("; ")], { folder, seconds: 600 });
  if (exitCode !== 0) throw new Error(`Yosys cannot read the module of proof ${proof.name}:\n${output}`);
  const order = proof.properties.map(({ label }) => label);
  const expected = cellsIn(join(folder, "expected.txt"));
  const rank = (cell: string): number => {
    if (order.includes(cell)) return order.indexOf(cell);
    return proof.innerFirst === true && !expected.includes(labelOf(cell)) ? -1 : order.length;
  };
  return {
    folder,
    top,
    asserts: cellsIn(join(folder, "asserts.txt")).toSorted((a, b) => rank(a) - rank(b)),
    covers: cellsIn(join(folder, "covers.txt")),
    expected,
  };
}

/** The label of a cell: `never_beyond_credit` of `tx.never_beyond_credit`. */
function labelOf(cell: string): string {
  return cell.slice(cell.lastIndexOf(".") + 1);
}

/** Cells in a file that `select -list` wrote, a line `module/cell` each. */
function cellsIn(path: string): readonly string[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => line.slice(line.indexOf("/") + 1));
}
