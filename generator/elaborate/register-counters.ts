import type { AnyPcsDesign } from "../design/any-pcs.ts";
import type { LinkDesign } from "../design/link.ts";
import { type Counter, counterStride } from "./register-model.ts";

/** What is counted: the event's signal without `evt_`, and what it is. */
export type CountedRow = readonly [signal: string, text: string];

/**
 * LLR counters of a port, named as the SAI port statistics are (opencomputeproject/SAI, doc/LLR, "Port LLR
 * Statistics"): `SAI_PORT_STAT_` in front of the name.
 */
const sai: readonly CountedRow[] = [
  ["llr_tx_init_ctl_os", "INIT control sets sent"],
  ["llr_tx_init_echo_ctl_os", "INIT_ECHO control sets sent"],
  ["llr_tx_ack_ctl_os", "ACK control sets sent"],
  ["llr_tx_nack_ctl_os", "NACK control sets sent"],
  ["llr_tx_discard", "Eligible frames thrown away by the transmitter in INIT or FLUSH (behaviour DISCARD)"],
  ["llr_tx_ok", "Eligible frames sent with a good VCRC"],
  ["llr_tx_poisoned", "Eligible frames sent poisoned"],
  ["llr_tx_replay", "Replays completed by the transmitter"],
  ["llr_rx_init_ctl_os", "INIT control sets received"],
  ["llr_rx_init_echo_ctl_os", "INIT_ECHO control sets received"],
  ["llr_rx_ack_ctl_os", "ACK control sets received"],
  ["llr_rx_nack_ctl_os", "NACK control sets received"],
  ["llr_rx_ack_nack_seq_error", "ACK and NACK control sets received with a number outside the window"],
  ["llr_rx_ok", "Eligible frames received with a good VCRC"],
  ["llr_rx_poisoned", "Eligible frames received poisoned"],
  ["llr_rx_bad", "Eligible frames received with a bad VCRC"],
  ["llr_rx_expected_seq_good", "Eligible frames received good and with the expected number"],
  ["llr_rx_expected_seq_poisoned", "Eligible frames received poisoned and with the expected number"],
  ["llr_rx_expected_seq_bad", "Eligible frames received bad and with the expected number"],
  ["llr_rx_missing_seq", "Eligible frames received ahead of the expected number: at least one is missing"],
  ["llr_rx_duplicate_seq", "Eligible frames received behind the expected number: already accepted"],
  ["llr_rx_replay", "Times the receiver saw a replay begin"],
];

/** Retry events that SAI does not count. */
const ownRetry: readonly CountedRow[] = [
  ["llr_replay_timer_expired", "Expiries of the replay timer"],
  ["llr_flush", "Entries into the transmitter's FLUSH state"],
];

type PortRow = readonly [signal: string, standardName: string, text: string];

/** InfiniBand PortCounters and PortCountersExtended (vol. 1, performance management class). */
const portCounters: readonly PortRow[] = [
  [
    "port_xmit_pkts",
    "PortXmitPkts",
    "Packets sent, VL15 and errored ones included, flow-control packets not",
  ],
  [
    "port_rcv_pkts",
    "PortRcvPkts",
    "Packets taken into the receive buffer good and in order, VL15 included, flow-control packets not",
  ],
  [
    "port_xmit_wait",
    "PortXmitWait",
    "Cycles in which a packet was ready to go and none could: no credit or busy",
  ],
  ["symbol_error", "SymbolErrorCounter", "Columns received that are no legal column"],
  [
    "link_error_recovery",
    "LinkErrorRecoveryCounter",
    "Times the link was lost in Active and given time to return",
  ],
  ["link_downed", "LinkDownedCounter", "Times the port left an operating state for Down"],
  ["port_rcv_errors", "PortRcvErrors", "Packets received in error: CRC, length, lane, buffer"],
  [
    "port_rcv_remote_physical_errors",
    "PortRcvRemotePhysicalErrors",
    "Packets received that their sender had poisoned",
  ],
  ["port_xmit_discards", "PortXmitDiscards", "Packets thrown away by the transmitter"],
  ["excessive_buffer_overrun", "ExcessiveBufferOverrunErrors", "Packets of a data lane that found no buffer"],
  ["vl15_dropped", "VL15Dropped", "VL15 packets dropped for want of a buffer"],
];

