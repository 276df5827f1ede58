import type { SwitchDesign } from "../../design/switch.ts";
import { header, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { switchSizes } from "./sizes.ts";
export function crossbarModules(design: SwitchDesign): readonly ModuleFile[] {
  const s = switchSizes(design);
  return [
    [
      "crossbar",
      "switch/crossbar_standin",
      {
        header: header(design, "x"),
        module: moduleName(design, "crossbar"),
        P: String(s.P),
        PB: String(s.portBits),
        SB: String(s.portBits + s.laneBits),
        IW: String(s.indexBits),
        W: String(s.W),
      },
    ],
  ];
}
