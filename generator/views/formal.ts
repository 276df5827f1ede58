import type { LinkDesign } from "../design/link.ts";
import { portOf } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import { header, moduleName } from "./common.ts";
import { creditLoopView } from "./credit-loop.ts";
import type { FileOfDesign } from "./files.ts";
import { llrLoopView } from "./llr.ts";

function harness(design: LinkDesign, name: string, view: FileOfDesign["view"]): FileOfDesign {
  return { path: `formal/${moduleName(design, name)}.v`, template: `formal/${name}.v.hbs`, view };
}

/** A text that is the same for all designs. */
const plainView = (design: LinkDesign, name: string, purpose: string): FileOfDesign["view"] => ({
  header: header(design, purpose),
  module: moduleName(design, name),
});

/** Harnesses of proofs over several modules of a link port; they are no part of the device. */
export function formalFiles(design: AnyDesign): readonly FileOfDesign[] {
  if (design.kind === "nic" && design.ethernet !== null) return [];
  const port = { ...portOf(design), name: design.name };
  return [
    harness(port, "credit_loop", creditLoopView(port)),
    ...(port.retry === "llr"
      ? [
          harness(port, "llr_loop", llrLoopView(port)),
          harness(port, "llr_delivery", plainView(port, "llr_delivery", "When a frame is delivered.")),
        ]
      : []),
    ...(port.phy === "pcs"
      ? [harness(port, "late_sync", plainView(port, "late_sync", "Stands for bit_sync in proofs."))]
      : []),
  ];
}
