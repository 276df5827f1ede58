/** The Ethernet port of an adapter: its modules and the memories in them. */
import type { NicDesign } from "../../design/nic.ts";
import { ethCounters, ethRegisters } from "../../elaborate/eth-registers.ts";
import { ethernetOf } from "../../elaborate/ethernet.ts";
import { addressRows, cnpQueueRows } from "../../elaborate/nic-tables.ts";
import { dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam } from "../common.ts";
import { countersView } from "../counters.ts";
import { crcCheckView } from "../crc-check.ts";
import { crcGenView } from "../crc-gen.ts";
import { csrView } from "../csr.ts";
import type { ModuleFile } from "../files.ts";
import { fifoView } from "../nic/fifo.ts";
import { hasGrh, nicSizes, qpBits } from "../nic/sizes.ts";
import { packetMemoryModules } from "../packet-memory.ts";
import {
  ethMacRxViews,
  fcsCheckView,
  partsRows,
  pauseView,
  roceDeframerView,
  rxFramesView,
  rxRowsView,
} from "./receive.ts";
import { addressRowBits, ethView, lanesOf, queueRowBits, usedBits } from "./sizes.ts";
import {
  ethMacTxView,
  roceFramerView,
  roceHeaderView,
  txAlignView,
  txControlView,
  txFramesView,
  txRoomView,
} from "./transmit.ts";
import { roceUnwrapView } from "./unwrap.ts";

/** Bits of a row of the table of addresses. */
const addressBits = 224;

/** Memories of the port, by the module that has them. */
const memories = ["tx", "header", "source", "rx"] as const;

/** What the names of counters stand for inside of `eth_port`. */
const inside: Readonly<Record<string, string>> = {
  drop_overflow: "evt_overflow",
  held: "{11'd0, held}",
};

function portView(design: NicDesign): View {
  const counters = ethCounters(design).map(({ signal }) => signal.replace(/^evt_/u, ""));
  const secded = design.memoryProtection === "secded";
  const qp = qpBits(design);
  const used = usedBits(design);
  // A limit that the counter of rows cannot reach stays one
  const limit = (name: string): string =>
    used === 16 ? name : `|${name}[15:${used}] ? {${used}{1'b1}} : ${name}[${used - 1}:0]`;
  return {
    ...ethView(design, "eth_port"),
    header: header(design, "Ethernet port of an adapter: RoCE v2."),
    memories: secded
      ? memories.map((name, at) => ({ name, comma: at === memories.length - 1 ? "" : "," }))
      : [],
    parted: partsRows(design),
    rowHere: hasGrh(design)
      ? `row_number < ${dec(addressRows(design), 16)}`
      : `row_number[15:${qp}] == ${dec(0, 16 - qp)}`,
    kept: hasGrh(design) ? "kept" : "rx",
    usedWide: used === 16 ? "used" : `{${dec(0, 16 - used)}, used}`,
    pauseXoff: limit("pause_xoff"),
    pauseXon: limit("pause_xon"),
    laneUsedHigh: String(lanesOf(design) * (queueRowBits(design) + 1) - 1),
    lanesHigh: String(lanesOf(design) - 1),
    counted: counters.map((name, at) => ({
      name,
      signal: inside[name] ?? `evt_${name}`,
      comma: at === counters.length - 1 ? "" : ",",
    })),
    params: hasGrh(design)
      ? [
          localparam(
            `[${addressRowBits(design) - 1}:0] FIRST_HANDLE`,
            dec(design.queuePairs, addressRowBits(design)),
            "row of the first address handle: behind those of the queue pairs",
          ),
        ]
      : [],
  };
}

/** Bits that go with a beat through the check of the ICRC: first, form of the headers, words, PktLen. */
const checkSide = (design: NicDesign): number => 1 + 2 + nicSizes(design).wordBits + 11;

/** Each module once, the port last. */
export function ethModules(design: NicDesign): readonly ModuleFile[] {
  const { W, wordBits } = nicSizes(design);
  const numbers = ethernetOf(design).derived;
  const row = { rowBits: W + wordBits + 1, firmBits: 1 };
  const [macRx, macRxAlign] = ethMacRxViews(design);
  const map = ethRegisters(design);
  return [
    ...packetMemoryModules(design, {
      eth_tx_memory: {
        ...row,
        depth: lanesOf(design) * numbers.transmitBufferBeats.value,
        purpose: "Packets to be sent, a queue for each lane.",
      },
      eth_cnp_memory: { ...row, depth: cnpQueueRows, purpose: "Congestion notifications to be sent." },
      eth_rx_memory: { ...row, depth: numbers.receiveBufferBeats.value, purpose: "Received packets." },
      eth_address_memory: {
        rowBits: addressBits,
        depth: addressRows(design),
        purpose: "Addresses of the peers of the queue pairs.",
      },
    }),
    ["nic_fifo", "nic/fifo", fifoView(design)],
    ["eth_tx_frames", "eth/tx_frames", txFramesView(design)],
    ...(lanesOf(design) > 1 ? ([["eth_tx_room", "eth/tx_room", txRoomView(design)]] as const) : []),
    ["roce_header", "eth/roce_header", roceHeaderView(design)],
    ["roce_framer", "eth/roce_framer", roceFramerView(design)],
    ["icrc_gen", "link/crc_gen", crcGenView(design.port, { kind: "icrc", sideBits: 1, endpoint: true })],
    ["eth_tx_control", "eth/tx_control", txControlView(design)],
    ["eth_tx_align", "eth/tx_align", txAlignView(design)],
    ["eth_mac_tx", "eth/mac_tx", ethMacTxView(design)],
    ...(partsRows(design) ? ([["eth_rx_rows", "eth/rx_rows", rxRowsView(design)]] as const) : []),
    ["eth_mac_rx_align", "mac/mac_rx_align", macRxAlign],
    ["eth_mac_rx", "mac/mac_rx", macRx],
    ["eth_fcs_check", "eth/fcs_check", fcsCheckView(design)],
    [
      "icrc_check",
      "link/crc_check",
      crcCheckView(design.port, { kind: "icrc", sideBits: checkSide(design), endpoint: true }),
    ],
    ["roce_deframer", "eth/roce_deframer", roceDeframerView(design)],
    ["eth_rx_frames", "eth/rx_frames", rxFramesView(design)],
    ...(hasGrh(design) ? ([["roce_unwrap", "eth/roce_unwrap", roceUnwrapView(design)]] as const) : []),
    ["eth_pause", "eth/pause", pauseView(design)],
    ["eth_counters", "common/counters", countersView(design, map)],
    ["eth_csr", "common/csr", csrView(design, map)],
    ["eth_port", "eth/port", portView(design)],
  ];
}
