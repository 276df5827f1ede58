import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Expression, File, Node, ObjectExpression, SpreadElement } from "@babel/types";
import type { Position } from "../diagnostics.ts";
import type { DescriptionPath, Origin } from "./origin.ts";

const require = createRequire(import.meta.url);

/** An origin that finds keys of the object literal given to the call at `call`; the call itself where it cannot. */
export function sourceOrigin(call: Position): Origin {
  return { call, ...literalOrigin(call, (file) => argumentAt(file, call)) };
}

/** An origin for a file whose default export is a plain object. */
export function defaultExportOrigin(path: string): Origin {
  return literalOrigin({ file: path, line: 1, column: 1 }, (file) => {
    const statement = file.program.body.find((one) => one.type === "ExportDefaultDeclaration");
    return statement?.type === "ExportDefaultDeclaration" ? statement.declaration : undefined;
  });
}

function literalOrigin(fallback: Position, find: (file: File) => Node | undefined): Origin {
  let argument: Node | undefined;
  let scope: Scope | undefined;
  let parsed = false;
  return {
    locate(path, part) {
      if (!parsed) {
        parsed = true;
        const file = parseFile(fallback.file);
        scope = file && scopeOf(file);
        argument = file && find(file);
      }
      const node = argument && scope && walk(argument, path, part, scope);
      const start = node?.loc?.start;
      return start ? { file: fallback.file, line: start.line, column: start.column + 1 } : fallback;
    },
  };
}

type Scope = ReadonlyMap<string, Expression>;

function parseFile(path: string): File | undefined {
  try {
    const { parse } = require("@babel/parser") as typeof import("@babel/parser");
    const text = readFileSync(path, "utf8");
    return parse(text, { sourceType: "module", plugins: ["typescript"], errorRecovery: true });
  } catch {
    return undefined;
  }
}

/** First syntax error of a file, for engines that do not tell where it is. */
export function parseError(path: string): { readonly message: string; readonly at: Position } | undefined {
  try {
    const { parse } = require("@babel/parser") as typeof import("@babel/parser");
    parse(readFileSync(path, "utf8"), { sourceType: "module", plugins: ["typescript"] });
    return undefined;
  } catch (error) {
    const { message, loc } = error as { message: string; loc?: { line: number; column: number } };
    if (!loc) return undefined;
    const text = message.replace(/ \(\d+:\d+\)$/, "");
    return { message: text, at: { file: path, line: loc.line, column: loc.column + 1 } };
  }
}

/** Constants of the file's top level, for literals that are given to the call by name. */
function scopeOf(file: File): Scope {
  const scope = new Map<string, Expression>();
  for (const statement of file.program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && init) scope.set(id.name, init);
    }
  }
  return scope;
}

/** First argument of the call that holds the position; the innermost one when calls are nested. */
function argumentAt(file: File, call: Position): Node | undefined {
  let found: Node | undefined;
  let size = Number.POSITIVE_INFINITY;
  visit(file.program, (node) => {
    if (node.type !== "CallExpression" || !node.loc) return;
    const { start, end } = node.loc;
    const after = start.line < call.line || (start.line === call.line && start.column < call.column);
    const before = end.line > call.line || (end.line === call.line && end.column >= call.column);
    const extent = (node.end ?? 0) - (node.start ?? 0);
    if (after && before && extent < size) {
      found = node.arguments[0];
      size = extent;
    }
  });
  return found;
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const child of Object.values(node) as unknown[]) {
    for (const one of Array.isArray(child) ? child : [child]) {
      if (isNode(one)) visit(one, see);
    }
  }
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
  );
}

/** Looks through `as`, `satisfies`, brackets, `Object.freeze(…)` and names of constants. */
function strip(node: Node | null | undefined, scope: Scope | undefined, depth = 0): Node | undefined {
  if (!node || depth > 16) return undefined;
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return strip(node.expression, scope, depth + 1);
    case "Identifier": {
      const constant = scope?.get(node.name);
      return constant ? strip(constant, scope, depth + 1) : node;
    }
    default:
      return node;
  }
}

function asObject(node: Node | null | undefined, scope: Scope | undefined): ObjectExpression | undefined {
  const bare = strip(node, scope);
  return bare?.type === "ObjectExpression" ? bare : undefined;
}

function walk(top: Node, path: DescriptionPath, part: "key" | "value", scope: Scope): Node {
  let node: Node = top;
  for (const [index, step] of path.entries()) {
    const holder = strip(node, scope);
    const last = index === path.length - 1;
    if (holder?.type === "ArrayExpression" && typeof step === "number") {
      const element: Expression | SpreadElement | null | undefined = holder.elements[step];
      const spreads = holder.elements.slice(0, step + 1).some((one) => one?.type === "SpreadElement");
      if (!element || spreads) return node;
      node = element;
    } else if (holder?.type === "ObjectExpression") {
      const property = propertyOf(holder, String(step), scope);
      if (!property) return node;
      node = last && part === "key" ? property.key : property.value;
    } else {
      return node;
    }
  }
  return node;
}

/** The property called `name`, also when it comes in by the spread of a constant; the last one wins, as in JavaScript. */
function propertyOf(
  object: ObjectExpression,
  name: string,
  scope: Scope,
): { readonly key: Node; readonly value: Node } | undefined {
  for (const property of [...object.properties].reverse()) {
    if (property.type === "SpreadElement") {
      const inner = asObject(property.argument, scope);
      const found = inner && propertyOf(inner, name, scope);
      if (found) return found;
      continue;
    }
    const { key } = property;
    const text =
      key.type === "Identifier" && !property.computed ? key.name : "value" in key ? key.value : undefined;
    if (String(text) !== name) continue;
    return { key, value: property.type === "ObjectProperty" ? property.value : property.key };
  }
  return undefined;
}
