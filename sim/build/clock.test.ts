import { describe, expect, it } from "vitest";
import { rememberedLevel } from "./clock.ts";

const header = "        CData/*0:0*/ __Vtrigrprev__TOP__clk;\n";
const edge = `
  vlSelf->__VactTriggered.at(0U) = ((IData)(vlSelf->clk)
                                    & (~ (IData)(vlSelf->__Vtrigrprev__TOP__clk)));
  vlSelf->__Vtrigrprev__TOP__clk = vlSelf->clk;
  VL_DBG_MSGF("trigger index 0 is active: @(posedge clk)\\n");
  if (VL_UNLIKELY((vlSelf->clk & 0xfeU))) { Verilated::overWidthError("clk");}
  vlSelf->clk = 0;
`;
const construct = "    , clk{vlSymsp->TOP.clk}\n";

describe("the remembered level of the clock", () => {
  it("stands for the falling edge where only rising edges matter", () => {
    expect(rememberedLevel(header, [edge, construct], "clk")).toBe("__Vtrigrprev__TOP__clk");
  });

  for (const [what, other] of [
    ["logic that reads the clock", "vlSelf->gated = ((IData)(vlSelf->clk) & (IData)(vlSelf->enable));"],
    ["falling edges", "x = ((~ (IData)(vlSelf->clk)) & (IData)(vlSelf->__Vtrigrprev__TOP__clk));"],
    ["a copy in a module below", "vlSelf->__PVT__sub->clk = vlSelf->clk;"],
    ["a trace", "bufp->fullBit(oldp+1,(vlSelf->clk));"],
  ] as const) {
    it(`is not used with ${what}`, () => {
      expect(rememberedLevel(header, [edge, construct, other], "clk")).toBeUndefined();
    });
  }

  it("is not used with a Verilator that names it otherwise", () => {
    expect(rememberedLevel("CData/*0:0*/ __Vother;", [edge], "clk")).toBeUndefined();
  });
});
