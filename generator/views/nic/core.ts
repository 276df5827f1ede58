import type { NicDesign } from "../../design/nic.ts";
import { dec, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import { laneOf, lanesOf, queueBits } from "../eth/sizes.ts";
import type { ModuleFile } from "../files.ts";
import { axiReadMuxModules } from "./axi-read-mux.ts";
import { congestionModules } from "./congestion.ts";
import { cqWriterModules } from "./cq-writer.ts";
import { dmaReadModules } from "./dma-read.ts";
import { dmaWriteModules } from "./dma-write.ts";
import { fetchModules } from "./fetch.ts";
import { fifoView } from "./fifo.ts";
import { managementModules } from "./management.ts";
import { mrTableModules } from "./mr-table.ts";
import { qpStateModules } from "./qp-state.ts";
import { nicRegisterModules } from "./registers.ts";
import { requesterMemories, requesterView } from "./requester.ts";
import { responderMemories, responderView } from "./responder.ts";
import { responseEngineView, responseMemories } from "./response-engine.ts";
import { rxParserModules } from "./rx-parser.ts";
import { cqBits, hasLanes, mrBits, nicRanges, qpBits, srqBits } from "./sizes.ts";
import { txBuilderModules } from "./tx-builder.ts";

/** Packets whose headers wait for their payload. */
const headers = 16;

/** `nic_tx_mux`. */
function txMuxView(design: NicDesign): View {
  const inlineBits = 8 * design.derived.inlineBytes.value;
  return {
    header: header(design, "Packets of both engines in turn."),
    module: moduleName(design, "nic_tx_mux"),
    device: design.name,
    inline: range(inlineBits),
    inlineBits: String(inlineBits),
    headers: String(headers),
    qp: range(qpBits(design)),
    fromPad: dec(0, 24 - qpBits(design)),
    params: [localparam("HW", 400 + inlineBits, "bits of the headers of a packet")],
  };
}

/** `nic_core`: everything between the link port and the host, wired. */
function coreView(design: NicDesign): View {
  const regionBits = mrBits(design);
  return {
    header: header(design, "The adapter without its link port."),
    module: moduleName(design, "nic_core"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    limited: design.congestion === "dcqcn",
    notifies: design.congestion === "dcqcn" && design.ethernet !== null,
    lanes: hasLanes(design),
    // where the parser takes packets from, and where the builder gives them to
    from: design.congestion === "dcqcn" ? "seen" : "rx",
    lane: design.managementWindow ? "lane" : design.congestion === "dcqcn" ? "seen" : "rx",
    to: design.managementWindow ? "q" : design.congestion === "dcqcn" ? "built" : "tx",
    rowTakers: design.congestion === "dcqcn" ? "6" : "5",
    r: nicRanges(design),
    qp: range(qpBits(design)),
    qpZero: dec(0, qpBits(design)),
    fromBits: `[${qpBits(design) - 1}:0]`,
    qpnPad: dec(0, 24 - qpBits(design)),
    mr: range(regionBits),
    regionBits: `[${regionBits - 1}:0]`,
    cq: range(cqBits(design)),
    datagrams: design.datagrams,
    window: design.managementWindow,
    push: design.requester.pushBytes > 0,
    srq: design.sharedReceiveQueues > 0,
    srqRange: range(srqBits(design)),
    wqe: range(8 * design.derived.wqeBytes.value),
    wqeBytes: String(design.derived.wqeBytes.value),
    inline: range(8 * design.derived.inlineBytes.value),
    params: [],
  };
}

const small = (design: NicDesign, name: string, purpose: string): ModuleFile => [
  `nic_${name}`,
  `nic/${name}`,
  { header: header(design, purpose), module: moduleName(design, `nic_${name}`) },
];

/** `nic_message_mux`. */
function messageMuxModule(design: NicDesign): ModuleFile {
  const [suffix, template, view] = small(design, "message_mux", "Short writes of host memory.");
  return [suffix, template, { ...view, qp: range(qpBits(design)) }];
}

/** `nic_held`: queue pairs that wait for their lane. */
function heldModule(design: NicDesign): ModuleFile {
  const [suffix, template, view] = small(design, "held", "Queue pairs that wait for their lane.");
  const bits = qpBits(design);
  return [
    suffix,
    template,
    {
      ...view,
      device: design.name,
      lane: laneOf(design, "hold_vl"),
      qp: range(bits),
      queuePairs: String(design.queuePairs),
      params: [
        localparam("QPW", bits, "bits of the number of a queue pair"),
        localparam("LANES", lanesOf(design), "queues"),
        localparam("QB", queueBits(design), "bits of a queue's number"),
      ],
    },
  ];
}

/** Everything of an adapter but its link port, each module once, the core last. */
export function coreModules(design: NicDesign): readonly ModuleFile[] {
  const parts: readonly ModuleFile[] = [
    ["nic_fifo", "nic/fifo", fifoView(design)],
    ...rxParserModules(design),
    ...txBuilderModules(design),
    ...dmaReadModules(design),
    ...dmaWriteModules(design),
    ...fetchModules(design, 64),
    ...axiReadMuxModules(design),
    ...responderMemories(design),
    ...responseMemories(design),
    ...requesterMemories(design),
    ...(hasLanes(design) ? [heldModule(design)] : []),
    ["nic_responder", "nic/responder", responderView(design)],
    ["nic_response_engine", "nic/response_engine", responseEngineView(design)],
    ["nic_requester", "nic/requester", requesterView(design)],
    ["nic_tx_mux", "nic/tx_mux", txMuxView(design)],
    messageMuxModule(design),
    small(design, "fan_out", "One giver, several takers."),
    ...(design.managementWindow ? managementModules(design) : []),
    ...mrTableModules(design),
    ...qpStateModules(design),
    ...cqWriterModules(design),
    ...(design.congestion === "dcqcn" ? congestionModules(design) : []),
    ...nicRegisterModules(design),
  ];
  return [...new Map(parts.map((one) => [one[0], one])).values(), ["nic_core", "nic/core", coreView(design)]];
}
