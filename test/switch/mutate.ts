/**
 * Breaks the RTL of a switch, one change at a time, and sees its bench fail: `npx tsx test/switch/mutate.ts [bench ...]`.
 * Each change is a model of its own, so it takes an hour; not part of the tests.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { breaks } from "./breaks.ts";

const wanted = process.argv.slice(2);
const cwd = new URL("../../", import.meta.url);
let count = 0;
let caught = 0;

async function fate(bench: string, only: string, change: string): Promise<string | null> {
  const filter = only === "" ? [] : ["-t", only];
  const run = await execa(
    "npx",
    ["vitest", "run", `test/switch/${bench}.test.ts`, "--bail", "1", ...filter],
    {
      ...{ cwd, reject: false, all: true },
      env: {
        LANEWRIGHT_BREAK: change,
        LANEWRIGHT_CACHE: join(tmpdir(), "lanewright-mutants"),
        NO_COLOR: "1",
      },
    },
  );
  if (run.exitCode === 0) return null;
  const why = /Caused by: (.*)|Error: (.*)/u.exec(run.all);
  const text = (why?.[1] ?? why?.[2] ?? "failed").slice(0, 160);
  if (/has no "|LW_MODEL_BUILD/u.test(run.all)) return `NOT BUILT: ${text}`;
  return text;
}

for (const { bench, only, changes } of breaks) {
  if (wanted.length > 0 && !wanted.includes(bench)) continue;
  for (const [from, to] of changes) {
    count++;
    const how = await fate(bench, only, `${from}=>${to}`);
    const seen = how !== null && !how.startsWith("NOT");
    if (seen) caught++;
    process.stdout.write(
      `${seen ? "caught" : "ALIVE "} ${bench}: ${from} -> ${to}\n         ${how ?? "no test failed"}\n`,
    );
  }
}
process.stdout.write(`${caught} of ${count} changes caught\n`);
process.exitCode = caught === count ? 0 : 1;
