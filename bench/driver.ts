import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { execa } from "execa";
import { generateToCache } from "../generator/emit/cached.ts";
import { clockLevelIn } from "../sim/build/clock.ts";
import { buildFlags } from "../sim/build/flags.ts";
import { modelHeader, modelHeaderText, printHeader, printHeaderText } from "../sim/build/wrapper.ts";
import { type BuiltModel, buildModel, designOf, openModel } from "../sim/index.ts";
import { driveModel, stimulusInCpp } from "./stimulus.ts";

/**
 * Cycles per second of a model driven from TypeScript, one call a cycle, against a bare C++ loop that drives the same
 * model the same way. `npx tsx bench/driver.ts [DESCRIPTION]`; without one, a FIFO of 512 bits, in one and in eight lanes.
 */
interface Subject {
  readonly title: string;
  readonly files: readonly string[];
  readonly top: string;
  readonly parameters: readonly string[];
}

const rounds = 5;
const secondsEach = 1;

async function subjects(): Promise<Subject[]> {
  const description = process.argv[2];
  if (description !== undefined) {
    const { top, files } = generateToCache(await designOf(description));
    return [{ title: top, files, top, parameters: [] }];
  }
  const files = [fileURLToPath(new URL("fifo_lanes.v", import.meta.url))];
  return [1, 8].map((lanes) => ({
    title: `FIFO, ${lanes} lanes`,
    files,
    top: "fifo_lanes",
    parameters: [`LANES=${lanes}`],
  }));
}

/** Builds the bare loop with the flags of the model, but as a program: no `-fPIC`. */
async function buildBare(subject: Subject, built: BuiltModel, folder: string): Promise<string> {
  const run = execa({ cwd: folder });
  await run`verilator --cc --exe main.cpp -o bare --prefix Vtop --Mdir obj -O3 --x-assign fast --x-initial fast
    --assert --no-timing -Wno-fatal -Wno-lint --top-module ${subject.top} -CFLAGS -flto -LDFLAGS ${"-flto -O3"}
    ${subject.files}`;
  const object = join(folder, "obj");
  const level = built.evaluationsPerCycle === 1 ? clockLevelIn(object, "clk") : undefined;
  writeFileSync(join(folder, "main.cpp"), stimulusInCpp(built.ports, level));
  writeFileSync(join(object, printHeader), printHeaderText);
  writeFileSync(join(object, modelHeader), modelHeaderText);
  await run`make -C obj -f Vtop.mk -j2 ${buildFlags(false).make}`;
  return join(object, "bare");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measure(subject: Subject): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-bench-"));
  try {
    const files = subject.files.map((file) => parametrised(file, subject.parameters, folder));
    const built = await buildModel({ files, top: subject.top });
    const bare = await buildBare({ ...subject, files }, built, folder);
    let cycles = 20_000;
    const model = openModel(built);
    let begin = performance.now();
    driveModel(model, cycles);
    cycles = Math.ceil((cycles / ((performance.now() - begin) / 1000)) * secondsEach);
    const here: number[] = [];
    const there: number[][] = [[], []];
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const fresh = openModel(built);
      begin = performance.now();
      const sum = driveModel(fresh, cycles);
      here.push(cycles / ((performance.now() - begin) / 1000));
      fresh.close();
      for (const [at, evaluations] of [1, 2].entries()) {
        const { stdout } = await execa(bare, [String(cycles), String(evaluations)]);
        const [seconds = Number.NaN, bareSum] = stdout.split(" ").map(Number);
        if (bareSum !== sum) throw new Error(`${subject.title}: the two loops differ: ${sum} and ${bareSum}`);
        there[at]?.push(cycles / seconds);
      }
      ratios.push((here.at(-1) ?? 0) / (there[built.evaluationsPerCycle - 1]?.at(-1) ?? 1));
    }
    const kilo = (values: readonly number[] = []): string => (median(values) / 1000).toFixed(1);
    return [subject.title, kilo(here), kilo(there[0]), kilo(there[1]), median(ratios).toFixed(2)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A copy of `file` with the defaults of its first module's parameters replaced. */
function parametrised(file: string, parameters: readonly string[], folder: string): string {
  if (parameters.length === 0) return file;
  let text = readFileSync(file, "utf8");
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=");
    text = text.replace(new RegExp(`parameter ${name} = \\d+`, "u"), `parameter ${name} = ${value}`);
  }
  const copy = join(folder, basename(file));
  writeFileSync(copy, text);
  return copy;
}

const table = new Table({
  head: ["kcycles/s", "TypeScript", "bare C++, 1 evaluation", "bare C++, 2 evaluations", "ratio"],
  style: { head: [], border: [] },
});
for (const subject of await subjects()) table.push(await measure(subject));
process.stdout.write(`${table.toString()}
medians of ${rounds} rounds, run in turn; the ratio is the median of the rounds' ratios, each to the C++ loop that
evaluates the model as often a cycle as the driver does
`);
