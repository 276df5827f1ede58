// Ports of every storage class of a Verilated model, each output its input one cycle earlier, and ways to stop.
module widths (
  input  wire         clk,
  input  wire         rst,
  input  wire         d1,
  input  wire [7:0]   d8,
  input  wire [12:0]  d13,
  input  wire [31:0]  d32,
  input  wire [32:0]  d33,
  input  wire [63:0]  d64,
  input  wire [64:0]  d65,
  input  wire [511:0] d512,
  input  wire [2:0]   stop__how,
  output reg          q1,
  output reg  [7:0]   q8,
  output reg  [12:0]  q13,
  output reg  [31:0]  q32,
  output reg  [32:0]  q33,
  output reg  [63:0]  q64,
  output reg  [64:0]  q65,
  output reg  [511:0] q512,
  output wire [7:0]   sum,
  output reg  [31:0]  count
);

  assign sum = d8 + {7'd0, d1};

  always @(posedge clk) begin
    q1 <= d1;
    q8 <= d8;
    q13 <= d13;
    q32 <= d32;
    q33 <= d33;
    q64 <= d64;
    q65 <= d65;
    q512 <= d512;
    count <= count + 32'd1;
    if (rst) count <= 32'd0;
    if (stop__how == 3'd1) $stop;
    if (stop__how == 3'd2) $finish;
    if (stop__how == 3'd3) begin
      $display("count is %0d", count);
      $stop;
    end
    if (stop__how == 3'd4) $display("hello %0d", count);
  end

endmodule
