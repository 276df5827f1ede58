import { beforeAll, describe, expect, it } from "vitest";
import { renderTemplate } from "../../generator/render/index.ts";
import { range } from "../../generator/render/verilog.ts";
import { asyncFifoModules } from "../../generator/views/async-fifo.ts";
import { type BaseRHost, sizesOf, vector } from "../../generator/views/pcs/base-r-host.ts";
import { baseRModules } from "../../generator/views/pcs/base-r-modules.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { hostOf, type Shape } from "./base-r-bench.ts";
import { type Column, errorColumn, expected, idleColumn, randomColumn, text } from "./base-r-columns.ts";
import { nameOf } from "./base-r-shapes.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1") > 1;

/** The MII is narrower than what the lanes take in a clock: words are gathered, and cut again. */
const narrow: Shape = { rateGbps: 25, lanes: 1, width: 64, laneBits: 80, period: 64, berClocks: 1000 };
const wide: Shape = { rateGbps: 100, lanes: 4, width: 256, laneBits: 80, period: 64, berClocks: 1000 };

/** Whole PCS with its crossings, lanes looped back by the bench. */
function benchText(host: BaseRHost): string {
  const { wordBlocks, lineBits, pcsLanes } = sizesOf(host);
  const mii = range(host.datapathBits);
  const flags = range(host.datapathBits / 8);
  const bits = 66 * wordBlocks;
  const fifo = (name: string, width: number, pins: string) =>
    `dut_async_fifo #(.WIDTH(${width}), .ADDR_BITS(4)) ${name} (${pins});`;
  return `\`default_nettype none
module clocks_bench (
    input wire dev_clk, input wire lane_clk, input wire rst,
    input wire ${mii} mii_txd, input wire ${flags} mii_txc, output wire mii_tx_ready,
    output wire ${range(lineBits)} tx_lane, input wire ${range(lineBits)} rx_lane,
    output wire ${mii} mii_rxd, output wire ${flags} mii_rxc, output wire mii_rx_valid,
    output wire aligned, output wire evt_underrun, output reg overrun
);
    wire ${range(bits)} e_word; wire e_valid; wire e_ready;
    dut_pcs_encode encode (.clk(dev_clk), .rst(rst), .mii_txd(mii_txd), .mii_txc(mii_txc),
        .mii_tx_ready(mii_tx_ready), .m_data(e_word), .m_valid(e_valid), .m_ready(e_ready));
    wire ${range(bits)} t_word; wire t_valid; wire t_ready;
    ${fifo(
      "tx_fifo",
      bits,
      `.wr_clk(dev_clk), .wr_rst(rst), .wr_data(e_word), .wr_valid(e_valid), .wr_ready(e_ready),
        .wr_level(), .rd_clk(lane_clk), .rd_rst(rst), .rd_data(t_word), .rd_valid(t_valid),
        .rd_ready(t_ready), .rd_level()`,
    )}
    dut_pcs_tx tx (.clk(lane_clk), .rst(rst), .s_data(t_word), .s_valid(t_valid), .s_ready(t_ready),
        .tx_lane(tx_lane), .evt_underrun(evt_underrun));
    wire ${range(bits)} r_word; wire ${vector(wordBlocks)} r_error; wire r_valid; wire r_ready;
    wire [4:0] level;
    dut_pcs_rx rx (.clk(lane_clk), .rst(rst), .rx_lane(rx_lane), .m_data(r_word), .m_error(r_error),
        .m_valid(r_valid), .thin(level >= 5'd8), .locked(), .aligned(aligned), .hi_ber(),
        ${pcsLanes > 1 ? ".evt_bip(), .bip_errors()," : ""} .bad_headers(), .evt_lock_lost());
    wire ${range(bits)} d_word; wire ${vector(wordBlocks)} d_error; wire d_valid; wire d_ready;
    ${fifo(
      "rx_fifo",
      bits + wordBlocks,
      `.wr_clk(lane_clk), .wr_rst(rst), .wr_data({r_error, r_word}),
        .wr_valid(r_valid), .wr_ready(r_ready), .wr_level(level), .rd_clk(dev_clk), .rd_rst(rst),
        .rd_data({d_error, d_word}), .rd_valid(d_valid), .rd_ready(d_ready), .rd_level()`,
    )}
    dut_pcs_decode decode (.clk(dev_clk), .rst(rst), .s_data(d_word), .s_error(d_error), .s_valid(d_valid),
        .s_ready(d_ready), .mii_rxd(mii_rxd), .mii_rxc(mii_rxc), .mii_rx_valid(mii_rx_valid));
    always @(posedge lane_clk) overrun <= !rst && (overrun || (r_valid && !r_ready));
endmodule
`;
}

