import { printHeader } from "./wrapper.ts";

/** What changes the call of Verilator; see `BuildOptions`. */
export interface VerilatorOptions {
  readonly top: string;
  readonly trace?: boolean;
  readonly coverage?: boolean;
  readonly defines?: readonly string[];
}

/** Name of the shared library that is built. */
export const libraryName = "model.so";

/**
 * A shared library out of `-fPIC` code costs a quarter of the speed; `-flto` wins it back. Nothing of the model is
 * visible outside of its library, so that several models live in one process.
 */
export const compilerFlags = [
  "-fPIC",
  "-fvisibility=hidden",
  "-fno-gnu-unique",
  "-flto",
  "-DVL_USER_FINISH",
  "-DVL_USER_STOP",
  "-DVL_USER_FATAL",
  "-DVL_PRINTF=lanewright_print",
  `-include ${printHeader}`,
];
export const linkerFlags = ["-shared", "-Wl,-Bsymbolic", "-flto", "-O3"];

/** `-O` in the compiler flags would be overridden by Verilator's makefile: these set it. */
export const makeVariables = ["OPT_FAST=-O3", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2"];

/** Arguments of Verilator for sources below `rtl/`; everything is relative to the folder of the build. */
export function verilatorArguments(options: VerilatorOptions, sources: readonly string[]): string[] {
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
      "fast",
      "--assert",
      "--no-timing",
      "-Wno-fatal",
      "-Wno-lint",
    ],
    ...(isOn(options.trace) ? ["--trace-fst", "--trace-structs"] : []),
    ...(isOn(options.coverage) ? ["--coverage"] : []),
    ...(options.defines ?? []).map((define) => `+define+${define}`),
    ...["-CFLAGS", compilerFlags.join(" "), "-LDFLAGS", linkerFlags.join(" ")],
    ...sources.map((source) => `rtl/${source}`),
  ];
}

/** True for an option that was given as true. */
export function isOn(option: boolean | undefined): boolean {
  return option === true;
}
