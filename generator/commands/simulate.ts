import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import {
  BringUpError,
  type LinkPair,
  openLinkPair,
  type PairOptions,
  type Phase,
  type RunResult,
  runPhases,
} from "../../sim/run/index.ts";
import { freshSeed, seedText } from "../../sim/traffic/rng.ts";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";
import { loadLinkDesign } from "./load-design.ts";
import { addOptions, type SimulateOptions } from "./simulate-options.ts";
import { phasesOf } from "./simulate-phases.ts";
import { failureText, resultText } from "./simulate-text.ts";

const help = `
Two ports of the device are joined by a cable of the described length, both send and receive, and every packet is
accounted for. Without options that choose traffic there are three phases: the project's capture of RDMA traffic as
native InfiniBand; a saturating load of 4 KiB packets (the MTU, if that is less) over all data lanes; the same with bit
errors and bursts on the cable. With one of --pattern, --pcap, --load, --payload, --packets, --vls, --ber, --burst there
is one phase, of the pattern saturate unless another one is named.

Written to --out: results.json, and p0.pcapng and p1.pcapng with what each port sent and received on its wire, VCRC
included, in simulated time. Goodput counts payload bytes only.

Exit codes: 0 every packet came once, in order and unchanged; 1 not so, or the link did not drain: the seed and a command
that repeats the run with waves are printed; 2 wrong input; 3 a tool is missing; 130 interrupted by Ctrl-C, with the
results so far.

Examples:
  $ lanewright simulate examples/link-400g.ts
  $ lanewright simulate link.ts --pattern random --ber 1e-6 --burst 200 --cycles 100000
  $ lanewright simulate link.ts --pcap my-capture.pcap --out out/mine
  $ lanewright simulate link.ts --payload 256 --load 0.5 --vls 0,3 --json
  $ lanewright simulate link.ts --pattern random --packets 50 --seed 7 --trace waves.fst --trace-cycles 3000
`;

/** What a shell expects of a program that ends by Ctrl-C. */
const interruptedCode = 130;

/** Adds the command `simulate` to the command line. */
export function register(program: Command): void {
  const command = program
    .command("simulate")
    .description("run traffic over two ports of a device and a cable, and account for every packet")
    .argument("<file>", "description: TypeScript or JSON");
  addOptions(command).addHelpText("after", help).action(run);
}

async function run(file: string, options: SimulateOptions, command: Command): Promise<void> {
  const design = await loadLinkDesign(file);
  const phases = phasesOf(design, options);
  const seed = options.seed ?? freshSeed();
  const out = options.out ?? join("out", design.name);
  makeFolder(out);
  const pair = await openLinkPair(design, pairOptions(options, out, seed));
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    const result = await runWithProgress(pair, phases, abort.signal);
    writeFileSync(join(out, "results.json"), `${JSON.stringify(result, null, 2)}\n`);
    report(result, pair, out, options);
    if (!result.passed) {
      process.exitCode = exitCodes.workFailed;
      process.stderr.write(failureText(result, { file, out, command }));
    } else if (!result.complete) process.exitCode = interruptedCode;
  } catch (error) {
    if (!(error instanceof BringUpError)) throw error;
    process.exitCode = exitCodes.workFailed;
    process.stderr.write(`${error.message}\n`);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    pair.close();
  }
}

function pairOptions(options: SimulateOptions, out: string, seed: number): PairOptions {
  const { trace, traceFrom, traceCycles, pcapngFrames } = options;
  const base = trace?.replace(/\.fst$/u, "");
  return {
    seed,
    ...(base !== undefined && {
      trace: { paths: [`${base}.p0.fst`, `${base}.p1.fst`], from: traceFrom, cycles: traceCycles },
    }),
    ...(pcapngFrames > 0 && {
      pcapng: { paths: [join(out, "p0.pcapng"), join(out, "p1.pcapng")], frameLimit: pcapngFrames },
    }),
  };
}

async function runWithProgress(
  pair: LinkPair,
  phases: readonly Phase[],
  signal: AbortSignal,
): Promise<RunResult> {
  let now = "bringing the link up";
  let begun = 0;
  let expected: number | undefined;
  const onPhase = (phase: Phase): void => {
    now = `${phase.name} (phase ${phases.indexOf(phase) + 1} of ${phases.length})`;
    begun = pair.cycle;
    expected = phase.cycles;
  };
  const note = (): string => {
    const of = expected === undefined ? "" : ` of ${expected.toLocaleString("en-US")}`;
    return `simulating ${now}: ${(pair.cycle - begun).toLocaleString("en-US")}${of} cycles`;
  };
  return await withProgress(note, runPhases(pair, phases, { signal, onPhase }));
}

function report(result: RunResult, pair: LinkPair, out: string, options: SimulateOptions): void {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const left = pair.taps.reduce((sum, tap) => sum + tap.counts.beyondLimit, 0);
  const waves = options.trace?.replace(/\.fst$/u, "");
  const lines = [
    resultText(result, color),
    `results  ${join(out, "results.json")}, seed ${seedText(result.seed)}`,
    ...(pair.taps.length > 0
      ? [
          `wire     ${pair.taps.map((tap) => tap.path).join(", ")}: tshark --disable-protocol rpcordma -r FILE` +
            (left > 0 ? ` (${left.toLocaleString("en-US")} frames beyond --pcapng-frames left out)` : ""),
        ]
      : []),
    ...(waves !== undefined ? [`waves    ${waves}.p0.fst, ${waves}.p1.fst`] : []),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const message = `${folder} cannot be written`;
    const remedy = "choose a folder that you may write to (--out)";
    throw new LanewrightError(
      { code: "LW_OUTPUT_UNWRITABLE", severity: "error", message, remedy },
      { cause },
    );
  }
}
