import type { AnyDesign } from "../design/switch.ts";
import type { FileOfDesign } from "./files.ts";
import { linkFilesOf } from "./link-files.ts";
import { nicFilesOf } from "./nic/index.ts";
import { switchFilesOf } from "./switch/index.ts";

export type { FileOfDesign } from "./files.ts";

/** Name of the top module. */
export function topOf(design: AnyDesign): string {
  return design.name;
}

/** Every Verilog file of the design, the top module last. */
export function filesOf(design: AnyDesign): readonly FileOfDesign[] {
  if (design.kind === "nic") return nicFilesOf(design);
  return design.kind === "switch" ? switchFilesOf(design) : linkFilesOf(design);
}
