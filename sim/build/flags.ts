import { modelHeader, printHeader } from "./wrapper.ts";

/** What changes the call of Verilator; see `BuildOptions`. */
export interface VerilatorOptions {
  readonly top: string;
  readonly trace?: boolean;
  readonly coverage?: boolean;
  /** Built in a third of the time, half as fast: right for a model that runs for seconds. */
  readonly quick?: boolean;
  readonly defines?: readonly string[];
  readonly plusArgs?: boolean;
}

/** Name of the shared library that is built. */
export const libraryName = "model.so";

/**
 * A shared library out of `-fPIC` code costs a quarter of the speed; `-flto` wins it back. Nothing of the model is
 * visible outside of its library, so that several models live in one process.
 */
const commonFlags = [
  "-fPIC",
  "-fvisibility=hidden",
  "-fno-gnu-unique",
  "-DVL_USER_FINISH",
  "-DVL_USER_STOP",
  "-DVL_USER_FATAL",
  "-DVL_PRINTF=lanewright_print",
];
const commonLinkerFlags = ["-shared", "-Wl,-Bsymbolic"];

/**
 * For models that are built quickly: the passes that walk all stores of a function for each of its loads are left out.
 * Functions of a model have thousands of both: those passes take two thirds of the time and change nothing that shows.
 */
const quickOptimisation = "-O1 -fno-tree-fre -fno-tree-dse -fno-tree-dominator-opts";

/**
 * Flags of compiler and linker, and variables of make: `-O` in the compiler flags is overridden by Verilator's makefile.
 * The header of the model comes first of all that a file includes, so that its compiled form is taken.
 */
export function buildFlags(quick: boolean | undefined): {
  readonly compiler: readonly string[];
  readonly linker: readonly string[];
  readonly make: readonly string[];
} {
  const model = `-include ${modelHeader}`;
  const make = [`OPT_SLOW=-O0 ${model}`, `OPT_GLOBAL=-O2 -fno-lto -include ${printHeader}`];
  return isOn(quick)
    ? {
        compiler: commonFlags,
        linker: commonLinkerFlags,
        make: [`OPT_FAST=${quickOptimisation} ${model}`, ...make],
      }
    : {
        compiler: ["-flto", ...commonFlags],
        linker: [...commonLinkerFlags, "-flto", "-O3"],
        make: [`OPT_FAST=-O3 ${model}`, ...make],
      };
}

/** Arguments of Verilator for sources below `rtl/`; everything is relative to the folder of the build. */
export function verilatorArguments(options: VerilatorOptions, sources: readonly string[]): string[] {
  const { compiler, linker } = buildFlags(options.quick);
  return [
    ...[
      "--cc",
      "--exe",
      "wrapper.cpp",
      "-o",
      libraryName,
      "--prefix",
      "Vtop",
      "--Mdir",
      "obj",
      "--top-module",
      options.top,
    ],
    ...[
      "-O3",
      "--x-assign",
      "fast",
      "--x-initial",
      isOn(options.plusArgs) ? "unique" : "fast",
      "--assert",
      "--no-timing",
      "-Wno-fatal",
      "-Wno-lint",
    ],
    ...(isOn(options.trace) ? ["--trace-fst", "--trace-structs"] : []),
    ...(isOn(options.coverage) ? ["--coverage"] : []),
    ...(options.defines ?? []).map((define) => `+define+${define}`),
    ...["-CFLAGS", compiler.join(" "), "-LDFLAGS", linker.join(" ")],
    ...sources.map((source) => `rtl/${source}`),
  ];
}

/** True for an option that was given as true. */
export function isOn(option: boolean | undefined): boolean {
  return option === true;
}
