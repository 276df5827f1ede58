import type { NicDesign } from "../../design/nic.ts";
import type { SwitchDesign } from "../../design/switch.ts";
import { deviceRegisters, registerPages } from "../../elaborate/device-registers.ts";
import { blockAddressBits } from "../../elaborate/register-model.ts";
import { range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";

/** Pages whose answers are merged in the first of two cycles. */
const groupPages = 8;

/** What the first page of an adapter is. */
const portOf = ({ ethernet }: NicDesign): string => (ethernet === null ? "link port" : "Ethernet port");

/** `register_demux`: from the one slave of a switch or an adapter to its blocks of registers. */
export function registerDemuxView(design: SwitchDesign | NicDesign): View {
  const { addressBits, blocks } = deviceRegisters(design);
  const pages = design.kind === "switch" ? registerPages(design) : blocks.length;
  const which =
    design.kind === "switch"
      ? "2p is the link of port p (0: the switch itself), 2p + 1 its ingress"
      : `0 is the ${portOf(design)}, 1 the adapter${design.congestion === "dcqcn" ? ", 2 congestion control" : ""}`;
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
    pages_are: which,
    pad: " ".repeat(columns),
    r: Object.fromEntries(Object.entries(widths).map(([name, bits]) => [name, range(bits).padEnd(columns)])),
    page_bits: `[${addressBits - 1}:${blockAddressBits}]`,
    params: [
      localparam(
        "PAGES",
        pages,
        design.kind === "switch"
          ? "two for each port, port 0 included"
          : `${portOf(design)}, adapter${design.congestion === "dcqcn" ? ", congestion control" : ""}`,
      ),
      localparam("PAGE_BITS", addressBits - blockAddressBits, "bits: number of a page"),
      localparam("GROUPS", Math.ceil(pages / groupPages), `groups of ${groupPages} pages`),
    ],
  };
}
