/** View of the writer of completion queues. */
import type { NicDesign } from "../../design/nic.ts";
import { completionRowBits, contextBits } from "../../elaborate/nic-tables.ts";
import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { type PacketMemory, packetMemoryModules } from "../packet-memory.ts";
import { range } from "../ranges.ts";
import { fifoView } from "./fifo.ts";
import { cqBits, qpBits } from "./sizes.ts";

/** Completions of each client that wait for their writes. */
const waiting = 32;
/** Events that software has not taken. */
const listed = 32;

export function completionMemory(design: NicDesign): PacketMemory {
  return {
    rowBits: completionRowBits,
    depth: 2 ** cqBits(design),
    purpose: "Memory of the table of completion queues.",
  };
}

/** First write that failed, a mark and a number of 16 bits, for each of the two clients. */
export function failureMemory(design: NicDesign): PacketMemory {
  return {
    rowBits: contextBits.failures,
    depth: design.queuePairs,
    purpose: "First writes of each queue pair that host memory answered with an error.",
  };
}

/** `nic_cq_writer`. */
export function cqWriterView(design: NicDesign): View {
  const bits = cqBits(design);
  const ticks = Math.max(2, Math.round(design.clockMHz));
  return {
    header: header(design, "Completion queues: entries and events."),
    module: moduleName(design, "nic_cq_writer"),
    memory: moduleName(design, "nic_cq_memory"),
    failures: moduleName(design, "nic_cq_failures"),
    fifo: moduleName(design, "nic_fifo"),
    datagrams: design.datagrams,
    secded: design.memoryProtection === "secded",
    noCq: bits < 16 ? `entry[15:CB] != ${dec(0, 16 - bits)}` : "1'b0",
    r: { cq: range(bits), qp: range(qpBits(design)) },
    clients: ["Responder", "Completer"].map((title, n) => ({
      ...{ n: String(n), title, datagrams: design.datagrams },
    })),
    params: [
      localparam("CB", bits, "bits of the number of a completion queue"),
      localparam("QB", qpBits(design), "bits of the number of a queue pair"),
      localparam(
        "CW",
        16 + 24 + 8 + 8 + 32 + 32 + 16 + 8 + 16 + (design.datagrams ? 44 : 0),
        "bits of a completion",
      ),
      localparam("RW", completionRowBits, "bits of a row"),
      localparam("[31:0] WAITING", dec(waiting, 32), "completions of a client that wait"),
      localparam("[31:0] LISTED", dec(listed, 32), "events that wait for software"),
      localparam("LB", Math.log2(listed), "bits of the number of such an event"),
      localparam("TB", bitsFor(ticks - 1), "bits of a count of cycles"),
      localparam(
        `[${bitsFor(ticks - 1) - 1}:0] TICK_LAST`,
        dec(ticks - 1, bitsFor(ticks - 1)),
        "cycles: 1 us - 1",
      ),
    ],
  };
}

/** The module and what it is made of; the queue is shared with other modules. */
export function cqWriterModules(design: NicDesign): readonly ModuleFile[] {
  return [
    ...packetMemoryModules(design, {
      nic_cq_memory: completionMemory(design),
      nic_cq_failures: failureMemory(design),
    }),
    ["nic_fifo", "nic/fifo", fifoView(design)],
    ["nic_cq_writer", "nic/cq_writer", cqWriterView(design)],
  ];
}
