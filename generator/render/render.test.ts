import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createRenderer } from "./render.ts";
import type { View } from "./view.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function rendererOf(files: Record<string, string>): ReturnType<typeof createRenderer> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-templates-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return createRenderer(folder);
}

/** Renders `source` as the only template. */
function render(source: string, view: unknown): string {
  return rendererOf({ "t.v.hbs": source })("t.v.hbs", view as View);
}

describe("what comes out", () => {
  it("leaves Verilog operators alone", () => {
    expect(render("a <= b && c; // {{text}}", { text: `x < 'y' & "z"` })).toBe(
      `a <= b && c; // x < 'y' & "z"\n`,
    );
  });

  it("cuts blanks at line ends and ends with one line feed", () => {
    expect(render("a  \n{{empty}}\t\n\nb\n\n\n", { empty: "" })).toBe("a\n\n\nb\n");
  });

  it("wraps comments of Verilog at 100 columns, and nothing else", () => {
    const words = Array(40).fill("word").join(" ");
    const code = `assign x = ${Array(40).fill("y").join(" ^ ")}; // {{text}}`;
    const lines = render(`    // {{text}}\n${code}`, { text: words }).trimEnd().split("\n");
    expect(lines.slice(0, -1).every((line) => line.startsWith("    // word") && line.length <= 100)).toBe(
      true,
    );
    expect(
      lines
        .slice(0, -1)
        .map((line) => line.slice(7))
        .join(" "),
    ).toBe(words);
    expect(lines.at(-1)).toBe(code.replace("{{text}}", words));
    expect(rendererOf({ "t.md.hbs": "// {{text}}" })("t.md.hbs", { text: words })).toBe(`// ${words}\n`);
  });

  it("puts adjacent digits side by side", () => {
    expect(render("{{a}}{{b}}", { a: "1", b: "2" })).toBe("12\n");
  });

  it("keeps blocks on lines of their own out of the text", () => {
    const source = "{{#each rows}}\n{{name}}{{#unless @last}},{{/unless}}\n{{/each}}\n";
    expect(render(source, { rows: [{ name: "a" }, { name: "b" }] })).toBe("a,\nb\n");
  });

  it("takes switches in if and unless, also false ones, and frozen views", () => {
    const source = "{{#if yes}}y{{else}}n{{/if}}{{#if no}}y{{else}}n{{/if}}{{#unless no}}u{{/unless}}";
    expect(render(source, Object.freeze({ yes: true, no: false }))).toBe("ynu\n");
  });

  it("reaches names outside of an each", () => {
    expect(render("{{#each rows}}{{../p}}{{this}} {{/each}}", { p: "x", rows: ["1", "2"] })).toBe("x1 x2\n");
  });

  it("finds partials in any folder and hands them their context", () => {
    const run = rendererOf({ "a/t.hbs": "{{> head top}}", "common/_head.hbs": "// {{purpose}}\n" });
    expect(run("a/t.hbs", { top: { purpose: "p" } })).toBe("// p\n");
  });
});

describe("missing names", () => {
  for (const source of [
    "{{gone}}",
    "{{#if gone}}x{{/if}}",
    "{{#unless gone}}x{{/unless}}",
    "{{#each gone}}x{{/each}}",
    "{{#with gone}}x{{/with}}",
    "{{a.gone}}",
    "{{#if a.gone}}x{{/if}}",
    "{{#each rows}}{{#if gone}}x{{/if}}{{/each}}",
    "{{#each rows}}{{../gone}}{{/each}}",
    "{{> part gone}}",
    "{{> part a}}",
    "{{toString}}",
  ]) {
    it(`throws at ${source}`, () => {
      const run = rendererOf({ "t.hbs": source, "_part.hbs": "{{inner}}" });
      expect(() => run("t.hbs", { a: { b: "" }, rows: [{ b: "" }] })).toThrow(
        /t\.hbs: .*(not in the view|not defined)/u,
      );
    });
  }
});

describe("leaves", () => {
  for (const [what, value] of [
    ["a number", 1],
    ["undefined", undefined],
    ["null", null],
    ["a bigint", 1n],
    ["a function", () => "x"],
    ["an object of a class", new Date(0)],
    ["a number in a list", { list: ["1", 2] }],
    ["a control character", "a\rb"],
  ] as const) {
    it(`refuses ${what}, even where the template does not look`, () => {
      expect(() => render("x", { value })).toThrow(/view\.value/u);
    });
  }

  for (const [what, value] of [
    ["a true switch", true],
    ["a false switch", false],
    ["a record", { a: "" }],
    ["a list", ["a"]],
  ] as const) {
    it(`refuses ${what} where text is wanted`, () => {
      expect(() => render("{{value}}", { value })).toThrow(/not text/u);
      expect(() => render("{{value}}{{value}}", { value })).toThrow(/not text/u);
    });
  }

  it("refuses each over text", () => {
    expect(() => render("{{#each value}}x{{/each}}", { value: "abc" })).toThrow(/list/u);
  });

  it("refuses a view that contains itself", () => {
    const view: Record<string, unknown> = {};
    view.self = view;
    expect(() => render("x", view)).toThrow(/refers back/u);
  });
});

describe("templates cannot run code", () => {
  for (const source of [
    "{{log 'x'}}",
    "{{lookup a 'b'}}",
    "{{f a}}",
    "{{#f}}x{{/f}}",
    "{{#a}}x{{/a}}",
    "{{#if (f a)}}x{{/if}}",
    "{{#if a includeZero=true}}x{{/if}}",
    "{{> (f) a}}",
    "{{> p}}",
    "{{> p a b='c'}}",
    "{{#> p a}}x{{/p}}",
    "{{* d}}",
    "{{#*inline 'p'}}x{{/inline}}",
    "{{{a}}}",
    "{{a.constructor}}",
    "{{a.__proto__}}",
    "{{@root.a}}",
    "{{@index}}",
    "{{#each}}x{{/each}}",
    "{{'text'}}",
    "{{1}}",
  ]) {
    it(`refuses ${source}`, () => {
      const run = (): string => rendererOf({ "t.hbs": source, "_p.hbs": "" })("t.hbs", { a: "", f: "" });
      expect(run).toThrow(/t\.hbs: /u);
    });
  }

  it("refuses a template outside of the folder", () => {
    expect(() => rendererOf({})("../x.hbs", {})).toThrow(/outside/u);
  });

  it("refuses two partials of one name", () => {
    expect(() => rendererOf({ "a/_p.hbs": "", "b/_p.hbs": "" })).toThrow(/two partials/u);
  });
});
