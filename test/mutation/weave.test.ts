import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTempFolder, removeTempFolder } from "../../generator/emit/temp-folder.ts";
import { weave } from "./weave.ts";

const module = `module dut (
    input  wire       clk,
    input  wire       rst,
    input  wire [3:0] a,
    output reg  [3:0] b
);
    localparam [3:0] LAST = 4'd9;
    localparam SIZE = 4;
    wire [SIZE-1:0] next = a < LAST ? a + 4'd1 : {SIZE{1'b0}};
    always @(posedge clk) begin
        if (a[2] && !rst) begin
            b <= next;
        end
    end
endmodule
`;

const changes = (text: string) =>
  weave(text).mutants.map(({ kind, from, to }) => `${kind}: ${from} -> ${to}`);

describe("mutants of a module", () => {
  it("has every kind of change, with the text that takes the place", () => {
    const all = changes(module);
    for (const one of [
      "off by one: a < LAST -> (a <= LAST)",
      "constant: LAST -> (LAST ^ 1'b1)",
      "operator: a + 4'd1 -> (a - 4'd1)",
      "off by one: 4'd1 -> 4'd2",
      "constant: 1'b0 -> 1'b1",
      "stuck: a < LAST ? a + 4'd1 : {SIZE{1'b0}} -> (a + 4'd1)",
      "stuck: a[2] && !rst -> 1'b1",
      "stuck: a[2] && !rst -> 1'b0",
      "stuck: a[2] && !rst -> (|(a[2]))",
      "operator: a[2] && !rst -> (a[2] || !rst)",
      "operator: !rst -> (|(rst))",
      "off by one: a[2] -> a[1]",
      "dropped: b <= next; -> ",
      "dropped: a < LAST ? a + 4'd1 : {SIZE{1'b0}} -> ((a < LAST ? a + 4'd1 : {SIZE{1'b0}}) & 1'b0)",
    ])
      expect(all).toContain(one);
  });

  it("leaves widths, counts, parameters, and what is under `ifdef alone", () => {
    const all = changes(module).join("\n");
    for (const one of ["SIZE-1", "SIZE ->", "4'd9", ": clk"]) expect(all).not.toContain(one);
    const guarded = module.replace(
      "endmodule",
      "`ifdef FORMAL\n`ifdef X\n`else\n  wire y;\n`endif\n  wire x = a + 4'd7;\n`endif\nendmodule",
    );
    expect(weave(guarded).mutants).toEqual(weave(module).mutants);
  });

  it("tells the line of each, and numbers them", () => {
    const { mutants } = weave(module);
    expect(mutants.map(({ id }) => id)).toEqual(mutants.map((_, index) => index + 1));
    expect(mutants.find(({ kind, to }) => kind === "dropped" && to === "")).toMatchObject({
      ...{ line: 12, source: "b <= next;" },
    });
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it("lets one place choose, the original last", () => {
    const { text } = weave(
      "module m (input wire [3:0] a, output wire c);\n  assign c = a == 4'd3;\nendmodule\n",
    );
    expect(text).toContain(
      "(lw_mutant == 32'd3 ? ((a == 4'd3) & 1'b0) : lw_mutant == 32'd4 ? (a != 4'd3) : a == ",
    );
    expect(text).toContain("(lw_mutant == 32'd1 ? 4'd4 : lw_mutant == 32'd2 ? 4'd2 : 4'd3)");
  });
});

describe("every module of the examples with all of its mutants", () => {
  let folder: string;
  beforeAll(() => {
    folder = makeTempFolder(join(import.meta.dirname, "../../.cache"), "woven-");
  });
  afterAll(() => removeTempFolder(folder));

  it.each(["link_400g", "leaf4"])("is legal Verilog: %s", async (device) => {
    const rtl = join(import.meta.dirname, "../../rtl-out", device, "rtl");
    const names = readdirSync(rtl).filter((name) => name.endsWith(".v"));
    const paths = names.map((name) => {
      const { text, mutants } = weave(readFileSync(join(rtl, name), "utf8"));
      if (name !== `${device}.v`) expect(mutants.length, name).toBeGreaterThan(5);
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    });
    await execa("iverilog", ["-g2005", "-t", "null", "-s", device, ...paths]);
  });
});
