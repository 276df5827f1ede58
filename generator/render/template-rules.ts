import Handlebars from "handlebars";
import { RenderError } from "./guard.ts";

const blocks: ReadonlySet<string> = new Set(["each", "if", "unless", "with"]);

/**
 * What a template may hold, checked before it is compiled: text, names of the view, `each`, `if`, `unless` and `with`
 * over one name, and partials with a context. No helpers, no calls inside calls, no decorators, no partial blocks, no
 * partial chosen by a name of the view, no hash arguments (Handlebars would copy the view out of its guard).
 */
export function checkTemplate(program: hbs.AST.Program): void {
  new Rules().accept(program);
}

class Rules extends Handlebars.Visitor {
  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    if (statement.params.length > 0 || hasHash(statement)) refuse(statement, "a name takes no arguments");
    checkPath(statement.path);
    if (nameOf(statement.path).startsWith("@")) refuse(statement, "only names of the view are text");
    if (blocks.has(nameOf(statement.path))) refuse(statement, `${nameOf(statement.path)} is a block`);
    if (!statement.escaped) refuse(statement, "write {{name}}: nothing is escaped anyway");
  }

  override BlockStatement(statement: hbs.AST.BlockStatement): void {
    const name = nameOf(statement.path);
    if (!blocks.has(name)) refuse(statement, `#${name} is not one of #each, #if, #unless, #with`);
    if (statement.params.length !== 1 || hasHash(statement)) refuse(statement, `#${name} takes one name`);
    for (const param of statement.params) checkPath(param);
    this.accept(statement.program);
    if (statement.inverse) this.accept(statement.inverse);
  }

  override PartialStatement(statement: hbs.AST.PartialStatement): void {
    if (statement.name.type !== "PathExpression") refuse(statement, "a partial is called by its name");
    if (statement.params.length !== 1 || hasHash(statement)) refuse(statement, "a partial takes one context");
    for (const param of statement.params) checkPath(param);
  }

  override PartialBlockStatement(statement: hbs.AST.PartialBlockStatement): void {
    refuse(statement, "partial blocks are not used");
  }

  override DecoratorBlock(statement: hbs.AST.DecoratorBlock): void {
    refuse(statement, "decorators are not used");
  }

  override Decorator(statement: hbs.AST.Decorator): void {
    refuse(statement, "decorators are not used");
  }
}

/** A path of names: own names only, so that nothing inherited is within reach. */
function checkPath(expression: hbs.AST.Expression): void {
  if (!isPath(expression)) refuse(expression, "only names of the view may stand here");
  if (expression.data && expression.original !== "@first" && expression.original !== "@last") {
    refuse(expression, "of the names with @, only @first and @last are used");
  }
  for (const part of expression.parts) {
    if (part === "__proto__" || part === "constructor" || part === "prototype") {
      refuse(expression, `${part} is not a name of a view`);
    }
  }
}

function isPath(expression: hbs.AST.Node): expression is hbs.AST.PathExpression {
  return expression.type === "PathExpression";
}

function nameOf(path: hbs.AST.Node): string {
  return isPath(path) ? path.original : "";
}

function hasHash(node: { hash?: hbs.AST.Hash }): boolean {
  return node.hash !== undefined && node.hash.pairs.length > 0;
}

function refuse(node: hbs.AST.Node, why: string): never {
  throw new RenderError(`line ${node.loc.start.line}: ${why}`);
}
