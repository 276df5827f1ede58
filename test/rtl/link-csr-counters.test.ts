import { linkCountersView, linkCsrView } from "../../generator/views/link-csr.ts";
import { designOf, headerValues, openBlock } from "./csr-bench.ts";
import { CounterBench, describeCounters } from "./csr-counters-suite.ts";

/** Counters as the contract of the module has them: the event port, `evt_` in front; the header name in capitals. */
const pulses =
  `llr_tx_init_ctl_os llr_tx_init_echo_ctl_os llr_tx_ack_ctl_os llr_tx_nack_ctl_os llr_tx_discard llr_tx_ok
  llr_tx_poisoned llr_tx_replay llr_rx_init_ctl_os llr_rx_init_echo_ctl_os llr_rx_ack_ctl_os llr_rx_nack_ctl_os
  llr_rx_ack_nack_seq_error llr_rx_ok llr_rx_poisoned llr_rx_bad llr_rx_expected_seq_good llr_rx_expected_seq_poisoned
  llr_rx_expected_seq_bad llr_rx_missing_seq llr_rx_duplicate_seq llr_rx_replay llr_replay_timer_expired llr_flush
  port_xmit_pkts port_rcv_pkts port_xmit_wait symbol_error link_error_recovery link_downed port_rcv_errors
  port_rcv_remote_physical_errors port_xmit_discards excessive_buffer_overrun vl15_dropped fcp_sent fcp_received fcp_bad
  length_error vcrc_error fill ctl_bad rx_overrun flow_control_watchdog`.split(/\s+/u);
/** Counters of the retry that a port without it does not have. */
const ofRetry =
  /^llr_(.x_n?ack_|.x_replay|rx_ack_nack|rx_expected|rx_missing|rx_duplicate|replay_timer|flush)/u;
const amounts = ["port_xmit_data", "port_rcv_data"];

async function build(bits: number, lanes: number, retry: "llr" | "none"): Promise<CounterBench> {
  const design = designOf(`counters_${bits}`, lanes, { retry, derived: { counterBits: bits } });
  const model = await openBlock(design, [
    ["link_csr", "common/csr", linkCsrView(design)],
    ["link_counters", "common/counters", linkCountersView(design)],
  ]);
  const own = pulses.filter((name) => retry === "llr" || !ofRetry.test(name));
  return new CounterBench(model, await headerValues(design), bits, [
    ...own.map((name) => ({ name: name.toUpperCase(), port: `evt_${name}`, at: 0, bits: 1 })),
    ...amounts.map((name) => ({ name: name.toUpperCase(), port: `evt_${name}_words`, at: 0, bits: 12 })),
  ]);
}

describeCounters("counters of a link", {
  usual: () => build(54, 1, "llr"),
  bits16: () => build(16, 2, "llr"),
  bits32: () => build(32, 15, "none"),
  bits64: () => build(64, 8, "llr"),
});
