/** Views of what a switch is wired from: ingress, switch_port, management_port, the top module. */
import type { SwitchDesign } from "../../design/switch.ts";
import { ingressRegisters } from "../../elaborate/ingress-registers.ts";
import type { RegisterMap } from "../../elaborate/register-model.ts";
import { switchRegisters } from "../../elaborate/switch-registers.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import { csrPorts } from "../csr-ports.ts";
import type { PacketMemory } from "../packet-memory.ts";
import { longestLength, range, sizes, widen } from "../ranges.ts";
import { topPortsView } from "../top-ports.ts";
import { switchSizes } from "./sizes.ts";
import { voqSizes } from "./voq.ts";

/** Signals of a register block that its surroundings drive or use; bus, clock and interrupt are not among them. */
function csrSignals(map: RegisterMap): View[] {
  return csrPorts(map)
    .flatMap(({ ports }) => ports)
    .filter(({ name }) => !/^(clk|rst|irq|s_axil_.*)$/.test(name))
    .map(({ name, bits }) => ({ name, range: range(bits) }));
}

function portRanges(design: SwitchDesign): Readonly<Record<string, string>> {
  const v = voqSizes(design);
  return {
    data: range(v.W),
    keep: range(v.W / 8),
    index: range(v.indexBits),
    port: range(v.portBits),
    ports: range(v.P),
    lane: range(v.laneBits),
    lanes: range(v.lanes),
    outputs: range(v.P * v.stride),
    used: range(sizes(design.port).usedBits * v.dataLanes),
    usedPages: range(v.countBits * v.lanes),
    group: range(v.multicastBits),
  };
}

const secded = (design: SwitchDesign): boolean => design.memoryProtection === "secded";

/** `ingress`: look-up, buffer, registers. */
export function ingressView(design: SwitchDesign): View {
  const v = voqSizes(design);
  return {
    header: header(design, "Ingress of a port: look-up and input buffer."),
    module: moduleName(design, "ingress"),
    device: design.name,
    r: portRanges(design),
    secded: secded(design),
    direct: design.port.forwarding === "cut-through" ? "1" : "0",
    dataPages: String(v.dataPages),
    vl15Pages: String(v.vl15Pages),
    csr: csrSignals(ingressRegisters(design)),
    usedWide: widen("used_pages[i*UB +: UB]", v.countBits, 16),
    params: [
      localparam("LANES", v.lanes, "lanes: data VLs and VL15"),
      localparam("UB", v.countBits, "bits of a count of pages"),
    ],
  };
}

const laneVl = (laneBits: number): string => widen("out_lane", laneBits, 4);

/** `switch_port`: link and ingress. */
export function switchPortView(design: SwitchDesign): View {
  const s = switchSizes(design);
  return {
    header: header(design, "One external port of a switch."),
    module: moduleName(design, "switch_port"),
    device: design.name,
    r: portRanges(design),
    secded: secded(design),
    outVl: laneVl(s.laneBits),
    noDest: `${s.portBits}'d0`,
    params: [
      localparam("WORDS", s.W / 32, "4-byte words a beat"),
      localparam("IW", s.indexBits, "bits of a count of words less one"),
      localparam("DATA_VLS", s.dataLanes, "data VLs"),
      localparam("LAST_LANE", `${s.laneBits}'d${s.dataLanes}`, "lane of VL15"),
    ],
  };
}

/** Bits of the management queue's row beside the data: last, error, source, VL, words. */
const managementMarks = (design: SwitchDesign): number => {
  const s = switchSizes(design);
  return 2 + s.portBits + 4 + s.indexBits;
};

/** The queue of packets for the management. */
export function managementMemory(design: SwitchDesign): PacketMemory {
  return {
    rowBits: switchSizes(design).W + managementMarks(design),
    depth: design.port.derived.txQueueBeats.value,
    purpose: "Packets for the management: last, error, source, VL, valid words, data.",
    firmBits: 1,
  };
}

