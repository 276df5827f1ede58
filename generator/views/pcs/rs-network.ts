import type { BitMatrix } from "../../math/reed-solomon.ts";
import { shareXors, type XorNetwork } from "../../math/xor-sharing.ts";
import { range } from "../../render/verilog.ts";
import { header, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";

const columns = 92;

/** `templates/pcs/rs_network.v.hbs`: the module of a linear map of bits. */
export function networkModule(
  design: { readonly name: string },
  suffix: string,
  purpose: string,
  matrix: BitMatrix,
): ModuleFile {
  const network = shareXors(matrix);
  const view = {
    header: header(design, purpose),
    module: moduleName(design, suffix),
    inputs: String(network.inputs),
    outputs: String(network.outputs.length),
    naive: String(network.naive),
    shared: String(network.terms.length),
    depth: String(network.depth),
    d_range: range(network.inputs),
    q_range: range(network.outputs.length),
    term_lines: termLines(network),
    output_lines: packed(network.outputs.map((at) => signal(network, at)).reverse(), ""),
  };
  return [suffix, "pcs/rs_network", view];
}

function signal({ inputs }: XorNetwork, at: number): string {
  if (at < 0) return "1'b0";
  return at < inputs ? `d[${at}]` : `x${at - inputs}`;
}

function termLines(network: XorNetwork): readonly string[] {
  const terms = network.terms.map(
    ([left, right], at) => `x${at} = ${signal(network, left)} ^ ${signal(network, right)}`,
  );
  const lines = packed(terms, ";");
  return lines.map((line, at) => `${at === 0 ? "wire" : "    "} ${line}`);
}

/** Words with commas between them and `end` behind the last one, as many in a line as fit. */
function packed(words: readonly string[], end: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  words.forEach((word, at) => {
    const text = `${word}${at === words.length - 1 ? end : ","}`;
    if (line !== "" && line.length + 1 + text.length > columns - 5) {
      lines.push(line);
      line = "";
    }
    line += `${line === "" ? "" : " "}${text}`;
  });
  return line === "" ? lines : [...lines, line];
}
