import type { AnyDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import { fitsEcp5 } from "./ecp5.ts";
import { smokeBench } from "./instance.ts";
import { summary, texts } from "./pieces.ts";
import { pinsModule } from "./pins.ts";
import { parts } from "./tool-scripts.ts";

/** View of `deliverables/device.core.hbs`: a core for FuseSoC, CAPI2. */
export function coreView(design: AnyDesign, sources: readonly string[]): View {
  return {
    device: design.name,
    summary: summary(design),
    sources: texts(sources),
    bench: smokeBench(design),
    pins: pinsModule(design),
    ecp5: fitsEcp5(design),
    vivado_part: parts.vivado,
    quartus_family: parts.quartusFamily,
    quartus_part: parts.quartus,
    ecp5_part: parts.ecp5,
    ecp5_package: parts.ecp5Package,
  };
}
