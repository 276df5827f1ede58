import type { SwitchDesign } from "../../design/switch.ts";
import { deviceRegisters, registerPages } from "../../elaborate/device-registers.ts";
import { blockAddressBits } from "../../elaborate/register-model.ts";
import { range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";

/** Pages whose answers are merged in the first of two cycles. */
const groupPages = 8;

/** `register_demux`: from the one slave of a switch to its blocks of registers. */
export function registerDemuxView(design: SwitchDesign): View {
  const { addressBits } = deviceRegisters(design);
  const pages = registerPages(design);
  const widths = {
    address: addressBits,
    offset: blockAddressBits,
    data: 32,
    strobe: 4,
    response: 2,
    pages,
    responses: 2 * pages,
    datas: 32 * pages,
  };
  const columns = Math.max(...Object.values(widths).map((bits) => range(bits).length));
  return {
    header: header(design, "Leads accesses to the register block that their address means."),
    module: moduleName(design, "register_demux"),
    pad: " ".repeat(columns),
    r: Object.fromEntries(Object.entries(widths).map(([name, bits]) => [name, range(bits).padEnd(columns)])),
    page_bits: `[${addressBits - 1}:${blockAddressBits}]`,
    params: [
      localparam("PAGES", pages, "two for each port, port 0 included"),
      localparam("PAGE_BITS", addressBits - blockAddressBits, "bits: number of a page"),
      localparam("GROUPS", Math.ceil(pages / groupPages), `groups of ${groupPages} pages`),
    ],
  };
}
