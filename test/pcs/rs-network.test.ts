import { describe, expect, it } from "vitest";
import { renderTemplate } from "../../generator/render/index.ts";
import { rsDecoderOf } from "../../generator/views/pcs/rs-decoder.ts";
import { rsEncoderOf } from "../../generator/views/pcs/rs-encoder.ts";
import { rsShape } from "../../generator/views/pcs/rs-shape.ts";

/**
 * Simulation runs the networks row by row; what is built has their sums shared. Here both are read from the emitted text,
 * and for each output the set of inputs that it sums up must be the same.
 */
const shapes = [rsShape("dut", 272, 258, 8), rsShape("dut", 528, 514, 48), rsShape("dut", 544, 514, 32)];

/** Output by output the inputs that the form with shared sums comes to; bit `i` stands for input `i`. */
function sharedSums(text: string): readonly bigint[] {
  const [terms = "", outputs = ""] = text.slice(text.indexOf("`else")).split("assign q = {");
  const sums = new Map<string, bigint>();
  const sumOf = (name: string): bigint => {
    const input = /^d\[(\d+)\]$/.exec(name);
    if (input !== null) return 1n << BigInt(input[1]!);
    const sum = name === "1'b0" ? 0n : sums.get(name);
    if (sum === undefined) throw new Error(`${name} is used before it is there`);
    return sum;
  };
  for (const [, name, left, right] of terms.matchAll(/(x\d+) = (\S+) \^ ([^,;\s]+)[,;]/g)) {
    sums.set(name!, sumOf(left!) ^ sumOf(right!));
  }
  const names = outputs.slice(0, outputs.indexOf("}")).match(/d\[\d+\]|x\d+|1'b0/g) ?? [];
  return names.map(sumOf).reverse();
}

/** The same for the form row by row. */
function rowSums(text: string, outputs: number): readonly bigint[] {
  const sums = new Array<bigint>(outputs).fill(0n);
  const slices = new Map<string, number>();
  for (const [, name, low] of text.matchAll(/wire \[63:0\] (d\d+)\s+= .*?d\[\d+:(\d+)\]/g)) {
    slices.set(name!, Number(low));
  }
  for (const [, output, masked] of text.matchAll(/sums\[(\d+)\] = \^\(([^;]*)\);/g)) {
    for (const [, name, mask] of masked!.matchAll(/\((d\d+) & 64'h([0-9a-f]{16})\)/g)) {
      sums[Number(output)]! |= BigInt(`0x${mask}`) << BigInt(slices.get(name!)!);
    }
  }
  return sums;
}

describe.each(shapes)("networks of a codec of $symbolsPerClock symbols a clock", (shape) => {
  const networks = [...rsEncoderOf(shape), ...rsDecoderOf(shape)].filter(
    ([, template]) => template === "pcs/rs_network",
  );

  it.each(networks)("%s is the same map in both forms", (_, template, view) => {
    const text = renderTemplate(`${template}.v.hbs`, view);
    const shared = sharedSums(text);
    expect(shared.length).toBe(Number(view.outputs));
    expect(shared.every((sum) => sum !== 0n)).toBe(true);
    expect(rowSums(text, shared.length)).toEqual(shared);
  });
});
