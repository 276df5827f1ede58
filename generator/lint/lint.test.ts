import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LintResult, lint } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
const environment = { ...process.env };
mkdirSync(join(folder, "rtl"));

beforeEach(() => {
  process.env.LANEWRIGHT_CACHE = join(folder, "cache");
});
afterEach(() => {
  process.env = { ...environment };
});
afterAll(() => rmSync(folder, { recursive: true }));

async function lintOf(
  body: string,
  ports = "input wire clk, input wire [3:0] a, output reg [3:0] b",
): Promise<readonly LintResult[]> {
  writeFileSync(join(folder, "rtl", "m.v"), `module m (${ports});\n${body}\nendmodule\n`);
  return await lint({ folder, top: "m", files: ["rtl/m.v"] });
}

const complainers = (results: readonly LintResult[]): string[] =>
  results.filter((result) => !result.clean).map((result) => result.tool);

describe("linters", () => {
  it("are silent over clean Verilog; a second run is kept", async () => {
    const first = await lintOf("  always @(posedge clk) b <= a;");
    expect(first.map((result) => [result.tool, result.output, result.clean])).toEqual([
      ["verilator", "", true],
      ["iverilog", "", true],
      ["yosys", "", true],
    ]);
    const begin = performance.now();
    const second = await lintOf("  always @(posedge clk) b <= a;");
    expect(performance.now() - begin).toBeLessThan(200);
    expect(second).toEqual(first.map((result) => ({ ...result, cached: true })));
  });

  it("find a width that is cut", async () => {
    expect(complainers(await lintOf("  always @(posedge clk) b <= a + 5'd1;"))).toContain("verilator");
  });

  it("find a latch", async () => {
    expect(complainers(await lintOf("  always @* if (clk) b = a;"))).toContain("verilator");
  });

  it("find two drivers", async () => {
    const ports = "input wire clk, input wire a, output wire b";
    expect(complainers(await lintOf("  assign b = a;\n  assign b = clk;", ports))).toContain("yosys");
  });

  it("find a name that was never declared", async () => {
    const results = await lintOf("  always @(posedge clk) b <= a & c;");
    expect(complainers(results)).toContain("verilator");
    expect(complainers(results)).toContain("iverilog");
  });

  it("find SystemVerilog", async () => {
    expect(complainers(await lintOf("  logic x;\n  always @(posedge clk) b <= a;"))).toContain("verilator");
  });

  it("find a module that is not there", async () => {
    const results = await lintOf("  nowhere n (.a(a));\n  always @(posedge clk) b <= a;");
    expect(complainers(results)).toEqual(["verilator", "iverilog", "yosys"]);
  });

  it("are named when they are not installed, exit code 3", async () => {
    process.env.PATH = join(folder, "nothing");
    await expect(lintOf("")).rejects.toMatchObject({
      exitCode: 3,
      diagnostics: [
        { code: "LW_TOOL_MISSING", remedy: "sudo apt-get install iverilog verilator yosys" },
        { message: expect.stringContaining("iverilog") },
        { message: expect.stringContaining("yosys") },
      ],
    });
  });
});
