import type { NicDesign } from "../../design/nic.ts";
import { responderSettingsBits, sharedRowBits } from "../../elaborate/nic-tables.ts";
import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import { eventParams, rightParams, stateParams, statusParams, stepParams, syndromes } from "./codes.ts";
import { hasGrh, srqBits } from "./sizes.ts";

/** Bits of a queue pair's context and of its receive work request, in the responder. */
export const responderBits = { context: 301, wqe: 512 } as const;

/** With "secded" a mark more: that the context was lost. */
const contextBits = (design: NicDesign): number =>
  responderBits.context + (design.memoryProtection === "secded" ? 1 : 0);

const steps = (srq: boolean): readonly string[] => [
  ...[
    "IDLE",
    "LOAD",
    "ROW",
    "SETTLE",
    "DOORBELL",
    ...(srq ? ["SHARED"] : []),
    "FLUSH",
    "CHECK",
    "DECIDE",
    "FETCH",
    "FETCHED",
    "ADD",
  ],
  ...["FIT", "SEEK", "KEY", "ASKED", "COMMAND", "SETTLED", "OPERAND", "RESULT", "EXECUTED", "INVALIDATE"],
  ...["FAIL", "DISCARD", "STORE", "EVENT", "COMPLETE", "FINISH", "DONE"],
];

/** `nic/responder`. */
export function responderView(design: NicDesign): View {
  const qpBits = indexBits(design.queuePairs);
  const srq = design.sharedReceiveQueues > 0;
  const shared = srqBits(design);
  const tasks = [...taskNames, ...(srq ? ["SHARED_ROW", "SHARED_DOORBELL"] : [])];
  const taskBits = indexBits(tasks.length);
  return {
    header: header(design, "Requests of the peers: checks, execution, completion."),
    module: moduleName(design, "nic_responder"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    qp: range(qpBits),
    settings: range(responderSettingsBits(design)),
    task: range(taskBits),
    srq,
    datagrams: design.datagrams,
    grh: hasGrh(design),
    credits: srq ? "set_credits && !set_shared" : "set_credits",
    srqRange: range(shared),
    srqBits: String(shared),
    srqOfRow: `[${400 + shared - 1}:400]`,
    context: range(contextBits(design)),
    noQp: `hdr_qpn[23:QPW] != ${dec(0, 24 - qpBits)}`,
    params: [
      localparam("QPW", qpBits, "bits of a queue pair's number"),
      ...stepParams(5, [...(design.memoryProtection === "secded" ? ["LOST"] : []), ...steps(srq)]),
      ...tasks.map((name, at) =>
        localparam(`[${taskBits - 1}:0] TASK_${name}`, dec(at, taskBits), "what the state machine is at"),
      ),
      ...opens,
      ...latches,
      ...drops(design.datagrams),
      ...stateParams("RESET", "INIT", "ERR"),
      ...eventParams,
      ...Object.values(syndromes),
      ...statusParams("SUCCESS", "LENGTH", "PROTECTION", "FLUSHED", "INVALID_REQUEST", "ACCESS"),
      ...(design.memoryProtection === "secded" ? statusParams("OPERATION", "FATAL") : []),
      ...rightParams("LOCAL_WRITE", "WRITE", "READ", "ATOMIC"),
      ...(hasGrh(design)
        ? [localparam("[12:0] GRH_BYTES", dec(40, 13), "bytes in front of the payload of a datagram")]
        : []),
      localparam("[7:0] CQ_RECEIVE", dec(128, 8), "opcode of a completion"),
      localparam("[7:0] CQ_RECEIVE_WRITE", dec(129, 8), "the same: WRITE with immediate"),
    ],
  };
}

const taskNames = ["REQUEST", "ROW", "DOORBELL", "FLUSH"];
const opens = ["NONE", "SEND", "WRITE"].map((name, at) =>
  localparam(`[1:0] OPEN_${name}`, dec(at, 2), "message begun and not ended"),
);
const latches = ["NONE", "SEQUENCE", "RNR"].map((name, at) =>
  localparam(`[1:0] LATCH_${name}`, dec(at, 2), "NAK sent for the expected PSN"),
);
const drops = (datagrams: boolean): View[] =>
  ["NOT", "NO_QP", "TYPE", "STATE", "PKEY", "PEER", ...(datagrams ? ["QKEY"] : [])].map((name, at) =>
    localparam(`[2:0] DROP_${name}`, dec(at, 3), "reason to drop"),
  );

/** The memories of `nic_responder`. */
export function responderMemories(design: NicDesign): readonly ModuleFile[] {
  const depth = design.queuePairs;
  return packetMemoryModules(design, {
    nic_rq_settings: {
      rowBits: responderSettingsBits(design),
      depth,
      purpose: "What the host set of each queue pair, as far as requests need it.",
    },
    nic_rq_context: {
      rowBits: contextBits(design),
      depth,
      purpose: "Where the receiving side of each queue pair stands.",
    },
    nic_rq_wqe: {
      rowBits: responderBits.wqe,
      depth,
      purpose: "The receive work request that each queue pair is filling.",
    },
    ...(design.sharedReceiveQueues > 0 && {
      nic_rq_shared: {
        rowBits: sharedRowBits,
        depth: design.sharedReceiveQueues,
        purpose: "Shared receive queues: where their rings are and how far they are taken.",
      },
    }),
  });
}
