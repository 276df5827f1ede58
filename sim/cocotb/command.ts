/** The command `cocotb-runner-cli`: options, and what a run says in the end. */
import { readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { exitCodes, LanewrightError } from "../../generator/diagnostics.ts";
import { type BuiltSimulation, buildSimulation, simulatorVersions } from "./build.ts";
import { deviceOf, type GeneratedDevice } from "./device.ts";
import type { builtName } from "./flags.ts";
import { findModules } from "./modules.ts";
import { parametersText } from "./parameters.ts";
import { chosenPython, type PythonTools, pythonTools } from "./python.ts";
import { countOf, junitText } from "./results.ts";
import { runSimulation, type SimulationEnd } from "./simulate.ts";

type Simulator = keyof typeof builtName;

interface Options {
  readonly device: string;
  readonly module: readonly string[];
  readonly testcase: readonly string[];
  readonly sim: Simulator;
  readonly python?: string;
  readonly path: readonly string[];
  readonly waves?: string | true;
  readonly junit?: string;
  readonly seed?: number;
  readonly source: readonly string[];
  readonly top?: string;
  readonly define: readonly string[];
  readonly internals?: boolean;
  readonly optimize: number;
  readonly buildOnly?: boolean;
  readonly json?: boolean;
}

/** Exit code of a run that Ctrl-C ended. */
const interruptedCode = 130;

const help = `
The device is generated, built for the simulator (or taken from the cache) and run with the tests of the Python modules.
Python reads its derived numbers and registers through \`import lanewright\`. The Python is that of --python (an
interpreter, or the folder of a virtual environment), else the active virtual environment, else ./.venv, else python3.
A module is found by name in the folders of --path, in the working directory and beside the device, there also in cocotb/.

Exit codes: 0 all tests passed; 1 a test failed, or the simulation ended before the tests did; 2 wrong input; 3 Python,
cocotb 1.9 or a simulator is missing, with the command that installs it; ${interruptedCode} interrupted by Ctrl-C.

Examples:
  $ cocotb-runner-cli --device examples/leaf4.ts --module test_link
  $ cocotb-runner-cli --device examples/link-25g.ts --module test_link --sim icarus --testcase retry --seed 7
  $ cocotb-runner-cli --device examples/leaf4-small.json --module test_switch --waves switch.fst --junit out.xml
  $ cocotb-runner-cli --device rtl-out/link_400g --module my/test_port.py --python .venv
  $ cocotb-runner-cli --device examples/link-25g.ts --module test_link_pair --source examples/cocotb/link_pair.v --top link_pair
`;

/** Adds the options and the action. */
export function configure(command: Command): Command {
  const list = (value: string, before: readonly string[] = []): readonly string[] => [
    ...before,
    ...value.split(",").filter((name) => name !== ""),
  ];
  const each = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return command
    .requiredOption(
      "-d, --device <file>",
      "description (TypeScript or JSON), or a folder that generate has written",
    )
    .requiredOption(
      "-m, --module <names>",
      "Python modules with the tests, by name or by path, with commas between",
      list,
    )
    .option("-t, --testcase <names>", "only these tests, with commas between", list, [])
    .addOption(
      new Option("-s, --sim <simulator>", "simulator").choices(["verilator", "icarus"]).default("verilator"),
    )
    .option("--python <path>", "Python interpreter, or folder of a virtual environment")
    .option("-p, --path <dir>", "folder with Python modules; may be repeated", each, [])
    .option("-w, --waves [file]", "write waves (FST; default NAME.fst)")
    .option("-j, --junit <file>", "write the results as JUnit XML")
    .option("--seed <number>", "seed of cocotb's random numbers; printed by each run", seedOf)
    .option(
      "--source <file>",
      "further Verilog, such as a bench around the device; may be repeated",
      each,
      [],
    )
    .option("--top <module>", "top module (default: the device)")
    .option("-D, --define <name=value>", "macro for the Verilog; may be repeated", each, [])
    .option(
      "--internals",
      "let Python reach every signal, not only the ports of the top module (Verilator: slower)",
    )
    .option("-O, --optimize <level>", "level of the C++ compiler for Verilator, 0 to 3", levelOf, 1)
    .option("--build-only", "build the model and run no tests")
    .option("--json", "print the results as JSON; what tests print goes to standard error")
    .addHelpText("after", help)
    .action(run);
}

function seedOf(value: string): number {
  if (!/^\d{1,15}$/u.test(value)) throw new InvalidArgumentError("It is a whole number, 0 or more.");
  return Number(value);
}

function levelOf(value: string): number {
  if (!/^[0-3]$/u.test(value)) throw new InvalidArgumentError("There are 0, 1, 2 and 3.");
  return Number(value);
}

async function run(options: Options): Promise<void> {
  const places = { paths: options.path, device: options.device };
  const modules = options.buildOnly === true ? undefined : findModules(options.module, places);
  const device = await deviceOf(options.device);
  const python = await pythonTools(chosenPython(options.python));
  await simulatorVersions(options.sim);
  warnOfChanges(device);
  const toplevel = options.top ?? device.top;
  const files = [...device.sources, ...options.source.map(existing)];
  const built = await buildSimulation(
    files,
    {
      simulator: options.sim,
      top: toplevel,
      waves: options.waves !== undefined,
      internals: options.internals === true,
      optimize: options.optimize,
      timing: options.source.length > 0,
      defines: [...standardDefines(device), ...options.define],
    },
    python,
  );
  tell(builtText(options, device, python, built));
  if (modules === undefined) return;
  const waves = options.waves === true ? `${device.name}.fst` : options.waves;
  const end = await runSimulation(
    built,
    {
      simulator: options.sim,
      toplevel,
      modules,
      testcases: options.testcase,
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(waves !== undefined && { waves }),
      parameters: parametersText(device, {
        simulator: options.sim,
        toplevel,
        ports: built.ports,
        internals: options.internals === true || options.sim === "icarus",
      }),
      quiet: options.json === true,
    },
    python,
  );
  conclude(end, options, device, waves);
}

/** Macros for a bench in Verilog that is to fit any device. */
function standardDefines(device: GeneratedDevice): string[] {
  return [`LANEWRIGHT_TOP=${device.top}`, `LANEWRIGHT_BITS=${device.design.datapathBits}`];
}

function existing(path: string): string {
  try {
    readFileSync(path);
    return resolve(path);
  } catch (cause) {
    const message = `the Verilog file ${path} of --source cannot be read`;
    throw new LanewrightError(
      { code: "LW_FILE_MISSING", severity: "error", message, remedy: "check the path" },
      { cause },
    );
  }
}

function warnOfChanges({ folder, changed }: GeneratedDevice): void {
  if (changed.length > 0)
    tell(
      `${folder} is not as it was generated: ${changed.join(", ")} changed since; it is simulated as it is`,
    );
}

function builtText(
  options: Options,
  device: GeneratedDevice,
  python: PythonTools,
  built: BuiltSimulation,
): string {
  const how = built.fresh ? "built" : "from the cache";
  const sources = `${device.sources.length + options.source.length} sources`;
  return `${options.top ?? device.top}: ${sources}, ${options.sim}, ${how}; cocotb ${python.cocotb}, Python ${python.version}`;
}

/** Writes what is asked for, says how the run ended, and sets the exit code. */
function conclude(
  end: SimulationEnd,
  options: Options,
  device: GeneratedDevice,
  waves: string | undefined,
): void {
  const { results } = end;
  if (end.interrupted) {
    tell("interrupted");
    process.exitCode = interruptedCode;
    return;
  }
  const tests = results?.tests ?? [];
  const broken = results !== undefined && tests.length > 0 ? undefined : whyBroken(end, options);
  if (options.junit !== undefined) writeJunit(options.junit, junitText(device.name, results, broken));
  if (broken !== undefined) throw brokenRun(broken, options);
  const failed = countOf(tests, "failed");
  if (options.json === true)
    process.stdout.write(
      `${JSON.stringify({ passed: failed === 0, device: device.name, ...results }, null, 2)}\n`,
    );
  const color = pc.createColors(process.stderr.isTTY === true && pc.isColorSupported);
  const counts = `${countOf(tests, "passed")} passed, ${failed} failed, ${countOf(tests, "skipped")} skipped`;
  const seed = results?.seed === undefined ? "" : `; seed ${results.seed}`;
  const where = waves === undefined ? "" : `; waves in ${relative(process.cwd(), resolve(waves))}`;
  tell(`${failed === 0 ? color.green(counts) : color.red(counts)}${seed}${where}`);
  for (const test of tests)
    if (test.verdict === "failed")
      tell(`  ${color.red("failed")}: ${test.module}.${test.name} (${test.file}:${test.line})`);
  if (failed > 0) process.exitCode = exitCodes.workFailed;
}

function whyBroken({ results, exitCode, signal }: SimulationEnd, options: Options): string {
  const modules = options.module.join(", ");
  if (results !== undefined)
    return options.testcase.length > 0
      ? `${modules} has no test ${options.testcase.join(", ")}`
      : `${modules} has no tests`;
  const how =
    signal !== undefined ? `was ended by ${signal}` : `ended with exit code ${exitCode ?? "unknown"}`;
  return `the simulation ${how} before the tests were done`;
}

function brokenRun(message: string, options: Options): LanewrightError {
  const remedy =
    "the log above says why; an error while Python imports the module, or a test that is not there";
  return new LanewrightError(
    { code: "LW_COCOTB_RUN", severity: "error", message, value: options.module.join(", "), remedy },
    { exitCode: exitCodes.workFailed },
  );
}

function writeJunit(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const remedy = "choose another file with --junit";
    throw new LanewrightError(
      { code: "LW_OUTPUT_UNWRITABLE", severity: "error", message: `${path} cannot be written`, remedy },
      { cause },
    );
  }
}

/** A line about the run; standard output is the tests' and the data's. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
