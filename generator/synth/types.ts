/** What `lanewright synth` finds out about a device. `synth.json` in the output folder is a {@link SynthFile}. */

/** Families that a device is mapped for. `generic`: LUTs of six inputs, memories left as they are. */
export const targets = ["xc7", "xcup", "ecp5", "ice40", "generic"] as const;
export type Target = (typeof targets)[number];

/** Counts of what a module, or a module with all below it, is made of. */
export interface Area {
  /** LUTs for logic, of any number of inputs. */
  readonly luts: number;
  readonly flipFlops: number;
  /** LUTs that serve as memory or as shift registers. */
  readonly lutMemory: number;
  /** Bits of the arrays in the Verilog that became block RAM or LUT memory, as they are declared. */
  readonly ramBits: number;
  /** Blocks of RAM in units of 36 Kbit for xc7 and xcup (a half is one of 18 Kbit), 18 Kbit for ecp5, 4 Kbit for ice40. */
  readonly blockRams: number;
  readonly dsps: number;
  /** Cells of carry chains, as the target counts them. */
  readonly carries: number;
}

/** One signal on a path, and the module that drives it. */
export interface PathStep {
  /** Instances from the top down to the module, `u_port/u_mac_tx`; empty in the top itself. */
  readonly instance: string;
  /** Module's name without the device's in front. */
  readonly module: string;
  /** Name in the Verilog with its bit; a bit that has no name of its own has the nearest one behind it. */
  readonly signal: string;
  /** LUT levels up to here. */
  readonly level: number;
}

/** The longest way through logic between two registers, memories or ports. */
export interface Path {
  /** LUTs one after the other; a carry chain counts as one, wide multiplexers behind LUTs as none. */
  readonly levels: number;
  /** Bits that it runs along carry chains, beyond the level that each chain counts as. */
  readonly carryBits: number;
  /** Wide multiplexers (F7, F8, PFUMX, L6MUX21) that it passes. */
  readonly wideMuxes: number;
  readonly start: PathStep;
  readonly end: PathStep;
  /** From the register's output to the next one's input, both left out. */
  readonly steps: readonly PathStep[];
}

/** Where an array of the Verilog ended up. */
export type MemoryHome = "block" | "lut" | "flip-flops";

/** One array of the Verilog in one module; `memories` of the report hold every one of them once. */
export interface MemoryResult {
  /** Name in the design's list of memories (`replay_buffer`); empty for small arrays that it leaves out. */
  readonly block: string;
  /** Module's name without the device's in front, and the array in it. */
  readonly module: string;
  readonly array: string;
  readonly words: number;
  readonly bitsPerWord: number;
  /** Times it is in the device. */
  readonly instances: number;
  readonly home: MemoryHome;
  /** True when flip-flops would be an error on this target. */
  readonly mustBeMemory: boolean;
}

/** One module with one set of parameters, mapped by itself. */
export interface ModuleResult {
  /** Name in the Verilog, `link_400g_mac_tx`. */
  readonly module: string;
  /** The same without the device's in front; the device itself for the top. */
  readonly name: string;
  /** Values of parameters that instances set, ` WIDTH=8`; empty without. */
  readonly parameters: string;
  /** Times it is in the device. */
  readonly instances: number;
  /** Of the module without those below it. */
  readonly own: Area;
  /** With all below it. */
  readonly total: Area;
  /** Longest path inside of it, ports taken for registers; absent where there is no logic. */
  readonly inside?: Path;
  /** LUT levels of the device's longest path from register to register that leads through logic of this module. */
  readonly through: number;
  /** Time of the mapping, s, when it was made; and whether it was made now or taken from the cache. */
  readonly seconds: number;
  readonly cached: boolean;
}

/** What a placer made of the design. */
export interface PlaceResult {
  /** `nextpnr-ecp5 ...`, its version. */
  readonly tool: string;
  /** Device and package, `um5g-85k CABGA756`. */
  readonly part: string;
  readonly module: string;
  /** Maximum frequency of the clock after routing, MHz; of each clock when there are several. */
  readonly fmaxMHz: Readonly<Record<string, number>>;
  /** Ends of the slowest path, and the signals between them. */
  readonly path: {
    readonly start: string;
    readonly end: string;
    readonly signals: readonly string[];
    readonly ns: number;
  };
  /** Use of the part, `{ TRELLIS_COMB: [used, available] }`. */
  readonly use: Readonly<Record<string, readonly [used: number, available: number]>>;
  readonly seconds: number;
  readonly cached: boolean;
}

/** A figure that differs from the baseline's. */
export interface Change {
  /** `total`, or a module's name with its parameters. */
  readonly of: string;
  readonly figure: keyof Area | "through" | "inside" | "fmaxMHz";
  readonly before: number;
  readonly after: number;
}

/** One run: a device, or a module of it, mapped for one target. */
export interface SynthReport {
  readonly device: string;
  readonly kind: string;
  /** Module that was asked for; the device's top unless `--module` named another. */
  readonly top: string;
  readonly target: Target;
  readonly clockMHz: number;
  /** Yosys with its version, `Yosys 0.23 (git ...)`. */
  readonly tool: string;
  /** True when Yosys came as WebAssembly from npm. */
  readonly wasm: boolean;
  readonly total: Area;
  /** Every module once, in the order of the filelist. */
  readonly modules: readonly ModuleResult[];
  /** The longest path that leads through each module, longest first, each once; at most {@link mostPaths}. */
  readonly paths: readonly Path[];
  readonly memories: readonly MemoryResult[];
  /** Absent where no placer was asked for or none is there. */
  readonly place?: PlaceResult;
  /** Against the last run, or `--baseline`; absent when there is none to compare with. */
  readonly changes?: readonly Change[];
  /** Wall time, s. */
  readonly seconds: number;
}

/** `synth.json`: the last run for each target and module, the newest first. */
export interface SynthFile {
  readonly version: 1;
  readonly reports: readonly SynthReport[];
}

export const mostPaths = 20;
export const synthFileName = "synth.json";
