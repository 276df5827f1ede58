/** What the benches of the PCS' transmitter share: shapes, models of single modules, columns, the reference behind them. */
import { elaboratePcs } from "../../generator/elaborate/pcs.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import { txModules } from "../../generator/views/pcs/tx-modules.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { character, columnBytes } from "../../sim/reference/columns.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";

/** What a bench varies. */
export interface TxBenchOptions {
  readonly rateGbps?: 200 | 400;
  readonly fec?: "rs544" | "rs272";
  /** Bits of the MII. */
  readonly bits: number;
  /** Symbols of each codeword in a clock. */
  readonly symbols: number;
  /** Physical lanes. */
  readonly lanes: number;
  /** Pairs from markers to markers. */
  readonly period?: number;
  /** Groups of a word between the clocks; what the faster side needs unless given. */
  readonly wordGroups?: number;
  /** Takes minutes: tried when the environment's LANEWRIGHT_LONG asks for more than the quick run. */
  readonly slow?: boolean;
}

/** How long a run is: a factor on the cycles of each, and above 1 the slow shapes too. */
export const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

const shapes: readonly TxBenchOptions[] = [
  { bits: 256, symbols: 4, lanes: 8, period: 3 },
  { rateGbps: 400, fec: "rs272", bits: 1024, symbols: 8, lanes: 8, period: 3 },
  { bits: 512, symbols: 8, lanes: 4, period: 2, slow: true },
  { bits: 64, symbols: 16, lanes: 2, period: 3, slow: true },
  { bits: 512, symbols: 32, lanes: 2, period: 1, slow: true },
  { fec: "rs272", bits: 256, symbols: 8, lanes: 4, period: 4, slow: true },
  { fec: "rs272", bits: 512, symbols: 16, lanes: 1, period: 2, slow: true },
  { rateGbps: 400, bits: 1024, symbols: 16, lanes: 16, period: 2, slow: true },
  { rateGbps: 400, bits: 1024, symbols: 32, lanes: 4, period: 3, slow: true },
];

/** The shapes at which the transmitter is tried; the last one is that of a 400G port. */
export const txShapes = shapes.filter(({ slow = false }) => !slow || long > 1);

export function txHost(options: TxBenchOptions): PcsHost {
  const { rateGbps = 200, fec = "rs544", bits, symbols, lanes, period, wordGroups } = options;
  const clockMHz = 402.83;
  const pcs = elaboratePcs(
    { rateGbps, clockMHz, datapathBits: bits, lanes: { count: lanes, gbps: rateGbps / lanes }, fec },
    {
      symbolsPerClock: symbols,
      ...(period === undefined ? {} : { markerPeriodCodewords: period }),
      ...(wordGroups === undefined ? {} : { groupsPerWord: wordGroups }),
    },
  );
  if (pcs === undefined) throw new RangeError(`no PCS of ${rateGbps} Gb/s with ${fec}`);
  return { name: "dut", clockMHz, datapathBits: bits, pcs };
}

/** One line that tells shapes apart in the title of a test. */
export function titleOfTx({ rateGbps = 200, fec = "rs544", bits, symbols, lanes }: TxBenchOptions): string {
  return `${rateGbps}G ${fec}, ${symbols} symbols, ${lanes} lanes, ${bits} bits`;
}

/** Text of each module of the transmitter that `top` is made of, by name; `top` comes first. */
export function txTexts(host: PcsHost, top: string): ReadonlyMap<string, string> {
  const all = new Map(
    txModules(host).map(([suffix, template, view]) => [
      moduleName(host, suffix),
      renderTemplate(`${template}.v.hbs`, view),
    ]),
  );
  const texts = new Map<string, string>();
  const open = [moduleName(host, top)];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const text = all.get(name);
    if (text === undefined) throw new RangeError(`no module ${name}`);
    texts.set(name, text);
    const words = new Set(text.match(/\b[A-Za-z_]\w*\b/gu));
    open.push(...[...all.keys()].filter((other) => words.has(other) && !texts.has(other)));
  }
  return texts;
}

/** Builds and opens a module of the transmitter with those that it is made of. */
export async function openTxModule(host: PcsHost, suffix: string): Promise<Model> {
  const built = await buildTexts(moduleName(host, suffix), txTexts(host, suffix), undefined, true);
  return openModel(built);
}

const controls = [character.idle, character.error, 0x06] as const;
const strange = [0x1c, 0xbc, 0xf7, character.start, character.terminate, character.sequence, 0x00] as const;

/**
 * Writes a column: data mostly, else any kind of control column, some of them spoiled by a byte or a flag.
 * @param data at `8*column`, flags at `column`
 */
export function writeColumn(data: Uint8Array, flags: Uint8Array, column: number, rng: Rng): void {
  const octets = data.subarray(columnBytes * column, columnBytes * (column + 1));
  rng.fill(octets);
  flags[column] = 0;
  if (rng.chance(0.5)) return;
  flags[column] = 1;
  const kind = rng.below(8);
  if (kind === 0) octets[0] = character.start;
  else if (kind <= 2) orderedSet(octets, rng);
  else if (kind === 3) octets[0] = rng.below(256);
  else {
    const ends = kind <= 5 ? rng.below(8) : -1;
    flags[column] = (0xff << Math.max(0, ends)) & 0xff;
    for (let i = Math.max(0, ends); i < 8; i += 1) octets[i] = controls[rng.chance(0.8) ? 0 : rng.below(3)]!;
    if (ends >= 0) octets[ends] = character.terminate;
  }
  if (rng.chance(0.7)) return;
  const at = rng.below(8);
  if (rng.chance(0.5)) octets[at] = rng.chance(0.5) ? strange[rng.below(strange.length)]! : rng.below(256);
  else flags[column] ^= 1 << at;
}

/** An ordered set, with nothing behind its three octets, or a control set, or one with rubbish behind it. */
function orderedSet(octets: Uint8Array, rng: Rng): void {
  octets[0] = rng.chance(0.5) ? character.sequence : character.orderedSet;
  const rest = rng.below(4);
  if (rest !== 1) octets.fill(0, 4);
  if (rest === 3) octets[4] = rng.below(16);
  if (rest === 1) octets[4] = (octets[4]! & 0xf0) | 6;
  if (rest === 2) octets[rng.below(8)] = rng.below(256);
}