const shapes = long ? [narrow, wide] : [narrow];

describe.each(shapes.map((shape) => [nameOf(shape), shape] as const))(
  "PCS without FEC, both clocks: %s",
  (_, shape) => {
    let host: BaseRHost;
    let model: Model;
    beforeAll(async () => {
      host = hostOf(shape);
      const texts = [...asyncFifoModules(host), ...baseRModules(host)].map(
        ([suffix, template, view]) => [`dut_${suffix}`, renderTemplate(`${template}.v.hbs`, view)] as const,
      );
      const all = [...texts, ["clocks_bench", benchText(host)] as const];
      model = openModel(await buildTexts("clocks_bench", all, "clocks_bench", true));
    });

    it("carries columns through both crossings, none lost, none more", () =>
      withSeed(seed, (rng) => {
        const port = (name: string) => model.port(name);
        const columns = shape.width / 64;
        const queue: Column[] = [];
        const got: string[] = [];
        let underruns = 0;
        const load = () => {
          for (let at = 0; at < columns; at++) {
            const column = queue.shift() ?? idleColumn;
            port("mii_txc").bytes[at] = column[0]!;
            port("mii_txd").bytes.set(column.subarray(1), 8 * at);
          }
        };
        const keep = () => {
          const [data, flags] = [port("mii_rxd").bytes, port("mii_rxc").bytes];
          for (let at = 0; at < columns; at++)
            got.push(text(Uint8Array.from([flags[at]!, ...data.subarray(8 * at, 8 * at + 8)])));
        };
        // picoseconds: 402.83 MHz, and the lanes' clock
        const periods = { dev_clk: 2482, lane_clk: Math.round(1e6 / host.pcs.derived.laneClockMHz.value) };
        const next = { dev_clk: 1000 + rng.below(2000), lane_clk: 1000 + rng.below(2000) };
        const edge = (name: "dev_clk" | "lane_clk") => {
          const device = name === "dev_clk";
          const taken = device && port("mii_tx_ready").get() === 1;
          if (!device) port("rx_lane").bytes.set(port("tx_lane").bytes);
          model.eval();
          port(name).set(1);
          model.eval();
          port(name).set(0);
          model.eval();
          if (taken) load();
          if (device && port("mii_rx_valid").get() === 1) keep();
          if (!device) underruns += port("evt_underrun").get();
          next[name] += periods[name];
        };
        const run = (edges: number) => {
          for (let i = 0; i < edges; i++) edge(next.dev_clk < next.lane_clk ? "dev_clk" : "lane_clk");
        };
        load();
        for (const name of ["dev_clk", "lane_clk"]) port(name).set(0);
        port("rst").set(1);
        run(20);
        port("rst").set(0);
        run(14_000);
        expect(port("aligned").get()).toBe(1);
        got.length = 0;
        underruns = 0;
        const sent = Array.from({ length: 3000 }, () => randomColumn(rng));
        queue.push(...sent);
        run(10_000);
        const idle = text(idleColumn);
        expect(got.filter((one) => one !== idle)).toEqual(
          sent
            .map(expected)
            .map(text)
            .filter((one) => one !== idle),
        );
        expect(sent.map(expected).map(text)).toContain(text(errorColumn));
        expect([underruns, port("overrun").get()]).toEqual([0, 0]);
      }));
  },
);
