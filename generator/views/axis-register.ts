import type { LinkDesign } from "../design/link.ts";
import { range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, moduleName } from "./common.ts";

/** `templates/common/axis_register.v.hbs`: a register slice for the packet side. */
export function axisRegisterView(design: LinkDesign): View {
  return {
    header: header(design, "Register slice of a packet stream: cuts data and ready paths."),
    module: moduleName(design, "axis_register"),
    data_range: range(design.datapathBits),
    keep_range: range(design.datapathBits / 8),
  };
}
