/** View of the table of memory regions. */
import type { NicDesign } from "../../design/nic.ts";
import { regionRowBits } from "../../elaborate/nic-tables.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type PacketMemory, packetMemoryModules } from "../packet-memory.ts";
import { range } from "../ranges.ts";

/** What asks for keys, in the order of the ports. */
const clients = ["Responder", "Requester", "Response engine"];

export function regionMemory(design: NicDesign): PacketMemory {
  return {
    rowBits: regionRowBits,
    depth: 2 ** indexBits(design.memoryRegions),
    purpose: "Memory of the table of memory regions.",
  };
}

/** `nic_mr_table`. */
export function mrTableView(design: NicDesign): View {
  const bits = indexBits(design.memoryRegions);
  return {
    header: header(design, "Table of memory regions: checks keys and gives host addresses."),
    module: moduleName(design, "nic_mr_table"),
    memory: moduleName(design, "nic_mr_memory"),
    secded: design.memoryProtection === "secded",
    r: { index: range(bits) },
    clients: clients.map((title, n) => ({ n: String(n), title })),
    params: [
      localparam("IB", bits, "bits of the index of a region"),
      localparam("TW", 32 + 64 + 32 + 16 + 4, "bits of a request"),
      localparam("RW", regionRowBits, "bits of a row"),
    ],
  };
}

/** The module and its memory, each after those that it instantiates; codes of protected memories are the caller's. */
export function mrTableModules(design: NicDesign): readonly ModuleFile[] {
  return [
    ...packetMemoryModules(design, { nic_mr_memory: regionMemory(design) }),
    ["nic_mr_table", "nic/mr_table", mrTableView(design)],
  ];
}
