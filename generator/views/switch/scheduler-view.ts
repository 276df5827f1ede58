import type { Derived } from "../../design/link.ts";
import type { SwitchDesign } from "../../design/switch.ts";
import { hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";

/** What a scheduler depends on: of a switch, nothing else. */
export interface SchedulerDesign extends Pick<SwitchDesign, "name" | "ports" | "scheduler" | "pipeline"> {
  readonly derived: { readonly starvationCycles: Derived };
}

/** Internal ports, and bits of a port's number. */
export function schedulerSizes({ ports }: SchedulerDesign): {
  readonly P: number;
  readonly portBits: number;
} {
  return { P: ports + 1, portBits: indexBits(ports + 1) };
}

/** The view of every scheduler, with what the partials `scheduler_ports`, `_guard` and `_match` need; `more` constants. */
export function schedulerView(design: SchedulerDesign, purpose: string, more: readonly View[] = []): View {
  const { P, portBits } = schedulerSizes(design);
  return {
    header: header(design, purpose),
    module: moduleName(design, "scheduler"),
    guard: moduleName(design, "starvation_guard"),
    staged: design.pipeline.requests > 0,
    ...pairRanges(design),
    index_bits: indexMasks(P, portBits),
    params: [
      localparam("P", P, "internal ports"),
      localparam("PB", portBits, "bits of a port's number"),
      ...more,
    ],
  };
}

/** Ranges of one bit for each pair, of one for each port, and of a number for each port. */
export function pairRanges(design: SchedulerDesign): View {
  const { P, portBits } = schedulerSizes(design);
  return { pairs_range: range(P * P), ports_range: range(P), ports_index_range: range(P * portBits) };
}

/** For each bit of a port's number, the highest first: the ports whose number has it. */
function indexMasks(ports: number, portBits: number): readonly string[] {
  return Array.from({ length: portBits }, (_, at) => {
    const bit = portBits - 1 - at;
    const having = Array.from({ length: ports }, (_, port) => port).filter((port) => (port >> bit) & 1);
    return hex(
      having.reduce((mask, port) => mask | (1n << BigInt(port)), 0n),
      ports,
    );
  });
}
