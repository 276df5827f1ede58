/** Walks through a module and tells of every place that can be mutated, in the order of the text. */
import type { Expression } from "./expressions.ts";
import type { Cursor } from "./tokens.ts";

export interface Visitor {
  /** Offset behind the list of ports. */
  readonly header: (end: number) => void;
  readonly readExpression: (cursor: Cursor) => Expression;
  /** A value that is assigned or given to a port; `driven`: by an assignment that cannot be left out. */
  readonly value: (node: Expression, driven: boolean) => void;
  readonly condition: (node: Expression) => void;
  /** An assignment that can be left out, first character to behind its semicolon. */
  readonly statement: (start: number, end: number) => void;
}

const quiet: Omit<Visitor, "readExpression"> = {
  header: () => undefined,
  value: () => undefined,
  condition: () => undefined,
  statement: () => undefined,
};

const declarations = new Set(["localparam", "parameter", "genvar", "integer", "input", "output", "defparam"]);

export function walkModule(cursor: Cursor, visitor: Visitor): void {
  cursor.need("module");
  cursor.next();
  if (cursor.take("#")) {
    cursor.need("(");
    cursor.skipPast(")");
  }
  if (cursor.take("(")) cursor.skipPast(")");
  visitor.header(cursor.need(";").end);
  while (!cursor.take("endmodule")) walkItem(cursor, visitor);
}

function walkItem(cursor: Cursor, visitor: Visitor): void {
  const { text, kind } = cursor.next();
  if (text === ";" || text === "generate" || text === "endgenerate") return;
  if (declarations.has(text)) cursor.skipPast(";");
  else if (text === "wire" || text === "reg") walkDeclaration(cursor, visitor);
  else if (text === "assign") walkAssign(cursor, visitor);
  else if (text === "function") walkFunction(cursor, visitor);
  else if (text === "always") {
    skipEvents(cursor);
    walkStatement(cursor, visitor, new Set());
  } else if (text === "initial") walkStatement(cursor, { ...visitor, ...quiet }, new Set());
  else if (text === "begin") {
    if (cursor.take(":")) cursor.next();
    while (!cursor.take("end")) walkItem(cursor, visitor);
  } else if (text === "for" || text === "if") {
    cursor.need("(");
    cursor.skipPast(")");
    walkItem(cursor, visitor);
    if (text === "if" && cursor.take("else")) walkItem(cursor, visitor);
  } else if (kind === "name") walkInstance(cursor, visitor);
  else throw new Error(`an item of a module is expected, not "${text}"`);
}

function skipEvents(cursor: Cursor): void {
  cursor.need("@");
  if (cursor.take("*")) return;
  cursor.need("(");
  cursor.skipPast(")");
}

function skipRanges(cursor: Cursor): void {
  while (cursor.take("[")) cursor.skipPast("]");
}

function walkDeclaration(cursor: Cursor, visitor: Visitor): void {
  cursor.take("signed");
  skipRanges(cursor);
  do {
    cursor.next();
    skipRanges(cursor);
    if (cursor.take("=")) visitor.value(visitor.readExpression(cursor), true);
  } while (cursor.take(","));
  cursor.need(";");
}

function walkAssign(cursor: Cursor, visitor: Visitor): void {
  do {
    visitor.readExpression(cursor);
    cursor.need("=");
    visitor.value(visitor.readExpression(cursor), true);
  } while (cursor.take(","));
  cursor.need(";");
}

/** Declarations of a function stand before its statement; one that parameters are computed by is left as it is. */
function walkFunction(cursor: Cursor, visitor: Visitor): void {
  cursor.take("automatic");
  skipRanges(cursor);
  cursor.next();
  if (cursor.take("(")) cursor.skipPast(")");
  cursor.need(";");
  while (cursor.is("input", "integer", "reg")) cursor.skipPast(";");
  walkStatement(cursor, visitor, new Set());
  cursor.need("endfunction");
}

/** Inputs that are more than a name: what is less may as well be an output. */
function walkInstance(cursor: Cursor, visitor: Visitor): void {
  if (cursor.take("#")) {
    cursor.need("(");
    cursor.skipPast(")");
  }
  cursor.next();
  cursor.need("(");
  while (!cursor.take(")")) {
    cursor.take(",");
    cursor.need(".");
    cursor.next();
    cursor.need("(");
    if (cursor.take(")")) continue;
    const node = visitor.readExpression(cursor);
    if (node.kind !== "name" && node.kind !== "select" && !isTarget(node)) visitor.value(node, false);
    cursor.need(")");
  }
  cursor.need(";");
}

/** A list of names and selects may be an output. */
function isTarget(node: Expression): boolean {
  return (
    node.kind === "name" ||
    node.kind === "select" ||
    (node.kind === "concat" && node.parts.every((part) => isTarget(part)))
  );
}

/** `assigned`: names that have a value in this block; the first assignment of one cannot be left out. */
function walkStatement(cursor: Cursor, visitor: Visitor, assigned: Set<string>): void {
  const { text, start } = cursor.peek();
  if (cursor.take("begin")) {
    if (cursor.take(":")) cursor.next();
    while (cursor.is("integer", "reg")) cursor.skipPast(";");
    while (!cursor.take("end")) walkStatement(cursor, visitor, assigned);
  } else if (cursor.take("if")) {
    cursor.need("(");
    visitor.condition(visitor.readExpression(cursor));
    cursor.need(")");
    walkStatement(cursor, visitor, assigned);
    if (cursor.take("else")) walkStatement(cursor, visitor, assigned);
  } else if (cursor.take("for")) {
    cursor.need("(");
    cursor.skipPast(")");
    walkStatement(cursor, visitor, assigned);
  } else if (cursor.take("case")) walkCase(cursor, visitor, assigned);
  else if (text.startsWith("$")) cursor.skipPast(";");
  else if (text === ";") cursor.next();
  else walkAssignment(cursor, visitor, assigned, start);
}

function walkCase(cursor: Cursor, visitor: Visitor, assigned: Set<string>): void {
  cursor.need("(");
  visitor.value(visitor.readExpression(cursor), false);
  cursor.need(")");
  while (!cursor.take("endcase")) {
    if (cursor.take("default")) cursor.take(":");
    else {
      do visitor.readExpression(cursor);
      while (cursor.take(","));
      cursor.need(":");
    }
    walkStatement(cursor, visitor, assigned);
  }
}

function walkAssignment(cursor: Cursor, visitor: Visitor, assigned: Set<string>, start: number): void {
  const target = readTarget(cursor);
  const blocking = cursor.take("=");
  if (!blocking) cursor.need("<=");
  const node = visitor.readExpression(cursor);
  const first = blocking && !assigned.has(target);
  assigned.add(target);
  visitor.value(node, first);
  const { end } = cursor.need(";");
  if (!first) visitor.statement(start, end);
}

/** Skips the left side of an assignment, which would read as a comparison otherwise. */
function readTarget(cursor: Cursor): string {
  if (cursor.take("{")) {
    cursor.skipPast("}");
    return "{}";
  }
  const { text } = cursor.next();
  skipRanges(cursor);
  return text;
}
