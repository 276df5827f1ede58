/** Views of the input buffer of a switch: pages, queues, reader, copies. */
import type { SwitchDesign } from "../../design/switch.ts";
import { sparePages } from "../../elaborate/switch-rules.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, derivedParam, header, indexBits, localparam, moduleName } from "../common.ts";
import type { PacketMemory } from "../packet-memory.ts";
import { range, sizes, widen } from "../ranges.ts";
import { type SwitchSizes, switchSizes } from "./sizes.ts";

/** Sizes of the input buffer beyond those of the whole switch. */
export interface VoqSizes extends SwitchSizes {
  /** Pages of a data VL, of VL15, and of the longest packet of each. */
  readonly dataPages: number;
  readonly vl15Pages: number;
  readonly longest: number;
  readonly longest15: number;
  /** Bits of a count of pages of a lane. */
  readonly countBits: number;
  /** Bits of a beat number in a page; 0 when a page is a beat. */
  readonly pageBeatBits: number;
  readonly rowBits: number;
  /** Bits of a port number with the two numbers behind the ports: copies, drops. */
  readonly outBits: number;
  readonly queueBits: number;
  readonly queues: number;
  /** Queues of one output, a power of two. */
  readonly stride: number;
  readonly slots: number;
  readonly slotBits: number;
  readonly ticketBits: number;
  readonly entries: number;
  readonly fanoutBits: number;
  readonly depthBits: number;
}

export function voqSizes(design: SwitchDesign): VoqSizes {
  const s = switchSizes(design);
  const d = design.port.derived;
  const inPages = (beats: number): number => Math.ceil(beats / s.pageBeats);
  const dataPages = inPages(d.vlBufferBeats.value);
  const vl15Pages = inPages(d.vl15BufferBeats.value);
  const pageBeatBits = s.pageBeats === 1 ? 0 : indexBits(s.pageBeats);
  const outBits = indexBits(s.P + 2);
  const slots = s.copies * s.lanes;
  const slotBits = indexBits(slots);
  const stride = 2 ** s.laneBits;
  return {
    ...s,
    dataPages,
    vl15Pages,
    longest: inPages(d.maxPacketBeats.value),
    longest15: inPages(Math.ceil(d.vl15PacketBytes.value / d.beatBytes.value)),
    countBits: bitsFor(Math.max(dataPages, vl15Pages)),
    pageBeatBits,
    rowBits: s.pageBits + pageBeatBits,
    outBits,
    queueBits: outBits + s.laneBits,
    queues: (s.P + 2) * stride,
    stride,
    slots,
    slotBits,
    ticketBits: 1 + slotBits + s.pageBits + s.laneBits + s.beatBits,
    entries: s.pages + slots,
    fanoutBits: bitsFor(s.P),
    depthBits: Math.max(8, Math.min(12, s.pageBits)),
  };
}

/** The memory of an input buffer; its top bits are what keeps packets together. */
export function voqMemory(design: SwitchDesign): PacketMemory {
  const v = voqSizes(design);
  return {
    rowBits: v.pageBits + 2 + v.indexBits + v.W,
    depth: v.pages * v.pageBeats,
    purpose: "Memory of an input buffer: page behind, error, last, valid words, data.",
    firmBits: v.pageBits + 2,
  };
}

function voqRanges(v: VoqSizes): Readonly<Record<string, string>> {
  return {
    data: range(v.W),
    index: range(v.indexBits),
    port: range(v.portBits),
    ports: range(v.P),
    lane: range(v.laneBits),
    lanes: range(v.lanes),
    row: range(v.rowBits),
    page: range(v.pageBits),
    count: range(v.countBits),
    counts: range(v.countBits * v.lanes),
    queue: range(v.queueBits),
    queues: range(v.queues),
    outputs: range(v.P * v.stride),
    ticket: range(v.ticketBits),
    entry: range(indexBits(v.entries)),
    depth: range(v.depthBits),
    beatCount: range(v.beatBits),
    fanout: range(v.fanoutBits),
    slot: range(v.slotBits),
    group: range(v.multicastBits),
    usedPages: range(v.countBits * v.lanes),
    laneWords: range(12 * v.lanes),
  };
}

