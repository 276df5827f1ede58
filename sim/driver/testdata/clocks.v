// Counters of three clocks, and logic that follows an input.
module clocks (
    input  wire        clk,
    input  wire        fast_clk,
    input  wire        slow_clk,
    input  wire [7:0]  d,
    output reg  [31:0] count,
    output reg  [31:0] fast_count,
    output reg  [31:0] slow_count,
    output wire [7:0]  sum
);
    initial begin
        count      = 0;
        fast_count = 0;
        slow_count = 0;
    end

    always @(posedge clk)      count      <= count + 1;
    always @(posedge fast_clk) fast_count <= fast_count + 1;
    always @(posedge slow_clk) slow_count <= slow_count + 1;

    assign sum = d + count[7:0];
endmodule
