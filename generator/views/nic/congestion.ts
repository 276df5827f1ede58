/** Views of congestion control: notifications, the rates of queue pairs, their registers. */
import type { NicDesign } from "../../design/nic.ts";
import {
  congestionCounters,
  congestionRegisters,
  congestionSettings,
  lineKbps,
} from "../../elaborate/congestion-registers.ts";
import { alphaRows, congestionRowBits } from "../../elaborate/nic-tables.ts";
import { dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import { countersView } from "../counters.ts";
import { csrView } from "../csr.ts";
import { csrPorts } from "../csr-ports.ts";
import type { ModuleFile } from "../files.ts";
import { type PacketMemory, packetMemoryModules } from "../packet-memory.ts";
import { range } from "../ranges.ts";
import { fifoView } from "./fifo.ts";
import { nicRanges, nicSizes, qpBits } from "./sizes.ts";

/** Bytes of a notification, LRH to the 16 bytes behind the BTH. */
export const cnpBytes = 36;

/** Memories of congestion control. */
export const congestionMemories = (design: NicDesign): Readonly<Record<string, PacketMemory>> => {
  const depth = design.queuePairs;
  return {
    nic_notify_rows: {
      rowBits: congestionRowBits.settings,
      depth,
      purpose: "Settings of queue pairs for notifications.",
    },
    nic_notify_times: {
      rowBits: congestionRowBits.times,
      depth,
      purpose: "Times of the last notifications.",
    },
    nic_rate_memory: {
      rowBits: congestionRowBits.rate,
      depth,
      purpose: "State of queue pairs with a limit.",
    },
    nic_alpha_memory: {
      rowBits: congestionRowBits.alpha,
      depth: alphaRows,
      purpose: "Alpha after 4, 16, 64 and 256 updates.",
    },
  };
};

function notifyView(design: NicDesign): View {
  const { W, BB } = nicSizes(design);
  const qp = qpBits(design);
  const beats = Math.ceil(cnpBytes / BB);
  const high = Math.max(beats * W, 289) - 1;
  const lastBytes = cnpBytes - (beats - 1) * BB;
  const opcode = design.ethernet === null ? 0x80 : 0x81;
  return {
    header: header(design, "Notifications of congestion."),
    module: moduleName(design, "nic_notify"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    r: nicRanges(design),
    qp: range(qp),
    qpSlice: `[${qp - 1}:0]`,
    exists: `said_qpn[23:${qp}] == ${dec(0, 24 - qp)}`,
    opcode: `0x${opcode.toString(16)}`,
    high: String(high),
    zero: `{${high - 287}{1'b0}}`,
    beat: beats === 1 ? "bytes" : beats === 2 ? "bytes[W*index_reg[0] +: W]" : "bytes[W*index_reg +: W]",
    qpZero: dec(0, qp),
    lastQp: String(design.queuePairs - 1),
    queuePairs: String(design.queuePairs),
    params: [
      localparam("QPW", qp, "bits of the number of a queue pair"),
      ...(beats === 1 ? [] : [localparam("W", W, "bits of a beat")]),
      localparam("[1:0] LNH_LOCAL", "2'd2", "LRH: BTH follows the LRH"),
      localparam("[7:0] OPCODE", hex(opcode, 8), "BTH: congestion notification"),
      localparam("[1:0] LAST_BEAT", dec(beats - 1, 2), "beat in which a notification ends"),
      localparam(`${range(BB)} ALL_KEEP`, `{${BB}{1'b1}}`, "every lane of a beat"),
      localparam(
        `${range(BB)} LAST_KEEP`,
        lastBytes === BB ? `{${BB}{1'b1}}` : `{${BB - lastBytes}'d0, {${lastBytes}{1'b1}}}`,
        "lanes of its last beat",
      ),
    ],
  };
}

/** Bytes of a packet on the wire beside its payload: those of a packet in the middle of a message. */
const overheadBytes = (design: NicDesign): number =>
  design.ethernet === null ? 8 + 12 + 4 + 2 + 8 + 8 : design.ethernet.derived.frameOverheadBytes.value;

const settingsOf = (): readonly { readonly signal: string; readonly range: string }[] =>
  congestionSettings.map(({ signal, bits }) => ({ signal, range: range(bits) }));

/** Settings of the limiter. */
const limitsOf = () => settingsOf().filter(({ signal }) => signal !== "cfg_send" && signal !== "cfg_least");

function limiterView(design: NicDesign): View {
  const qp = qpBits(design);
  const ns = 1000 / design.clockMHz;
  return {
    header: header(design, "Rates of queue pairs: who may send when."),
    module: moduleName(design, "nic_limiter"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    qp: range(qp),
    qpZero: dec(0, qp),
    lastQp: String(design.queuePairs - 1),
    queuePairs: String(design.queuePairs),
    parked: String(2 * design.queuePairs),
    settings: limitsOf(),
    params: [
      localparam("QPW", qp, "bits of the number of a queue pair"),
      localparam("[39:0] CYCLE_NS", dec(Math.floor(ns), 40), "ns of a cycle: 1000 / clockMHz, whole ones"),
      localparam("[15:0] CYCLE_FRACTION", dec(Math.floor((ns % 1) * 65536), 16), "the rest, of 65536"),
    ],
  };
}

function ratesView(design: NicDesign): View {
  const qp = qpBits(design);
  return {
    header: header(design, "Rates of queue pairs: state and engine."),
    module: moduleName(design, "nic_rates"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    qp: range(qp),
    qpZero: dec(0, qp),
    stateHigh: String(congestionRowBits.rate - 1),
    params: [
      localparam("[29:0] LINE_KBPS", dec(lineKbps(design), 30), "kbit/s: line rate"),
      localparam("[12:0] OVERHEAD", dec(overheadBytes(design), 13), "bytes of a packet beside its payload"),
      localparam("[35:0] NS_KBPS", dec(8_000_000, 36), "a byte at 1 kbit/s in ns"),
      localparam("[39:0] BURST_NS", dec(1024, 40), "ns: what a late packet may make up for"),
    ],
  };
}

/** A module that has the name of the device and its protection, and no numbers. */
const plainView = (design: NicDesign, name: string, purpose: string): View => ({
  header: header(design, purpose),
  module: moduleName(design, name),
  device: design.name,
  secded: design.memoryProtection === "secded",
  params: [],
});

function congestionView(design: NicDesign): View {
  const map = congestionRegisters(design);
  const qp = qpBits(design);
  const counters = congestionCounters(design).map(({ signal }) => signal.replace(/^evt_/u, ""));
  const inside: Readonly<Record<string, string>> = {
    waiting: "{11'd0, waiting}",
    rate_cut: "evt_cut",
    memory_corrected: "notify_corrected || rate_corrected",
    memory_uncorrectable: "notify_uncorrectable || rate_uncorrectable",
  };
  const bus = csrPorts(map).flatMap(({ ports }) => ports.filter(({ name }) => /^s_axil_/u.test(name)));
  return {
    header: header(design, "Congestion control."),
    module: moduleName(design, "nic_congestion"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    r: nicRanges(design),
    qp: range(qp),
    qpSlice: `[${qp - 1}:0]`,
    queryHere: qp >= 16 ? "1'b1" : `query_number[15:${qp}] == ${dec(0, 16 - qp)}`,
    settings: settingsOf(),
    limits: limitsOf(),
    ethernet: design.ethernet !== null,
    bus: bus.map(({ name, direction, bits }) => ({
      name,
      declaration: [direction === "in" ? "input  wire" : "output wire", range(bits), name]
        .filter((part) => part !== "")
        .join(" "),
    })),
    counted: counters.map((name, at) => ({
      name,
      signal: inside[name] ?? `evt_${name}`,
      comma: at === counters.length - 1 ? "" : ",",
    })),
    params: [],
  };
}

/** Each module once, `nic_congestion` last. */
export function congestionModules(design: NicDesign): readonly ModuleFile[] {
  const map = congestionRegisters(design);
  return [
    ...packetMemoryModules(design, congestionMemories(design)),
    ["nic_fifo", "nic/fifo", fifoView(design)],
    [
      "nic_fan_out",
      "nic/fan_out",
      { header: header(design, "One giver, several takers."), module: moduleName(design, "nic_fan_out") },
    ],
    ["nic_notify", "nic/notify", notifyView(design)],
    ["nic_divide", "nic/divide", plainView(design, "nic_divide", "A divider.")],
    ["nic_alpha", "nic/alpha", plainView(design, "nic_alpha", "Alpha of DCQCN.")],
    ["nic_rates", "nic/rates", ratesView(design)],
    ["nic_limiter", "nic/limiter", limiterView(design)],
    ["nic_rate_counters", "common/counters", countersView(design, map)],
    ["nic_rate_csr", "common/csr", csrView(design, map)],
    ["nic_congestion", "nic/congestion", congestionView(design)],
  ];
}

/** `nic_alpha` and its table. */
export function alphaModules(design: NicDesign): readonly ModuleFile[] {
  const needed = new Set(["nic_alpha_memory", "nic_alpha"]);
  return congestionModules(design).filter(([suffix]) => needed.has(suffix) || suffix.startsWith("secded"));
}

/** `nic_limiter` and what it is made of. */
export function limiterModules(design: NicDesign): readonly ModuleFile[] {
  const needed = new Set([
    ...["nic_fifo", "nic_rate_memory", "nic_alpha_memory", "nic_divide", "nic_alpha", "nic_rates"],
    "nic_limiter",
  ]);
  return congestionModules(design).filter(([suffix]) => needed.has(suffix) || suffix.startsWith("secded"));
}

/** `nic_notify` and what it is made of. */
export function notifyModules(design: NicDesign): readonly ModuleFile[] {
  const needed = new Set(["nic_fifo", "nic_notify", "nic_notify_rows", "nic_notify_times"]);
  return congestionModules(design).filter(([suffix]) => needed.has(suffix) || suffix.startsWith("secded"));
}
