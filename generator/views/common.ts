import type { Derived } from "../design/link.ts";
import type { View } from "../render/view.ts";

/** Name of an emitted module: the device's name in front, so that two devices fit into one design. */
export function moduleName(design: { readonly name: string }, suffix: string): string {
  return `${design.name}_${suffix}`;
}

/** The view of the `header` partial. */
export function header(design: { readonly name: string }, purpose: string): View {
  return { purpose, device: design.name };
}

/** One `localparam` line: the number and, in the comment, its unit and formula. */
export function localparam(name: string, value: number | string, comment: string): View {
  return { name, value: String(value), comment };
}

/** The `localparam` line of a derived number, with the formula as its comment. */
export function derivedParam<Id extends string>(
  name: string,
  design: { readonly derived: Readonly<Record<Id, Derived>> },
  id: Id,
): View {
  const { value, unit, formula, overridden } = design.derived[id];
  return localparam(name, value, `${unit}: ${overridden ? "set in the description" : formula}`);
}

/** Bits that hold the values 0 … `max`; at least 1. */
export function bitsFor(max: number): number {
  return Math.max(1, Math.ceil(Math.log2(max + 1)));
}

/** Bits of an index into `count` things; at least 1. */
export function indexBits(count: number): number {
  return bitsFor(Math.max(1, count - 1));
}
