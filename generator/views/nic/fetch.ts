import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type NicStreamDesign, nicRanges, nicSizes } from "./sizes.ts";

/**
 * `nic_fetch`: small reads of host memory, in order; `FB` of an instance may be 64 or 128. Request to arvalid 1 cycle, last
 * beat to answer 2 cycles.
 */
export function fetchView(
  design: Pick<NicStreamDesign, "name" | "datapathBits">,
  fetchBytes: 64 | 128 = 64,
): View {
  const { W, laneBits } = nicSizes(design);
  return {
    header: header(design, "Fetches work requests and operands from host memory."),
    module: moduleName(design, "nic_fetch"),
    r: nicRanges(design),
    fetchBytes: String(fetchBytes),
    params: [
      localparam("W", W, "bits of a beat"),
      localparam("LB", laneBits, "bits of a lane's number: log2(W / 8)"),
    ],
  };
}

/** `nic_fetch` alone. */
export const fetchModules = (
  design: Pick<NicStreamDesign, "name" | "datapathBits">,
  fetchBytes: 64 | 128 = 64,
): readonly ModuleFile[] => [["nic_fetch", "nic/fetch", fetchView(design, fetchBytes)]];
