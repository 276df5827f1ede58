import type { BitMatrix } from "../../math/reed-solomon.ts";
import { shareXors, type XorNetwork } from "../../math/xor-sharing.ts";
import { dec, hex, range } from "../../render/verilog.ts";
import { header, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";

/** Longest line of what is packed here, behind its indent. */
const columns = 80;

/** Bits of a slice of the inputs: what a simulator works on at once. */
const sliceBits = 64;

/** `templates/pcs/rs_network.v.hbs`: the module of a linear map of bits. */
export function networkModule(
  design: { readonly name: string },
  suffix: string,
  purpose: string,
  matrix: BitMatrix,
): ModuleFile {
  const network = shareXors(matrix);
  const { inputs, outputs, terms, naive, depth } = network;
  const view = {
    header: header(design, purpose),
    module: moduleName(design, suffix),
    inputs: String(inputs),
    outputs: String(outputs.length),
    naive: String(naive),
    shared: String(terms.length),
    depth: String(depth),
    d_range: range(inputs),
    q_range: range(outputs.length),
    q_zero: `{${outputs.length}{1'b0}}`,
    slices: slicesOf(inputs),
    row_lines: matrix.rows.flatMap(rowLines),
    term_lines: termLines(network),
    output_lines: packed(outputs.map((at) => signal(network, at)).reverse(), ", "),
  };
  return [suffix, "pcs/rs_network", view];
}

function slicesOf(inputs: number): readonly { readonly name: string; readonly value: string }[] {
  return Array.from({ length: Math.ceil(inputs / sliceBits) }, (_, at) => {
    const missing = Math.max(0, (at + 1) * sliceBits - inputs);
    const bits = `d[${(at + 1) * sliceBits - missing - 1}:${at * sliceBits}]`;
    return { name: `d${at}`, value: missing === 0 ? bits : `{${dec(0, missing)}, ${bits}}` };
  });
}

/** One output as the parity of masked slices. */
function rowLines(row: readonly number[], output: number): readonly string[] {
  const masks = new Map<number, bigint>();
  for (const input of row) {
    const slice = Math.floor(input / sliceBits);
    masks.set(slice, (masks.get(slice) ?? 0n) | (1n << BigInt(input % sliceBits)));
  }
  if (masks.size === 0) return [];
  const words = [...masks].map(([slice, mask]) => `(d${slice} & ${hex(mask, sliceBits)})`);
  const lines = packed(words, " ^ ");
  return lines.map((line, at) => {
    const start = at === 0 ? `sums[${output}] = ^(` : "    ";
    return `${start}${line}${at === lines.length - 1 ? ");" : ""}`;
  });
}

function signal({ inputs }: XorNetwork, at: number): string {
  if (at < 0) return "1'b0";
  return at < inputs ? `d[${at}]` : `x${at - inputs}`;
}

function termLines(network: XorNetwork): readonly string[] {
  const terms = network.terms.map(
    ([left, right], at) => `x${at} = ${signal(network, left)} ^ ${signal(network, right)}`,
  );
  const lines = packed(terms, ", ");
  return lines.map(
    (line, at) => `${at === 0 ? "wire" : "    "} ${line}${at === lines.length - 1 ? ";" : ""}`,
  );
}

/** Words with a separator between them, as many in a line as fit; a line that goes on ends with its separator. */
function packed(words: readonly string[], separator: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const joined = line === "" ? word : `${line}${separator}${word}`;
    if (joined.length + separator.length > columns && line !== "") {
      lines.push(`${line}${separator.trimEnd()}`);
      line = word;
    } else line = joined;
  }
  return line === "" ? lines : [...lines, line];
}
