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

/** `late_sync`: `bit_sync`, with bits that are seen late. */
const lateSyncView = (design: LinkDesign): FileOfDesign["view"] => ({
  header: header(design, "Stands for bit_sync in proofs."),
  module: moduleName(design, "late_sync"),
});

/** Harnesses of proofs over several modules of a link port; they are no part of the device. */
export function formalFiles(design: AnyDesign): readonly FileOfDesign[] {
  if (design.kind === "nic" && design.ethernet !== null) return [];
  const port = { ...portOf(design), name: design.name };
  return [
    harness(port, "credit_loop", creditLoopView(port)),
    ...(port.retry === "llr" ? [harness(port, "llr_loop", llrLoopView(port))] : []),
    ...(port.phy === "pcs" ? [harness(port, "late_sync", lateSyncView(port))] : []),
  ];
}
