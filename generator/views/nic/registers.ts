/** Views of the registers of an adapter, with their doorbells and the window to the tables. */
import type { NicDesign } from "../../design/nic.ts";
import { nicCounters, nicInterrupts, nicRegisters } from "../../elaborate/nic-registers.ts";
import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import { countersView } from "../counters.ts";
import { csrView } from "../csr.ts";
import { csrPorts } from "../csr-ports.ts";
import type { ModuleFile } from "../files.ts";
import { range } from "../ranges.ts";
import { cqBits, mrBits, qpBits, srqBits } from "./sizes.ts";

/** Whether a number of 16 bits is one of `2 ** bits` things. */
const within = (signal: string, bits: number): string =>
  bits >= 16 ? "1'b1" : `${signal}[15:${bits}] == ${dec(0, 16 - bits)}`;

/** Doorbells: name of their registers, port, log2 of those that wait, what is handed on. */
const doorbells = [
  { name: "sq", port: "sq_db", bits: 4, value: "producer", number: "qpn", of: "qp" },
  { name: "rq", port: "rq_db", bits: 3, value: "producer", number: "qpn", of: "qp" },
  { name: "ci", port: "cq_ci", bits: 3, value: "index", number: "cq", of: "cq" },
  { name: "arm", port: "cq_arm", bits: 3, value: "solicited", number: "cq", of: "cq" },
] as const;
/** The one of shared receive queues. */
const sharedDoorbell = {
  name: "srq",
  port: "srq_db",
  bits: 3,
  value: "producer",
  number: "srq",
  of: "srq",
} as const;

/** `nic_registers`: registers, window, doorbells, events. */
export function nicRegistersView(design: NicDesign): View {
  const bits = { qp: qpBits(design), mr: mrBits(design), cq: cqBits(design), srq: srqBits(design) };
  const srq = design.sharedReceiveQueues > 0;
  const { pushBytes } = design.requester;
  const rung = [...doorbells, ...(srq ? [sharedDoorbell] : [])];
  const counters = nicCounters(design).map(({ signal, increment }) => ({
    name: signal.replace(/^evt_/u, ""),
    range: increment === 1 ? "" : `${range(increment)} `,
  }));
  const outside = counters.filter(({ name }) => name !== "bad_doorbell");
  const comma = (at: number, list: readonly unknown[]): string => (at === list.length - 1 ? "" : ",");
  const bus = csrPorts(nicRegisters(design)).flatMap(({ ports }) =>
    ports.filter(({ name }) => /^s_axil_/u.test(name)),
  );
  return {
    header: header(design, "Registers of the adapter, window to its tables, doorbells."),
    module: moduleName(design, "nic_registers"),
    prefix: moduleName(design, "nic"),
    r: { qp: range(bits.qp), mr: range(bits.mr), cq: range(bits.cq), srq: range(bits.srq) },
    srq,
    window: design.managementWindow,
    push: pushBytes > 0,
    pushWords: range(pushBytes / 4),
    pushData: range(8 * pushBytes),
    wqe: range(8 * design.derived.wqeBytes.value),
    full: `[${rung.length - 1}:0]`,
    srqEvent: `{${dec(0, 16 - bits.srq)}, srq_event_srq}`,
    bus: bus.map(({ name, direction, bits: width }) => ({
      declaration: [direction === "in" ? "input  wire" : "output wire", range(width), name]
        .filter((part) => part !== "")
        .join(" "),
    })),
    injects: design.memoryProtection === "secded" ? ["mr", "qp", "cq"].map((name) => ({ name })) : [],
    events: outside.map((one, at) => ({ ...one, comma: comma(at, outside) })),
    counted: counters.map(({ name }, at) => ({
      name,
      signal: name === "bad_doorbell" ? "bad_reg" : `evt_${name}`,
      comma: comma(at, counters),
    })),
    sets: nicInterrupts(design).map((name) => ({ name })),
    eventCq: bits.cq < 16 ? `{${dec(0, 16 - bits.cq)}, event_cq}` : "event_cq",
    is: {
      tableQp: within("table_index", bits.qp),
      tableMr: within("table_index", bits.mr),
      tableCq: within("table_index", bits.cq),
      sq: within("sq_number", bits.qp),
      rq: within("rq_number", bits.qp),
      ci: within("ci_number", bits.cq),
      arm: within("arm_number", bits.cq),
      tableSrq: within("table_index", bits.srq),
      srq: within("srq_number", bits.srq),
    },
    fifos: rung.map(({ name, port, bits: depth, value, number, of }, n) => ({
      module: moduleName(design, "nic_doorbell_fifo"),
      n: String(n),
      name,
      port,
      bits: String(depth),
      width: String(bits[of] + (name === "arm" ? 1 : 16)),
      index: String(bits[of]),
      out: `${port}_${value}, ${port}_${number}`,
    })),
    unused: bits.qp < 16 ? [{ bits: "query_number[15:QB]" }] : [],
    params: [
      localparam("QB", bits.qp, "bits of the number of a queue pair"),
      localparam("MB", bits.mr, "bits of the index of a memory region"),
      localparam(
        "NB",
        Math.max(bits.qp, bits.mr, bits.cq, srq ? bits.srq : 0),
        "bits of the number of any of these",
      ),
      localparam("CB", bits.cq, "bits of the number of a completion queue"),
      ...(srq ? [localparam("RB", bits.srq, "bits of the number of a shared receive queue")] : []),
    ],
  };
}

/** `nic_push_window`: a work request that comes with its doorbell. */
function pushWindowView(design: NicDesign): View {
  const { pushBytes } = design.requester;
  const wqeBits = 8 * design.derived.wqeBytes.value;
  const beyond = wqeBits - 8 * pushBytes;
  return {
    header: header(design, "A work request that comes with its doorbell."),
    module: moduleName(design, "nic_push_window"),
    wordRange: range(pushBytes / 4),
    dataRange: range(8 * pushBytes),
    qp: range(qpBits(design)),
    wqe: range(wqeBits),
    beyond: beyond > 0 ? `[${wqeBits - 1}:${8 * pushBytes}]` : "",
    beyondZero: beyond > 0 ? dec(0, beyond) : "",
    params: [
      localparam("QB", qpBits(design), "bits of the number of a queue pair"),
      localparam("WORDS", pushBytes / 4, "that can be pushed"),
    ],
  };
}

/** The module and what it is made of. */
export function nicRegisterModules(design: NicDesign): readonly ModuleFile[] {
  const map = nicRegisters(design);
  return [
    ["nic_counters", "common/counters", countersView(design, map)],
    ["nic_csr", "common/csr", csrView(design, map)],
    [
      "nic_doorbell_fifo",
      "nic/doorbell_fifo",
      { header: header(design, "Doorbells that wait."), module: moduleName(design, "nic_doorbell_fifo") },
    ],
    ...(design.requester.pushBytes > 0
      ? ([["nic_push_window", "nic/push_window", pushWindowView(design)]] as const)
      : []),
    ["nic_registers", "nic/registers", nicRegistersView(design)],
  ];
}