const laneParams = (v: VoqSizes): View[] => [
  localparam("LANES", v.lanes, "lanes: data VLs and VL15"),
  localparam("LW", v.laneBits, "bits of a lane number"),
];

const pageParams = (design: SwitchDesign, v: VoqSizes): View[] => [
  localparam("PGB", v.pageBits, "bits of a page number"),
  localparam("UB", v.countBits, "bits of a count of pages"),
  ...(v.pageBeatBits > 0
    ? [
        localparam("BIB", v.pageBeatBits, "bits of a beat number in a page"),
        localparam("[BIB-1:0] LAST_BEAT", v.pageBeats - 1, `beats: ${design.derived.pageBeats.formula}`),
      ]
    : []),
];

/** `voq_pages`: who holds which page. */
export function voqPagesView(design: SwitchDesign): View {
  const v = voqSizes(design);
  return {
    header: header(design, "Pages of an input buffer: free ones, and the share of each lane."),
    module: moduleName(design, "voq_pages"),
    r: voqRanges(v),
    paged: v.pageBeatBits > 0,
    pageBeats: String(v.pageBeats),
    dataPages: String(v.dataPages),
    vl15Pages: String(v.vl15Pages),
    params: [
      ...laneParams(v),
      ...pageParams(design, v),
      localparam("LONGEST", v.longest, "pages of the longest packet"),
      localparam("LONGEST_15", v.longest15, "pages of the longest packet on VL15"),
      localparam(
        "SPARE_PAGES",
        sparePages,
        "pages: two on the write side, two that keep the ring from running empty",
      ),
    ],
  };
}

/** `voq_lists`: the queues. */
export function voqListsView(design: SwitchDesign): View {
  const v = voqSizes(design);
  return {
    header: header(design, "Queues of an input buffer as linked lists of tickets."),
    module: moduleName(design, "voq_lists"),
    r: voqRanges(v),
    params: [
      localparam("QUEUES", v.queues, `queues: ${v.P} ports, copies, drops; ${v.stride} lanes each`),
      localparam("QB", v.queueBits, "bits of a queue number: port, lane"),
      localparam("ENTRIES", v.entries, "places: a page each, and the places of copies"),
      localparam("EB", indexBits(v.entries), "bits of a place"),
      localparam("DB", v.depthBits, "bits of a ticket's number"),
      localparam("TB", v.ticketBits, "bits of a ticket"),
      localparam("RB", v.depthBits + v.ticketBits, "bits of a row: number, ticket"),
    ],
  };
}

/** `voq_choice`: what is asked for, and the lane that goes for each output. */
export function voqChoiceView(design: SwitchDesign): View {
  const v = voqSizes(design);
  return {
    header: header(design, "Requests of an input buffer, and the lane that goes next for each output."),
    module: moduleName(design, "voq_choice"),
    r: voqRanges(v),
    staged: design.pipeline.requests > 0,
    gap: v.stride > v.lanes,
    params: [
      localparam("P", v.P, "internal ports"),
      localparam("PB", v.portBits, "bits of a port number"),
      localparam("OB", v.outBits, "bits of a port number, copies and drops behind the ports"),
      ...laneParams(v),
      localparam("LAST_LANE", `${v.laneBits}'d${v.lanes - 1}`, "lane of VL15"),
      localparam("STRIDE", v.stride, "queue numbers of one port"),
      localparam("QB", v.queueBits, "bits of a queue number: port, lane"),
    ],
  };
}

