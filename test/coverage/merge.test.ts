import { describe, expect, it } from "vitest";
import { carryOver, codeOf } from "./merge.ts";

const small =
  "// two lanes\nmodule a_x (\n  input wire [1:0] p\n);\n  assign q = p == 2'd1; // one\nendmodule\n";
const large =
  "module b_x (\n  // four\n  // lanes\n  input wire [3:0]  p\n);\n  assign q = p == 4'd1;\n`ifdef FORMAL\n  wire f;\n`endif\nendmodule\n";

describe("a module in two configurations", () => {
  it("is one text where only numbers, names of the device and comments differ", () => {
    const code = codeOf(small, "a");
    expect(codeOf(large, "b").skeleton).toBe(code.skeleton);
    const counted = {
      lines: new Map([[6, 3]]),
      branches: new Map([["6 if", 2]]),
      toggles: new Map([["p[3]", 5]]),
    };
    expect(carryOver(code, large, "b", counted)).toEqual({
      lines: new Map([[5, 3]]),
      branches: new Map([["5 if", 2]]),
      toggles: new Map([["p[3]", 5]]),
    });
  });

  it("is not where the code differs", () => {
    const other = large.replace("==", "!=");
    const counted = {
      lines: new Map<number, number>(),
      branches: new Map<string, number>(),
      toggles: new Map(),
    };
    expect(carryOver(codeOf(small, "a"), other, "b", counted)).toBeUndefined();
  });
});
