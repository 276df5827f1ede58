import type { View } from "../../render/view.ts";
import { header, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type NicStreamDesign, nicRanges } from "./sizes.ts";

/** `nic_axi_read_mux`: three readers on one AXI4 read port, ARID 0, 1 and 2. One cycle in each direction. */
export function axiReadMuxView(design: Pick<NicStreamDesign, "name" | "datapathBits">): View {
  return {
    header: header(design, "Gives three readers of host memory one AXI4 read port."),
    module: moduleName(design, "nic_axi_read_mux"),
    r: nicRanges(design),
    clients: ["0", "1", "2"].map((id) => ({ id })),
  };
}

/** `nic_axi_read_mux` alone. */
export const axiReadMuxModules = (
  design: Pick<NicStreamDesign, "name" | "datapathBits">,
): readonly ModuleFile[] => [["nic_axi_read_mux", "nic/axi_read_mux", axiReadMuxView(design)]];
