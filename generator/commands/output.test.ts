import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { elaborate } from "../elaborate/index.ts";
import { emit, filesBelow, readManifest } from "../emit/index.ts";
import { register as registerGenerate } from "./generate.ts";
import { register as registerLint } from "./lint.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-commands-"));
const description = {
  name: "lk",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 256,
  cableMeters: 3,
  virtualLanes: { data: 1 },
} as const;
const leaf = {
  name: "lf",
  clockMHz: 200,
  datapathBits: 64,
  mtuBytes: 256,
  ports: { count: 3, rateGbps: 10, cableMeters: 3 },
  virtualLanes: { data: 1 },
} as const;
const environment = { ...process.env };
let said = "";

beforeEach(() => {
  said = "";
  process.env.LANEWRIGHT_CACHE = join(folder, "cache");
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.env = { ...environment };
  process.exitCode = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

async function run(...words: string[]): Promise<void> {
  const program = new Command("lanewright").exitOverride();
  registerGenerate(program);
  registerLint(program);
  for (const command of program.commands) command.exitOverride();
  await program.parseAsync(["node", "lanewright", ...words]);
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const textsOf = (out: string): string[][] =>
  filesBelow(out).map((path) => [path, readFileSync(join(out, path), "utf8")]);

describe("generate", () => {
  it("gives the same bytes from TypeScript and JSON, and each time", async () => {
    const library = JSON.stringify(fileURLToPath(new URL("../index.ts", import.meta.url)));
    const call = `defineLink(${JSON.stringify(description)})`;
    const script = write("d.ts", `import { defineLink } from ${library};\nexport default ${call};\n`);
    const json = write("d.json", JSON.stringify({ kind: "link", ...description }));
    const [a, b, c] = ["a", "b", "c"].map((name) => join(folder, name)) as [string, string, string];
    await run("generate", script, "--out", a);
    await run("generate", json, "--out", b);
    await run("generate", script, "--out", c);
    expect(textsOf(b)).toEqual(textsOf(a));
    expect(textsOf(c)).toEqual(textsOf(a));
    expect(filesBelow(a)).toEqual(
      expect.arrayContaining([
        "rtl/lk.v",
        "lk.f",
        "sw/lk_regs.h",
        "doc/registers.md",
        "design.json",
        "manifest.json",
      ]),
    );
    expect(said).toMatch(/Verilog modules .* written\ntop module lk, filelist .*lk\.f/u);

    said = "";
    await run("generate", json, "--out", a, "--json");
    expect(JSON.parse(said)).toMatchObject({
      kind: "link",
      name: "lk",
      top: "lk",
      folder: a,
      changed: false,
    });
  });

  it("gives the same bytes for a switch, too", async () => {
    const library = JSON.stringify(fileURLToPath(new URL("../index.ts", import.meta.url)));
    const call = `defineSwitch(${JSON.stringify(leaf)})`;
    const script = write("s.ts", `import { defineSwitch } from ${library};\nexport default ${call};\n`);
    const json = write("s.json", JSON.stringify({ kind: "switch", ...leaf }));
    const [a, b] = ["sa", "sb"].map((name) => join(folder, name)) as [string, string];
    await run("generate", script, "--out", a);
    await run("generate", json, "--out", b);
    expect(textsOf(b)).toEqual(textsOf(a));
    expect(said).toMatch(/top module lf, filelist .*lf\.f/u);
    const design = JSON.parse(readFileSync(join(a, "design.json"), "utf8")) as object;
    expect(design).toMatchObject({ kind: "switch", name: "lf", ports: 3, port: { role: "switchPort" } });
    expect(readManifest(a)).toMatchObject({ kind: "switch", top: "lf" });
    expect(filesBelow(a)).toEqual(
      expect.arrayContaining(["rtl/lf.v", "rtl/lf_switch_port.v", "sw/lf_regs.h", "doc/registers.md"]),
    );
  });

  it.each([
    ["link", description],
    ["switch", leaf],
  ] as const)("emits ASCII without trailing blanks, dates or paths: %s", async (kind, device) => {
    const file = write("d.json", JSON.stringify({ kind, ...device }));
    await run("generate", file, "--out", join(folder, "t"), "--force");
    for (const [path = "", text = ""] of textsOf(join(folder, "t"))) {
      expect(text, path).not.toMatch(/[ \t]$/mu);
      expect(text, path).toMatch(/[^\n]\n$/u);
      expect(text, path).not.toContain(folder);
      expect(text, path).not.toMatch(/\b20\d\d-\d\d-\d\d\b/u);
      const beyond = [...text].filter((character) => character > "~");
      if (/\.(v|h|f)$/u.test(path)) expect(beyond, path).toEqual([]);
    }
  });

  it("refuses a bad description with all that is wrong, and writes nothing", async () => {
    const file = write(
      "bad.json",
      JSON.stringify({ kind: "link", ...description, name: "wire", rateGbps: 400 }),
    );
    await expect(run("generate", file, "--out", join(folder, "bad"))).rejects.toMatchObject({
      exitCode: 2,
      diagnostics: expect.arrayContaining([
        expect.objectContaining({ code: "LW_NAME_KEYWORD" }),
        expect.objectContaining({ code: "LW_WIDTH_CLOCK" }),
      ]),
    });
    expect(() => filesBelow(join(folder, "bad"))).toThrow(/ENOENT/u);
  });
});

describe("lint", () => {
  const device = (name: string, body: string): string => {
    const out = join(folder, name);
    const text = `module lk (input wire clk, input wire a, output reg b);\n  ${body}\nendmodule\n`;
    emit(elaborate(description), [{ path: "rtl/lk.v", text }], out);
    return out;
  };

  it("says clean, and how long it took", async () => {
    await run("lint", device("clean", "always @(posedge clk) b <= a;"));
    expect(said.match(/clean/gu)).toHaveLength(3);
    expect(said).toMatch(/Verilator 5.*Icarus Verilog.*Yosys/su);
    expect(process.exitCode).toBeUndefined();
  });

  it("shows what the tools say, and ends with exit code 1", async () => {
    const out = device("dirty", "always @(posedge clk) b <= a + 2'd1;");
    await run("lint", out);
    expect(said).toMatch(/Verilator .*complaint/u);
    expect(said).toMatch(/%Warning-WIDTH: rtl\/lk\.v:2/u);
    expect(process.exitCode).toBe(1);

    said = "";
    await run("lint", out, "--json");
    const { clean, results } = JSON.parse(said) as {
      clean: boolean;
      results: { tool: string; cached: boolean }[];
    };
    expect([clean, results.map((result) => result.cached)]).toEqual([false, [true, true, true]]);
  });

  it("refuses a folder that was not generated", async () => {
    await expect(run("lint", folder)).rejects.toMatchObject({ diagnostics: [{ code: "LW_LINT_FOLDER" }] });
    const out = device("torn", "always @(posedge clk) b <= a;");
    rmSync(join(out, "rtl", "lk.v"));
    await expect(run("lint", out)).rejects.toThrow(/lacks rtl\/lk\.v/u);
  });
});

describe("help", () => {
  for (const verb of ["generate", "lint"]) {
    it(`of ${verb} has examples`, async () => {
      await expect(run(verb, "--help")).rejects.toThrow();
      expect(said).toMatch(new RegExp(`Examples:\\n  \\$ lanewright ${verb} link\\.ts`, "u"));
    });
  }
});
