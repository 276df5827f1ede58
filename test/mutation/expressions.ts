/** Expressions of Verilog as trees, with their places in the text. */
import type { Cursor } from "./tokens.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

export type Expression = Place &
  (
    | { readonly kind: "number" | "string"; readonly text: string }
    | { readonly kind: "name"; readonly text: string }
    | { readonly kind: "select"; readonly base: Expression; readonly how: Select }
    | { readonly kind: "call"; readonly name: string; readonly parts: readonly Expression[] }
    | { readonly kind: "unary"; readonly sign: string; readonly of: Expression }
    | {
        readonly kind: "binary";
        readonly sign: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: "choice";
        readonly test: Expression;
        readonly yes: Expression;
        readonly no: Expression;
      }
    | { readonly kind: "concat"; readonly parts: readonly Expression[] }
    | { readonly kind: "repeat"; readonly count: Expression; readonly parts: readonly Expression[] }
    | { readonly kind: "group"; readonly of: Expression }
  );

/** `[at]`, `[high:low]`, or `[from +: width]`. */
export type Select =
  | { readonly kind: "bit"; readonly at: Expression }
  | { readonly kind: "range"; readonly high: Expression; readonly low: Expression }
  | { readonly kind: "slice"; readonly from: Expression; readonly width: Expression };

/** Binary operators by how tightly they bind (IEEE 1364-2005, table 5-4). */
const strength: Readonly<Record<string, number>> = {
  ...{ "||": 1, "&&": 2, "|": 3, "^": 4, "~^": 4, "^~": 4, "&": 5 },
  ...{ "==": 6, "!=": 6, "===": 6, "!==": 6, "<": 7, "<=": 7, ">": 7, ">=": 7 },
  ...{ "<<": 8, ">>": 8, "<<<": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10, "**": 11 },
};

const unary = new Set(["!", "~", "&", "|", "^", "~&", "~|", "~^", "^~", "+", "-"]);

/** Reads one expression. */
export function readExpression(cursor: Cursor): Expression {
  const test = readBinary(cursor, 1);
  if (!cursor.take("?")) return test;
  const yes = readExpression(cursor);
  cursor.need(":");
  const no = readExpression(cursor);
  return { kind: "choice", test, yes, no, start: test.start, end: no.end };
}

function readBinary(cursor: Cursor, least: number): Expression {
  let left = readUnary(cursor);
  for (;;) {
    const sign = cursor.peek().text;
    const power = cursor.peek().kind === "sign" ? strength[sign] : undefined;
    if (power === undefined || power < least) return left;
    cursor.next();
    const right = readBinary(cursor, power + 1);
    left = { kind: "binary", sign, left, right, start: left.start, end: right.end };
  }
}

function readUnary(cursor: Cursor): Expression {
  const { start, text, kind } = cursor.peek();
  if (kind !== "sign" || !unary.has(text)) return readPrimary(cursor);
  cursor.next();
  const of = readUnary(cursor);
  return { kind: "unary", sign: text, of, start, end: of.end };
}

function readPrimary(cursor: Cursor): Expression {
  const token = cursor.next();
  const { start, text } = token;
  if (token.kind === "number" || token.kind === "string")
    return { kind: token.kind, text, start, end: token.end };
  if (text === "(") {
    const of = readExpression(cursor);
    return { kind: "group", of, start, end: cursor.need(")").end };
  }
  if (text === "{") return readConcat(cursor, start);
  if (token.kind !== "name") throw new Error(`an expression is expected at offset ${start}, not "${text}"`);
  if (cursor.take("(")) {
    const parts = readList(cursor, ")");
    return { kind: "call", name: text, parts, start, end: cursor.last.end };
  }
  let name: Expression = { kind: "name", text, start, end: token.end };
  while (cursor.take(".")) {
    const last = cursor.next();
    name = { kind: "name", text: `${text}.${last.text}`, start, end: last.end };
  }
  while (cursor.take("[")) {
    const how = readSelect(cursor);
    name = { kind: "select", base: name, how, start, end: cursor.need("]").end };
  }
  return name;
}

function readSelect(cursor: Cursor): Select {
  const first = readExpression(cursor);
  if (cursor.take(":")) return { kind: "range", high: first, low: readExpression(cursor) };
  if (cursor.take("+:")) return { kind: "slice", from: first, width: readExpression(cursor) };
  return { kind: "bit", at: first };
}

function readConcat(cursor: Cursor, start: number): Expression {
  const first = readExpression(cursor);
  if (cursor.take("{")) {
    const parts = readList(cursor, "}");
    return { kind: "repeat", count: first, parts, start, end: cursor.need("}").end };
  }
  const parts = [first];
  while (cursor.take(",")) parts.push(readExpression(cursor));
  return { kind: "concat", parts, start, end: cursor.need("}").end };
}

function readList(cursor: Cursor, close: string): Expression[] {
  const parts = [readExpression(cursor)];
  while (cursor.take(",")) parts.push(readExpression(cursor));
  cursor.need(close);
  return parts;
}
