import type { PcsDerivedId, PcsFormat } from "../design/pcs.ts";
import type { Stages } from "./pcs-budget.ts";

const { ceil } = Math;

/**
 * Stages of a PCS in the order in which a column meets them; a bench of the whole PCS holds them against what is measured.
 * The way into the device's clock is that of a word that finds the FIFO empty.
 */
export function pcsStages(format: PcsFormat, n: Readonly<Record<PcsDerivedId, number>>): Stages {
  return {
    tx: [
      { module: "pcs_encode", what: "64B/66B encode", clock: "clk", cycles: 1 },
      { module: "pcs_encode", what: "256B/257B transcode", clock: "clk", cycles: 1 },
      { module: "async_fifo", what: "cross into the lanes' clock", clock: "lane_clk", cycles: 4 },
      {
        module: "async_fifo",
        what: "words kept there, so that the lanes find one whenever they need it",
        clock: "lane_clk",
        cycles: ceil(((n.crossingWords / 4) * n.groupsPerWord * n.codewordClocks) / format.groups),
      },
      { module: "pcs_scrambler", what: "scramble", clock: "lane_clk", cycles: 2 },
      {
        module: "pcs_tx_gearbox",
        what: "markers in, cut into words of the line",
        clock: "lane_clk",
        cycles: 2,
      },
      { module: "rs_encoder", what: "parity", clock: "lane_clk", cycles: 2 },
      { module: "pcs_tx_lanes", what: "distribute to the lanes", clock: "lane_clk", cycles: 1 },
    ],
    rx: [
      { module: "pcs_lane_lock", what: "align to the marker", clock: "lane_clk", cycles: 3 },
      { module: "pcs_deskew", what: "deskew, reorder", clock: "lane_clk", cycles: 3 },
      { module: "rs_decoder", what: "decode", clock: "lane_clk", cycles: n.decoderCycles },
      {
        module: "pcs_rx",
        what: "wait for the verdict on both codewords",
        clock: "lane_clk",
        cycles: n.codewordClocks,
      },
      { module: "pcs_rx_gearbox", what: "cut into groups, markers out", clock: "lane_clk", cycles: 2 },
      { module: "pcs_descrambler", what: "descramble", clock: "lane_clk", cycles: 1 },
      { module: "pcs_idle_drop", what: "leave out idle words in need", clock: "lane_clk", cycles: 1 },
      { module: "async_fifo", what: "cross into the device's clock", clock: "clk", cycles: 4 },
      { module: "pcs_decode", what: "reverse transcode, decode", clock: "clk", cycles: 2 },
    ],
  };
}
