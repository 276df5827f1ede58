import { dec, range } from "../../render/verilog.ts";
import { bitsFor, header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { codeText, type RsShape } from "./rs-shape.ts";

/** Bits of the length of a register that solves a key equation: up to 2t. */
export const lengthBits = ({ code }: RsShape): number => bitsFor(2 * code.t);

/** `templates/pcs/rs_key_equation.v.hbs`: one engine; one step a clock, 2t steps. */
export function keyEquationModule(shape: RsShape): ModuleFile {
  const { field, t } = shape.code;
  const { bits } = field;
  const steps = 2 * t;
  const cells = 3 * t + 1;
  const leftBits = bitsFor(steps);
  const kBits = lengthBits(shape) + 1;
  const view = {
    header: header(shape, `Solves the key equation of ${codeText(shape)}.`),
    module: moduleName(shape, "rs_key_equation"),
    cells: String(cells),
    steps: String(steps),
    top_power: String(bits - 1),
    syndromes_range: range(bits * steps),
    locator_range: range(bits * (t + 1)),
    evaluator_range: range(bits * t),
    length_range: range(lengthBits(shape)),
    symbol_range: range(bits),
    symbol_zero: dec(0, bits),
    symbol_one: dec(1, bits),
    middle_zero: `{${bits * t}{1'b0}}`,
    multiples_range: range(bits * bits),
    cells_range: range(bits * cells),
    shift_slice: `[${bits * cells - 1}:${bits}]`,
    locator_slice: `[${bits * (2 * t + 1) - 1}:${bits * t}]`,
    evaluator_slice: `[${bits * t - 1}:0]`,
    k_range: range(kBits),
    k_sign: String(kBits - 1),
    k_zero: dec(0, kBits),
    half_k: `[${kBits - 1}:1]`,
    left_range: range(leftBits),
    left_zero: dec(0, leftBits),
    params: [
      localparam("SB", bits, "bits: a symbol"),
      localparam("CELLS", cells, "cells: 3t + 1"),
      localparam(`${range(leftBits)} STEPS`, dec(steps, leftBits), "steps: 2t, one a cycle"),
      localparam(
        `${range(lengthBits(shape))} CORRECTABLE`,
        dec(t, lengthBits(shape)),
        "symbols: t, what the code corrects",
      ),
      localparam(
        `${range(bits)} POLYNOMIAL`,
        dec(field.polynomial - 2 ** bits, bits),
        `of the field, without x^${bits}`,
      ),
    ],
  };
  return ["rs_key_equation", "pcs/rs_key_equation", view];
}
