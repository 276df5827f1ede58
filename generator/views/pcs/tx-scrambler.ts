import { range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { PcsHost } from "./host.ts";
import { txShape } from "./tx-shape.ts";

const [near, far] = [39, 58];

/** `templates/pcs/pcs_scrambler.v.hbs`: half of the steps in the first clock, the others and the loop in the second. */
export function pcsScramblerView(host: PcsHost): View {
  const width = txShape(host).sliceBits;
  let steps = 0;
  while (near * 2 ** steps < width) steps += 1;
  const early = Math.ceil(steps / 2);
  const taps = (step: number) => [near * 2 ** step, far * 2 ** step] as const;
  const ahead = Array.from({ length: steps }, (_, step) => {
    const [a, b] = taps(step);
    return {
      step: String(step),
      near: String(a),
      far: String(b),
      between: String(b - a),
      past: range(b),
      line: range(width + b),
      zero: `{${b}{1'b0}}`,
      from: step === 0 ? "s_data" : step === early ? "middle_reg" : `ahead${step - 1}`,
      valid: step < early ? "s_valid" : "valid_reg",
    };
  });
  const [a, b] = taps(steps);
  return {
    header: header(host, `Scrambles ${width} bits a clock.`),
    module: moduleName(host, "pcs_scrambler"),
    steps: String(steps),
    r: { word: range(width) },
    params: [localparam("W", width, "bits of a word")],
    ahead,
    middle: `ahead${early - 1}`,
    loop: {
      near: String(a),
      far: String(b),
      between: String(b - a),
      past: range(b),
      zero: `{${b}{1'b0}}`,
      from: steps === early ? "middle_reg" : `ahead${steps - 1}`,
      keep: `${b - 1}:${width}`,
      out: String(b - width),
    },
  };
}
