import { bitMatrix, scalingMatrix, syndromeMatrix } from "../../math/reed-solomon.ts";
import { dec, range } from "../../render/verilog.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import type { PcsHost } from "./host.ts";
import { keyEquationModule, lengthBits } from "./rs-key-equation.ts";
import { networkModule } from "./rs-network.ts";
import { countBits, searchCycles, searchModules } from "./rs-search.ts";
import { codeText, type RsShape, rsShapeOf } from "./rs-shape.ts";

/** `templates/pcs/rs_decoder.v.hbs` of a PCS, and what it is made of. */
export function rsDecoderModules(host: PcsHost): readonly ModuleFile[] {
  return rsDecoderOf(rsShapeOf(host));
}

/** Cycles from a word to the same word, corrected: a codeword, 2 for the syndromes, 2t + 1, 1, the search, 1. */
export function rsDecoderCycles({ code, symbolsPerClock }: RsShape): number {
  return code.n / symbolsPerClock + 2 + (2 * code.t + 1) + 1 + searchCycles + 1;
}

/** The same for any code. The module is called `rs_decoder`. */
export function rsDecoderOf(shape: RsShape): readonly ModuleFile[] {
  return [...syndromeModules(shape), keyEquationModule(shape), ...searchModules(shape), decoderModule(shape)];
}

function syndromeModules(shape: RsShape): readonly ModuleFile[] {
  const { code, symbolsPerClock: symbols } = shape;
  const { bits } = code.field;
  const roots = Array.from({ length: 2 * code.t }, (_, root) => root);
  const view = {
    header: header(shape, `The ${roots.length} syndromes of ${codeText(shape)}.`),
    module: moduleName(shape, "rs_syndromes"),
    network: moduleName(shape, "rs_syndrome_network"),
    step: moduleName(shape, "rs_syndrome_step"),
    data_range: range(bits * symbols),
    syndromes_range: range(bits * roots.length),
  };
  return [
    networkModule(
      shape,
      "rs_syndrome_network",
      `What ${symbols} symbols add to the syndromes of ${codeText(shape)}.`,
      bitMatrix(code.field, syndromeMatrix(code, symbols)),
    ),
    networkModule(
      shape,
      "rs_syndrome_step",
      `Syndromes of ${codeText(shape)}, ${symbols} symbols on.`,
      bitMatrix(
        code.field,
        scalingMatrix(
          code.field,
          roots.map((root) => root * symbols),
        ),
      ),
    ),
    ["rs_syndromes", "pcs/rs_syndromes", view],
  ];
}

function decoderModule(shape: RsShape): ModuleFile {
  const { code, symbolsPerClock: symbols } = shape;
  const { t, field } = code;
  const { bits } = field;
  const words = code.n / symbols;
  const keyClocks = 2 * t + 1;
  const latency = rsDecoderCycles(shape);
  const delay = latency - 3;
  const ranges = {
    locator_range: range(bits * (t + 1)),
    evaluator_range: range(bits * t),
    length_range: range(lengthBits(shape)),
    key_equation: moduleName(shape, "rs_key_equation"),
  };
  const engines = Math.ceil(keyClocks / words);
  const several = engines > 1;
  const leftBits = bitsFor(words - 1);
  const placeBits = indexBits(delay);
  const count = countBits(shape);
  const view = {
    ...ranges,
    header: header(shape, `Decoder of ${codeText(shape)}.`),
    module: moduleName(shape, "rs_decoder"),
    syndromes: moduleName(shape, "rs_syndromes"),
    search: moduleName(shape, "rs_search"),
    correctable: String(t),
    symbols: String(symbols),
    words: String(words),
    latency: String(latency),
    data_range: range(bits * symbols),
    symbols_range: range(symbols),
    syndromes_range: range(bits * 2 * t),
    left_range: range(leftBits),
    left_zero: dec(0, leftBits),
    left_one: dec(1, leftBits),
    left_full: dec(words - 1, leftBits),
    key_range: range(keyClocks),
    key_rest: `[${keyClocks - 2}:0]`,
    key_zero: dec(0, keyClocks),
    several,
    engines_range: range(engines),
    turn_rest: `[${Math.max(0, engines - 2)}:0]`,
    turn_last: String(engines - 1),
    turn_first: dec(1, engines),
    engines: Array.from({ length: engines }, (_, at) => ({
      ...ranges,
      at: String(at),
      load: several ? `done && load_turn_reg[${at}]` : "done",
      chosen: several ? `solved_turn_reg[${at}] && dirty${at}` : `dirty${at}`,
    })),
    locator_zero: `{${bits * (t + 1)}{1'b0}}`,
    evaluator_zero: `{${bits * t}{1'b0}}`,
    length_zero: dec(0, lengthBits(shape)),
    count_range: range(count),
    count_zero: dec(0, count),
    count_value: count === 5 ? "m_count_reg" : `{${dec(0, 5 - count)}, m_count_reg}`,
    place_range: range(placeBits),
    place_zero: dec(0, placeBits),
    latency_range: range(latency),
    latency_rest: `[${latency - 2}:0]`,
    latency_zero: `{${latency}{1'b0}}`,
    params: [
      localparam(
        "LATENCY",
        latency,
        `cycles: ${words} for the codeword + 2 syndromes + ${keyClocks} key equation + 1 + ${searchCycles} search + 1`,
      ),
      localparam("KEY_CLOCKS", keyClocks, "cycles: one to load, 2t steps"),
      localparam(
        "DELAY",
        delay,
        "words: those in the input, the memory's and the output's registers not counted",
      ),
      localparam(`${range(placeBits)} LAST_PLACE`, dec(delay - 1, placeBits), "of the delay memory"),
    ],
  };
  return ["rs_decoder", "pcs/rs_decoder", view];
}
