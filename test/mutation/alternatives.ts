/** What an expression is mutated into: texts that are as wide as the original, so that only the value differs. */
import type { Expression } from "./expressions.ts";

/** Class of a mutation. */
export type MutantKind = "operator" | "constant" | "dropped" | "stuck" | "off by one";

export interface Alternative {
  readonly kind: MutantKind;
  readonly text: string;
}

export interface Names {
  /** Parameters: known when the design is elaborated. */
  readonly parameters: ReadonlySet<string>;
  /** Genvars and loop variables. */
  readonly counters: ReadonlySet<string>;
}

/** Comparisons with the limit moved by one; signs turned into their opposites. */
const swaps: Readonly<Record<string, readonly [sign: string, kind: MutantKind]>> = {
  ...{ "<": ["<=", "off by one"], "<=": ["<", "off by one"] },
  ...{ ">": [">=", "off by one"], ">=": [">", "off by one"] },
  ...{ "==": ["!=", "operator"], "!=": ["==", "operator"] },
  ...{ "+": ["-", "operator"], "-": ["+", "operator"] },
  ...{ "<<": [">>", "operator"], ">>": ["<<", "operator"] },
  ...{ "&&": ["||", "operator"], "||": ["&&", "operator"], "&": ["|", "operator"], "|": ["&", "operator"] },
  ...{ "^": ["~^", "operator"], "~^": ["^", "operator"] },
};

/** Alternatives of one node of an expression; those of its parts are theirs. `textOf` gives the source of a part. */
export function alternativesOf(
  node: Expression,
  names: Names,
  textOf: (part: Expression) => string,
): readonly Alternative[] {
  if (node.kind === "number") return literalsNear(node.text);
  if (node.kind === "name")
    return names.parameters.has(node.text) ? [{ kind: "constant", text: `(${node.text} ^ 1'b1)` }] : [];
  if (node.kind === "select") return otherBits(node, textOf);
  if (node.kind === "unary") return unaryAlternatives(node.sign, textOf(node.of));
  if (node.kind === "choice")
    return isConstant(node.test, names)
      ? []
      : [node.yes, node.no].map((part) => ({ kind: "stuck", text: `(${textOf(part)})` }));
  if (node.kind !== "binary") return [];
  const [left, right] = [textOf(node.left), textOf(node.right)];
  const swap = swaps[node.sign];
  if (swap === undefined || isConstant(node, names)) return [];
  const swapped = { kind: swap[1], text: `(${left} ${swap[0]} ${right})` };
  if (node.sign === "&&" || node.sign === "||")
    return [swapped, ...[left, right].map((part) => stuck(`(|(${part}))`))];
  if (node.sign === "&" || node.sign === "|")
    return [swapped, ...[left, right].map((part) => stuck(`(${part})`))];
  return [swapped];
}

function stuck(text: string): Alternative {
  return { kind: "stuck", text };
}

function unaryAlternatives(sign: string, of: string): readonly Alternative[] {
  const other = { "!": `(|(${of}))`, "~": `(${of})`, "-": `(${of})` }[sign];
  const reduced = { "&": "|", "|": "&", "^": "~^", "~^": "^" }[sign];
  if (other !== undefined) return [{ kind: "operator", text: other }];
  return reduced === undefined ? [] : [{ kind: "operator", text: `(${reduced}(${of}))` }];
}

/** A constant bit or range of a vector: the one below. */
function otherBits(
  node: Expression & { kind: "select" },
  textOf: (part: Expression) => string,
): Alternative[] {
  const { base, how } = node;
  const value = (part: Expression): number => (part.kind === "number" ? Number(part.text) : Number.NaN);
  if (how.kind === "bit" && value(how.at) > 0)
    return [{ kind: "off by one", text: `${textOf(base)}[${value(how.at) - 1}]` }];
  if (how.kind !== "range" || !(value(how.low) > 0) || !(value(how.high) > 0)) return [];
  const text = `${textOf(base)}[${value(how.high) - 1}:${value(how.low) - 1}]`;
  return [{ kind: "off by one", text }];
}

/** One more and one less; of a wide mask, another lowest bit. */
function literalsNear(text: string): readonly Alternative[] {
  const [, size, base = "d", digits = text] = /^(\d*)\s*'([bodhBODH])\s*(.*)$/u.exec(text) ?? [];
  const prefix = { b: "0b", o: "0o", h: "0x" }[base.toLowerCase()] ?? "";
  if (/[xXzZ?]/u.test(digits)) return [];
  const value = BigInt(prefix + digits.replaceAll("_", ""));
  const bits = size === undefined || size === "" ? 31 : Number(size);
  const values = bits > 32 ? [value ^ 1n] : [value + 1n, value - 1n];
  const radix = { b: 2, o: 8, h: 16 }[base.toLowerCase()] ?? 10;
  const written = (one: bigint): string =>
    size === undefined ? String(one) : `${size}'${base}${one.toString(radix)}`;
  const kind: MutantKind = bits === 1 || bits > 32 ? "constant" : "off by one";
  return values
    .filter((one) => one >= 0n && one < 1n << BigInt(bits))
    .map((one) => ({ kind, text: written(one) }));
}

/** Whether an expression is known when the design is elaborated, loop variables included. */
export function isConstant(node: Expression, names: Names): boolean {
  const all = (parts: readonly Expression[]): boolean => parts.every((part) => isConstant(part, names));
  switch (node.kind) {
    case "number":
    case "string":
      return true;
    case "name":
      return names.parameters.has(node.text) || names.counters.has(node.text);
    case "select":
      return all([node.base]);
    case "call":
      return all(node.parts);
    case "unary":
    case "group":
      return all([node.of]);
    case "binary":
      return all([node.left, node.right]);
    case "choice":
      return all([node.test, node.yes, node.no]);
    default:
      return all(node.parts);
  }
}
