// Fails by $fatal and by an assertion with a message.
module asserts (input logic clk, input logic fail, input logic die, output logic [3:0] count);
  always_ff @(posedge clk) begin
    count <= count + 4'd1;
    assert (!fail) else $error("fail is set");
    if (die) $fatal(1, "die is set");
  end
endmodule
