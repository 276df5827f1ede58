import type { ArbitrationEntry, LinkDesign } from "../design/link.ts";
import { linkCounters } from "./register-counters.ts";
import { codes, constant, one, pulse, setting, state } from "./register-fields.ts";
import { limits } from "./register-limits.ts";
import { blockAddressBits, type Register, type RegisterGroup, type RegisterMap } from "./register-model.ts";
import { pcsRegisters } from "./register-pcs.ts";

/** Byte address of the first counter. */
const counterBase = 0x400;

/** Port states as `port_state` and the PortState field of PortInfo encode them (InfiniBand vol. 1). */
export const portStates = [
  { name: "DOWN", value: 1 },
  { name: "INITIALIZE", value: 2 },
  { name: "ARMED", value: 3 },
  { name: "ACTIVE", value: 4 },
  { name: "ACT_DEFER", value: 5 },
] as const;

/** States of the retry transmitter, in the order of SAI's `sai_port_llr_tx_status_t`. */
export const llrTxStates = codes("OFF", "INIT", "ADVANCE", "REPLAY", "FLUSH");

/** States of the retry receiver, in the order of SAI's `sai_port_llr_rx_status_t`. */
export const llrRxStates = codes("OFF", "SEND_ACKS", "SEND_NACK", "NACK_SENT");

/** The register map of a link port. Reset values are the design's derived numbers. */
export function linkRegisters(design: LinkDesign): RegisterMap {
  return {
    id: "link",
    title: "a link port",
    addressBits: blockAddressBits,
    groups: [
      device(design),
      control(design),
      limits(design),
      status(),
      ...(design.pcs === null ? [] : [pcsRegisters(design.pcs)]),
      lanes(design),
      arbitration(design),
    ],
    counterBase,
    counterBits: design.derived.counterBits.value,
    counters: linkCounters(counterBase, design),
  };
}

/** Rows of the arbitration tables: as many as the description fills, at least one for each data VL. */
export function tableRows(design: LinkDesign): { high: number; low: number } {
  const { data, high, low } = design.virtualLanes;
  return { high: Math.max(high.length, data), low: Math.max(low.length, data) };
}

function device(design: LinkDesign): RegisterGroup {
  const rows = tableRows(design);
  return {
    id: "device",
    title: "What this device is",
    registers: [
      one("ID", 0x000, "The letters LWL1: this is a link port", [
        constant("MAGIC", 0, 32, 0x4c574c31, "The letters LWL1: this is a link port"),
      ]),
      one("GEOMETRY", 0x004, "What the port was generated with", [
        constant("DATA_VLS", 0, 4, design.virtualLanes.data, "Data lanes beside VL15"),
        constant("RETRY", 4, 1, Number(design.retry === "llr"), "1: link-level retry"),
        constant(
          "STORE_AND_FORWARD",
          5,
          1,
          Number(design.forwarding === "store-and-forward"),
          "0: cut-through",
        ),
        constant(
          "ICRC_ENDPOINT",
          6,
          1,
          Number(design.icrc === "endpoint"),
          "1: the port makes and checks the ICRC",
        ),
        ...(design.pcs === null ? [] : [constant("PCS", 7, 1, 1, "1: the wire side is lanes, behind a PCS")]),
        constant("COLUMNS", 8, 6, design.datapathBits / 64, "Columns of 8 bytes in a beat"),
        constant("COUNTER_BITS", 16, 7, design.derived.counterBits.value, "Bits of each counter"),
      ]),
      one("TABLES", 0x008, "Sizes that software needs", [
        constant("HIGH_ROWS", 0, 7, rows.high, "Rows of the high-priority table"),
        constant("LOW_ROWS", 8, 7, rows.low, "Rows of the low-priority table"),
        constant(
          "CREDIT_BLOCK_BYTES",
          16,
          16,
          design.derived.creditBlockBytes.value,
          "Bytes of a credit block",
        ),
      ]),
    ],
  };
}

function control(design: LinkDesign): RegisterGroup {
  return {
    id: "control",
    title: "Control",
    registers: [
      one("CONTROL", 0x010, "Behaviour of the port", [
        setting("LINK_ENABLE", 0, 1, "cfg_link_enable", 1, "0 holds the port in Down"),
        setting(
          "AUTO_ACTIVATE",
          1,
          1,
          "cfg_auto_activate",
          1,
          "1: Armed and Active follow without a command",
        ),
        ...(design.retry === "llr"
          ? [
              setting(
                "REINIT_ON_FLUSH",
                2,
                1,
                "cfg_reinit_on_flush",
                1,
                "1: a flush is followed by a new session",
              ),
            ]
          : []),
        setting(
          "DISCARD",
          3,
          1,
          "cfg_discard",
          0,
          "While the port is not ready, packets wait (0) or are dropped (1)",
        ),
      ]),
      one("COMMAND", 0x014, "Port state commands; one that does not fit the present state is ignored", [
        pulse("SET_DOWN", 0, "cmd_set_down", "To Down; the session starts anew"),
        pulse("SET_ARMED", 1, "cmd_set_armed", "From Initialize to Armed"),
        pulse("SET_ACTIVE", 2, "cmd_set_active", "From Armed to Active"),
      ]),
      one("CLEAR_COUNTERS", 0x018, "Clears every counter", [
        { ...pulse("CLEAR", 0, "clear_counters", "Clears every counter"), internal: true },
      ]),
      ...(design.memoryProtection === "secded" ? [memoryTest(design)] : []),
    ],
  };
}

