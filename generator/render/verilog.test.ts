import { describe, expect, it } from "vitest";
import { bin, dec, hex, identifier, range } from "./verilog.ts";

describe("identifiers", () => {
  it("passes simple identifiers", () => {
    for (const name of ["a", "_x", "link_400g_mac_tx", "Wire"]) expect(identifier(name)).toBe(name);
  });

  it("refuses keywords of Verilog-2005 and SystemVerilog", () => {
    for (const name of [
      "wire",
      "reg",
      "endmodule",
      "logic",
      "always_ff",
      "interface",
      "nettype",
      "uwire",
      "soft",
    ]) {
      expect(() => identifier(name)).toThrow(/keyword/u);
    }
  });

  it("refuses what is no identifier", () => {
    for (const name of ["", "4x", "a-b", "a b", "a;", "é", "\\a ", "$finish", "a\n"]) {
      expect(() => identifier(name)).toThrow(/not a Verilog identifier/u);
    }
  });
});

describe("ranges", () => {
  it("writes vectors, and nothing for one bit", () => {
    expect([range(8), range(2), range(1)]).toEqual(["[7:0]", "[1:0]", ""]);
  });

  it("refuses empty, broken and fractional widths", () => {
    for (const bits of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => range(bits)).toThrow();
  });
});

describe("literals", () => {
  it("are sized and padded", () => {
    expect(hex(15, 8)).toBe("8'h0f");
    expect(hex(1, 1)).toBe("1'h1");
    expect(hex(0x1_ffff_ffff_ffff_ffffn, 65)).toBe("65'h1ffffffffffffffff");
    expect(dec(255, 8)).toBe("8'd255");
    expect(bin(5, 4)).toBe("4'b0101");
  });

  it("must fit and be exact", () => {
    expect(() => hex(256, 8)).toThrow(/fit/u);
    expect(() => dec(-1, 8)).toThrow(/fit/u);
    expect(() => hex(2 ** 53, 64)).toThrow(/exactly/u);
    expect(() => dec(1.5, 8)).toThrow(/exactly/u);
    expect(() => hex(1, 0)).toThrow(/width/u);
  });
});
