import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { localparam } from "../common.ts";
import { type SchedulerDesign, schedulerSizes, schedulerView } from "./scheduler-view.ts";

/** `switch/wavefront_scheduler`: all waves within the cycle. */
export function wavefrontView(design: SchedulerDesign): View {
  const { P, portBits } = schedulerSizes(design);
  return schedulerView(design, `Scheduler: wrapped wavefront over ${P} ports.`, [
    localparam(`${range(portBits + 1)} PORTS`, dec(P, portBits + 1), "P, as wide as a sum of two numbers"),
  ]);
}
