import { hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";

/** Bits of a group: what an arbiter's lower level chooses from. */
const groupSize = 8;

/** `common/rr_arbiter`: a round-robin arbiter of `requests` (2 or more), under the name `suffix`. */
export function rrArbiterModule(
  design: { readonly name: string },
  requests: number,
  suffix = "rr_arbiter",
): ModuleFile {
  return [suffix, "common/rr_arbiter", rrArbiterView(design, requests, suffix)];
}

function rrArbiterView(design: { readonly name: string }, requests: number, suffix: string): View {
  const groups = Math.ceil(requests / groupSize);
  return {
    header: header(design, `Round-robin arbiter of ${requests} requests.`),
    module: moduleName(design, suffix),
    range: range(requests),
    params: [
      localparam("GROUPS", groups, `of ${groupSize} requests`),
      localparam("LAST_SIZE", requests - groupSize * (groups - 1), "requests of the last group"),
      ...[1, 2, 4].map((distance) => notOfOtherGroup(requests, distance)),
    ],
  };
}

/** The mask of the bits that a shift by `distance` brings from the same group. */
function notOfOtherGroup(requests: number, distance: number): View {
  const bits = Array.from({ length: requests }, (_, at) => at).filter((at) => at % groupSize >= distance);
  const mask = bits.reduce((sum, at) => sum | (1n << BigInt(at)), 0n);
  const what =
    distance === 1 ? "bits that are not the first of a group" : `bits not among the first ${distance}`;
  return localparam(`${range(requests)} NOT_${distance}`, hex(mask, requests), what);
}
