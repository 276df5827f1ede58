import type { NicDesign } from "../../design/nic.ts";
import type { View } from "../../render/view.ts";
import { header, moduleName } from "../common.ts";

/** `nic/fifo`. */
export function fifoView(design: NicDesign): View {
  return {
    header: header(design, "A queue."),
    module: moduleName(design, "nic_fifo"),
    style: "block",
    synStyle: "block_ram",
  };
}
