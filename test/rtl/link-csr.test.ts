import { linkCountersView, linkCsrView } from "../../generator/views/link-csr.ts";
import { designOf, headerValues, openBlock } from "./csr-bench.ts";
import { CsrBench, type CsrContract, describeCsr, type Setting, setting } from "./csr-suite.ts";

const high = [
  { vl: 3, weight: 255 },
  { vl: 0, weight: 1 },
  { vl: 2, weight: 17 },
  { vl: 3, weight: 0 },
  { vl: 1, weight: 128 },
];
const low = [
  { vl: 2, weight: 8 },
  { vl: 0, weight: 64 },
  { vl: 1, weight: 9 },
];
const lanes = 4;
const design = designOf("csr_dut", lanes, { arbitration: { high, low, highLimit: 10 } });
const derived = design.derived;

const tables = [
  { table: "high", rows: high, count: 5 },
  { table: "low", rows: low, count: lanes },
];

/** Settings as the contract of the module has them. */
const settings: readonly Setting[] = [
  setting("HIGH_LIMIT", "cfg_high_limit", 0, 8, 10),
  setting("CONTROL", "cfg_link_enable", 0, 1, 1),
  setting("CONTROL", "cfg_auto_activate", 1, 1, 1),
  setting("CONTROL", "cfg_reinit_on_flush", 2, 1, 1),
  setting("CONTROL", "cfg_discard", 3, 1, 0),
  setting("REPLAY_TIMER_MAX", "cfg_replay_timer_max", 0, 24, derived.replayTimerCycles.value),
  setting("REPLAY_CT_MAX", "cfg_replay_ct_max", 0, 8, derived.replayCountMax.value),
  setting("OUTSTANDING_SEQ_MAX", "cfg_outstanding_seq_max", 0, 20, derived.outstandingSeqMax.value),
  setting("OUTSTANDING_DATA_MAX", "cfg_outstanding_data_max", 0, 32, derived.outstandingDataMax.value),
  setting("DATA_AGE_MAX", "cfg_data_age_max", 0, 32, derived.dataAgeCycles.value),
  setting("LINK_LOST_MAX", "cfg_link_lost_max", 0, 32, derived.linkLostCycles.value),
  setting("CONTROL_SPACING", "cfg_control_spacing", 0, 12, derived.controlSpacingBeats.value),
  setting("CREDIT_UPDATE", "cfg_credit_update", 0, 12, derived.creditUpdateBlocks.value),
  setting("CREDIT_REFRESH", "cfg_credit_refresh", 0, 24, derived.creditRefreshCycles.value),
  setting("CREDIT_WATCHDOG", "cfg_credit_watchdog", 0, 32, derived.creditWatchdogCycles.value),
  ...tables.flatMap(({ table, rows, count }) =>
    Array.from({ length: count }, (_, row) => {
      const name = `${table.toUpperCase()}_ROW[${row}]`;
      const { vl, weight } = rows[row] ?? { vl: 0, weight: 0 };
      return [
        setting(name, `cfg_${table}_weight`, 0, 8, weight, 8 * row),
        setting(name, `cfg_${table}_vl`, 8, 4, vl, 4 * row),
      ];
    }).flat(),
  ),
];

/** Read-only fields: header name, port, place in the port, place in the register. */
const status = [
  { name: "PORT_STATE", port: "sts_port_state", at: 0, lsb: 0, bits: 3 },
  { name: "LLR_STATE", port: "sts_llr_tx_state", at: 0, lsb: 0, bits: 3 },
  { name: "LLR_STATE", port: "sts_llr_rx_state", at: 0, lsb: 8, bits: 2 },
  { name: "TX_SEQ", port: "sts_tx_seq", at: 0, lsb: 0, bits: 20 },
  { name: "ACKED_SEQ", port: "sts_acked_seq", at: 0, lsb: 0, bits: 20 },
  { name: "EXPECTED_SEQ", port: "sts_expected_seq", at: 0, lsb: 0, bits: 20 },
  { name: "SESSION", port: "sts_own_word", at: 0, lsb: 0, bits: 16 },
  { name: "SESSION", port: "sts_peer_word", at: 0, lsb: 16, bits: 16 },
  ...["FCTBS", "CL", "ABR"].flatMap((name) =>
    [0, 1, 2, 3].map((vl) => ({
      name: `${name}[${vl}]`,
      port: `sts_${name.toLowerCase()}`,
      at: 12 * vl,
      lsb: 0,
      bits: 12,
    })),
  ),
];

const contract: CsrContract = {
  settings,
  status,
  commands: ["cmd_set_down", "cmd_set_armed", "cmd_set_active"].map((port, bit) => ({
    name: "COMMAND",
    bit,
    port,
  })),
  constants: {
    ID: 0x4c574c31,
    GEOMETRY: lanes + (1 << 4) + (16 << 8) + (derived.counterBits.value << 16),
    CLEAR_COUNTERS: 0,
    TABLES: 5 + (4 << 8) + derived.creditBlockBytes.value * 65536,
  },
  slow: "LLR_TX_OK_LO",
};

describeCsr("link_csr", async () => {
  const model = await openBlock(design, [
    ["link_csr", "common/csr", linkCsrView(design)],
    ["link_counters", "common/counters", linkCountersView(design)],
  ]);
  return new CsrBench(model, await headerValues(design), contract);
});
