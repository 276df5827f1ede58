import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiFiles } from "../../scripts/api.ts";

/** What `npm pack` gives, used in an empty folder: by its commands, by plain Node, and by a TypeScript project. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lanewright-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const user = join(folder, "user");
const installed = join(user, "node_modules", "lanewright");

interface Package {
  readonly files: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Package;

/** Packs a copy, so that the clone stays as it is. */
async function pack(): Promise<string> {
  const copy = join(folder, "copy");
  mkdirSync(copy);
  const listed = about.files.filter((name) => !name.startsWith("!") && name !== "types");
  for (const name of [...listed, "package.json", "tsconfig.json", "tsconfig.types.json"])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const { stdout } = await execa("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: copy });
  return join(folder, stdout.trim().split("\n").at(-1) ?? "");
}

/** Unpacks it where `npm install` would, with the packages that it needs to run, and no others. */
async function install(archive: string): Promise<void> {
  mkdirSync(installed, { recursive: true });
  await execa("tar", ["-xzf", archive, "-C", installed, "--strip-components=1"]);
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const needed = Object.entries(lock.packages)
    .filter(([path, { dev }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/u.test(path) && dev !== true)
    .map(([path]) => path);
  for (const path of needed) {
    const place = join(user, path);
    mkdirSync(dirname(place), { recursive: true });
    if (existsSync(join(root, path))) symlinkSync(join(root, path), place);
  }
  mkdirSync(join(user, "node_modules/.bin"));
  for (const [name, path] of Object.entries(about.bin))
    symlinkSync(join(installed, path), join(user, "node_modules/.bin", name));
}

beforeAll(async () => install(await pack()), 300_000);

async function run(command: string, ...args: readonly string[]) {
  const env = { LANEWRIGHT_CACHE: join(folder, "cache"), npm_config_loglevel: "error" };
  const result = await execa(command, args, { cwd: user, env, all: true, reject: false });
  return { code: result.exitCode, text: result.all };
}

describe("the package", () => {
  it("holds what it needs and no tests", () => {
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(files.filter((path) => path.endsWith(".test.ts"))).toEqual([]);
    for (const path of ["types/generator/index.d.ts", "types/sim/index.d.ts", "lib/index.mjs", "LICENSE"])
      expect(files).toContain(path);
  });

  it("works from an empty folder: init, generate", async () => {
    expect(readdirSync(user)).toEqual(["node_modules"]);
    expect(await run("node_modules/.bin/lanewright", "init")).toMatchObject({ code: 0 });
    const { code, text } = await run("npx", "--no-install", "lanewright", "generate", "link.ts");
    expect([code, text]).toEqual([0, expect.stringContaining("rtl-out/link: ")]);
    const list = readFileSync(join(user, "rtl-out/link/link.f"), "utf8").trim().split("\n");
    expect(list.at(-1)).toBe("rtl/link.v");
  });

  it("is imported by plain Node", async () => {
    const script = `import { elaborate, loadDescription } from "lanewright";
import { Rng } from "lanewright/sim";
const design = elaborate(await loadDescription("link.ts"));
console.log(design.derived.beatBytes.value, typeof Rng);`;
    writeFileSync(join(user, "use.mjs"), script);
    expect(await run(process.execPath, "use.mjs")).toEqual({ code: 0, text: "128 function" });
  });

  it("has declarations that a strict project reads, and that find its mistakes", async () => {
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2023",
      noEmit: true,
      skipLibCheck: false,
    };
    const types = { typeRoots: [join(root, "node_modules/@types")], types: ["node"] };
    writeFileSync(
      join(user, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...types }, files: ["link.ts", "more.mts"] }),
    );
    writeFileSync(join(user, "package.json"), '{ "type": "module" }');
    const script = `import { elaborate, type LinkDescription } from "lanewright";
import { type RunResult, Rng } from "lanewright/sim";
const common = { name: "lk", clockMHz: 400, datapathBits: 64, rateGbps: 25, mtuBytes: 1024 } as const;
const link: LinkDescription = { ...common, cableMeters: 3, virtualLanes: { data: 1 } };
// @ts-expect-error: a key that is not known
export const wrong: LinkDescription = { ...common, cableMetres: 3, virtualLanes: { data: 1 } };
export const bytes: number = elaborate(link).derived.beatBytes.value;
export const lost = (result: RunResult): number => result.lost + new Rng(1).next();
`;
    writeFileSync(join(user, "more.mts"), script);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    expect(await run(process.execPath, tsc, "-p", ".")).toEqual({ code: 0, text: "" });
  });
});

describe("the modules for plain Node", () => {
  it("name all that the TypeScript exports; `npm run api` writes them", async () => {
    for (const [path, text] of Object.entries(await apiFiles()))
      expect(readFileSync(join(root, path), "utf8"), path).toBe(text);
  });
});