/** Wrong bits for the packet memories of a port, to see that they are found: one is corrected, two of a row are not. */
function memoryTest(design: LinkDesign): Register {
  const memories = [
    ["TX", "cmd_wrong_tx", "transmit queues"],
    ...(design.retry === "llr" ? [["REPLAY", "cmd_wrong_replay", "replay buffer"] as const] : []),
    ...(design.role === "standalone" ? [["RX", "cmd_wrong_rx", "receive buffer"] as const] : []),
  ] as const;
  const fields = memories.flatMap(([name, signal, text], at) =>
    [0, 1].map((bit) =>
      pulse(
        `${name}_BIT${bit}`,
        2 * at + bit,
        `${signal}_${bit}`,
        `The next row written to the ${text} has bit ${bit} wrong`,
      ),
    ),
  );
  return one("MEMORY_TEST", 0x01c, "Self test of the packet memories", fields);
}

function status(): RegisterGroup {
  return {
    id: "status",
    title: "Status",
    registers: [
      one("PORT_STATE", 0x080, "Port state", [
        { ...state("STATE", 0, 3, "sts_port_state", "Port state"), codes: portStates },
      ]),
      one("LLR_STATE", 0x084, "Retry states", [
        { ...state("TX", 0, 3, "sts_llr_tx_state", "Transmitter"), codes: llrTxStates },
        { ...state("RX", 8, 2, "sts_llr_rx_state", "Receiver"), codes: llrRxStates },
      ]),
      one("TX_SEQ", 0x088, "Number of the next packet to send", [
        state("SEQ", 0, 20, "sts_tx_seq", "Number of the next packet to send"),
      ]),
      one("ACKED_SEQ", 0x08c, "Number of the last packet acknowledged", [
        state("SEQ", 0, 20, "sts_acked_seq", "Number of the last packet acknowledged"),
      ]),
      one("EXPECTED_SEQ", 0x090, "Number of the next packet to receive", [
        state("SEQ", 0, 20, "sts_expected_seq", "Number of the next packet to receive"),
      ]),
      one("SESSION", 0x094, "Session words of the handshake", [
        state("OWN_WORD", 0, 16, "sts_own_word", "Drawn by this port"),
        state("PEER_WORD", 16, 16, "sts_peer_word", "Received from the peer"),
      ]),
    ],
  };
}

function lanes(design: LinkDesign): RegisterGroup {
  const count = design.virtualLanes.data;
  const lane = (name: string, offset: number, signal: string, text: string): Register => ({
    name,
    offset,
    count,
    text,
    fields: [{ ...state("BLOCKS", 0, 12, signal, text), reset: new Array(count).fill(0), unit: "blocks" }],
  });
  return {
    id: "lanes",
    title: "Credits of each data lane",
    registers: [
      lane("FCTBS", 0x100, "sts_fctbs", "Blocks sent since Initialize, modulo 4096"),
      lane("CL", 0x140, "sts_cl", "Credit limit that the peer has given, modulo 4096"),
      lane("ABR", 0x180, "sts_abr", "Blocks received since Initialize, modulo 4096"),
    ],
  };
}

function arbitration(design: LinkDesign): RegisterGroup {
  const rows = tableRows(design);
  const table = (
    name: string,
    offset: number,
    count: number,
    entries: readonly ArbitrationEntry[],
  ): Register => {
    const column = (key: keyof ArbitrationEntry): number[] =>
      Array.from({ length: count }, (_, row) => entries[row]?.[key] ?? 0);
    const signal = `cfg_${name.toLowerCase()}`;
    return {
      name: `${name}_ROW`,
      offset,
      count,
      text: `${name === "HIGH" ? "High" : "Low"}-priority table of the VL arbitration`,
      fields: [
        {
          ...setting("WEIGHT", 0, 8, `${signal}_weight`, 0, "0: the row is skipped"),
          reset: column("weight"),
          unit: "64 bytes",
        },
        { ...setting("VL", 8, 4, `${signal}_vl`, 0, "Data lane"), reset: column("vl") },
      ],
    };
  };
  const { high, low } = design.virtualLanes;
  return {
    id: "arbitration",
    title: "VL arbitration",
    registers: [table("HIGH", 0x200, rows.high, high), table("LOW", 0x300, rows.low, low)],
  };
}
