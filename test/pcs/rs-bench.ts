/** What the benches of the Reed-Solomon codec share: models of its modules, words of symbols, codewords to send. */
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { type RsShape, rsShape } from "../../generator/views/pcs/rs-shape.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { ReedSolomon, rs272, rs528, rs544 } from "../../sim/reference/pcs/reed-solomon.ts";
import { freshSeed, parseSeed, type Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";

export const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** A code, and symbols of it a clock. */
export interface RsCase {
  readonly reference: ReedSolomon;
  readonly symbols: number;
}

/** The last one is RS(528,514) shortened until a decoder needs several key equation engines already with narrow words. */
const codes: Readonly<Record<string, ReedSolomon>> = { rs544, rs528, rs272, rs48: new ReedSolomon(48, 34) };

/** Codecs that the benches run; `LANEWRIGHT_RS="rs544x32 rs272x16"` asks for others. */
export const rsCases: readonly RsCase[] = (process.env.LANEWRIGHT_RS ?? "rs48x8 rs544x4")
  .split(" ")
  .map((text) => {
    const [code = "", symbols] = text.split("x");
    const reference = codes[code];
    if (reference === undefined) throw new RangeError(`${text} is no code with its symbols a clock`);
    return { reference, symbols: Number(symbols) };
  });

export const caseText = ({ reference: { n, k }, symbols }: RsCase): string =>
  `RS(${n},${k}), ${symbols} symbols a clock`;

export function shapeOf({ reference: { n, k }, symbols }: RsCase): RsShape {
  return rsShape("dut", n, k, symbols);
}

/** A model of the last module; it starts in reset, with all inputs 0. */
export async function openRs(modules: readonly ModuleFile[]): Promise<Model> {
  const texts = modules.map(([suffix, template, view]) => {
    return [moduleName({ name: "dut" }, suffix), renderTemplate(`${template}.v.hbs`, view)] as const;
  });
  const model = openModel(await buildTexts(texts[texts.length - 1]![0], texts, undefined, true));
  for (const port of model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
  model.reset(2);
  return model;
}

export interface Pins {
  readonly data: Port;
  readonly valid: Port;
  readonly first: Port;
}

export function pinsOf(model: Model, side: "s" | "m"): Pins {
  const pin = (name: string): Port => model.port(`${side}_${name}`);
  return { data: pin("data"), valid: pin("valid"), first: pin("first") };
}

/** Symbols into the words of a port, the first one into the low bits. */
export function putSymbols(port: Port, symbols: Uint16Array): void {
  const { bytes } = port;
  bytes.fill(0);
  for (let at = 0; at < symbols.length; at += 1) {
    const bit = 10 * at;
    const shifted = symbols[at]! << (bit & 7);
    bytes[bit >> 3]! |= shifted;
    bytes[(bit >> 3) + 1]! |= shifted >> 8;
  }
}

/** The symbols of a port. */
export function getSymbols({ bytes, bits }: Port): Uint16Array {
  return Uint16Array.from({ length: bits / 10 }, (_, at) => {
    const bit = 10 * at;
    const word = bytes[bit >> 3]! | ((bytes[(bit >> 3) + 1] ?? 0) << 8);
    return (word >> (bit & 7)) & 1023;
  });
}

/** A codeword of a random message, or of one of few symbols that are not 0. */
export function randomCodeword(rng: Rng, reference: ReedSolomon): Uint16Array {
  const density = rng.chance(0.2) ? 0.01 : 1;
  const word = Uint16Array.from({ length: reference.n }, (_, at) =>
    at < reference.k && rng.chance(density) ? rng.below(1024) : 0,
  );
  reference.encode(word);
  return word;
}

/** Changes `count` symbols of a word, at different places. */
export function damage(rng: Rng, word: Uint16Array, count: number): Uint16Array {
  const damaged = word.slice();
  const places = new Set<number>();
  while (places.size < count) places.add(rng.below(word.length));
  for (const at of places) damaged[at]! ^= 1 + rng.below(1023);
  return damaged;
}
