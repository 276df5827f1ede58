import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { execa } from "execa";

/**
 * Wall time and peak memory of `lanewright generate`, from the start of the process to its end, into a new folder each
 * time. `npx tsx bench/generate.ts [DESCRIPTION]`; without one, the example of a 400G link.
 */
const rounds = 5;
const root = fileURLToPath(new URL("../", import.meta.url));
const description = process.argv[2] ?? join(root, "examples", "link-400g.ts");
const folder = mkdtempSync(join(tmpdir(), "lanewright-bench-"));

interface Run {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Tells the peak of the resident set on the way out, in kilobytes; loaded into the measured process. */
const witness = join(folder, "witness.mjs");
const tell = `process.on("exit", () => {
  process.stderr.write("\\npeak " + process.resourceUsage().maxRSS + "\\n");
});
`;

async function run(round: number): Promise<Run> {
  const cli = join(root, "bin", "lanewright.mjs");
  const out = join(folder, `out${round}`);
  const begin = performance.now();
  const { stderr } = await execa(process.execPath, [
    "--import",
    witness,
    cli,
    "generate",
    description,
    "--out",
    out,
  ]);
  const seconds = (performance.now() - begin) / 1000;
  const peak = Number(/^peak (\d+)$/mu.exec(stderr)?.[1]);
  return { seconds, megabytes: (peak * 1024) / 1e6 };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  writeFileSync(witness, tell);
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await run(round));
  const table = new Table({ head: ["", "median", "worst"], style: { head: [], border: [] } });
  for (const [name, values, unit] of [
    ["wall time", runs.map((one) => one.seconds), "s"],
    ["peak memory", runs.map((one) => one.megabytes), "MB"],
  ] as const) {
    table.push([name, `${middle(values).toFixed(2)} ${unit}`, `${Math.max(...values).toFixed(2)} ${unit}`]);
  }
  process.stdout.write(`${table.toString()}\nlanewright generate ${description}, ${rounds} runs\n`);
} finally {
  rmSync(folder, { recursive: true });
}
