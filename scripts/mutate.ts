/**
 * Mutation of the emitted Verilog: single changes that a bench must notice. Docs: docs/mutation-and-coverage.md
 *
 *   npm run mutate -- [--module NAME ...] [--sample N] [--seed S] [--retry] [--fresh] [--out DIR] [--json]
 *   npm run mutate -- --kept [--module NAME ...]     the changes kept by hand, beside the benches
 *   npm run mutate -- --table                        what the results in DIR say, without running anything
 *
 * Exit code 1 when a mutant is alive that nobody has given a reason for, or a kept change is not noticed.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { mutatedModules } from "../test/mutation/benches.ts";
import { runCampaign } from "../test/mutation/campaign.ts";
import { runKept } from "../test/mutation/kept.ts";
import { countsOf, type ModuleResult, readResult, tableOf } from "../test/mutation/results.ts";

const { values } = parseArgs({
  options: {
    module: { type: "string", multiple: true, default: [] },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    retry: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    out: { type: "string", default: "out/mutation" },
    json: { type: "boolean", default: false },
    kept: { type: "boolean", default: false },
    table: { type: "boolean", default: false },
  },
});

function refuse(what: string): never {
  process.stderr.write(`mutate: ${what}\n`);
  process.exit(2);
}

function whole(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least
    ? value
    : refuse(`--${option} ${text} is no such number`);
}

const sample = whole("sample", values.sample, 1);
const seed = whole("seed", values.seed, 0) ?? 1;

let stopped = false;
process.once("SIGINT", () => {
  stopped = true;
});

const terminal = process.stderr.isTTY;
function progress(text: string): void {
  if (terminal) process.stderr.write(`\r\u001b[K${text}`);
}
function wipe(): void {
  if (terminal) process.stderr.write("\r\u001b[K");
}

/** A survivor as a line for people: where it stands and what it was. */
function survivors({ module, results }: ModuleResult): string {
  const lines = results
    .filter(({ end }) => end === "alive" || end === "broken")
    .map(({ id, line, kind, from, to, end, how, source }) => {
      const change = to === "" ? "left out" : `-> ${to}`;
      return `  ${module}:${line} mutant ${id} (${kind})${end === "broken" ? ` BROKEN ${how}` : ""}\n    ${source}\n    ${from} ${change}\n`;
    });
  return lines.join("");
}

async function campaign(): Promise<readonly ModuleResult[]> {
  const names = mutatedModules.map(({ module }) => module);
  for (const name of values.module)
    if (!names.includes(name)) refuse(`there is no module ${name}; there are ${names.join(", ")}`);
  const subjects = mutatedModules.filter(
    ({ module }) => values.module.length === 0 || values.module.includes(module),
  );
  if (values.table) return subjects.flatMap(({ module }) => readResult(values.out, module) ?? []);
  const done: ModuleResult[] = [];
  for (const subject of subjects) {
    if (stopped) break;
    if (values.fresh) rmSync(`${values.out}/${subject.module}.json`, { force: true });
    const options = { out: values.out, seed, retry: values.retry, progress, stopped: () => stopped };
    const result = await runCampaign(subject, { ...options, ...(sample !== undefined && { sample }) });
    wipe();
    done.push(result);
    const { run, killed, alive, equivalent, percent } = countsOf([result]);
    const summary = `${killed} of ${run} killed, ${equivalent} equivalent, ${alive} alive: ${percent.toFixed(1)} %`;
    if (!values.json)
      process.stdout.write(`${subject.module}: ${summary}, ${result.seconds} s\n${survivors(result)}`);
  }
  return done;
}

if (values.kept) {
  process.exitCode = (await runKept(values.module, progress, () => stopped)) ? 0 : 1;
} else {
  const results = await campaign();
  if (values.json) {
    const modules = results.map((one) => ({ ...one, ...countsOf([one]) }));
    process.stdout.write(`${JSON.stringify({ ...countsOf(results), modules }, null, 2)}\n`);
  } else process.stdout.write(`\n${tableOf(results)}`);
  const { alive, broken } = countsOf(results);
  process.exitCode = alive + broken > 0 ? 1 : 0;
  if (stopped) process.stderr.write("stopped; the same command goes on from here\n");
}
