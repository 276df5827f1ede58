import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { exitCodes, formatDiagnostics } from "../diagnostics.ts";
import { renderDesign } from "../emit/generate.ts";
import { withProgress } from "../progress.ts";
import {
  baselineFrom,
  changesBetween,
  findYosys,
  lastReport,
  memoryProblems,
  type SynthReport,
  saveReport,
  synth,
  type Target,
  targets,
} from "../synth/index.ts";
import { loadDesign } from "./load-design.ts";
import { integer } from "./simulate-values.ts";
import { asText } from "./synth-text.ts";

interface Options {
  readonly target: Target;
  readonly module?: string;
  readonly baseline?: string;
  readonly out?: string;
  readonly jobs: number;
  readonly place: boolean;
  readonly yosys: "any" | "native" | "wasm";
  readonly json?: boolean;
}

const examples = `
Examples:
  $ lanewright synth link.ts                        area and depth of every module, UltraScale+
  $ lanewright synth link.ts --target ecp5          the same for ECP5, and Fmax after place and route
  $ lanewright synth link.ts --module mac_tx        one module and those below it
  $ lanewright synth link.ts --baseline old.json    what has changed since
  $ lanewright synth link.ts --json                 prints the results for programs

Yosys of the system does it when it is there, else the one that npm has brought. Modules are mapped one by one and kept
under the hash of their source: what did not change is not mapped again. The result stands in synth.json of the output
folder, and the next run is compared with it. Exit code 1 when a memory became flip-flops, 3 when a tool is missing.
`;

/** Adds the command `synth` to the command line. */
export function register(program: Command): void {
  program
    .command("synth")
    .description("area, logic depth and Fmax of each module, mapped by Yosys and placed by nextpnr")
    .argument("<file>", "description: TypeScript or JSON")
    .addOption(
      new Option("-t, --target <family>", "what to map for").choices([...targets]).default("xcup" as const),
    )
    .option("-m, --module <name>", "a module of the device, with those below it, in place of all")
    .option("--baseline <file>", "synth.json to compare with (default: the last run)")
    .option("-o, --out <dir>", "folder for synth.json (default: rtl-out/NAME)")
    .option("-j, --jobs <count>", "runs of Yosys at once", integer(1, 64), availableParallelism())
    .option("--no-place", "do not place and route")
    .addOption(
      new Option("--yosys <which>", "the one of the system, or of npm (WebAssembly)")
        .choices(["any", "native", "wasm"])
        .default("any" as const),
    )
    .option("--json", "print the results as JSON")
    .addHelpText("after", examples)
    .action(async (file: string, options: Options) => {
      const design = await loadDesign(file);
      const folder = resolve(options.out ?? join("rtl-out", design.name));
      const yosys = await findYosys(options.yosys);
      let note = `${options.target}: elaborating`;
      const told = (what: string): void => {
        note = `${options.target}: ${what}`;
      };
      const work = synth(yosys, design, renderDesign(design), { ...options, told });
      const result = await withProgress(() => note, work);
      const before =
        options.baseline === undefined
          ? lastReport(folder, result)
          : baselineFrom(resolve(options.baseline), result);
      const changes = before === undefined ? {} : { changes: changesBetween(before, result) };
      const report: SynthReport = { ...result, ...changes };
      saveReport(folder, report);
      const problems = memoryProblems(report.memories, options.target);
      const json = (): string => `${JSON.stringify({ ...report, problems }, null, 2)}\n`;
      process.stdout.write(options.json === true ? json() : asText(report, folder));
      if (problems.length === 0) return;
      if (options.json !== true) process.stderr.write(`${formatDiagnostics(problems)}\n`);
      process.exitCode = exitCodes.workFailed;
    });
}
