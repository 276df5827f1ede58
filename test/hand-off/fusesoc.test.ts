import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { kinds, outputs, sourcesOf, written } from "./devices.ts";
import { noVenv, runInVenv } from "./python.ts";

/** The `.core` of a link with lanes in FuseSoC itself: every target is set up, that of simulation runs. */
const { folder, remove } = outputs();
afterAll(remove);

/** Runs FuseSoC on one target in a folder of its own; the files that it handed to the tool's backend. */
async function fusesoc(out: string, name: string, target: string, ...options: readonly string[]) {
  const work = join(folder, `${name}-${target}`);
  mkdirSync(work, { recursive: true });
  const args = ["--cores-root", out, "run", `--target=${target}`, ...options, name];
  return { ...(await runInVenv("fusesoc", args, work)), work };
}

/** Everything that FuseSoC wrote below a folder whose name says what it is. */
function projectFile(work: string, ending: string): string {
  const file = readdirSync(work, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(ending));
  return file === undefined ? "" : readFileSync(join(work, file), "utf8");
}

describe.skipIf(noVenv !== undefined)(`FuseSoC${noVenv === undefined ? "" : ` (skipped: ${noVenv})`}`, () => {
  const [, design] = kinds[1]!;
  const { name } = design;

  it("runs it in Icarus Verilog", async () => {
    const { code, text } = await fusesoc(await written(design, folder), name, "sim");
    expect([code, text]).toEqual([0, expect.stringContaining(`PASS: ${name} answers, ID is 4c57`)]);
  });

  it("runs an adapter in Icarus Verilog, and sets it up for Vivado with every source", async () => {
    const [, adapter] = kinds.find(([kind]) => kind === "an adapter")!;
    const out = await written(adapter, folder);
    const { code, text } = await fusesoc(out, adapter.name, "sim");
    expect([code, text]).toEqual([0, expect.stringContaining(`PASS: ${adapter.name} answers, ID is 4c57`)]);
    const { code: set, work } = await fusesoc(out, adapter.name, "vivado", "--setup");
    const project = projectFile(work, ".tcl");
    expect(set).toBe(0);
    for (const path of sourcesOf(out, adapter.name)) expect(project).toContain(path);
    expect(project).toContain(`constraints/${adapter.name}.xdc`);
  });

  it.each([
    ["vivado", ".tcl", `constraints/${name}.xdc`],
    ["quartus", ".tcl", `constraints/${name}.quartus.sdc`],
    ["ecp5", "Makefile", `constraints/${name}.lpf`],
    ["lint", ".vc", `rtl/${name}.v`],
  ])("sets up %s with every source", async (target, ending, more) => {
    const out = await written(design, folder);
    const { code, text, work } = await fusesoc(out, name, target, "--setup");
    expect([code, text]).toEqual([
      0,
      expect.not.stringMatching(/^(ERROR|WARNING(?!: Unable to recognise Quartus))/mu),
    ]);
    const project = projectFile(work, ending);
    for (const path of [...sourcesOf(out, name), more]) expect(project).toContain(path);
  });

  it("refuses a core with a file that is not there, and one that is not well formed", async () => {
    const out = join(folder, "broken");
    cpSync(await written(design, folder), out, { recursive: true });
    const file = join(out, "rtl", `${name}_pcs.v`);
    renameSync(file, `${file}.away`);
    const { code, text } = await fusesoc(out, name, "lint", "--setup");
    expect([code === 0, text]).toEqual([false, expect.stringContaining(`${name}_pcs.v`)]);
    renameSync(`${file}.away`, file);
    const core = join(out, `${name}.core`);
    expect(existsSync(core)).toBe(true);
    writeFileSync(core, readFileSync(core, "utf8").replace("toplevel:", "toplvl:"));
    expect((await fusesoc(out, name, "lint", "--setup")).code).not.toBe(0);
  });
});
