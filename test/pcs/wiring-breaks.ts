/** Single changes of what joins the modules of a PCS with each other and with their port. */

/** Text `from` in its place, `@`, gives way to `to`; both are expressions of the same width. */
export interface Wiring {
  /** Template below `templates/`. */
  readonly module: string;
  readonly place: string;
  readonly from: string;
  readonly to: string;
}

type Row = readonly [place: string, from: string, to: string];

const inPcs: readonly Row[] = [
  // resets; a FIFO without one runs empty again by itself, which a link does not notice
  ["tx_started_reg <= @ &&", "!tx_lane_rst", "1'b1"],
  [".rst      (@),\n        .restart", "rx_lane_rst", "1'b0"],
  [".rst               (@),\n        .s_record", "rx_rst", "1'b0"],
  // the transmitter's FIFO
  [".wr_valid (@),\n        .wr_ready (tx_fifo_ready)", "tx_groups_valid && tx_room_reg", "tx_groups_valid"],
  ["assign tx_groups_ready = @;", "tx_fifo_ready && tx_room_reg", "tx_fifo_ready"],
  ["(tx_started_reg || @)", "tx_ahead >= START", "1'b1"],
  // the receiver
  [".restart  (@)", "restart || misplaced", "misplaced"],
  [".s_marker           (@)", "line_marker", "1'b0"],
  [".s_error     (@)", "rx_groups_error", "{G{1'b0}}"],
  [".s_error      (@)", "rx_word[WORD +: G]", "{G{1'b0}}"],
  [".m_level     (@)", "rx_level", "{AW+1{1'b0}}"],
  [".m_ready     (@)", "rx_kept_ready", "1'b1"],
  [".wr_valid (@)", "rx_kept_valid", "1'b1"],
  // statistics and status
  [
    ".s_settings (@)",
    "{cfg_degrade_interval, cfg_degrade_activate, cfg_degrade_deactivate}",
    "{cfg_degrade_interval, cfg_degrade_deactivate, cfg_degrade_activate}",
  ],
  [".s_settings (@)", "{cfg_degrade_interval, cfg_degrade_activate, cfg_degrade_deactivate}", "96'd0"],
  [".aligned                (@)", "aligned", "1'b1"],
  [".locked                 (@)", "locked", "{L{1'b1}}"],
  [".stat_valid             (@)", "stat_valid", "1'b0"],
  [".stat_uncorrectable     (@)", "stat_uncorrectable", "stat_corrected"],
  [".stat_uncorrectable     (@)", "stat_uncorrectable", "{1'b0, stat_uncorrectable[0]}"],
  [".stat_corrected         (@)", "stat_corrected", "stat_uncorrectable"],
  [".stat_corrected         (@)", "stat_corrected", "{stat_corrected[1], 1'b0}"],
  [".err_valid              (@)", "err_valid", "1'b1"],
  [".err_valid              (@)", "err_valid", "stat_valid"],
  [".am_sf                  (@)", "rx_am_sf", "3'd0"],
  [".wr_valid (@)", "lane_record_valid", "1'b1"],
  [".s_valid           (@)", "record_valid", "1'b1"],
  ["sts_pcs_remote_degraded = @;", "am_sf[2]", "am_sf[1]"],
  ["evt_fec_corrected       = @;", "{4'd0, corrected}", "{4'd0, uncorrectable}"],
  ["evt_fec_uncorrectable   = @;", "{4'd0, uncorrectable}", "12'd0"],
  ["evt_pcs_lock_lost       = @;", "{8'd0, lock_lost}", "12'd0"],
  [".d   (@)", "lane_of", "{4*L{1'b0}}"],
  [".d   (@)", "degraded", "1'b0"],
  ["tx_am_sf = @;", "{tx_degraded, 2'b00}", "{2'b00, tx_degraded}"],
  [".s_event   (@)", "tx_underrun", "1'b0"],
  [".s_event   (@)", "rx_dropped", "1'b0"],
  [".s_event   (@)", "rx_dropped", "rx_overrun"],
  [".s_event   (@)", "rx_overrun", "1'b0"],
  ["evt_pcs_tx_underrun = @;", "{4'd0, underruns}", "{4'd0, dropped}"],
  ["evt_pcs_rx_dropped  = @;", "{4'd0, dropped}", "{4'd0, overruns}"],
  ["evt_pcs_rx_overrun  = @;", "{4'd0, overruns}", "{4'd0, underruns}"],
];

/** The port's end of it: its state machine, its MAC. */
const inPort: readonly Row[] = [
  [".mii_link_up             (@),\n        .cfg", "mii_link_up", "1'b1"],
  [".mii_tx_ready        (@)", "mii_tx_ready", "1'b1"],
  [".mii_rx_valid     (@)", "mii_rx_valid", "1'b1"],
];

const inStatus: readonly Row[] = [["assign link_up = @;", "aligned && evt_lock_lost == {LB{1'b0}}", "1'b1"]];

const rows = (module: string, list: readonly Row[]): readonly Wiring[] =>
  list.map(([place, from, to]) => ({ module, place, from, to }));

export const wiring: readonly Wiring[] = [
  ...rows("pcs/pcs", inPcs),
  ...rows("pcs/pcs_status", inStatus),
  ...rows("link/link_port", inPort),
];
