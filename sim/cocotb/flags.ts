/** Calls of Verilator and Icarus for a model that cocotb drives. Paths are relative to the folder of the build. */

/** Which simulator, and what changes its build. */
export interface SimulatorOptions {
  readonly simulator: "verilator" | "icarus";
  readonly top: string;
  readonly waves: boolean;
  /** Every signal of the hierarchy can be reached from Python; else the ports of the top module only. */
  readonly internals: boolean;
  /** Level of the C++ compiler, 0 to 3. */
  readonly optimize: number;
  /** The sources have delays of their own. */
  readonly timing: boolean;
  readonly defines: readonly string[];
}

/** Folders of cocotb that a build refers to. */
export interface CocotbFolders {
  readonly libs: string;
  readonly share: string;
}

/** Name of the program, or of the bytecode, that a build leaves behind. */
export const builtName = { verilator: "simulation", icarus: "simulation.vvp" } as const;

export const accessFile = "access.vlt";
export const wavesFile = "waves.v";
export const timescaleFile = "timescale.cmd";

/**
 * Ports wider than 2048 bits reach VPI as strings of up to this many words; with less, Verilator cuts them off without
 * a word.
 */
const valueStringWords = 256;

/** Arguments of Verilator; `make` in `obj` builds what it writes. */
export function verilatorArguments(
  options: SimulatorOptions,
  cocotb: CocotbFolders,
  sources: readonly string[],
  everything: boolean,
): string[] {
  const { top, waves, timing, defines } = options;
  const compiler = ["-DCOCOTB_SIM=1", `-DVL_VALUE_STRING_MAX_WORDS=${valueStringWords}`];
  const linker = [`-Wl,-rpath,${cocotb.libs}`, `-L${cocotb.libs}`, "-lcocotbvpi_verilator"];
  return [
    ...["--cc", "--exe", "--vpi", "--prefix", "Vtop", "--Mdir", "obj", "--top-module", top],
    ...["-o", builtName.verilator, "-O3", "--x-assign", "fast", "--x-initial", "fast", "--assert"],
    ...[timing ? "--timing" : "--no-timing", "--timescale", "1ps/1ps", "-Wno-fatal", "-Wno-lint"],
    ...(waves ? ["--trace-fst", "--trace-structs"] : []),
    ...(everything ? ["--public-flat-rw"] : [accessFile]),
    ...defineArguments(defines).map((define) => `+define+${define}`),
    ...["-CFLAGS", compiler.join(" "), "-LDFLAGS", linker.join(" ")],
    `${cocotb.share}/lib/verilator/verilator.cpp`,
    ...sources,
  ];
}

/** Variables of Verilator's makefile. */
export function makeVariables({ optimize }: SimulatorOptions): string[] {
  return [`OPT_FAST=-O${optimize}`, "OPT_SLOW=-O0", `OPT_GLOBAL=-O${Math.min(optimize, 2)}`];
}

/** Arguments of Icarus. */
export function icarusArguments(options: SimulatorOptions, sources: readonly string[]): string[] {
  const { top, waves, defines } = options;
  return [
    ...["-g2012", "-o", builtName.icarus, "-s", top, "-f", timescaleFile],
    ...defineArguments(defines).map((define) => `-D${define}`),
    ...(waves ? ["-s", "lanewright_waves"] : []),
    ...sources,
    ...(waves ? [wavesFile] : []),
  ];
}

function defineArguments(defines: readonly string[]): readonly string[] {
  return ["COCOTB_SIM=1", ...defines];
}

/** Files beside the sources that a build needs. */
export function auxiliaryFiles(
  options: SimulatorOptions,
  ports: readonly string[],
): Readonly<Record<string, string>> {
  const rows = ports.map((port) => `public_flat_rw -module "${options.top}" -var "${port}"\n`);
  const waves = `module lanewright_waves;
  reg [8*4096-1:0] file;
  initial
    if ($value$plusargs("lanewright_waves=%s", file)) begin
      $dumpfile(file);
      $dumpvars(0, ${options.top});
    end
endmodule
`;
  if (options.simulator === "verilator") return { [accessFile]: `\`verilator_config\n${rows.join("")}` };
  return { [timescaleFile]: "+timescale+1ps/1ps\n", ...(options.waves && { [wavesFile]: waves }) };
}

/**
 * Names of the ports of a module in Verilog text whose header lists them with their directions; empty when there is
 * none like that.
 */
export function portNames(verilog: string, module: string): string[] {
  const plain = verilog.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/gu, "");
  const header = new RegExp(`\\bmodule\\s+${module}\\b[^;]*;`, "u").exec(plain)?.[0] ?? "";
  const list = header.slice(header.lastIndexOf("("));
  const found = (header.includes("#") ? list : header).matchAll(
    /\b(?:input|output|inout)\s+(?:wire\s+|reg\s+|logic\s+)?(?:signed\s+)?(?:\[[^\]]*\]\s*)*(\w+)/gu,
  );
  return [...found].map(([, name = ""]) => name);
}