/** `management_port`: port 0. */
export function managementPortView(design: SwitchDesign): View {
  const s = switchSizes(design);
  const d = design.port.derived;
  const depth = d.txQueueBeats.value;
  const addressBits = bitsFor(depth);
  const words = (bytes: number): string => `11'd${Math.floor((bytes - 2) / 4)}`;
  return {
    header: header(design, "Management port of a switch."),
    module: moduleName(design, "management_port"),
    device: design.name,
    r: portRanges(design),
    secded: secded(design),
    outVl: laneVl(s.laneBits),
    rowPart: range(indexBits(depth)),
    dataTooLong: longestLength(design.port).limited ? "first_length > MAX_LENGTH" : "1'b0",
    longestWords: longestLength(design.port).limited ? "MAX_LENGTH" : "11'd2047",
    memoryRow: range(s.W + managementMarks(design)),
    params: [
      localparam("W", s.W, "bits of a beat"),
      localparam("WORDS", s.W / 32, "4-byte words a beat"),
      localparam("WB", bitsFor(s.W / 32), "bits of a count of words in a beat"),
      localparam("IW", s.indexBits, "bits of a count of words less one"),
      localparam("WORDS_PER_BEAT", `11'd${s.W / 32}`, "4-byte words a beat, as PktLen counts"),
      localparam("LANES", s.lanes, "lanes: data VLs and VL15"),
      localparam("LW", s.laneBits, "bits of a lane number"),
      localparam("DATA_VLS", `4'd${s.dataLanes}`, "data VLs"),
      localparam("LAST_LANE", `${s.laneBits}'d${s.dataLanes}`, "lane of VL15"),
      localparam("MIN_LENGTH", "11'd5", "words: shortest PktLen, a raw packet (InfiniBand vol. 1, LRH)"),
      ...(longestLength(design.port).limited
        ? [localparam("MAX_LENGTH", words(d.maxPacketBytes.value), "words: floor((mtu + 124) / 4)")]
        : []),
      localparam("MAX_LENGTH_15", words(d.vl15PacketBytes.value), "words: longest packet on VL15"),
      localparam("AW", addressBits, "bits of a count of beats"),
      localparam("LAST_ROW", `${addressBits}'d${depth - 1}`, `beats less one: ${d.txQueueBeats.formula}`),
      localparam(
        "ROOM_LIMIT",
        `${addressBits}'d${depth - d.txRoomBeats.value}`,
        `beats held up to which there is room for: ${d.txRoomBeats.formula}`,
      ),
    ],
  };
}

/** The top module of a switch. */
export function switchTopView(design: SwitchDesign): View {
  const v = voqSizes(design);
  const r = portRanges(design);
  const numbers = Array.from({ length: design.ports }, (_, at) => String(at + 1));
  const sideBySide = (name: string): View => ({
    name,
    ports: numbers.toReversed().map((p) => ({ p, signal: name, last: p === "1" })),
  });
  return {
    header: header(design, `A switch of ${design.ports} ports.`),
    module: design.name,
    device: design.name,
    r,
    portCount: String(design.ports),
    ports_of: topPortsView(design),
    secded: secded(design),
    gap: v.stride > v.lanes,
    someAbsent: v.P < 2 ** v.portBits,
    gathered: ["mii_tx_ready", "mii_rxd", "mii_rxc", "mii_rx_valid", "mii_link_up"].map(sideBySide),
    spread: ["mii_txd", "mii_txc", "port_state"].map(sideBySide),
    csr: csrSignals(switchRegisters(design)),
    params: [
      localparam("N", v.N, "external ports"),
      localparam("P", v.P, "internal ports: the external ones and port 0"),
      localparam("PB", v.portBits, "bits of a port number"),
      ...(v.P < 2 ** v.portBits
        ? [localparam("PORTS", `${v.portBits}'d${v.P}`, "internal ports, as a port number")]
        : []),
      localparam("W", v.W, "bits of a beat"),
      localparam("IW", v.indexBits, "bits of a count of words less one"),
      localparam("LANES", v.lanes, "lanes: data VLs and VL15"),
      localparam("LW", v.laneBits, "bits of a lane number"),
      localparam("STRIDE", v.stride, "lanes of a port, up to the next power of two"),
      localparam("SB", v.portBits + v.laneBits, "bits beside a beat: input port, lane of the output"),
      derivedParam("MANAGEMENT_PAGES", design, "managementPages"),
    ],
  };
}
