import { dec, range } from "../../render/verilog.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { pairRanges, type SchedulerDesign, schedulerSizes } from "./scheduler-view.ts";

/** `switch/starvation_guard`: sees to it that a pair that waits is matched in the end. */
export function starvationGuardModule(design: SchedulerDesign): ModuleFile {
  const { P, portBits } = schedulerSizes(design);
  const { value: cycles, formula, overridden } = design.derived.starvationCycles;
  const countBits = indexBits(cycles);
  const why = overridden ? "set in the description" : formula;
  const view = {
    header: header(design, "Starvation guard of the scheduler: pairs that have waited too long go first."),
    module: moduleName(design, "starvation_guard"),
    ...pairRanges(design),
    params: [
      localparam("P", P, "internal ports"),
      localparam("PB", portBits, "bits of a port's number"),
      localparam("CB", countBits, "bits of a count of cycles"),
      localparam(
        `${range(countBits)} LAST_CYCLE`,
        dec(cycles - 1, countBits),
        `before a snapshot, every ${cycles} cycles: ${why}`,
      ),
    ],
  };
  return ["starvation_guard", "switch/starvation_guard", view];
}
