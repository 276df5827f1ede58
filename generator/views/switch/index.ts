import type { SwitchDesign } from "../../design/switch.ts";
import { type FileOfDesign, fileOfModule } from "../files.ts";
import { linkModulesOf } from "../link-files.ts";

/** Every Verilog file of a switch. */
export function switchFilesOf(design: SwitchDesign): readonly FileOfDesign[] {
  return linkModulesOf(design.port).map((one) => fileOfModule(design, one));
}