/** `voq_reader`: from match to crossbar. */
export function voqReaderView(design: SwitchDesign): View {
  const v = voqSizes(design);
  return {
    header: header(design, "Reader of an input buffer: from a match of the scheduler to the crossbar."),
    module: moduleName(design, "voq_reader"),
    r: voqRanges(v),
    paged: v.pageBeatBits > 0,
    portWide: widen("match_port", v.portBits, v.outBits),
    depthWide: widen("head_depth", v.depthBits, 12),
    params: [
      localparam("OB", v.outBits, "bits of a port number, copies and drops behind the ports"),
      localparam("LW", v.laneBits, "bits of a lane number"),
      localparam("LAST_LANE", `${v.laneBits}'d${v.lanes - 1}`, "lane of VL15"),
      localparam("QUEUES", v.queues, "queues"),
      localparam("QB", v.queueBits, "bits of a queue number: port, lane"),
      localparam("LAST_OUTPUT_QUEUE", `${v.queueBits}'d${v.P * v.stride - 1}`, "last queue of an output"),
      localparam("DROP_QUEUE", `${v.queueBits}'d${(v.P + 1) * v.stride}`, "queue of packets to be dropped"),
      ...pageParams(design, v),
      localparam("SB", v.slotBits, "bits of a copy's place"),
      localparam("BB", v.beatBits, "bits of a count of beats"),
      localparam("TB", v.ticketBits, "bits of a ticket: copy, place, page, lane, beats"),
      localparam("THREE_BEATS", `${v.beatBits}'d3`, "cycles from `done` to the read of the next packet"),
      localparam("LAST_USE", `${v.fanoutBits}'d1`, "the copy being read is the last one"),
    ],
  };
}

/** `multicast_copier`: tickets for the members of a group. */
export function multicastCopierView(design: SwitchDesign): View {
  const v = voqSizes(design);
  const copyBits = bitsFor(v.copies);
  return {
    header: header(design, "Copies of multicast packets, as tickets."),
    module: moduleName(design, "multicast_copier"),
    r: voqRanges(v),
    params: [
      localparam("P", v.P, "internal ports"),
      localparam("PB", v.portBits, "bits of a port number"),
      ...laneParams(v),
      localparam("LAST_LANE", `${v.laneBits}'d${v.lanes - 1}`, "lane of VL15"),
      localparam("PAGES", v.pages, "pages"),
      localparam("PGB", v.pageBits, "bits of a page number"),
      localparam("BB", v.beatBits, "bits of a count of beats"),
      localparam("TB", v.ticketBits, "bits of a ticket: copy, place, page, lane, beats"),
      localparam("GB", v.multicastBits, "bits of a row number of the multicast table"),
      localparam("FB", v.fanoutBits, "bits of a count of copies of one packet"),
      derivedParam("COPIES", design, "multicastCopies"),
      localparam("CB", copyBits, "bits of a count of copies of one lane"),
      localparam("SLOTS", v.slots, "places for copies: COPIES * LANES"),
      localparam("SB", v.slotBits, "bits of a place"),
    ],
  };
}

/** Where the FECN bit stands, and the beat that brings it, for a BTH behind `bthByte` bytes. */
function fecnPlace(v: VoqSizes, bthByte: number): { beat: number; bit: number } {
  const bit = 8 * (bthByte + 4) + 7;
  return { beat: Math.floor(bit / v.W), bit: bit % v.W };
}

function fecnView(v: VoqSizes): View {
  const [local, global] = [fecnPlace(v, 8), fecnPlace(v, 48)];
  const counts = local.beat > 0 || global.beat > 0;
  const at = ({ beat }: { beat: number }): string => (counts ? ` && at == 3'd${beat}` : "");
  const mask = ({ bit }: { bit: number }, name: string): string =>
    `| { {${v.W - 1 - bit}{1'b0}}, ${name}, ${bit}'d0}`;
  return {
    fecnCounts: counts,
    fecnLocalAt: at(local),
    fecnGlobalAt: at(global),
    fecnLocalMask: mask(local, "mark_local"),
    fecnGlobalMask: mask(global, "mark_global"),
  };
}

