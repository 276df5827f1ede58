import type { NicDesign } from "../../design/nic.ts";
import { deviceRegisters } from "../../elaborate/device-registers.ts";
import type { View } from "../../render/view.ts";
import { header } from "../common.ts";
import { ethModules } from "../eth/index.ts";
import { type FileOfDesign, fileOfModule, type ModuleFile } from "../files.ts";
import { linkModulesOf } from "../link-files.ts";
import { range } from "../ranges.ts";
import { registerDemuxView } from "../switch/register-demux.ts";
import { topPorts, topPortsView } from "../top-ports.ts";
import { coreModules } from "./core.ts";
import { hostSide, hostWidthModules } from "./host-width.ts";
import { hasLanes, nicRanges } from "./sizes.ts";

/** Signals of AXI4-Lite in the order of the demultiplexer's ports. */
const bus = [
  ...["awaddr", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid", "bready"],
  ...["araddr", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready"],
];

/** The top module of an adapter. */
function nicTopView(design: NicDesign): View {
  const groups = topPorts(design);
  const pages = deviceRegisters(design).blocks.length;
  const named = (kinds: readonly string[], prefix: string): string[] =>
    groups
      .filter((group) => kinds.includes(group.kind) && group.prefix.startsWith(prefix))
      .flatMap(({ ports }) => ports.map(({ name }) => name));
  const host = [...named(["memory"], "m_axi_"), "irq"];
  const side = hostSide(design);
  const inBeats = topPorts({ ...design, host: { ...design.host, dataBits: design.datapathBits } })
    .filter(({ kind }) => kind === "memory")
    .flatMap(({ ports }) => ports.map(({ name, bits }) => ({ name: name.replace(/^m_axi_/u, ""), bits })));
  return {
    header: header(
      design,
      `A network adapter: ${design.ethernet === null ? "link" : "Ethernet"} port, transport, host memory.`,
    ),
    port: design.ethernet === null ? "link_port" : "eth_port",
    port_says: design.ethernet === null ? "link port" : "Ethernet port",
    native: design.ethernet === null,
    limited: design.congestion === "dcqcn",
    notifies: design.congestion === "dcqcn" && design.ethernet !== null,
    lanes: hasLanes(design),
    pages: String(pages - 1),
    responses: String(2 * pages - 1),
    datas: String(32 * pages - 1),
    module: design.name,
    r: nicRanges(design),
    ports_of: topPortsView(design),
    bus: bus.map((name, at) => ({ name, comma: at < bus.length - 1 ? "," : "" })),
    wire_side: named(["mii", "lanes", "status"], "p0_").map((wire) => ({
      port: wire.replace(/^p0_/u, ""),
      wire,
    })),
    regrouped: side !== null,
    side: side ?? "",
    host_side: host.map((name, at) => ({
      name,
      wire: side === null ? name : name.replace(/^m_axi_/u, "beat_"),
      comma: at < host.length - 1 ? "," : "",
    })),
    host_bus: inBeats.map(({ name, bits }, at) => ({
      ...{ name, bits: range(bits), comma: at < inBeats.length - 1 ? "," : "" },
    })),
  };
}

/** Every Verilog file of an adapter, each module once, the top module last. */
export function nicFilesOf(design: NicDesign): readonly FileOfDesign[] {
  const modules: readonly ModuleFile[] = [
    ...(design.ethernet === null ? linkModulesOf(design.port) : ethModules(design)),
    ...coreModules(design),
    ...hostWidthModules(design),
    ["register_demux", "switch/register_demux", registerDemuxView(design)],
  ];
  return [
    ...[...new Map(modules.map((one) => [one[0], one])).values()].map((one) => fileOfModule(design, one)),
    { path: `rtl/${design.name}.v`, template: "top/nic.v.hbs", view: nicTopView(design) },
  ];
}
