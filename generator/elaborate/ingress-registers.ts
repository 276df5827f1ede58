import type { SwitchDesign } from "../design/switch.ts";
import { dataWordBits } from "./register-counters.ts";
import { constant, one, pulse, setting, state } from "./register-fields.ts";
import {
  blockAddressBits,
  type Counter,
  counterStride,
  type Register,
  type RegisterGroup,
  type RegisterMap,
} from "./register-model.ts";

/** Byte address of the first counter. */
const counterBase = 0x400;

/** Bits of a number of pages in a register. */
const pageCountBits = 16;

type Row = readonly [signal: string, text: string];

const drops: readonly Row[] = [
  ["drop_unknown_lid", "Packets dropped: no row of the forwarding tables leads their DLID anywhere"],
  ["drop_vl15_map", "Packets dropped: the SL-to-VL table gives a lane that the output does not have"],
  ["drop_pkey", "Packets dropped: no entry of the P_Key table matches"],
  ["drop_hairpin", "Packets dropped: the way leads back out of the port they came from"],
  ["drop_no_member", "Multicast packets dropped: their row has no port but the one they came from"],
  ["drop_lifetime", "Packets dropped: they waited at the head of their queue for longer than LIFETIME"],
];

const others: readonly Row[] = [
  ["multicast_packet", "Multicast packets taken in"],
  ["multicast_copy", "Copies of multicast packets forwarded"],
  ["fecn_marked", "Packets in which the FECN bit was set"],
];

/** Counted where memories have an error-correcting code and tables have parity. */
const protection: readonly Row[] = [
  ["drop_table_parity", "Packets and copies dropped: the row that they need has bad parity"],
  ["memory_corrected", "Rows of the packet memory read with one wrong bit, which was put right"],
  ["memory_uncorrectable", "Rows of the packet memory read with two wrong bits; the packet ends bad"],
];

/** What a counter of each lane counts; VL15 has one, too. */
const ofLanes: readonly Row[] = [
  ["lane_packet", "Packets forwarded"],
  ["lane_wait", "Cycles in which a packet waited for an output and none was being read"],
];

/** The register map of an ingress: what stands between the link of a port and the crossbar. */
export function ingressRegisters(design: SwitchDesign): RegisterMap {
  return {
    id: "ingress",
    title: "an ingress",
    addressBits: blockAddressBits,
    groups: [device(design), control(design), lanes(design)],
    counterBase,
    counterBits: design.port.derived.counterBits.value,
    counters: ingressCounters(design),
  };
}

function secded({ memoryProtection }: SwitchDesign): boolean {
  return memoryProtection === "secded";
}

/** `VL0`, `VL1` … `VL15` by the index of the lane. */
function laneNames(design: SwitchDesign): readonly string[] {
  return [...Array.from({ length: design.port.virtualLanes.data }, (_, lane) => `VL${lane}`), "VL15"];
}

/** All counters of an ingress in address order. */
export function ingressCounters(design: SwitchDesign): readonly Counter[] {
  const names = laneNames(design);
  const eachLane = (signal: string, increment: number, text: string, unit: string) =>
    names.map((name, lane) => ({
      name: `${signal.toUpperCase()}_${name}`,
      signal: `evt_${signal}`,
      lane,
      increment,
      text: `${text}, ${name}`,
      unit,
    }));
  const rows: Omit<Counter, "offset">[] = [
    ...[...drops, ...others, ...(secded(design) ? protection : [])].map(([signal, text]) => ({
      name: signal.toUpperCase(),
      signal: `evt_${signal}`,
      increment: 1,
      text,
      unit: "events",
    })),
    ...ofLanes.flatMap(([signal, text]) =>
      eachLane(signal, 1, text, signal === "lane_wait" ? "cycles" : "events"),
    ),
    ...eachLane(
      "lane_words",
      dataWordBits,
      "Words in packets forwarded, LRH through ICRC",
      "words of 4 bytes",
    ),
  ];
  return rows.map((row, index) => ({ ...row, offset: counterBase + counterStride * index }));
}

function device(design: SwitchDesign): RegisterGroup {
  const { pagesPerPort, pageBeats } = design.derived;
  return {
    id: "device",
    title: "What this ingress is",
    registers: [
      one("ID", 0x000, "The letters LWI1: this is an ingress", [
        constant("MAGIC", 0, 32, 0x4c574931, "The letters LWI1: this is an ingress"),
      ]),
      one("GEOMETRY", 0x004, "What the ingress was generated with", [
        constant("DATA_VLS", 0, 4, design.port.virtualLanes.data, "Data lanes beside VL15"),
        constant("COUNTER_BITS", 16, 7, design.port.derived.counterBits.value, "Bits of each counter"),
      ]),
      one("MEMORY", 0x008, "Packet memory", [
        constant("PAGES", 0, pageCountBits, pagesPerPort.value, "Pages of the ingress of an external port"),
        {
          ...constant("PAGE_BYTES", 16, 16, (pageBeats.value * design.datapathBits) / 8, "Bytes of a page"),
          unit: "bytes",
        },
      ]),
    ],
  };
}

function control(design: SwitchDesign): RegisterGroup {
  const lifetime = "Longest time that a packet may wait at the head of its queue; 0: no limit";
  const threshold = "Packets that wait for one output on one lane from which on the FECN bit is set; 0: off";
  return {
    id: "control",
    title: "Control",
    registers: [
      one("CONTROL", 0x010, "Behaviour of the ingress", [
        setting("PKEY_ENFORCE", 0, 1, "cfg_pkey_enforce", 0, "1: packets need a P_Key of the port's table"),
      ]),
      one("COMMAND", 0x014, "Commands", [
        pulse("CLEAR_HIGH_WATER", 0, "cmd_clear_high_water", "HIGH_WATER of each lane starts anew at USED"),
      ]),
      one("CLEAR_COUNTERS", 0x018, "Clears every counter", [
        { ...pulse("CLEAR", 0, "clear_counters", "Clears every counter"), internal: true },
      ]),
      ...(secded(design) ? [memoryTest()] : []),
      one("LIFETIME", 0x020, lifetime, [
        { ...setting("VALUE", 0, 24, "cfg_lifetime", 0, lifetime), unit: "1024 cycles" },
      ]),
      one("FECN_THRESHOLD", 0x024, threshold, [
        { ...setting("VALUE", 0, 12, "cfg_fecn_threshold", 0, threshold), unit: "packets" },
      ]),
    ],
  };
}

/** Wrong bits for the packet memory, to see that they are found: one is corrected, two of a row are not. */
function memoryTest(): Register {
  const fields = [0, 1].map((bit) =>
    pulse(
      `BIT${bit}`,
      bit,
      `cmd_wrong_${bit}`,
      `The next row written to the packet memory has bit ${bit} wrong`,
    ),
  );
  return one("MEMORY_TEST", 0x01c, "Self test of the packet memory", fields);
}

function lanes(design: SwitchDesign): RegisterGroup {
  const count = design.port.virtualLanes.data + 1;
  const pages = (name: string, lsb: number, signal: string, text: string) => ({
    ...state(name, lsb, pageCountBits, signal, text),
    reset: new Array<number>(count).fill(0),
    unit: "pages",
  });
  const register: Register = {
    name: "LANE_PAGES",
    offset: 0x100,
    count,
    text: "Pages of each lane, VL15 last",
    fields: [
      pages("USED", 0, "sts_used", "Pages in use"),
      pages("HIGH_WATER", 16, "sts_high_water", "Most pages in use since CLEAR_HIGH_WATER"),
    ],
  };
  return { id: "lanes", title: "Packet memory of each lane", registers: [register] };
}
