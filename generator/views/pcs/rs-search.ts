import type { Field } from "../../math/gf2m.ts";
import {
  bitMatrix,
  type RsCode,
  type SymbolMatrix,
  scalingMatrix,
  stackBits,
} from "../../math/reed-solomon.ts";
import { type TowerField, tower1024 } from "../../math/tower-field.ts";
import { bin, dec, range } from "../../render/verilog.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { lengthBits } from "./rs-key-equation.ts";
import { networkModule } from "./rs-network.ts";
import { codeText, type RsShape } from "./rs-shape.ts";

/** Cycles from a solved key equation to the values of its first word. */
export const searchCycles = 6;

/** Bits of a number of corrected symbols. */
export const countBits = ({ code }: RsShape): number => bitsFor(code.t);

/** `templates/pcs/rs_search.v.hbs` and what it is made of. */
export function searchModules(shape: RsShape): readonly ModuleFile[] {
  const { code, symbolsPerClock: symbols } = shape;
  const { field, t } = code;
  const { bits } = field;
  const words = code.n / symbols;
  const terms = 2 * t + 1;
  const leftBits = indexBits(words);
  const count = countBits(shape);
  const tower = tower1024(field);
  const name = (suffix: string): string => moduleName(shape, suffix);
  const view = {
    header: header(shape, `Places and values of the errors of ${codeText(shape)}.`),
    module: name("rs_search"),
    start: name("rs_search_start"),
    network: name("rs_search_network"),
    divide: name("rs_divide"),
    symbols: String(symbols),
    words: String(words),
    latency: String(searchCycles),
    half_bits: String(tower.half.bits),
    data_range: range(bits * symbols),
    symbols_range: range(symbols),
    locator_range: range(bits * (t + 1)),
    evaluator_range: range(bits * t),
    length_range: range(lengthBits(shape)),
    terms_range: range(t + 1),
    terms_one: dec(1, t + 1),
    state_range: range(bits * terms),
    state_zero: `{${bits * terms}{1'b0}}`,
    left_range: range(leftBits),
    left_zero: dec(0, leftBits),
    left_full: dec(words - 1, leftBits),
    count_range: range(count),
    count_zero: dec(0, count),
    count_upper: dec(0, count - 1),
    count_slice: `[${count - 1}:0]`,
    lengths_range: range(4 * count),
    lengths_rest: `[${3 * count - 1}:0]`,
    length5_slice: `[${4 * count - 1}:${3 * count}]`,
    params: [
      localparam("SB", bits, "bits: a symbol"),
      localparam("SYMBOLS", symbols, "symbols of a word"),
      localparam("TERMS", t + 1, "coefficients of the locator: t + 1"),
    ],
  };
  const exponents = termExponents(code);
  return [
    networkModule(
      shape,
      "rs_search_start",
      "Terms of locator and evaluator at the first symbol of a codeword.",
      bitMatrix(
        field,
        scalingMatrix(
          field,
          exponents.map((exponent) => -exponent * (code.n - 1)),
        ),
      ),
    ),
    networkModule(
      shape,
      "rs_search_network",
      `The terms a word on, and their sums at each of ${symbols} symbols.`,
      stackBits([
        bitMatrix(
          field,
          scalingMatrix(
            field,
            exponents.map((exponent) => exponent * symbols),
          ),
        ),
        ...["even", "odd", "values"].map((part) =>
          bitMatrix(field, sumMatrix(shape, part as TermPart), tower.toPair),
        ),
      ]),
    ),
    divideModule(shape, field, tower),
    ["rs_search", "pcs/rs_search", view],
  ];
}

/**
 * A term's power of the point that it is taken at: coefficients of the locator, then those of the evaluator, which share in
 * the 2t powers that the error value is multiplied by (first root alpha^0, evaluator of the reformulated algorithm).
 */
function termExponents({ t }: RsCode): readonly number[] {
  return [
    ...Array.from({ length: t + 1 }, (_, at) => at),
    ...Array.from({ length: t }, (_, at) => at + 2 * t),
  ];
}

type TermPart = "even" | "odd" | "values";

/** Sums of one part of the terms at the symbols of a word; the terms are those of its first symbol. */
function sumMatrix({ code, symbolsPerClock }: RsShape, part: TermPart): SymbolMatrix {
  const partOf = (at: number): TermPart => (at > code.t ? "values" : at % 2 === 0 ? "even" : "odd");
  return Array.from({ length: symbolsPerClock }, (_, symbol) =>
    termExponents(code).map((exponent, at) =>
      partOf(at) === part ? code.field.power(exponent * symbol) : 0,
    ),
  );
}

/** `templates/pcs/rs_divide.v.hbs`. */
function divideModule(shape: RsShape, { bits }: Field, { half, shift, fromPair }: TowerField): ModuleFile {
  if (shift !== 1) throw new RangeError(`y^2 = y + ${shift} is not the tower of rs_divide`);
  const wide = 2 * half.bits - 1;
  const view = {
    header: header(shape, `Divides elements of GF(2^${bits}).`),
    module: moduleName(shape, "rs_divide"),
    half_bits: String(half.bits),
    symbol_range: range(bits),
    symbol_zero: dec(0, bits),
    half_range: range(half.bits),
    low_slice: `[${half.bits - 1}:0]`,
    high_slice: `[${bits - 1}:${half.bits}]`,
    wide_range: range(wide),
    wide_bits: String(wide),
    wide_zero: dec(0, wide),
    upper_zero: dec(0, half.bits - 1),
    reduction: Array.from({ length: half.bits }, (_, bit) => {
      const powers = Array.from({ length: wide }, (_, power) => power);
      const taken = powers.filter((power) => (half.power(power) >> bit) & 1);
      return { bit: String(bit), sum: taken.map((power) => `wide[${power}]`).join(" ^ ") };
    }),
    inverses: Array.from({ length: half.order + 1 }, (_, element) => ({
      of: dec(element, half.bits),
      is: dec(element === 0 ? 0 : half.invert(element), half.bits),
    })),
    basis: fromPair.map((mask, bit) => ({ bit: String(bit), mask: bin(mask, bits) })),
  };
  return ["rs_divide", "pcs/rs_divide", view];
}
