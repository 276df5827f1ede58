/**
 * A decoder that is told what it finds, for benches of what stands around it: the interface and latency of `rs_decoder`.
 * Data goes through as it is; the bench gives the symbols that were wrong and the verdict beside the data.
 */
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import type { Texts } from "./rx-back-bench.ts";

/** The stand-in, and a top that leads its inputs out of `pcs_rx`. */
export function standInTexts(host: PcsHost): Texts {
  const { derived } = host.pcs;
  const p = derived.symbolsPerClock.value;
  const words = derived.codewordClocks.value;
  const delay = derived.decoderCycles.value - 1;
  const groups = derived.groupsPerWord.value;
  const decoder = `module ${host.name}_rs_decoder (
    input wire clk, input wire rst, input wire [${10 * p - 1}:0] s_data, input wire s_valid, input wire s_first,
    output wire [${10 * p - 1}:0] m_data, output wire m_valid, output wire m_first,
    output wire [${p - 1}:0] m_errors, output wire m_last, output wire m_uncorrectable, output wire [4:0] m_count
);
    reg [${p - 1}:0] bench_errors;
    reg bench_uncorrectable;
    reg [4:0] bench_count;
    reg [${11 * p + 8}:0] line [0:${delay}];
    reg [${11 * p + 8}:0] out;
    reg [9:0] put;
    reg [9:0] age;
    reg [9:0] place;
    wire [9:0] next = put == 10'd${delay} ? 10'd0 : put + 10'd1;
    wire [9:0] at = s_first ? 10'd0 : place;
    wire last = s_valid && at == 10'd${words - 1};
    always @(posedge clk) begin
        line[put] <= {bench_count, bench_uncorrectable, bench_errors, s_data, last, s_first && s_valid, s_valid};
        out <= line[next];
        put <= rst ? 10'd0 : next;
        age <= rst ? 10'd0 : age == 10'd1023 ? age : age + 10'd1;
        place <= s_valid && !rst ? at + 10'd1 : 10'd1000;
    end
    wire [2:0] flags;
    assign {m_count, m_uncorrectable, m_errors, m_data, flags} = out;
    assign {m_last, m_first, m_valid} = age > 10'd${delay} ? flags : 3'b000;
endmodule
`;
  const rx = `${host.name}_pcs_rx`;
  const top = `module bench_top (
    input wire clk, input wire rst, input wire [${20 * p - 1}:0] s_line, input wire s_valid, input wire s_first,
    input wire s_marker, output wire misplaced, output wire [${257 * groups - 1}:0] m_data, output wire [${groups - 1}:0] m_error,
    output wire m_valid, output wire stat_valid, output wire [1:0] stat_uncorrectable, output wire [1:0] stat_corrected,
    output wire err_valid, output wire [${2 * p - 1}:0] err_symbols, output wire [2:0] am_sf,
    input wire [${2 * p - 1}:0] bench_errors, input wire [1:0] bench_uncorrectable, input wire [9:0] bench_count
);
    ${rx} rx (
        .clk(clk), .rst(rst), .s_line(s_line), .s_valid(s_valid), .s_first(s_first), .s_marker(s_marker), .misplaced(misplaced),
        .m_data(m_data), .m_error(m_error), .m_valid(m_valid), .stat_valid(stat_valid),
        .stat_uncorrectable(stat_uncorrectable), .stat_corrected(stat_corrected),
        .err_valid(err_valid), .err_symbols(err_symbols), .am_sf(am_sf)
    );
    always @* begin
        rx.decoder_a.bench_errors = bench_errors[${p - 1}:0];
        rx.decoder_b.bench_errors = bench_errors[${2 * p - 1}:${p}];
        rx.decoder_a.bench_uncorrectable = bench_uncorrectable[0];
        rx.decoder_b.bench_uncorrectable = bench_uncorrectable[1];
        rx.decoder_a.bench_count = bench_count[4:0];
        rx.decoder_b.bench_count = bench_count[9:5];
    end
endmodule
`;
  return [
    [`${host.name}_rs_decoder`, decoder],
    ["bench_top", top],
  ];
}

/** A module of the decoder's ports with next to nothing inside, for the linters. */
export function hollowDecoder(host: PcsHost): Texts[number] {
  const p = host.pcs.derived.symbolsPerClock.value;
  const text = `\`default_nettype none
module ${host.name}_rs_decoder (
    input wire clk, input wire rst, input wire [${10 * p - 1}:0] s_data, input wire s_valid, input wire s_first,
    output reg [${10 * p - 1}:0] m_data, output reg m_valid, output reg m_first,
    output reg [${p - 1}:0] m_errors, output reg m_last, output reg m_uncorrectable, output reg [4:0] m_count
);
    always @(posedge clk) begin
        m_data <= s_data;
        m_errors <= s_data[${p - 1}:0];
        m_count <= s_data[4:0];
        m_valid <= s_valid && !rst;
        {m_first, m_last, m_uncorrectable} <= {3{s_first}};
    end
endmodule
\`default_nettype wire
`;
  return [`${host.name}_rs_decoder`, text];
}
