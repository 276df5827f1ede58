import type { AnyDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import type { FileOfDesign } from "../files.ts";
import { topPorts } from "../top-ports.ts";
import { fitsEcp5 } from "./ecp5.ts";
import { clocksOf, periodText, summary, texts } from "./pieces.ts";
import { pinNames, pinsModule, pinsView } from "./pins.ts";

/** Parts that the scripts take unless told otherwise: large ones, so that most devices fit. */
export const parts = {
  vivado: "xcvu9p-flga2104-2L-e",
  quartusFamily: "Stratix 10",
  quartus: "1SG280HU2F50E2VG",
  ecp5: "85k",
  ecp5Package: "CABGA381",
} as const;

/** View of the scripts: what all of them may need. */
function scriptView(design: AnyDesign, sources: readonly string[]): View {
  const clocks = clocksOf(design);
  const names = clocks.map(({ name }) => name);
  const pins = topPorts(design)
    .flatMap(({ ports }) => ports.map(({ name }) => name))
    .filter((name) => !names.includes(name));
  return {
    device: design.name,
    summary: summary(design),
    sources: texts(sources),
    vivado_part: parts.vivado,
    quartus_family: parts.quartusFamily,
    quartus_part: parts.quartus,
    virtual_pins: texts(pins),
    pins: pinsModule(design),
    ecp5_part: parts.ecp5,
    ecp5_package: parts.ecp5Package,
    clocks: clocks.map(({ name, MHz, what }) => ({
      ...{ name, what, MHz: String(MHz) },
      period: periodText(1000 / MHz),
    })),
    io: texts(pinNames(design)),
  };
}

/** Scripts that synthesize a device in one tool each, and what only such a script needs. */
export function toolScripts(design: AnyDesign, sources: readonly string[]): readonly FileOfDesign[] {
  const view = scriptView(design, sources);
  const file = (path: string, name = path): FileOfDesign => ({
    path,
    template: `deliverables/${name}.hbs`,
    view,
  });
  const { name } = design;
  const nextpnr = [
    file("synth/ecp5.sh", "ecp5.sh"),
    file(`constraints/${name}.lpf`, "constraints.lpf"),
    { path: `synth/${name}_pins.v`, template: "deliverables/pins.v.hbs", view: pinsView(design) },
  ];
  return [
    file("synth/vivado.tcl", "vivado.tcl"),
    file("synth/quartus.tcl", "quartus.tcl"),
    file("synth/yosys.ys", "yosys.ys"),
    ...(fitsEcp5(design) ? nextpnr : []),
  ];
}
