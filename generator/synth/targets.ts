import type { Target } from "./types.ts";

/** How Yosys maps a module for a target; what it maps stands in the design already, submodules as black boxes. */
export interface TargetRules {
  readonly target: Target;
  /** For the heading of tables. */
  readonly title: string;
  /** What `blockRams` counts. */
  readonly ramUnit: string;
  /** Yosys commands that map the module `top`. */
  readonly commands: (top: string, flatten: boolean) => readonly string[];
  /** False where there is no memory made of LUTs: small memories that are read without a clock become flip-flops there. */
  readonly hasLutMemory: boolean;
}

const xilinx =
  (family: string) =>
  (top: string, flatten: boolean): readonly string[] => [
    `synth_xilinx -family ${family} -noiopad -noclkbuf -nowidelut${flatten ? " -flatten" : ""} -top ${top}`,
  ];

export const targetRules: Readonly<Record<Target, TargetRules>> = {
  xcup: {
    target: "xcup",
    title: "Xilinx UltraScale+",
    ramUnit: "36 Kbit",
    commands: xilinx("xcup"),
    hasLutMemory: true,
  },
  xc7: {
    target: "xc7",
    title: "Xilinx 7 series",
    ramUnit: "36 Kbit",
    commands: xilinx("xc7"),
    hasLutMemory: true,
  },
  ecp5: {
    target: "ecp5",
    title: "Lattice ECP5",
    ramUnit: "18 Kbit",
    commands: (top, flatten) => [`synth_ecp5${flatten ? "" : " -noflatten"} -top ${top}`],
    hasLutMemory: true,
  },
  ice40: {
    target: "ice40",
    title: "Lattice iCE40",
    ramUnit: "4 Kbit",
    commands: (top, flatten) => [`synth_ice40${flatten ? "" : " -noflatten"} -top ${top}`],
    hasLutMemory: false,
  },
  generic: {
    target: "generic",
    title: "generic, LUTs of 6 inputs",
    ramUnit: "none",
    commands: (top, flatten) => [
      `synth${flatten ? " -flatten" : ""} -top ${top} -run begin:fine`,
      "opt -fast -full",
      "opt -undriven -fine",
      "techmap",
      "opt",
      "abc -fast -lut 6",
      "opt -fast",
      "clean",
    ],
    hasLutMemory: true,
  },
};
