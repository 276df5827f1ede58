import type { Problem } from "../description/index.ts";
import type { AnyDesign } from "../design/switch.ts";
import { verilogKeywords } from "../design/verilog-names.ts";

/** The name becomes a module's name: no word that Verilog or SystemVerilog reserves. */
export function checkName({ name }: AnyDesign): readonly Problem[] {
  if (!verilogKeywords.has(name)) return [];
  return [
    {
      code: "LW_NAME_KEYWORD",
      severity: "error",
      message: `"${name}" is a Verilog keyword and cannot name a module`,
      value: JSON.stringify(name),
      limit: "an identifier that neither Verilog nor SystemVerilog reserves",
      remedy: `write name: "${name}_0" or "my_${name}"`,
      path: ["name"],
    },
  ];
}
