// Uses both edges of the clock, and its level.
module edges (input wire clk, input wire [7:0] d, output reg [7:0] rise, output reg [7:0] fall, output reg [7:0] held);
  always @(posedge clk) rise <= d;
  always @(negedge clk) fall <= rise + 8'd1;
  always @(clk or d) if (!clk) held = d;
endmodule
