// Subject of the driver benchmark: LANES store-and-forward FIFOs of 512 bits with a CRC-32 over what passes.
`default_nettype none
module fifo_lanes #(
  parameter LANES = 1
) (
  input  wire         clk,
  input  wire         rst,
  input  wire [511:0] in_data,
  input  wire         in_valid,
  input  wire         in_last,
  output reg          in_ready,
  output reg  [511:0] out_data,
  output reg          out_valid,
  output reg          out_last,
  input  wire         out_ready,
  output reg  [31:0]  crc_sum
);
  wire [512*LANES-1:0] lane_data;
  wire [LANES-1:0] lane_valid;
  wire [LANES-1:0] lane_last;
  wire [LANES-1:0] lane_ready;
  wire [32*LANES-1:0] lane_crc;

  genvar g;
  generate
    for (g = 0; g < LANES; g = g + 1) begin : lane
      fifo_lane #(.SEED(g)) fifo (
        .clk(clk), .rst(rst),
        .in_data(in_data ^ {16{g[31:0]}}), .in_valid(in_valid), .in_last(in_last), .in_ready(lane_ready[g]),
        .out_data(lane_data[512*g +: 512]), .out_valid(lane_valid[g]), .out_last(lane_last[g]),
        .out_ready(out_ready), .crc(lane_crc[32*g +: 32])
      );
    end
  endgenerate

  integer i;
  reg [511:0] data;
  reg [31:0] sum;
  always @* begin
    data = 512'd0;
    sum = 32'd0;
    for (i = 0; i < LANES; i = i + 1) begin
      data = data ^ lane_data[512*i +: 512];
      sum = sum ^ lane_crc[32*i +: 32];
    end
  end

  always @(posedge clk) begin
    in_ready <= &lane_ready;
    out_data <= data;
    out_valid <= |lane_valid;
    out_last <= |lane_last;
    crc_sum <= sum;
  end
endmodule

module fifo_lane #(
  parameter SEED = 0
) (
  input  wire         clk,
  input  wire         rst,
  input  wire [511:0] in_data,
  input  wire         in_valid,
  input  wire         in_last,
  output wire         in_ready,
  output reg  [511:0] out_data,
  output reg          out_valid,
  output reg          out_last,
  input  wire         out_ready,
  output reg  [31:0]  crc
);
  reg [512:0] mem [0:255];
  reg [8:0] write_ptr;
  reg [8:0] read_ptr;
  reg [8:0] commit_ptr;
  wire full = write_ptr[7:0] == read_ptr[7:0] && write_ptr[8] != read_ptr[8];
  wire push = in_valid && !full;
  wire pop = read_ptr != commit_ptr && (out_ready || !out_valid);
  assign in_ready = !full;

  function [31:0] crc_of(input [31:0] state, input [511:0] data);
    integer k;
    begin
      crc_of = state;
      for (k = 0; k < 512; k = k + 1)
        crc_of = {crc_of[30:0], 1'b0} ^ ((crc_of[31] ^ data[k]) ? 32'h04c11db7 : 32'd0);
    end
  endfunction

  always @(posedge clk) begin
    if (push) begin
      mem[write_ptr[7:0]] <= {in_last, in_data};
      write_ptr <= write_ptr + 9'd1;
      if (in_last || (write_ptr[7:0] - read_ptr[7:0]) > 8'd200) commit_ptr <= write_ptr + 9'd1;
      crc <= crc_of(crc, in_data);
    end
    if (pop) begin
      {out_last, out_data} <= mem[read_ptr[7:0]];
      read_ptr <= read_ptr + 9'd1;
    end
    if (pop) out_valid <= 1'b1;
    else if (out_ready) out_valid <= 1'b0;
    if (rst) begin
      write_ptr <= 9'd0;
      read_ptr <= 9'd0;
      commit_ptr <= 9'd0;
      out_valid <= 1'b0;
      crc <= SEED;
    end
  end
endmodule
`default_nettype wire
