import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cacheFolder } from "../../generator/cache.ts";
import { LanewrightError } from "../../generator/diagnostics.ts";
import { type BuildOptions, buildModel as build } from "./model.ts";
import { parsePorts } from "./ports.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-build-"));
const file = join(folder, "adder.v");
const environment = { ...process.env };

/** In long runs with all optimisation, as regressions build their models. */
const quick = process.env.LANEWRIGHT_LONG === undefined;
const buildModel = (options: BuildOptions) => build({ quick, ...options });

function write(operator: string): void {
  writeFileSync(
    file,
    `module adder (input wire clk, input wire [3:0] a, output reg [3:0] b);
  always @(posedge clk) b <= a ${operator} 4'd1;
endmodule
`,
  );
}

/** A cache of its own, but for Verilator's runtime: that takes longer to compile than all models of these tests. */
beforeAll(() => {
  const runtime = join(cacheFolder(), "runtime");
  mkdirSync(runtime, { recursive: true });
  mkdirSync(join(folder, "cache"));
  symlinkSync(runtime, join(folder, "cache", "runtime"));
});
beforeEach(() => {
  process.env.LANEWRIGHT_CACHE = join(folder, "cache");
  write("+");
});
afterEach(() => {
  process.env = { ...environment };
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the cache", () => {
  it("gives the same model back for the same bytes, and another for others", async () => {
    const [first, beside] = await Promise.all([
      buildModel({ files: [file], top: "adder" }),
      buildModel({ files: [file], top: "adder" }),
    ]);
    expect(first.fresh).toBe(true);
    expect(beside.library).toBe(first.library);
    const before = statSync(first.library).ino;

    const begin = performance.now();
    const again = await buildModel({ files: [file], top: "adder" });
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(again).toEqual({ ...first, fresh: false });
    expect(statSync(again.library).ino).toBe(before);

    write("-");
    const other = await buildModel({ files: [file], top: "adder" });
    expect([other.fresh, other.library === first.library]).toEqual([true, false]);
    write("+");
    expect((await buildModel({ files: [file], top: "adder" })).library).toBe(first.library);
    expect((await buildModel({ files: [file], top: "adder", defines: ["X"] })).library).not.toBe(
      first.library,
    );
  });

  it("keeps the library and its description, and no half-built folders or locks", async () => {
    const { library } = await buildModel({ files: [file], top: "adder" });
    expect(readdirSync(join(library, "..")).sort()).toEqual(["model.json", "model.so"]);
    writeFileSync(file, "module adder (input wire clk); nonsense endmodule\n");
    await expect(buildModel({ files: [file], top: "adder" })).rejects.toThrow(
      /verilator failed on the model of adder/u,
    );
    const left = readdirSync(join(library, "..", ".."));
    expect(left.filter((name) => name.startsWith(".") || name.endsWith(".lock"))).toEqual([]);
  });

  it("takes over the lock of a process that is gone", async () => {
    write("^");
    const { library } = await buildModel({ files: [file], top: "adder" });
    const model = join(library, "..");
    rmSync(model, { recursive: true });
    writeFileSync(`${model}.lock`, "999999999");
    expect((await buildModel({ files: [file], top: "adder" })).fresh).toBe(true);
  });
});

describe("Verilator's runtime", () => {
  it("is compiled once for all models with the same flags", async () => {
    const kept = () => {
      const runtime = join(folder, "cache", "runtime");
      return readdirSync(runtime).flatMap((key) =>
        readdirSync(join(runtime, key)).map((name) => [name, statSync(join(runtime, key, name)).ino]),
      );
    };
    write("|");
    await buildModel({ files: [file], top: "adder" });
    const before = kept();
    expect(before.map(([name]) => name)).toContain("verilated.o");
    write("&");
    const { library } = await buildModel({ files: [file], top: "adder" });
    expect(statSync(library).size).toBeGreaterThan(0);
    // others may add their own meanwhile
    expect(kept()).toEqual(expect.arrayContaining(before));
  });
});

describe("what does not build", () => {
  it("is an error of the work, with the tool's words", async () => {
    writeFileSync(file, "module adder (input wire clk);\n  assign x = ;\nendmodule\n");
    const error = await buildModel({ files: [file], top: "adder" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LanewrightError);
    expect(error).toMatchObject({ exitCode: 1, diagnostics: [{ code: "LW_MODEL_BUILD" }] });
    expect(String(error)).toMatch(/adder\.v:2/u);
  });
});

describe("missing tools", () => {
  const missing = async (): Promise<unknown> =>
    await buildModel({ files: [file], top: "adder" }).catch((caught: unknown) => caught);

  it("are all named with the command that installs them, exit code 3", async () => {
    process.env.PATH = join(folder, "nothing");
    const error = await missing();
    expect(error).toMatchObject({ exitCode: 3 });
    expect(String(error)).toMatch(/verilator is not installed/u);
    expect((error as LanewrightError).diagnostics.map((one) => one.remedy)).toEqual(
      Array(3).fill("sudo apt-get install g++ make verilator"),
    );
  });

  it("are told from those that are there", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const tool of ["g++", "make"]) symlinkSync(join("/usr/bin", tool), join(bin, tool));
    process.env.PATH = bin;
    const error = await missing();
    expect((error as LanewrightError).diagnostics).toHaveLength(1);
    expect(error).toMatchObject({
      diagnostics: [{ code: "LW_TOOL_MISSING", remedy: "sudo apt-get install verilator" }],
    });
  });
});

describe("ports in Verilator's header", () => {
  it("are read with their names as in the source", () => {
    const header = `
      VL_IN8(&clk,0,0); VL_OUT16(&y,15,0); VL_IN(&a32,31,0); VL_INW(&a65,64,0,3); VL_OUT64(&q,32,0);
      VL_INOUT8(&io,3,1); VL_IN8(&__SYM__int,0,0); VL_OUT8(&a___05Fb,0,0);`;
    expect(parsePorts(header).map(({ name, dir, bits, bytes }) => [name, dir, bits, bytes])).toEqual([
      ["clk", "in", 1, 1],
      ["y", "out", 16, 2],
      ["a32", "in", 32, 4],
      ["a65", "in", 65, 12],
      ["q", "out", 33, 8],
      ["io", "inout", 3, 1],
      ["int", "in", 1, 1],
      ["a__b", "out", 1, 1],
    ]);
  });
});
