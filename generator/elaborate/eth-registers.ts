import type { NicDesign } from "../design/nic.ts";
import { ethernetOf } from "./ethernet.ts";
import { blockCounterBase, blockCounters, type CountedRow } from "./register-counters.ts";
import { constant, one, pulse, setting, state } from "./register-fields.ts";
import {
  blockAddressBits,
  type Counter,
  type Register,
  type RegisterGroup,
  type RegisterMap,
} from "./register-model.ts";

/** Words of a row of the table of addresses. */
export const addressRowWords = 7;

const events: readonly CountedRow[] = [
  ["tx_frame", "Frames sent, pause frames included"],
  ["rx_frame", "Frames received good, with a RoCE v2 packet for this port"],
  ["marked", "Frames received with the mark of congestion (ECN 3)"],
  ["pause_received", "Pause frames received"],
  ["pause_sent", "Pause frames sent"],
  ["drop_fcs", "Frames dropped: bad FCS, or damaged framing"],
  ["drop_mac", "Frames dropped: for another MAC address"],
  ["drop_type", "Frames dropped: neither IPv4 nor IPv6"],
  ["drop_ip", "Frames dropped: IP header with another protocol, options, a fragment or a wrong checksum"],
  ["drop_address", "Frames dropped: for another IP address"],
  ["drop_udp", "Frames dropped: not for the UDP port of RoCE v2"],
  ["drop_length", "Frames dropped: lengths of frame, IP and UDP do not fit together"],
  ["drop_icrc", "Frames dropped: bad ICRC"],
  ["drop_source", "Frames dropped: not from the address in the row of the queue pair"],
  ["drop_overflow", "Packets dropped: no room in the receive buffer"],
  ["symbol_error", "Rows of the MII with a column that is no legal one"],
  ["cut", "Frames cut: too long, or more than the receiver can take in"],
  ["bad_row", "Rows of the table of addresses that were ignored: their number is too large"],
  ["drop_start", "Frames dropped: they started in a row of the MII in which another one had started"],
];

const memoryEvents: readonly CountedRow[] = [
  ["memory_corrected", "Rows of buffers and tables read with one wrong bit, which was put right"],
  ["memory_uncorrectable", "Rows of buffers and tables read with two wrong bits"],
];

const amounts: readonly CountedRow[] = [["held", "Cycles in which a packet waited for the end of a pause"]];

/** All counters of an Ethernet port in address order. */
export function ethCounters({ memoryProtection }: Pick<NicDesign, "memoryProtection">): readonly Counter[] {
  const rows = [...events, ...(memoryProtection === "secded" ? memoryEvents : [])];
  return blockCounters(rows, amounts, "cycles");
}

/** The register map of the Ethernet port of an adapter. */
export function ethRegisters(design: NicDesign): RegisterMap {
  return {
    id: "eth",
    title: "the Ethernet port",
    addressBits: blockAddressBits,
    groups: [device(design), identity(), pauses(design), window(design)],
    counterBase: blockCounterBase,
    counterBits: design.port.derived.counterBits.value,
    counters: ethCounters(design),
  };
}

/** `count` registers that hold one number, the low word first. */
function number(name: string, offset: number, count: number, signal: string, text: string): Register {
  const reset = new Array<number>(count).fill(0);
  return {
    ...{ name, offset, count, text },
    fields: [{ ...setting("VALUE", 0, 32, signal, 0, "32 bits of it, the lowest first"), reset }],
  };
}

function device(design: NicDesign): RegisterGroup {
  return {
    id: "device",
    title: "What this port is",
    registers: [
      one("ID", 0x000, "The letters LWE1: this is an Ethernet port", [
        constant("MAGIC", 0, 32, 0x4c574531, "The letters LWE1: this is an Ethernet port"),
      ]),
      one("GEOMETRY", 0x004, "What the port was generated with", [
        constant("COLUMNS", 0, 6, design.datapathBits / 64, "Columns of 8 bytes in a beat"),
        constant(
          "RECEIVE_BEATS",
          8,
          16,
          ethernetOf(design).derived.receiveBufferBeats.value,
          "Beats of the receive buffer",
        ),
      ]),
      one("STATUS", 0x008, "What the port is doing", [
        state("LINK_UP", 0, 1, "sts_link_up", "1: the PHY is up"),
        state("PAUSED", 8, 8, "sts_paused", "Priorities that the peer has paused"),
        state("USED", 16, 16, "sts_used", "Beats taken up in the receive buffer"),
      ]),
      one("CLEAR_COUNTERS", 0x00c, "Clears every counter", [
        { ...pulse("CLEAR", 0, "clear_counters", "Clears every counter"), internal: true },
      ]),
    ],
  };
}

