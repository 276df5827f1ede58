import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import { renderDesign } from "../emit/generate.ts";
import { withProgress } from "../progress.ts";
import { type Proof, type PropertyResult, proofsOf, prove } from "../prove/index.ts";
import { loadDesign } from "./load-design.ts";
import { asText, listText, passed, summaryOf } from "./prove-text.ts";
import { integer } from "./simulate-values.ts";

interface Options {
  readonly only?: readonly string[];
  readonly list?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly jobs: number;
  readonly timeout: number;
}

const examples = `
Examples:
  $ lanewright prove link.ts                      proves all that there is to prove about a device
  $ lanewright prove link.ts --list               shows the proofs and their properties
  $ lanewright prove link.ts --only credit_tx     makes one proof
  $ lanewright prove link.ts --json               prints the results for programs

A property is proved for all time, or bounded to a number of steps. One that fails leaves its counter-example as a
waveform in the output folder. Exit code 1 when a property fails or is not decided, 3 when a tool is missing.
`;

/** Adds the command `prove` to the command line. */
export function register(program: Command): void {
  program
    .command("prove")
    .description("prove the properties that stand in the Verilog of a device")
    .argument("<file>", "description: TypeScript or JSON")
    .option("--only <name...>", "proofs to make, by their names")
    .option("--list", "show the proofs and their properties, prove nothing")
    .option("-o, --out <dir>", "folder for proofs.json and waveforms (default: out/NAME/proofs)")
    .option("-j, --jobs <count>", "solvers that run at once", integer(1, 64), availableParallelism())
    .option("--timeout <seconds>", "time for each call of a solver", integer(1, 86_400), 600)
    .option("--json", "print the results as JSON")
    .addHelpText("after", examples)
    .action(async (file: string, options: Options) => {
      const design = await loadDesign(file);
      const proofs = choose(proofsOf(design), options.only);
      if (options.list === true) {
        const listed = proofs.map(({ name, engine, properties }) => ({ name, engine, properties }));
        const json = `${JSON.stringify({ device: design.name, proofs: listed }, null, 2)}\n`;
        process.stdout.write(options.json === true ? json : listText(design.name, proofs));
        return;
      }
      const out = resolve(options.out ?? join("out", design.name, "proofs"));
      const results: PropertyResult[] = [];
      const total = proofs.reduce((sum, proof) => sum + proof.properties.length, 0);
      const note = (): string => {
        const [last] = results.slice(-1);
        const what = last === undefined ? "" : `: ${last.proof}.${last.property} ${last.status}`;
        return `${results.length} of ${total} properties${what}`;
      };
      const begin = performance.now();
      const device = { name: design.name, files: renderDesign(design) };
      const { jobs, timeout } = options;
      const told = (result: PropertyResult): unknown => results.push(result);
      const ordered = await withProgress(note, prove(proofs, device, { jobs, timeout, out, told }));
      const seconds = Math.round(performance.now() - begin) / 1000;
      const report = { device: design.name, ...summaryOf(ordered), seconds, properties: ordered };
      const json = `${JSON.stringify(report, null, 2)}\n`;
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, "proofs.json"), json);
      process.stdout.write(options.json === true ? json : asText(design.name, ordered, seconds, out));
      if (!ordered.every(passed)) process.exitCode = exitCodes.workFailed;
    });
}

function choose(proofs: readonly Proof[], only: readonly string[] | undefined): readonly Proof[] {
  if (only === undefined) return proofs;
  const names = proofs.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length === 0) return proofs.filter(({ name }) => only.includes(name));
  throw new LanewrightError(
    unknown.map((name) => ({
      code: "LW_UNKNOWN_PROOF" as const,
      severity: "error" as const,
      message: "prove --only names a proof that there is not for this device",
      value: name,
      limit: names.join(", "),
      remedy: "lanewright prove FILE --list shows all of them",
    })),
  );
}
