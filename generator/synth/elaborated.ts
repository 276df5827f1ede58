import { createHash } from "node:crypto";
import { runYosys, type Yosys } from "./yosys.ts";

/** An array in the Verilog of a module. */
export interface ArrayOfModule {
  readonly name: string;
  readonly words: number;
  readonly bitsPerWord: number;
}

/** A module with one set of parameters, as Yosys elaborates it, before anything is mapped. */
export interface ElaboratedModule {
  /** Yosys' name for it. */
  readonly key: string;
  /** Name in the Verilog. */
  readonly module: string;
  /** `WIDTH=8 DEPTH=2048`; empty where instances set none. */
  readonly parameters: string;
  readonly arrays: readonly ArrayOfModule[];
  /** Instances of other modules, by their keys. */
  readonly below: ReadonlyMap<string, number>;
  /** Lines of the module in Yosys' RTLIL, its header left out. */
  readonly body: readonly string[];
}

export type Elaborated = ReadonlyMap<string, ElaboratedModule>;

/** Elaborates `top` and all below it; the modules that it is made of. @param files Verilog texts by their names */
export async function elaborateVerilog(
  yosys: Yosys,
  files: Readonly<Record<string, string>>,
  top: string,
): Promise<Elaborated> {
  const script = [
    `read_verilog ${Object.keys(files).join(" ")}`,
    `hierarchy -check -top ${top}`,
    "setattr -unset src *",
    "write_rtlil device.il",
  ];
  const [text = ""] = await runYosys(yosys, top, script, files, ["device.il"]);
  return parseRtlil(text);
}

/** The modules of an RTLIL text. */
export function parseRtlil(text: string): Elaborated {
  const bodies = new Map<string, string[]>();
  let body: string[] | undefined;
  for (const line of text.split("\n")) {
    const [, name] = /^module (\S+)$/.exec(line) ?? [];
    if (name !== undefined) {
      body = [];
      bodies.set(name.replace(/^\\/, ""), body);
    } else if (line === "end") body = undefined;
    else if (!/^\s*attribute \\(src|module_not_derived) /.test(line)) body?.push(line);
  }
  const parsed = [...bodies].map(([key, lines]) => [key, moduleOf(key, lines, bodies)] as const);
  return new Map(parsed);
}

function moduleOf(key: string, body: readonly string[], all: ReadonlyMap<string, unknown>): ElaboratedModule {
  const arrays: ArrayOfModule[] = [];
  const below = new Map<string, number>();
  const values: string[] = [];
  for (const line of body) {
    const [, width, words, array] = /^ {2}memory width (\d+) size (\d+) .*?\\(\S+)$/.exec(line) ?? [];
    if (array !== undefined) arrays.push({ name: array, words: Number(words), bitsPerWord: Number(width) });
    const type = (/^ {2}cell (\S+) /.exec(line)?.[1] ?? "").replace(/^\\/, "");
    if (all.has(type)) below.set(type, (below.get(type) ?? 0) + 1);
    const [, parameter, value] = /^ {2}parameter \\(\S+) (\S+)$/.exec(line) ?? [];
    if (parameter !== undefined) values.push(`${parameter}=${value}`);
  }
  const derived = key.startsWith("$paramod");
  const module = derived ? (/^\$paramod(?:\$\w+)?\\(\w+)/.exec(key)?.[1] ?? key) : key;
  return { key, module, parameters: derived ? values.join(" ") : "", arrays, below, body };
}

/** Name of a module below that of a job, in its text. */
export const partName = (job: string, index: number): string => `${job}_part${index}`;

/**
 * RTLIL of a module by itself, those below it as black boxes. All names of modules in it are of no device, so that the
 * same module of two devices is the same text.
 * @param job name that the module takes, those below it with a number
 */
export function jobText(all: Elaborated, module: ElaboratedModule, job: string): string {
  const parts = new Map([...module.below.keys()].map((key, index) => [key, partName(job, index)]));
  const body = module.body.map((line) => {
    return line.replace(/^( {2}cell )(\S+)/, (whole, head: string, type: string) => {
      const part = parts.get(type.replace(/^\\/, ""));
      return part === undefined ? whole : `${head}\\${part}`;
    });
  });
  const stubs = [...parts].flatMap(([key, name]) => [
    "attribute \\blackbox 1",
    `module \\${name}`,
    ...(all.get(key)?.body ?? []).filter((line) => /^ {2}wire .*\b(input|output|inout) \d+ /.test(line)),
    "end",
  ]);
  return `${[`module \\${job}`, ...body, "end", ...stubs].join("\n")}\n`;
}

/** RTLIL of a module `name` that is made of the modules of some jobs, each once, wired to nothing. */
export function batchText(name: string, jobs: readonly string[]): string {
  const cells = jobs.flatMap((job) => ["  attribute \\keep 1", `  cell \\${job} \\of_${job}`, "  end"]);
  return `${[`module \\${name}`, ...cells, "end"].join("\n")}\n`;
}

/** Hash of a text of RTLIL that does not see how Yosys has numbered what has no name, nor lines of source. */
export function textKey(text: string): string {
  const numbers = new Map<string, string>();
  const plain = text.replace(/\$[^\s$]*\.v:[\d.-]+/g, "$v").replace(/\$(\d+)/g, (_, number: string) => {
    const known = numbers.get(number) ?? String(numbers.size);
    numbers.set(number, known);
    return `$${known}`;
  });
  return createHash("sha256").update(plain).digest("hex");
}

/** Times that each module is in `top`, itself once; those of which there is none are left out. */
export function instanceCounts(all: Elaborated, top: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const walk = (key: string, times: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + times);
    for (const [below, count] of all.get(key)?.below ?? []) walk(below, times * count);
  };
  walk(top, 1);
  return counts;
}
