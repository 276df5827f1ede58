import type { ElaboratedModule } from "./elaborated.ts";

interface Port {
  readonly name: string;
  readonly width: number;
  readonly input: boolean;
}

export const harnessTop = "frame";

/** The ports of a module, from its RTLIL. */
export function portsOf({ body }: ElaboratedModule): readonly Port[] {
  return body.flatMap((line) => {
    const [, before = "", direction, name] =
      /^ {2}wire (.*?)\b(input|output) \d+ .*?\\(\S+)$/.exec(line) ?? [];
    if (direction === undefined || name === undefined) return [];
    const width = Number(/width (\d+)/.exec(before)?.[1] ?? 1);
    return [{ name, width, input: direction === "input" }];
  });
}

const isClock = (name: string): boolean => /(^|_)clk$/.test(name);

/**
 * A frame for the module `dut` with a pin for each clock and two for data: inputs come from a shift register, outputs go
 * into registers, and from there into a chain of one XOR a register, that nothing of them is optimized away.
 */
export function harness(ports: readonly Port[]): string {
  const clocks = ports.filter(({ name, input }) => input && isClock(name));
  const clock = clocks.find(({ name }) => name === "clk")?.name ?? clocks[0]?.name ?? "clk";
  const inputs = ports.filter(({ name, input }) => input && !isClock(name));
  const outputs = ports.filter(({ input }) => !input);
  const bits = (some: readonly Port[]): number => some.reduce((sum, { width }) => sum + width, 0);
  const [ins, outs] = [Math.max(1, bits(inputs)), Math.max(1, bits(outputs))];
  const slices = (some: readonly Port[], bus: string): string[] => {
    let at = 0;
    return some.map(({ name, width }) => {
      at += width;
      return `.${name}(${bus}[${at - 1}:${at - width}])`;
    });
  };
  const pins = [...new Set([clock, ...clocks.map(({ name }) => name)])];
  const connections = [
    ...clocks.map(({ name }) => `.${name}(${name})`),
    ...slices(inputs, "into"),
    ...slices(outputs, "out"),
  ];
  return `module ${harnessTop} (
${pins.map((name) => `  input ${name},`).join("\n")}
  input shift_in,
  output shift_out
);
  reg [${ins}:0] into;
  wire [${outs - 1}:0] out;
  reg [${outs - 1}:0] held;
  reg [${outs}:0] chain;
  always @(posedge ${clock}) begin
    into <= {into[${ins - 1}:0], shift_in};
    held <= out;
    chain <= {chain[${outs - 1}:0] ^ held, shift_in};
  end
  assign shift_out = chain[${outs}];
  dut dut (
    ${connections.join(",\n    ")}
  );
endmodule
`;
}
