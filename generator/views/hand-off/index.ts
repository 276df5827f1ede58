import type { AnyDesign } from "../../design/switch.ts";
import type { FileOfDesign } from "../files.ts";
import { coreView } from "./fusesoc.ts";
import { instanceView, smokeBench, smokeView } from "./instance.ts";
import { componentView } from "./ip-xact.ts";
import { toolScripts } from "./tool-scripts.ts";

/**
 * What other tools take a device by: scripts, cores, benches, text to copy.
 * @param sources paths of the Verilog files, each after those that it instantiates
 */
export function handOffFiles(design: AnyDesign, sources: readonly string[]): readonly FileOfDesign[] {
  const { name } = design;
  return [
    ...toolScripts(design, sources),
    { path: `${name}.core`, template: "deliverables/device.core.hbs", view: coreView(design, sources) },
    {
      path: "component.xml",
      template: "deliverables/component.xml.hbs",
      view: componentView(design, sources),
    },
    { path: `doc/${name}_inst.v`, template: "deliverables/instance.v.hbs", view: instanceView(design) },
    { path: `sim/${smokeBench(design)}.v`, template: "deliverables/smoke.v.hbs", view: smokeView(design) },
  ];
}
