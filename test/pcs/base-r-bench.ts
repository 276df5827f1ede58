/** Bench of the PCS without FEC: both directions in one model, lanes and MII at its ports. */
import { elaborateBaseR } from "../../generator/elaborate/base-r.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { range } from "../../generator/render/verilog.ts";
import { type BaseRHost, sizesOf, vector } from "../../generator/views/pcs/base-r-host.ts";
import { baseRModules } from "../../generator/views/pcs/base-r-modules.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildTexts } from "../rtl/build.ts";

export interface Shape {
  readonly rateGbps: number;
  readonly lanes: number;
  readonly width: number;
  readonly laneBits: number;
  /** Blocks between markers, clocks of the window of the bit error rate: shorter than the standard's. */
  readonly period: number;
  readonly berClocks: number;
}

export function hostOf({ rateGbps, lanes, width, laneBits, period, berClocks }: Shape): BaseRHost {
  const pcs = elaborateBaseR(
    { rateGbps, clockMHz: 400, datapathBits: width, lanes: { count: lanes, gbps: rateGbps / lanes } },
    { laneBits, markerPeriodBlocks: period, berWindowClocks: berClocks },
  );
  if (pcs === undefined) throw new Error(`no PCS for ${rateGbps}G over ${lanes} x ${laneBits}`);
  return { name: "dut", clockMHz: 400, datapathBits: width, pcs };
}

/** The four tops; where the FIFOs stand, they are connected as they are. */
function benchText(host: BaseRHost): string {
  const { wordBlocks, lineBits, badBits, pcsLanes } = sizesOf(host);
  const mii = range(host.datapathBits);
  const flags = range(host.datapathBits / 8);
  const word = range(66 * wordBlocks);
  const many = pcsLanes > 1;
  return `\`default_nettype none
module base_r_bench (
    input wire clk, input wire rst,
    input wire ${mii} mii_txd, input wire ${flags} mii_txc, output wire mii_tx_ready,
    output wire ${range(lineBits)} tx_lane, output wire evt_underrun,
    input wire ${range(lineBits)} rx_lane, input wire thin,
    output wire ${mii} mii_rxd, output wire ${flags} mii_rxc, output wire mii_rx_valid,
    output wire ${vector(pcsLanes)} locked, output wire aligned, output wire hi_ber,
    output wire ${range(badBits)} bad_headers, output wire evt_lock_lost,
    ${many ? `output wire evt_bip, output wire ${vector(pcsLanes)} bip_errors,` : ""}
    output wire rx_valid, output wire evt_overrun
);
    wire ${word} tx_word; wire tx_valid; wire tx_ready;
    dut_pcs_encode encode (.clk(clk), .rst(rst), .mii_txd(mii_txd), .mii_txc(mii_txc),
        .mii_tx_ready(mii_tx_ready), .m_data(tx_word), .m_valid(tx_valid), .m_ready(tx_ready));
    dut_pcs_tx tx (.clk(clk), .rst(rst), .s_data(tx_word), .s_valid(tx_valid), .s_ready(tx_ready),
        .tx_lane(tx_lane), .evt_underrun(evt_underrun));
    wire ${word} rx_word; wire ${vector(wordBlocks)} rx_error; wire rx_ready;
    dut_pcs_rx rx (.clk(clk), .rst(rst), .rx_lane(rx_lane), .m_data(rx_word), .m_error(rx_error),
        .m_valid(rx_valid), .thin(thin), .locked(locked), .aligned(aligned), .hi_ber(hi_ber),
        ${many ? ".evt_bip(evt_bip), .bip_errors(bip_errors)," : ""}
        .bad_headers(bad_headers), .evt_lock_lost(evt_lock_lost));
    dut_pcs_decode decode (.clk(clk), .rst(rst), .s_data(rx_word), .s_error(rx_error),
        .s_valid(rx_valid), .s_ready(rx_ready), .mii_rxd(mii_rxd), .mii_rxc(mii_rxc),
        .mii_rx_valid(mii_rx_valid));
    assign evt_overrun = rx_valid && !rx_ready;
endmodule
`;
}

export async function openBench(host: BaseRHost): Promise<Model> {
  const texts = baseRModules(host).map(
    ([suffix, template, view]) => [`dut_${suffix}`, renderTemplate(`${template}.v.hbs`, view)] as const,
  );
  const all = [...texts, ["base_r_bench", benchText(host)] as const];
  return openModel(await buildTexts("base_r_bench", all, "base_r_bench", true));
}
