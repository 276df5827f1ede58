import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const generator = join(root, "generator");

/** The stages in the order in which a description passes through them; each may import what stands to its left. */
const stages = ["dsl", "description", "elaborate", "check", "views", "render", "emit"] as const;

/** Open to every stage: types of the design model, pure mathematics, diagnostics, and where caches lie. */
const commons = ["design", "math", "diagnostics.ts", "cache.ts"];

/**
 * `View`, the type of what a template is given, and the writers of Verilog text stand in render/, and views are made of
 * them: the one arrow to the right.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  views: ["render/view.ts", "render/verilog.ts"],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Relative imports of the files in a folder, paths from the project's root; tests may import what they like. */
function importsOf(folder: string): readonly Import[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith(".test.ts"))
    .flatMap((name) => {
      const from = join(folder, name);
      const text = readFileSync(join(root, from), "utf8");
      const targets = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]*)"/g);
      return [...targets].map(([, target]) => ({ from, to: join(dirname(from), String(target)) }));
    });
}

const inGenerator = (path: string) => relative(generator, join(root, path));
const stageOf = (path: string) => inGenerator(path).split("/")[0] ?? "";

describe("the generator's stages", () => {
  it.each(stages)("%s imports only what stands to its left", (stage) => {
    const left = [...stages.slice(0, stages.indexOf(stage) + 1), ...commons];
    const imports = importsOf(`generator/${stage}`);
    expect(imports.length).toBeGreaterThan(0);
    const wrong = imports.filter(({ to }) => {
      return !left.includes(stageOf(to)) && !(allowed[stage] ?? []).includes(inGenerator(to));
    });
    expect(wrong).toEqual([]);
  });

  it.each(["design", "math"])("%s imports nothing of any stage", (folder) => {
    const wrong = importsOf(`generator/${folder}`).filter(({ to }) =>
      stages.some((stage) => stageOf(to) === stage),
    );
    expect(wrong).toEqual([]);
  });

  it.each(["diagnostics.ts", "cache.ts"])("%s imports nothing of any stage", (file) => {
    const text = readFileSync(join(generator, file), "utf8");
    expect(text).not.toMatch(new RegExp(`from "\\./(${stages.join("|")})/`));
  });
});

describe("the reference models", () => {
  it.each(["sim/reference", "sim/bfm", "sim/scoreboard"])(
    "%s shares no code with the generator",
    (folder) => {
      const wrong = importsOf(folder).filter(
        ({ to }) => to.startsWith("generator/") && !["diagnostics.ts"].includes(inGenerator(to)),
      );
      expect(wrong).toEqual([]);
    },
  );
});
