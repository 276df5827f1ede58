import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { exampleList, exampleName } from "../generator/commands/examples.ts";
import { register } from "../generator/commands/init.ts";
import { loadDesign } from "../generator/commands/load-design.ts";

const folder = fileURLToPath(new URL("../examples/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "lanewright-examples-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the examples", () => {
  it("are all in the list that init offers", () => {
    const files = readdirSync(folder).filter((name) => /\.(ts|json)$/u.test(name));
    expect(exampleList.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
  });

  it.each(exampleList)("$file is a sound $kind, copied by init as it is", async (example) => {
    const copy = join(work, example.file);
    const program = new Command();
    register(program);
    await program.parseAsync(["node", "lanewright", "init", copy, "--example", exampleName(example)]);
    expect(readFileSync(copy, "utf8")).toBe(readFileSync(join(folder, example.file), "utf8"));
    const design = await loadDesign(join(folder, example.file));
    expect(design.kind).toBe(example.kind);
  });
});