/** Events of the port that no standard names. */
const ownPort: readonly CountedRow[] = [
  ["fcp_sent", "Flow-control packets sent"],
  ["fcp_received", "Good flow-control packets received"],
  ["fcp_bad", "Flow-control packets dropped: bad LPCRC, Op, length or lane"],
  ["length_error", "Packets whose byte count is not that of their LRH"],
  ["vcrc_error", "Packets received with a bad VCRC"],
  ["fill", "Beats of FILL control sets sent because a cut-through source paused inside a packet"],
  ["ctl_bad", "Control sets dropped: bad CRC-8, O-code or message"],
  ["rx_overrun", "Beats lost because the receive path had no room"],
  ["flow_control_watchdog", "Expiries of the flow-control watchdog"],
];

/** Counted by a port that makes and checks the ICRC itself. */
const icrcPort: readonly CountedRow[] = [
  ["icrc_error", "Packets given to the client as errors because of a bad ICRC alone"],
];

/** Counted by a port whose memories correct errors. */
const memoryPort: readonly CountedRow[] = [
  ["memory_corrected", "Rows of a packet memory read with one wrong bit, which was put right"],
  ["memory_uncorrectable", "Rows of a packet memory read with two wrong bits; the packet ends bad"],
];

/** Counters that add an amount: PktLen of each packet, in words of 4 bytes, with its packet pulse. */
const amounts: readonly PortRow[] = [
  ["port_xmit_data", "PortXmitData", "Words in packets sent, LRH through ICRC"],
  ["port_rcv_data", "PortRcvData", "Words in packets received, LRH through ICRC"],
];

type OwnRow = readonly [signal: string, text: string, unit: string];

/** Counters of a PCS add an amount. Of its FEC: */
const fecAmounts: readonly PortRow[] = [
  ["fec_corrected", "aFECCorrectedBlocks", "Codewords received with errors, all of which were corrected"],
  [
    "fec_uncorrectable",
    "aFECUncorrectableBlocks",
    "Codewords received with more errors than can be corrected",
  ],
];
const ownPcsAmounts: readonly OwnRow[] = [
  ["pcs_lock_lost", "Times that the alignment of the lanes was lost", "events"],
  ["pcs_tx_underrun", "Slices of error blocks sent because nothing had come from the MII", "slices"],
  ["pcs_rx_dropped", "Words of idle columns left out because the MII is slower than the lanes", "words"],
  ["pcs_rx_overrun", "Words lost because the MII is slower than the lanes", "words"],
];
const plainAmounts: readonly OwnRow[] = [
  ["pcs_bad_headers", "Sync headers that are none, while aligned", "blocks"],
];

/** Bits of the amount that a packet adds to PortXmitData and PortRcvData. */
export const dataWordBits = 12;

/** Counters of {@link sai} that a port without retry has too. */
const withoutRetry = [
  "llr_tx_init_ctl_os",
  "llr_tx_init_echo_ctl_os",
  "llr_tx_discard",
  "llr_tx_ok",
  "llr_tx_poisoned",
  "llr_rx_init_ctl_os",
  "llr_rx_init_echo_ctl_os",
  "llr_rx_ok",
  "llr_rx_poisoned",
  "llr_rx_bad",
];

/** What a port's counters depend on. */
export type CountedPort = Pick<LinkDesign, "retry" | "icrc" | "memoryProtection"> & {
  /** PCS lanes; absent with an MII. */
  readonly pcs?: CountedPcs | null;
};

