import { type RsCode, rsCode } from "../../math/reed-solomon.ts";
import type { PcsHost } from "./host.ts";

/** What the modules of a Reed-Solomon codec follow from. */
export interface RsShape {
  /** Name of the device. */
  readonly name: string;
  readonly code: RsCode;
  /** Symbols a clock; the codeword is a whole number of words of as many symbols. */
  readonly symbolsPerClock: number;
}

/** The codec of each of a PCS's interleaved codewords. */
export function rsShapeOf(host: Pick<PcsHost, "name" | "pcs">): RsShape {
  const { format, derived } = host.pcs;
  return rsShape(host.name, format.codewordSymbols, format.messageSymbols, derived.symbolsPerClock.value);
}

/** Throws RangeError when codewords of `n` symbols are not whole words. */
export function rsShape(name: string, n: number, k: number, symbolsPerClock: number): RsShape {
  if (n % symbolsPerClock !== 0) {
    throw new RangeError(`a codeword of ${n} symbols is no whole number of words of ${symbolsPerClock}`);
  }
  return { name, code: rsCode(n, k), symbolsPerClock };
}

/** The code as it is written: `RS(544,514)`. */
export function codeText({ code }: RsShape): string {
  return `RS(${code.n},${code.k})`;
}
