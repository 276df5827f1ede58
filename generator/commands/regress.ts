import { register as registerHooks } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { loadPlan } from "../../sim/regress/load-plan.ts";
import type { ResolvedPlan } from "../../sim/regress/plan.ts";
import { runRegression, runTask } from "../../sim/regress/run.ts";
import type { Mode } from "../../sim/regress/store.ts";
import { requireTools } from "../tools.ts";
import { runOne } from "./regress-item.ts";
import { regressProgress } from "./regress-progress.ts";
import { reportRun } from "./regress-text.ts";
import { interruptible } from "./simulate-run.ts";
import { integer } from "./simulate-values.ts";

const help = `
A plan says which devices run which scenarios, with which faults, from how many seeds; docs/regression.md has all of it,
\`lanewright schema regression\` the schema. Scenarios: soak (everything at once, at random), weights and fairness (how a
switch shares an output), or modules of your own. Each run of each is an item and follows from its seed alone.

Written to --out as it happens: journal/ with a line for each item. In the end, and when it is stopped: results.json,
junit.xml, and report.html, which compares with the run before. Ctrl-C keeps what is done. A worker that dies takes one
item along, which runs again; what kills its worker three times has failed.

Exit codes: 0 everything passed; 1 something failed, or a device had fewer packets than the plan asks for: each failure
has a command that repeats it; 2 wrong input; 3 a tool is missing; 130 interrupted by Ctrl-C.

Examples:
  $ lanewright regress regress/smoke.ts
  $ lanewright regress regress/nightly.ts --jobs 2
  $ lanewright regress regress/nightly.ts --resume
  $ lanewright regress regress/nightly.ts --failed
  $ lanewright regress regress/nightly.ts --engine slurm --jobs 64 --sbatch=--partition=long
  $ lanewright regress regress/nightly.ts --item narrow/soak/mixed/0x4a5b6c7d
`;

export interface RegressOptions {
  readonly jobs?: number;
  readonly engine: "local" | "slurm";
  readonly sbatch: readonly string[];
  readonly out?: string;
  readonly resume?: boolean;
  readonly failed?: boolean;
  readonly fresh?: boolean;
  readonly item?: string;
  readonly list?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly task?: string;
  readonly shard?: { readonly index: number; readonly count: number };
  readonly round?: number;
}

/** Tasks of an array unless said otherwise. */
const usualTasks = 8;

/** Adds the command `regress` to the command line. */
export function register(program: Command): void {
  program
    .command("regress")
    .description("run many devices, seeds and faults, here or on a batch engine")
    .argument("[plan]", "regression plan: TypeScript or JSON")
    .option(
      "-j, --jobs <n>",
      "workers at a time (default: all cores), or tasks of the array",
      integer(1, 4096),
    )
    .addOption(new Option("--engine <name>", "where it runs").choices(["local", "slurm"]).default("local"))
    .option(
      "--sbatch <option>",
      "option for sbatch, as --sbatch=--partition=long; may be repeated",
      collect,
      [],
    )
    .option("-o, --out <dir>", "folder of the results (default: out/regress/NAME)")
    .option("--resume", "go on with a run that was stopped")
    .addOption(new Option("--failed", "run only what failed, once more").conflicts("resume"))
    .addOption(new Option("--fresh", "begin anew, whatever stands there").conflicts(["resume", "failed"]))
    .option("--item <id>", "run one item here and show what comes of it; results are left alone")
    .option("--dry-run", "print the items and run nothing")
    .option("--json", "print the results as JSON")
    .addOption(new Option("--task <dir>").hideHelp())
    .addOption(new Option("--list <file>").hideHelp())
    .addOption(new Option("--shard <i/n>").argParser(shardValue).hideHelp())
    .addOption(new Option("--round <n>").argParser(integer(1, 1e9)).hideHelp())
    .addHelpText("after", help)
    .action(async (file: string | undefined, options: RegressOptions, command: Command) => {
      registerHooks("../description/load-hooks.mjs", import.meta.url);
      if (options.task !== undefined) return await task(options);
      if (file === undefined) return command.error("error: missing required argument 'plan'");
      const plan = await loadPlan(file);
      if (options.item !== undefined) return await runOne(plan, options.item, options.json === true);
      if (options.dryRun === true) return dryRun(plan, options);
      if (plan.items.some(({ scenario }) => plan.modules[scenario] === undefined))
        await requireTools(["verilator", "g++", "make"]);
      if (options.engine === "slurm") await requireTools(["sbatch"]);
      await run(plan, options);
    });
}

async function run(plan: ResolvedPlan, options: RegressOptions): Promise<void> {
  const out = options.out ?? join("out", "regress", plan.name);
  const { engine } = options;
  const jobs = options.jobs ?? (engine === "slurm" ? usualTasks : availableParallelism());
  const progress = regressProgress();
  try {
    const stopped = { now: false };
    const outcome = await interruptible(async (signal) => {
      signal.addEventListener("abort", () => {
        stopped.now = true;
      });
      return await runRegression(plan, {
        ...{ out, mode: modeOf(options), engine, jobs, sbatch: options.sbatch, signal },
        onStart: progress.start,
        onBegin: progress.begin,
        onEnd: progress.end,
        onDeath: progress.death,
      });
    });
    progress.close();
    reportRun(outcome, { out, json: options.json === true, stopped: stopped.now });
  } finally {
    progress.close();
  }
}

function modeOf({ resume, failed, fresh }: RegressOptions): Mode {
  if (resume === true) return "resume";
  if (failed === true) return "failed";
  return fresh === true ? "fresh" : "usual";
}

function dryRun(plan: ResolvedPlan, options: RegressOptions): void {
  if (options.json === true) process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else process.stdout.write(`${plan.items.map(({ id, packets }) => `${id} ${packets}`).join("\n")}\n`);
}

async function task({ task: folder, list, shard, round }: RegressOptions): Promise<void> {
  if (folder === undefined || list === undefined || shard === undefined || round === undefined)
    throw new Error("--task, --list, --shard and --round go together");
  await interruptible((signal) => runTask({ folder, list, shard, round, signal }));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function shardValue(value: string): { index: number; count: number } {
  const [index = Number.NaN, count = Number.NaN] = value.split("/").map(Number);
  if (!(index >= 0 && index < count)) throw new InvalidArgumentError("Give i/n with i from 0 to n-1.");
  return { index, count };
}