interface CountedPcs extends Pick<AnyPcsDesign, "kind"> {
  readonly format: Pick<AnyPcsDesign["format"], "pcsLanes">;
}

/** All counters of a link port in address order, the first at `base`. */
export function linkCounters(base: number, port: CountedPort): readonly Counter[] {
  const retry = port.retry === "llr";
  const rows: Omit<Counter, "offset">[] = [
    ...sai
      .filter(([signal]) => retry || withoutRetry.includes(signal))
      .map(([signal, text]) => ({
        ...pulse(signal, text),
        standardName: `SAI_PORT_STAT_${signal.toUpperCase()}`,
      })),
    ...(retry ? ownRetry : []).map(([signal, text]) => pulse(signal, text)),
    ...portCounters.map(([signal, standardName, text]) => ({ ...pulse(signal, text), standardName })),
    ...ownPort.map(([signal, text]) => pulse(signal, text)),
    ...(port.icrc === "endpoint" ? icrcPort : []).map(([signal, text]) => pulse(signal, text)),
    ...(port.memoryProtection === "secded" ? memoryPort : []).map(([signal, text]) => pulse(signal, text)),
    ...amounts.map(([signal, standardName, text]) => ({
      name: signal.toUpperCase(),
      signal: `evt_${signal}_words`,
      increment: dataWordBits,
      standardName,
      text,
      unit: "words of 4 bytes",
    })),
    ...(port.pcs ? ofPcs(port.pcs) : []),
  ];
  return rows.map((row, index) => ({ ...row, offset: base + counterStride * index }));
}

function ofPcs({ kind, format }: CountedPcs): readonly Omit<Counter, "offset">[] {
  const amount = { increment: dataWordBits };
  const plain = kind === "base-r";
  const codewords = fecAmounts.map(([signal, standardName, text]) => {
    return {
      name: signal.toUpperCase(),
      signal: `evt_${signal}`,
      standardName,
      text,
      unit: "codewords",
      ...amount,
    };
  });
  // without a module of its own that leaves idle words out, nothing counts them
  const ofAll = ownPcsAmounts.filter(([signal]) => kind === "clause119" || signal !== "pcs_rx_dropped");
  const own = [...ofAll, ...(plain ? plainAmounts : [])].map(([signal, text, unit]) => {
    return { name: signal.toUpperCase(), signal: `evt_${signal}`, text, unit, ...amount };
  });
  const lanes = plain && format.pcsLanes === 1 ? 0 : format.pcsLanes;
  const ofLanes = Array.from({ length: lanes }, (_, lane) => ({
    name: plain ? `PCS_BIP_${lane}` : `FEC_SYMBOLS_${lane}`,
    signal: plain ? "evt_pcs_bip" : "evt_fec_symbols",
    lane,
    text: plain
      ? `Markers of PCS lane ${lane} whose parity the blocks before did not have`
      : `Symbols corrected in PCS lane ${lane}`,
    unit: plain ? "markers" : "symbols",
    ...amount,
  }));
  return [...(plain ? [] : codewords), ...own, ...ofLanes];
}

function pulse(signal: string, text: string): Omit<Counter, "offset"> {
  const unit = signal === "port_xmit_wait" ? "cycles" : "events";
  return { name: signal.toUpperCase(), signal: `evt_${signal}`, increment: 1, text, unit };
}

/** Byte address of the first counter of a block of an adapter. */
export const blockCounterBase = 0x400;

/** Its counters in address order: events, then what comes with an amount, in `unit`. */
export function blockCounters(
  events: readonly CountedRow[],
  amounts: readonly CountedRow[],
  unit: Counter["unit"],
): readonly Counter[] {
  return [...events, ...amounts].map(([name, text], index) => ({
    name: name.toUpperCase(),
    offset: blockCounterBase + counterStride * index,
    signal: `evt_${name}`,
    increment: index < events.length ? 1 : dataWordBits,
    text,
    unit: index < events.length ? "events" : unit,
  }));
}
