import Table from "cli-table3";
import { renderTemplate } from "../generator/render/index.ts";
import type { ModuleFile } from "../generator/views/files.ts";
import { rsDecoderOf } from "../generator/views/pcs/rs-decoder.ts";
import { rsEncoderOf } from "../generator/views/pcs/rs-encoder.ts";
import { rsShape } from "../generator/views/pcs/rs-shape.ts";

/**
 * Two-input XORs of a Reed-Solomon codec, output by output and with shared sums, and how long it takes to generate.
 * `npx tsx bench/rs.ts [SYMBOLS ...]`; without numbers 8, 16, 32 and 136 symbols a clock. Not counted: the key equation,
 * the division, and what joins the state to the first symbols of the encoder.
 */
const asked = process.argv.slice(2).map(Number);
const widths = asked.length > 0 ? asked : [8, 16, 32, 136];
const plain = { style: { head: [], border: [] } };

const number = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 1 });

interface Cost {
  readonly naive: number;
  readonly shared: number;
  readonly depth: number;
}

/** What the networks of some names cost together. */
function costOf(modules: readonly ModuleFile[], ...suffixes: readonly string[]): string {
  const costs = modules
    .filter(([suffix]) => suffixes.includes(suffix))
    .map(([, , view]): Cost => {
      return { naive: Number(view.naive), shared: Number(view.shared), depth: Number(view.depth) };
    });
  const sum = (part: keyof Cost): number => costs.reduce((total, cost) => total + cost[part], 0);
  const depth = Math.max(...costs.map((cost) => cost.depth));
  return `${number(sum("naive"))} / ${number(sum("shared"))} (${depth})`;
}

for (const [n, k] of [
  [544, 514],
  [272, 258],
] as const) {
  const table = new Table({
    ...plain,
    head: ["symbols", "encoder", "syndromes", "start of search", "search", "seconds"],
  });
  for (const symbols of widths.filter((one) => n % one === 0)) {
    const begin = performance.now();
    const shape = rsShape("bench", n, k, symbols);
    const modules = [...rsEncoderOf(shape), ...rsDecoderOf(shape)];
    for (const [, template, view] of modules) renderTemplate(`${template}.v.hbs`, view);
    table.push([
      String(symbols),
      costOf(modules, "rs_encoder_network"),
      costOf(modules, "rs_syndrome_network", "rs_syndrome_step"),
      costOf(modules, "rs_search_start"),
      costOf(modules, "rs_search_network"),
      number((performance.now() - begin) / 1000),
    ]);
  }
  console.log(`RS(${n},${k}): XORs one by one / shared (most between an input and an output)`);
  console.log(table.toString());
}
