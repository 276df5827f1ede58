/** View of the states of all queue pairs. */
import type { NicDesign } from "../../design/nic.ts";
import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type PacketMemory, packetMemoryModules } from "../packet-memory.ts";
import { range } from "../ranges.ts";
import { fifoView } from "./fifo.ts";
import { qpBits } from "./sizes.ts";

/** What reads states and reports errors, in the order of the ports. */
const readers = ["Responder", "Response engine", "Requester", "Completion queues"];

/** What reports errors: they, and one that reads nothing. */
const failing = [...readers, "Writes that host memory answered with an error"];

export function stateMemory(design: NicDesign): PacketMemory {
  return { rowBits: 3, depth: design.queuePairs, purpose: "Copy of the states of all queue pairs." };
}

/** `nic_qp_state`. */
export function qpStateView(design: NicDesign): View {
  const bits = qpBits(design);
  return {
    header: header(design, "States of the queue pairs."),
    module: moduleName(design, "nic_qp_state"),
    memory: moduleName(design, "nic_qp_state_memory"),
    fifo: moduleName(design, "nic_fifo"),
    secded: design.memoryProtection === "secded",
    r: { qp: range(bits) },
    readers: readers.map((title, n) => ({ n: String(n), title, qp: range(bits) })),
    failing: failing.map((title, n) => ({ n: String(n), title, qp: range(bits) })),
    params: [
      localparam("QB", bits, "bits of the number of a queue pair"),
      localparam("[31:0] TOLD", dec(design.queuePairs, 32), "queue pairs: none waits until another is told"),
    ],
  };
}

/** The module and what it is made of; the queue is shared with other modules. */
export function qpStateModules(design: NicDesign): readonly ModuleFile[] {
  return [
    ...packetMemoryModules(design, { nic_qp_state_memory: stateMemory(design) }),
    ["nic_fifo", "nic/fifo", fifoView(design)],
    ["nic_qp_state", "nic/qp_state", qpStateView(design)],
  ];
}
