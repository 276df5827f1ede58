import type { NicDesign } from "../../design/nic.ts";
import { ethernetOf } from "../../elaborate/ethernet.ts";
import { requesterSettingsBits } from "../../elaborate/nic-tables.ts";
import { bin, dec, hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import { rightParams, stateParams, statusParams, stepParams } from "./codes.ts";
import { hasGrh, hasLanes } from "./sizes.ts";

/** A tick of the timers, ns; a local ACK timeout is 4 * 2^n of them (4.096 us * 2^n). */
const tickNs = 1024;
/** Work requests of a queue pair that are kept ready. */
const ahead = 4;
/** Reads of work requests on their way. */
const fetches = 8;
const contextBits = (design: NicDesign): number => (design.memoryProtection === "secded" ? 326 : 325);
const begunBits = 84;

const steps = (datagrams: boolean): readonly string[] => [
  ...[
    "IDLE",
    "LOAD",
    "ROW",
    "DOORBELL",
    "FLUSH",
    "ALARM",
    "UNREAD",
    ...(datagrams ? ["GONE"] : []),
    "FETCHED",
    "TURN",
    "WQE",
    "PLAN",
    "FENCE",
    "LIMIT",
  ],
  ...["SEEK", "KEY", "ASKED", "EMIT", "CHECK", "DECIDE", "HEAD", "HEADED", "ACKNOWLEDGE", "PROGRESS"],
  ...["JUDGE", "COMMAND", "RESULT", "TAKEN", "WAIT", "HINT", "AGAIN", "BACK", "FAIL", "DISCARD"],
  ...["COMPLETE", "FINISH", "STORE"],
];

const stepsOf = ({ memoryProtection, datagrams }: NicDesign): readonly string[] =>
  memoryProtection === "secded" ? ["LOST", ...steps(datagrams)] : steps(datagrams);

/** Waits of the RNR timer codes in units of 10 us (InfiniBand vol. 1, table 45); code 0 is the longest. */
const rnrTens = [
  65536, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072,
  4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152,
];
const rnrTicks = (code: number): string => dec(Math.ceil((rnrTens[code]! * 10_000) / tickNs), 20);

const numbered = (prefix: string, bits: number, names: readonly string[], comment: string): View[] =>
  names.map((name, at) => localparam(`[${bits - 1}:0] ${prefix}_${name}`, dec(at, bits), comment));

const wqeOpcodes = {
  SEND_INV: 0x01,
  WRITE: 0x08,
  WRITE_IMM: 0x09,
  SEND: 0x0a,
  SEND_IMM: 0x0b,
  READ: 0x10,
  COMPARE_SWAP: 0x11,
  FETCH_ADD: 0x12,
};

/** Bytes of a send work request: two or six pieces behind 32 bytes. */
const wqeBytes = (design: NicDesign): number => 32 + 16 * design.requester.scatterGather;

const memoryNames = ["settings", "context", "wqe", "begun", "target", "alarms"];

/** `nic/requester`. */
export function requesterView(design: NicDesign): View {
  const { scatterGather, outstandingReads, outstandingRequests } = design.requester;
  const qpBits = indexBits(design.queuePairs);
  const wqeBits = 8 * wqeBytes(design);
  const tickCycles = Math.max(1, Math.ceil((tickNs * design.clockMHz) / 1000));
  const prescaleBits = bitsFor(tickCycles);
  return {
    header: header(design, "Work requests to send, and what peers answer to them."),
    module: moduleName(design, "nic_requester"),
    device: design.name,
    secded: design.memoryProtection === "secded",
    limited: design.congestion === "dcqcn",
    lanes: hasLanes(design),
    memories: memoryNames.map((name, at) => ({ name, comma: at < memoryNames.length - 1 ? ", " : "" })),
    qp: range(qpBits),
    qpZero: dec(0, qpBits),
    ownQpn: `{${dec(0, 32 - qpBits)}, qpn_reg}`,
    queuePairs: String(design.queuePairs),
    fetches: String(2 * fetches),
    tickNs: String(tickNs),
    prescale: range(prescaleBits),
    prescaleZero: dec(0, prescaleBits),
    rnr: rnrTens.slice(1).map((_, at) => ({ code: dec(at + 1, 5), ticks: rnrTicks(at + 1) })),
    longestRnr: rnrTicks(0),
    settings: range(requesterSettingsBits(design)),
    datagrams: design.datagrams,
    handles: hasGrh(design),
    push: design.requester.pushBytes > 0,
    context: range(contextBits(design)),
    wqe: range(wqeBits),
    fetched: range(wqeBits + 1),
    ofFetched: `[${wqeBits - 1}:0]`,
    faultBit: String(wqeBits),
    inline: range(wqeBits - 256),
    inlineOfWqe: `[${wqeBits - 1}:256]`,
    pieces: range(128 * scatterGather),
    piecesOfWqe: `[${wqeBits - 1}:256]`,
    addresses: range(64 * scatterGather),
    counts: range(13 * scatterGather),
    wqeUnit: wqeUnit(wqeBytes(design)),
    noQp: `hdr_qpn[23:QPW] != ${dec(0, 24 - qpBits)}`,
    params: [
      localparam("QPW", qpBits, "bits of a queue pair's number"),
      localparam("NW", indexBits(outstandingRequests), "bits of a place among the work requests begun"),
      localparam("RW", indexBits(outstandingReads), "bits of a place among the READs and atomics"),
      localparam("[15:0] MOST_OPEN", dec(outstandingRequests, 16), "work requests begun and not complete"),
      localparam("[7:0] MOST_READS", dec(outstandingReads, 8), "READs and atomics on their way"),
      ...(hasGrh(design)
        ? [
            localparam("[15:0] FIRST_HANDLE", dec(design.queuePairs, 16), "row of the first address handle"),
            localparam("[15:0] HANDLES", dec(ethernetOf(design).addressHandles, 16), "address handles"),
          ]
        : []),
      localparam("[7:0] PIECES", dec(scatterGather, 8), "of local memory in a work request"),
      localparam("[31:0] INLINE_BYTES", dec(wqeBytes(design) - 32, 32), "bytes: data in a work request"),
      localparam(`[${prescaleBits - 1}:0] TICK_CYCLES`, dec(tickCycles, prescaleBits), "cycles of a tick"),
      ...stepParams(6, stepsOf(design)),
      ...numbered("TASK", 4, taskNames(design.datagrams), "what the state machine is at"),
      ...numbered("TIMER", 2, ["NONE", "ANSWER", "RNR"], "what is waited for"),
      ...numbered("DROP", 3, ["NOT", "NO_QP", "TYPE", "STATE", "PKEY", "PEER"], "reason to drop"),
      ...numbered("KIND", 3, ["SEND", "WRITE", "READ", "COMPARE_SWAP", "FETCH_ADD"], "of a completion"),
      ...Object.entries(wqeOpcodes).map(([name, code]) =>
        localparam(`[7:0] WQE_${name}`, hex(code, 8), "opcode of a work request"),
      ),
      ...stateParams("RTS", "SQD", "ERR"),
      ...statusParams("SUCCESS", "LENGTH", "OPERATION", "PROTECTION", "FLUSHED", "BAD_RESPONSE"),
      ...(design.memoryProtection === "secded" ? [...statusParams("FATAL"), ...stateParams("RESET")] : []),
      ...statusParams("INVALID_REQUEST", "ACCESS", "REMOTE_OPERATION", "RETRY", "RNR_RETRY"),
      ...rightParams("LOCAL_WRITE"),
    ],
  };
}

const taskNames = (datagrams: boolean): readonly string[] => [
  ...["ROW", "FLUSH", "FETCHED", "ALARM", "UNREAD", ...(datagrams ? ["GONE"] : [])],
  ...["DOORBELL", "ANSWER", "TURN"],
];

/** Where the work request to be fetched stands in its ring, in units of 64 bytes, 58 bits. */
function wqeUnit(bytes: number): string {
  const place = "asked_reg & ~(16'hffff << set_ring_log)";
  return bytes === 64 ? `{42'd0, ${place}}` : `{41'd0, ${place}, ${bin(0, 1)}}`;
}

/** The memories of `nic_requester`. */
export function requesterMemories(design: NicDesign): readonly ModuleFile[] {
  const { scatterGather, outstandingReads, outstandingRequests } = design.requester;
  const depth = design.queuePairs;
  return packetMemoryModules(design, {
    nic_sq_settings: {
      rowBits: requesterSettingsBits(design),
      depth,
      purpose: "What the host set of each queue pair, as far as sending needs it.",
    },
    nic_sq_context: {
      rowBits: contextBits(design),
      depth,
      purpose: "Where the sending side of each queue pair stands.",
    },
    nic_sq_wqe: {
      rowBits: 8 * wqeBytes(design) + 1,
      depth: depth * ahead,
      purpose: "The next work requests of each queue pair.",
    },
    nic_sq_begun: {
      rowBits: begunBits,
      depth: depth * 2 ** indexBits(outstandingRequests),
      purpose: "Work requests of each queue pair that are begun and not complete.",
    },
    nic_sq_targets: {
      rowBits: 128 * scatterGather,
      depth: depth * 2 ** indexBits(outstandingReads),
      purpose: "Local memory of each queue pair's READs and atomics on their way.",
    },
    nic_sq_alarms: {
      rowBits: 41,
      depth,
      purpose: "When each queue pair's timer expires.",
    },
  });
}
