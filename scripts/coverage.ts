/**
 * Line, branch and toggle coverage of the emitted Verilog, and functional coverage, over the benches of a link and of a switch:
 * one HTML page. Docs: docs/mutation-and-coverage.md
 *
 *   npm run coverage -- [--device link|switch] [--only BENCH ...] [--out DIR] [--fresh] [--json]
 *
 * What a bench counted stands in DIR and is not run again without --fresh. Exit code 1 when a bench fails.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { addShares, mergeGroups, reportHtml, type Share, sharesOf } from "../sim/coverage/index.ts";
import { modulesOf } from "../test/coverage/merge.ts";
import { type CoverageRun, coveredDevices } from "../test/coverage/runs.ts";
import type { RunCoverage } from "../test/coverage/worker.ts";
import { benchFile } from "../test/mutation/campaign.ts";

const { values } = parseArgs({
  options: {
    device: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
    out: { type: "string", default: "out/coverage" },
    fresh: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const out = resolve(values.out);
const worker = fileURLToPath(new URL("../test/coverage/worker.ts", import.meta.url));
const devices = coveredDevices.filter(({ name }) => values.device === undefined || name === values.device);
if (devices.length === 0) {
  process.stderr.write(`coverage: there is no device ${values.device}; there are link, switch\n`);
  process.exit(2);
}

let stopped = false;
process.once("SIGINT", () => {
  stopped = true;
});

/** Runs a bench in a process of its own, or reads what it counted before. */
async function runOf(one: CoverageRun): Promise<RunCoverage | undefined> {
  const { bench, only } = one;
  const path = join(out, "runs", `${bench.replaceAll("/", "-")}.json`);
  if (values.fresh) rmSync(path, { force: true });
  const known = existsSync(path);
  if (!known && stopped) return undefined;
  if (!known) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[Kcoverage of ${bench}`);
    if (one.pointsOnly) await runPoints(bench, path);
    else await runModels({ bench, only }, path);
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
  if (!existsSync(path)) return failed(bench, "the run did not end");
  const run = JSON.parse(readFileSync(path, "utf8")) as RunCoverage;
  if (run.failure === undefined && run.passed > 0) return run;
  rmSync(path);
  return failed(bench, run.failure ?? `no test has the title ${only}`);
}

async function runModels({ bench, only }: CoverageRun, path: string): Promise<void> {
  const task = JSON.stringify({ file: benchFile(bench), only, out: path });
  await execa("node", ["--import", "tsx", worker, task], { reject: false, stdio: "ignore" });
}

async function runPoints(bench: string, path: string): Promise<void> {
  const points = `${path}.points`;
  const vitest = ["node_modules/vitest/vitest.mjs", "run", `test/${bench}.test.ts`];
  const { exitCode } = await execa("node", vitest, {
    ...{ cwd: fileURLToPath(new URL("..", import.meta.url)), reject: false, stdio: "ignore" },
    env: { LANEWRIGHT_POINTS: points },
  });
  if (!existsSync(points)) return;
  const groups = JSON.parse(readFileSync(points, "utf8")) as RunCoverage["groups"];
  const failure = exitCode === 0 ? {} : { failure: "a test failed" };
  writeFileSync(path, JSON.stringify({ passed: 1, texts: [], groups, ...failure } satisfies RunCoverage));
  rmSync(points);
}

function failed(bench: string, why: string): undefined {
  process.stderr.write(`coverage: ${bench} failed: ${why}\n`);
  process.exitCode = 1;
  return undefined;
}

mkdirSync(join(out, "runs"), { recursive: true });
const reports = [];
const groups = [];
let benches = 0;
for (const device of devices) {
  const chosen = device.runs.filter(({ bench }) => values.only.length === 0 || values.only.includes(bench));
  const runs: RunCoverage[] = [];
  for (const one of chosen) {
    const run = await runOf(one);
    if (run !== undefined) runs.push(run);
  }
  benches += runs.length;
  groups.push(...runs.map((run) => run.groups));
  reports.push({ name: device.name, modules: modulesOf(await device.design(), runs, device.modules) });
}
const functional = mergeGroups(groups);
const page = join(out, "index.html");
const about = `${benches} benches; a bit has toggled when it went up and came down again.`;
writeFileSync(page, reportHtml({ title: "Coverage", about, devices: reports, groups: functional }));

const percent = ({ covered, of }: Share): string => (of === 0 ? "" : ((100 * covered) / of).toFixed(1));
if (values.json) {
  const modules = reports.flatMap(({ name, modules: list }) =>
    list.map(({ module, coverage }) => ({ device: name, module, ...sharesOf(coverage) })),
  );
  process.stdout.write(`${JSON.stringify({ modules, groups: functional }, null, 2)}\n`);
} else {
  process.stdout.write("| module | lines, % | branches, % | toggles, % |\n| --- | ---: | ---: | ---: |\n");
  for (const { name, modules } of reports) {
    const rows = modules.map(({ module, coverage }) => [`\`${module}\``, sharesOf(coverage)] as const);
    const all = [`**${name}**`, addShares(rows.map(([, shares]) => shares))] as const;
    for (const [label, { lines, branches, toggles }] of [...rows, all])
      process.stdout.write(`| ${label} | ${percent(lines)} | ${percent(branches)} | ${percent(toggles)} |\n`);
  }
  for (const { name, points } of functional) {
    const missing = points.filter(({ count }) => count === 0).map((point) => point.values.join(", "));
    process.stdout.write(`${name}: ${points.length - missing.length} of ${points.length} points\n`);
    for (const one of missing) process.stdout.write(`  never: ${one}\n`);
  }
  process.stdout.write(`${page}\n`);
}
if (stopped) process.stderr.write("stopped; the same command goes on from here\n");
