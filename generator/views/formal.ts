import type { LinkDesign } from "../design/link.ts";
import type { AnyDesign } from "../design/switch.ts";
import { moduleName } from "./common.ts";
import type { FileOfDesign } from "./files.ts";
import { llrLoopView } from "./llr.ts";

function harness(design: LinkDesign, name: string, view: FileOfDesign["view"]): FileOfDesign {
  return { path: `formal/${moduleName(design, name)}.v`, template: `formal/${name}.v.hbs`, view };
}

/** Harnesses of proofs over several modules; they are no part of the device. */
export function formalFiles(design: AnyDesign): readonly FileOfDesign[] {
  const port = design.kind === "switch" ? { ...design.port, name: design.name } : design;
  return port.retry === "llr" ? [harness(port, "llr_loop", llrLoopView(port))] : [];
}
