import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import { alignVerilog } from "./align.ts";
import { checkText, guardView, RenderError } from "./guard.ts";
import { checkTemplate } from "./template-rules.ts";
import type { View } from "./view.ts";

/** Where the templates of the generator live. */
export const templatesFolder = fileURLToPath(new URL("../../templates/", import.meta.url));

/** Renders one template: `template` is its path below the renderer's folder, with `/` between the parts. */
export type Render = (template: string, view: View) => string;

const compileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  explicitPartialContext: true,
  knownHelpers: { log: false, lookup: false, blockHelperMissing: false, helperMissing: false },
} as unknown as CompileOptions;

/**
 * Renders a template of the generator. Trailing blanks are cut and the text ends with one line feed; in Verilog, lines
 * that are only a comment are wrapped at 100 columns and declarations are lined up.
 */
export function renderTemplate(template: string, view: View): string {
  shared ??= createRenderer(templatesFolder);
  return shared(template, view);
}

let shared: Render | undefined;

/**
 * A renderer over a folder of templates; every file `_NAME.hbs` in it, however deep, is the partial `NAME`.
 * Templates are compiled once. What a template may hold is said in `template-rules.ts`.
 */
export function createRenderer(folder: string): Render {
  const root = resolve(folder);
  const environment = Handlebars.create();
  for (const name of ["log", "lookup", "blockHelperMissing", "helperMissing"])
    environment.unregisterHelper(name);
  environment.registerHelper("each", eachOfList);
  for (const [name, path] of partialsBelow(root)) {
    environment.registerPartial(
      name,
      environment.compile(parse(readText(path), relative(root, path)), compileOptions),
    );
  }
  const compiled = new Map<string, HandlebarsTemplateDelegate>();

  return (template, view) => {
    let run = compiled.get(template);
    if (run === undefined) {
      const path = resolve(root, template);
      if (!path.startsWith(root + sep))
        throw new RenderError(`${template} is outside of the templates folder`);
      run = environment.compile(parse(readText(path), template), compileOptions);
      compiled.set(template, run);
    }
    try {
      const text = run(guardView(view));
      checkText(text);
      return tidy(template.endsWith(".v.hbs") ? wrapComments(alignVerilog(text)) : text);
    } catch (cause) {
      throw new RenderError(`${template}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  };
}

/** `#each` as it is, but over lists only: Handlebars would pass over text and switches in silence. */
function eachOfList(this: unknown, list: unknown, options: Handlebars.HelperOptions): unknown {
  if (!Array.isArray(list)) throw new RenderError("#each goes over a list of the view");
  return Handlebars.helpers.each?.call(this, list, options);
}

function parse(source: string, name: string): hbs.AST.Program {
  try {
    const program = Handlebars.parse(source, { srcName: name });
    checkTemplate(program);
    return program;
  } catch (cause) {
    throw new RenderError(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function partialsBelow(root: string): Map<string, string> {
  const found = new Map<string, string>();
  const entries = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  for (const entry of entries) {
    const name = /^_(.+)\.hbs$/u.exec(basename(entry))?.[1];
    if (name === undefined) continue;
    if (found.has(name)) throw new RenderError(`two partials are called ${name}`);
    found.set(name, join(root, entry));
  }
  return found;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new RenderError(`the template ${path} cannot be read`, { cause });
  }
}

const columns = 100;

/** Formulas and names come into comments from the design, so only here is it known how long a line gets. */
function wrapComments(text: string): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const start = /^\s*\/\/ +/u.exec(line)?.[0];
      return start === undefined || line.length <= columns
        ? [line]
        : wrapLine(start, line.slice(start.length));
    })
    .join("\n");
}

function wrapLine(start: string, words: string): string[] {
  const lines: string[] = [];
  let line = start;
  for (const word of words.trimEnd().split(/ +/u)) {
    if (line !== start && line.length + word.length > columns) {
      lines.push(line.trimEnd());
      line = start;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

/** Cuts blanks at line ends and blank lines at the end of the text. */
function tidy(text: string): string {
  return `${text.replace(/[ \t]+$/gmu, "").replace(/\n+$/u, "")}\n`;
}
