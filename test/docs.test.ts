import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { rules, switchRules } from "../generator/elaborate/index.ts";
import { latencyStages, withPipeline } from "../generator/elaborate/latency.ts";
import { type AnyDesign, elaborate, loadDescription } from "../generator/index.ts";
import { renderTemplate } from "../generator/render/index.ts";
import { filesOf } from "../generator/views/index.ts";
import { pictures } from "../scripts/pictures.ts";
import { referencePages } from "../scripts/reference.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
].filter((path) => path.endsWith(".md"));
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** Pictures of simulations are drawn in long runs. */
const long = process.env.LANEWRIGHT_LONG !== undefined;

describe("what is written by scripts", () => {
  it("has the pictures that `npm run pictures` draws", async () => {
    for (const [path, svg] of Object.entries(await pictures(long))) expect(textOf(path), path).toBe(svg);
  });

  it("has the pages that `npm run reference` writes", async () => {
    for (const [path, page] of Object.entries(await referencePages())) expect(textOf(path), path).toBe(page);
  });
});

describe("links", () => {
  it.each(pages)("of %s lead somewhere", (page) => {
    for (const [, target = ""] of textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      expect(existsSync(join(root, dirname(page), target)), `${page}: ${target}`).toBe(true);
    }
  });

  it("reach every page from the README", () => {
    for (const page of pages.filter((path) => path.startsWith("docs/")))
      expect(textOf("README.md")).toContain(`(${page})`);
  });
});

describe("quoted facts", () => {
  it("are the formulas of elaborate/", () => {
    const formulas = [...rules, ...switchRules].map(({ id, formula }) => `${id} = ${formula}`);
    const quoted = pages.flatMap((page) => blocksOf(page).filter(({ info }) => info === "text formulas"));
    expect(quoted.length).toBeGreaterThan(0);
    for (const line of quoted.flatMap(({ text }) => text.trim().split("\n"))) {
      expect(formulas).toContain(line);
    }
  });

  it("are the derived numbers of leaf4", async () => {
    const design = await exampleOf("leaf4.ts");
    if (design.kind !== "switch") throw new Error("leaf4 is a switch");
    const numbers = Object.values({ ...design.port.derived, ...design.derived });
    const quoted = pages.flatMap((page) => blocksOf(page).filter(({ info }) => info === "text leaf4"));
    const lines = quoted.flatMap(({ text }) => text.trim().split("\n"));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      expect(numbers.map(({ id, value, unit }) => `${id} = ${value} ${unit}`)).toContain(line);
    }
  });

  it("name every module that is emitted, and every port of the top module", async () => {
    const page = textOf("docs/rtl.md");
    const examples = [
      "link-400g.ts",
      "link-100g.json",
      "link-25g.ts",
      "link-25g-lanes.json",
      "link-400g-pcs.ts",
      "leaf4.ts",
      "leaf4-small.json",
    ];
    for (const example of examples) {
      const design = await exampleOf(example);
      const files = filesOf(design);
      for (const { path } of files) {
        const module = path.replace(/^rtl\/|\.v$/g, "").replace(`${design.name}_`, "");
        if (module !== design.name) expect(page).toContain(`\`${module}\``);
      }
      const top = files.at(-1);
      const verilog = renderTemplate(top?.template ?? "", top?.view ?? {});
      const ports = [...verilog.matchAll(/^\s+(?:input|output)\s+wire\s+(?:\[[^\]]*\])?\s*(\w+)/gm)];
      expect(ports.length).toBeGreaterThan(20);
      // One port of a switch stands for all
      for (const [, port = ""] of ports)
        if (!/^p(?:[2-9]|\d\d)_/.test(port)) expect(page).toMatch(new RegExp(`\`${port}[\`[]`));
    }
  });

  it("are tests that exist", () => {
    const paths = pages.flatMap((page) => [
      ...textOf(page).matchAll(/`((?:test|sim|generator)\/[\w/-]+\.test\.ts)`/g),
    ]);
    expect(paths.length).toBeGreaterThan(20);
    for (const [, path = ""] of paths) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it("are the stages of the latency budget", () => {
    const { tx, rx, txIcrc, rxIcrc } = latencyStages;
    const rows = [...textOf("docs/rtl.md").matchAll(/^\| [^|]*\| `(\w+)` \| ([^|]*) \| (\d+) \|$/gm)];
    const quoted = rows.map(([, module, what, cycles]) => ({ module, what, cycles: Number(cycles) }));
    expect(quoted).toEqual([...withPipeline(tx, { macTx: 1 }), ...rx, ...txIcrc, ...rxIcrc]);
  });

  it("are the stages of a packet through leaf4", async () => {
    const design = await exampleOf("leaf4.ts");
    if (design.kind !== "switch") throw new Error("leaf4 is a switch");
    const rows = [...textOf("docs/switch.md").matchAll(/^\| `(\w+)` \| ([^|]*) \| (\d+) \|$/gm)];
    const quoted = rows.map(([, module, what, cycles]) => ({ module, what, cycles: Number(cycles) }));
    expect(quoted).toEqual(design.latencyBudget.portToPort.map(({ ns: _, ...stage }) => stage));
  });
});

/** Pages whose blocks build models of their own; they are run in long runs. */
const models = ["docs/getting-started.md", "docs/simulation.md", "docs/switch.md"];

describe("code blocks", () => {
  const runnable = pages.filter((page) => blocksOf(page).some(({ info }) => / (run|file=)/.test(info)));

  it.each(runnable.filter((page) => long || !models.includes(page)))("of %s work", async (page) => {
    const folder = join(root, "out/docs-test", page.replaceAll("/", "-"));
    const bin = prepare(folder);
    for (const { info, text } of blocksOf(page)) {
      const file = /file=(\S+)/.exec(info)?.[1];
      if (file !== undefined) writeFileSync(join(folder, file), text);
      if (!/ run\b/.test(info)) continue;
      const [command, args] = info.startsWith("bash")
        ? ["bash", ["-euo", "pipefail", "-c", text]]
        : [process.execPath, ["--import", "tsx", join(folder, String(file))]];
      const { code, output } = await run(command as string, args as string[], folder, bin);
      expect(code, `${page}:\n${text}\n${output}`).toBe(0);
    }
  });

  it("of TypeScript are of the right types", async () => {
    const folder = join(root, "out/docs-test/types");
    prepare(folder);
    const blocks = pages.flatMap((page) => blocksOf(page)).filter(({ info }) => /^ts .*file=/.test(info));
    expect(blocks.length).toBeGreaterThan(0);
    const files = blocks.map(({ text }, index) => {
      writeFileSync(join(folder, `block${index}.ts`), text);
      return `block${index}.ts`;
    });
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../../tsconfig.json", include: [], files }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { code, output } = await run(process.execPath, [tsc, "-p", folder], folder, folder);
    expect(code, output).toBe(0);
  });
});

async function exampleOf(name: string): Promise<AnyDesign> {
  return elaborate(await loadDescription(join(root, "examples", name)));
}

interface Block {
  /** What stands behind the opening fence. */
  readonly info: string;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  return [...textOf(page).matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = "", text = ""]) => ({
    info: info.trim(),
    text,
  }));
}

/** An empty folder to work in, and in it one for programs: `npx` runs the command line of this project. */
function prepare(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const npx = join(bin, "npx");
  writeFileSync(
    npx,
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, "bin/lanewright.mjs")}" "$@"\n`,
  );
  chmodSync(npx, 0o755);
  if (!existsSync(join(folder, "examples"))) symlinkSync(join(root, "examples"), join(folder, "examples"));
  return bin;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  bin: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}`, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}
