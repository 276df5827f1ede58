import type { NicDesign } from "../../design/nic.ts";
import { responseSettingsBits } from "../../elaborate/nic-tables.ts";
import { dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import { eventParams, rightParams, stateParams, stepParams, syndromes } from "./codes.ts";
import { hasLanes } from "./sizes.ts";

/** Events that wait for memory writes: so many requests are taken while the memory is slow. */
const events = 32;
const ringRowBits = 177;

const ringBits = (design: NicDesign): number => indexBits(design.responder.outstandingReads);
const contextBits = (design: NicDesign): number => 251 + ringBits(design);

const steps = [
  ...["IDLE", "LOAD", "EVENT", "SEARCH", "COMPARE", "TURN", "RECORD", "KEY", "ASKED", "SEND", "REFUSE"],
  ...["FAIL", "STOP", "STORE"],
];

const tasks = ["ROW", "EVENT", "FAIL", "TURN"].map((name, at) =>
  localparam(`[1:0] TASK_${name}`, dec(at, 2), "what the state machine is at"),
);

const opcodes = [
  localparam("[7:0] OP_READ_FIRST", hex(0x0d, 8), "BTH: RC, RDMA READ response First"),
  localparam("[7:0] OP_READ_MIDDLE", hex(0x0e, 8), "the same: Middle"),
  localparam("[7:0] OP_READ_LAST", hex(0x0f, 8), "the same: Last"),
  localparam("[7:0] OP_READ_ONLY", hex(0x10, 8), "the same: Only"),
  localparam("[7:0] OP_ACK", hex(0x11, 8), "BTH: RC, Acknowledge"),
  localparam("[7:0] OP_ATOMIC_ACK", hex(0x12, 8), "BTH: RC, ATOMIC Acknowledge"),
];

/** `nic/response_engine`. */
export function responseEngineView(design: NicDesign): View {
  const qpBits = indexBits(design.queuePairs);
  const ring = ringBits(design);
  const countBits = Math.log2(events) + 1;
  return {
    header: header(design, "What peers are answered: ACK, NAK, READ responses, results of atomics."),
    module: moduleName(design, "nic_response_engine"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    lanes: hasLanes(design),
    limited: design.congestion === "dcqcn",
    qp: range(qpBits),
    queuePairs: String(design.queuePairs),
    datagrams: design.datagrams,
    settings: range(responseSettingsBits(design)),
    heldFrom: design.datagrams ? "4" : "3",
    held: range(80),
    context: range(contextBits(design)),
    ringBits: String(ring),
    ringZero: dec(0, ring + 1),
    events: String(events),
    eventBits: String(qpBits + 203),
    eventCount: String(countBits - 1),
    eventsZero: dec(0, countBits),
    params: [
      localparam("QPW", qpBits, "bits of a queue pair's number"),
      localparam("RW", ring, "bits of a place in the ring of a queue pair"),
      localparam(
        "SB",
        responseSettingsBits(design),
        "bits of a queue pair's settings, the path MTU the lowest",
      ),
      ...stepParams(4, design.memoryProtection === "secded" ? ["LOST", ...steps] : steps),
      ...tasks,
      ...stateParams("RESET", "INIT", "ERR"),
      ...eventParams.filter(({ name }) => name !== "[2:0] EV_ACK"),
      localparam("[2:0] EV_NONE", dec(7, 3), "nothing is to be done"),
      localparam("[4:0] NO_CREDITS", dec(31, 5), "AETH: credit code that says nothing"),
      syndromes.sequence,
      syndromes.access,
      syndromes.operation,
      ...rightParams("READ"),
      ...opcodes,
    ],
  };
}

/** The memories of `nic_response_engine`. */
export function responseMemories(design: NicDesign): readonly ModuleFile[] {
  const depth = design.queuePairs;
  return packetMemoryModules(design, {
    nic_rs_settings: {
      rowBits: responseSettingsBits(design),
      depth,
      purpose: "What the host set of each queue pair, as far as its answers need it.",
    },
    nic_rs_context: {
      rowBits: contextBits(design),
      depth,
      purpose: "Which answers of each queue pair are due.",
    },
    nic_rs_served: {
      rowBits: 8,
      depth,
      purpose: "READs and atomics of each queue pair that were answered, modulo 256.",
    },
    nic_rs_ring: {
      rowBits: ringRowBits,
      depth: depth * 2 ** ringBits(design),
      purpose: "READs and atomics of each queue pair, kept for repeats.",
    },
  });
}
