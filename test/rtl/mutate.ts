/**
 * Breaks the RTL, one change at a time, and sees the bench of the module fail:
 * `npx tsx test/rtl/mutate.ts [bench or module ...]`. Builds a model for each change, into a cache of its own; not part of the tests.
 * The changes stand in `breaks.ts` and in every `breaks-NAME.ts` beside it, which exports `breaks` and `files`.
 */
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { renderTemplate } from "../../generator/render/index.ts";
import type { FileOfDesign } from "../../generator/views/files.ts";
import { filesOf } from "../../generator/views/index.ts";
import type { Breaks } from "./breaks.ts";
import { benchDesign } from "./link-bench.ts";

const wanted = process.argv.slice(2);
const root = new URL("../../", import.meta.url);
let survivors = 0;
let count = 0;

async function caught(bench: string, only: string, change: string): Promise<string | undefined> {
  const filter = only === "" ? [] : ["-t", only];
  const run = await execa("npx", ["vitest", "run", `test/rtl/${bench}.test.ts`, "--bail", "1", ...filter], {
    cwd: root,
    env: { LANEWRIGHT_BREAK: change, LANEWRIGHT_CACHE: join(tmpdir(), "lanewright-mutants"), NO_COLOR: "1" },
    reject: false,
    all: true,
  });
  if (run.exitCode === 0) return /Tests .*\d+ passed/u.test(run.all) ? undefined : "NOT IN THE BENCH";
  if (!/Tests .*\d+ failed/u.test(run.all)) return `does not build: ${run.all.slice(-300)}`;
  return /Caused by: (.*)/u.exec(run.all)?.[1] ?? /Error: (.*)/u.exec(run.all)?.[1] ?? "failed";
}

interface BreaksOfDesign extends Breaks {
  /** Where the changed text is looked for. */
  readonly files: readonly Pick<FileOfDesign, "template" | "view">[];
}

async function readBreaks(): Promise<readonly BreaksOfDesign[]> {
  const names = readdirSync(new URL("test/rtl/", root)).filter((name) => /^breaks.*\.ts$/u.test(name));
  const lists = await Promise.all(
    names.toSorted().map(async (name) => {
      const list = (await import(`./${name}`)) as {
        breaks: readonly Breaks[];
        files?: BreaksOfDesign["files"];
      };
      const files = list.files ?? filesOf(benchDesign());
      return list.breaks.map((one) => ({ ...one, files }));
    }),
  );
  return lists.flat();
}

for (const { bench, only, module, changes, files } of await readBreaks()) {
  if (wanted.length > 0 && !wanted.includes(bench) && !wanted.includes(module)) continue;
  const path = module.includes("/") ? module : `link/${module}`;
  const text = files
    .filter(({ template }) => template === `${path}.v.hbs`)
    .map(({ template, view }) => renderTemplate(template, view))
    .join("");
  for (const [from, to] of changes) {
    count += 1;
    const how = text.includes(from) ? await caught(bench, only, `${from}=>${to}`) : "NOT IN THE MODULE";
    const bad = how === undefined || how.startsWith("NOT") || how.startsWith("does not build");
    if (bad) survivors += 1;
    process.stdout.write(
      `${bad ? "ALIVE " : "caught"} ${module}: ${from} -> ${to}\n         ${how ?? "no test failed"}\n`,
    );
  }
}
process.stdout.write(`${count - survivors} of ${count} changes caught\n`);
process.exitCode = survivors === 0 ? 0 : 1;
