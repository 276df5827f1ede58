import type { LinkDesign } from "../design/link.ts";
import { portStates } from "../elaborate/registers.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, moduleName } from "./common.ts";

/** View of `link/port_state.v.hbs`: the port state machine; the codes of its states are those of the register map. */
export function portStateView(design: LinkDesign): View {
  return {
    header: header(design, "Port state machine: Down, Initialize, Armed, Active, ActDefer."),
    module: moduleName(design, "port_state"),
    states: portStates.map(({ name, value }) => ({ name, value: dec(value, 3) })),
  };
}
