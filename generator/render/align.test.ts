import { describe, expect, it } from "vitest";
import { alignVerilog } from "./align.ts";

const lines = (...text: string[]): string => text.join("\n");

describe("alignVerilog", () => {
  it("gives the ports of a module one column of names, over blank lines and comments", () => {
    expect(
      alignVerilog(
        lines(
          "    input wire clk,",
          "",
          "    // data",
          "    input  wire [1023:0] s_data,",
          "    output reg valid   // high",
        ),
      ),
    ).toBe(
      lines(
        "    input  wire          clk,",
        "",
        "    // data",
        "    input  wire [1023:0] s_data,",
        "    output reg           valid  // high",
      ),
    );
  });

  it("lines up declarations and connections that stand together, and no others", () => {
    expect(alignVerilog(lines("    wire a;", "    wire [7:0] long_name;", "", "    reg b;"))).toBe(
      lines("    wire       a;", "    wire [7:0] long_name;", "", "    reg b;"),
    );
    expect(alignVerilog(lines("        .clk (clk),", "        .s_data (x[3:0])"))).toBe(
      lines("        .clk    (clk),", "        .s_data (x[3:0])"),
    );
  });

  it("moves a comment above its line where it would pass 100 columns", () => {
    const comment = `// ${"word ".repeat(18).trim()}`;
    expect(alignVerilog(`    input wire clk, ${comment}`)).toBe(
      lines(`    ${comment}`, "    input wire clk,"),
    );
  });

  it("closes the gaps between braces", () => {
    expect(alignVerilog("    assign a = { {8{1'b0} }, b};")).toBe("    assign a = {{8{1'b0}}, b};");
  });

  it("changes nothing but blanks", () => {
    const text = lines(
      "    wire [3:0] a = b ? c : d; // why",
      "    reg [7:0] mem [0:15];",
      "always @(posedge clk)",
    );
    expect(alignVerilog(text).replace(/\s+/g, "")).toBe(text.replace(/\s+/g, ""));
  });
});