/** `voq_buffer`: the input buffer. */
export function voqBufferView(design: SwitchDesign): View {
  const v = voqSizes(design);
  const entryBits = indexBits(v.entries);
  const beatWords = v.W / 32;
  const ticketPage = `[${v.beatBits + v.laneBits} +: PGB]`;
  const ticketSlot = `[${v.beatBits + v.laneBits + v.pageBits} +: SB]`;
  const entry = (ticket: string): string =>
    `${ticket}[TB-1] ? FIRST_SLOT + ${widen(`${ticket}${ticketSlot}`, v.slotBits, entryBits)} : ${widen(`${ticket}${ticketPage}`, v.pageBits, entryBits)}`;
  const usedBits = sizes(design.port).usedBits;
  return {
    header: header(design, "Input buffer with a queue for each output and lane."),
    module: moduleName(design, "voq_buffer"),
    device: design.name,
    r: { ...voqRanges(v), used: range(usedBits * v.dataLanes) },
    cutThrough: design.port.forwarding === "cut-through",
    secded: design.memoryProtection === "secded",
    direct: design.port.forwarding === "cut-through" ? "1" : "0",
    paged: v.pageBeatBits > 0,
    dataPages: String(v.dataPages),
    vl15Pages: String(v.vl15Pages),
    pageBeatsTimes: v.pageBeats === 1 ? "" : " * PAGE_BEATS",
    wrPage: v.pageBeatBits > 0 ? `wr_row[${v.rowBits - 1}:${v.pageBeatBits}]` : "wr_row",
    beatRound: `11'd${beatWords - 1}`,
    beatShift: String(Math.log2(beatWords)),
    routePortWide: widen("route_port", v.portBits, v.outBits),
    copyPortWide: widen("copy_push_port", v.portBits, v.outBits),
    noSlot: `${1 + v.slotBits}'d0`,
    pushEntry: entry("push_ticket"),
    headEntry: entry("head_ticket"),
    stepEntry: entry("step_ticket"),
    usedBeats: widen(
      v.pageBeatBits > 0 ? `{used_pages[i*UB +: UB], ${v.pageBeatBits}'d0}` : "used_pages[i*UB +: UB]",
      v.countBits + v.pageBeatBits,
      usedBits,
    ),
    ...fecnView(v),
    params: [
      localparam("P", v.P, "internal ports"),
      ...laneParams(v),
      localparam("OB", v.outBits, "bits of a port number, copies and drops behind the ports"),
      localparam("QB", v.queueBits, "bits of a queue number: port, lane"),
      localparam("STRIDE", v.stride, "queue numbers of one port"),
      localparam("OUTPUT_QUEUES", v.P * v.stride, "queue numbers of the outputs"),
      localparam("PGB", v.pageBits, "bits of a page number"),
      ...(v.pageBeatBits > 0
        ? [localparam("PAGE_BEATS", v.pageBeats, `beats: ${design.derived.pageBeats.formula}`)]
        : []),
      localparam("SPARE_PAGES", sparePages, "pages beyond the shares of the lanes"),
      localparam("UB", v.countBits, "bits of a count of pages"),
      localparam("UW", usedBits, "bits of a count of beats"),
      localparam("BB", v.beatBits, "bits of a count of beats of a packet"),
      localparam("TWO_BEATS", `${v.beatBits}'d2`, "of a packet that is done when it is picked"),
      localparam("MB", v.multicastBits, "bits of a row number of the multicast table"),
      localparam("SB", v.slotBits, "bits of a copy's place"),
      localparam("TB", v.ticketBits, "bits of a ticket: copy, place, page, lane, beats"),
      localparam("FIRST_SLOT", `${entryBits}'d${v.pages}`, "place of the first copy, behind the pages"),
    ],
  };
}
