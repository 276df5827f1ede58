import type { Tool } from "../tools.ts";

/** One linter: how it is called for files (relative to the folder it runs in) and a top module. */
export interface Linter {
  readonly tool: Tool;
  /** What the call finds, in a few words. */
  readonly finds: string;
  readonly arguments: (top: string, files: readonly string[]) => readonly string[];
}

/** Each finds what the others let pass; all of them must stay silent. */
export const linters: readonly Linter[] = [
  {
    tool: "verilator",
    finds: "latches, widths, unused and undriven signals, language beyond Verilog-2005",
    arguments: (top, files) => [
      ...["--lint-only", "-Wall", "--language", "1364-2005", "--top-module", top],
      ...files,
    ],
  },
  {
    tool: "iverilog",
    finds: "implicit wires, port mismatches, sensitivity lists",
    arguments: (top, files) => ["-g2005", "-Wall", "-t", "null", "-s", top, ...files],
  },
  {
    tool: "yosys",
    finds: "multiple drivers, combinational loops, missing modules",
    arguments: (top, files) => [
      "-q",
      "-p",
      `read_verilog ${files.join(" ")}; hierarchy -check -top ${top}; proc; check -assert`,
    ],
  },
];