function identity(): RegisterGroup {
  return {
    id: "identity",
    title: "Who this port is",
    registers: [
      one("MAC_LOW", 0x010, "MAC address, last four bytes", [
        setting("VALUE", 0, 32, "cfg_mac_low", 0, "Bytes 2 ... 5; byte 5 in the low bits"),
      ]),
      one("MAC_HIGH", 0x014, "MAC address, first two bytes", [
        setting("VALUE", 0, 16, "cfg_mac_high", 0, "Bytes 0 and 1; byte 1 in the low bits"),
      ]),
      one("IPV4", 0x018, "IPv4 address; source of what is sent with IPv4", [
        setting("VALUE", 0, 32, "cfg_ipv4", 0, "a.b.c.d with a in the high bits"),
      ]),
      one("CNP", 0x01c, "Congestion notifications", [
        setting("DSCP", 0, 6, "cfg_cnp_dscp", 48, "DSCP that they are sent with"),
        setting("PRIORITY", 8, 3, "cfg_cnp_priority", 6, "Priority whose pauses they obey"),
      ]),
      number("IPV6", 0x020, 4, "cfg_ipv6", "IPv6 address, its last 32 bits first"),
    ],
  };
}

function pauses(design: NicDesign): RegisterGroup {
  const { pauseXoffBeats, pauseXonBeats } = ethernetOf(design).derived;
  return {
    id: "pauses",
    title: "Priority flow control",
    registers: [
      one("PAUSE", 0x030, "Pause frames (IEEE 802.1Q clause 36)", [
        setting("OBEY", 0, 1, "cfg_pause_obey", 1, "1: a received pause frame stops its priorities"),
        setting("SEND", 1, 1, "cfg_pause_send", 1, "1: pause frames are sent as the receive buffer fills"),
        setting("PRIORITIES", 8, 8, "cfg_pause_own", 0xff, "Priorities that the peer is asked to pause"),
      ]),
      one("PAUSE_LIMITS", 0x034, "Beats in the receive buffer", [
        {
          ...setting("XOFF", 0, 16, "cfg_pause_xoff", 0, "The peer is asked to pause from here on"),
          ...{ reset: [pauseXoffBeats.value], derived: pauseXoffBeats },
        },
        {
          ...setting("XON", 16, 16, "cfg_pause_xon", 0, "The peer may go on from here on"),
          ...{ reset: [pauseXonBeats.value], derived: pauseXonBeats },
        },
      ]),
    ],
  };
}

function window({ queuePairs, ethernet }: NicDesign): RegisterGroup {
  const handles = (ethernet?.addressHandles ?? 0) > 0;
  return {
    id: "window",
    title: "Table of addresses",
    registers: [
      one(
        "ADDRESS_COMMAND",
        0x040,
        `A write stores ADDRESS_DATA as the row of a queue pair${handles ? " or handle" : ""}`,
        [
          {
            ...setting(
              "QPN",
              0,
              16,
              "row_number",
              0,
              handles ? `Queue pair, or ${queuePairs} and the number of an address handle` : "Queue pair",
            ),
            strobe: "row_write",
          },
        ],
      ),
      ...(handles
        ? [
            one("ADDRESS_HANDLES", 0x044, "Peers that UD queue pairs can send to", [
              constant("COUNT", 0, 16, ethernet?.addressHandles ?? 0, "Address handles, from 0 on"),
            ]),
          ]
        : []),
      number("ADDRESS_DATA", 0x060, addressRowWords, "row_data", "The row that ADDRESS_COMMAND stores"),
    ],
  };
}
