import { dec, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "./common.ts";
import type { ModuleFile } from "./files.ts";

/** Edges of the slower clock that both sides of a crossing are in reset together, and what the synchronizers take. */
const commonEdges = 8;

/** Bits of the count that goes over with events. */
const eventBits = 8;

/**
 * `common/reset_sync` and `common/event_sync`, for a device whose clock meets another one.
 * @param otherMHz the other clock
 */
export function crossingModules(
  host: { readonly name: string; readonly clockMHz: number },
  otherMHz: number,
): readonly ModuleFile[] {
  const hold = commonEdges * Math.max(1, Math.ceil(host.clockMHz / otherMHz));
  const bits = bitsFor(hold);
  const reset: View = {
    header: header(host, "Lets both sides of a crossing between clocks leave their reset together."),
    module: moduleName(host, "reset_sync"),
    sync_module: moduleName(host, "bit_sync"),
    hold: String(hold),
    count_range: range(bits),
    params: [
      localparam("COUNT_BITS", bits, "bits: cycles that both are in reset"),
      localparam(
        `${range(bits)} HOLD`,
        dec(hold, bits),
        `cycles: ${commonEdges} edges of the slower clock, ceil(clockMHz / laneClockMHz) each`,
      ),
    ],
  };
  const event: View = {
    header: header(host, "Takes the number of events at another clock over into this one."),
    module: moduleName(host, "event_sync"),
    sync_module: moduleName(host, "bit_sync"),
    bits: String(eventBits),
    last: String(eventBits - 1),
    most: String(2 ** eventBits - 1),
  };
  return [
    ["reset_sync", "common/reset_sync", reset],
    ["event_sync", "common/event_sync", event],
  ];
}
