import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { type Command, Option } from "commander";
import { verilogKeywords } from "../design/verilog-names.ts";
import { LanewrightError } from "../diagnostics.ts";
import { type Example, exampleList, exampleName, exampleText } from "./examples.ts";
import { exampleJson, exampleScript } from "./init-example.ts";
import { nicJson, nicScript } from "./init-nic.ts";
import { switchJson, switchScript } from "./init-switch.ts";

const examples = {
  link: { script: exampleScript, json: exampleJson },
  switch: { script: switchScript, json: switchJson },
  nic: { script: nicScript, json: nicJson },
} as const;

type Kind = keyof typeof examples;

const help = `
The file's extension decides: .ts gives commented TypeScript, .json the same device in JSON. --list shows the examples
that come with Lanewright by kind, --example copies one of them as it is.

Examples:
  $ lanewright init                          writes link.ts
  $ lanewright init --kind switch            writes switch.ts
  $ lanewright init --kind nic               writes nic.ts, an adapter
  $ lanewright init my_link.json
  $ lanewright init links/uplink.ts --force
  $ lanewright init --list
  $ lanewright init --example leaf4          writes leaf4.ts`;

export function register(program: Command): void {
  program
    .command("init")
    .description("write a commented example description")
    .argument("[file]", "where to write it (default: KIND.ts, or the example's name)")
    .addOption(
      new Option("--kind <kind>", "what to describe").choices(["link", "switch", "nic"]).default("link"),
    )
    .addOption(
      new Option("--example <name>", "copy an example that comes with Lanewright").choices(
        exampleList.map(exampleName),
      ),
    )
    .option("--list", "show the examples by kind, write nothing")
    .option("--force", "overwrite the file if it is there")
    .addHelpText("after", help)
    .action(run);
}

interface Options {
  readonly kind: Kind;
  readonly example?: string;
  readonly list?: true;
  readonly force?: true;
}

function run(given: string | undefined, options: Options): void {
  if (options.list === true) {
    process.stdout.write(listText());
    return;
  }
  const example = exampleList.find((one) => exampleName(one) === options.example);
  const file = given ?? example?.file ?? `${options.kind}.ts`;
  const text = example === undefined ? exampleFor(file, options.kind) : copyFor(file, example);
  if (existsSync(file) && !options.force) {
    throw new LanewrightError({
      code: "LW_FILE_EXISTS",
      severity: "error",
      message: `${file} is already there`,
      remedy: "give another name, or --force to overwrite it",
    });
  }
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (cause) {
    const message = `${file} cannot be written`;
    const remedy = "choose a folder that you may write to";
    throw new LanewrightError(
      { code: "LW_OUTPUT_UNWRITABLE", severity: "error", message, remedy },
      { cause },
    );
  }
  process.stdout.write(`wrote ${file}; now: lanewright explain ${file}\n`);
}

/** The examples by kind. */
function listText(): string {
  const width = Math.max(...exampleList.map((one) => exampleName(one).length));
  const kinds = [...new Set(exampleList.map(({ kind }) => kind))];
  const lines = kinds.flatMap((kind) => [
    `${kind}`,
    ...exampleList
      .filter((one) => one.kind === kind)
      .map((one) => `  ${exampleName(one).padEnd(width)}  ${one.about}`),
  ]);
  return `${lines.join("\n")}\n`;
}

/** The text of an example for a file of the same type. */
function copyFor(file: string, example: Example): string {
  const [wanted, has] = [extname(file), extname(example.file)];
  if (wanted === has) return exampleText(example);
  throw new LanewrightError({
    code: "LW_FILE_TYPE",
    severity: "error",
    message: `the example ${exampleName(example)} is ${has === ".json" ? "JSON" : "TypeScript"}`,
    value: wanted === "" ? "no extension" : wanted,
    limit: has,
    remedy: `name a file that ends in ${has}`,
  });
}

function exampleFor(file: string, kind: Kind): string {
  const extension = extname(file);
  const name = deviceName(basename(file, extension), kind);
  if (extension === ".ts" || extension === ".mts") return examples[kind].script(name);
  if (extension === ".json") return examples[kind].json(name);
  throw new LanewrightError({
    code: "LW_FILE_TYPE",
    severity: "error",
    message: `${file} names neither TypeScript nor JSON`,
    value: extension === "" ? "no extension" : extension,
    limit: ".ts, .mts, .json",
    remedy: "give the file one of these extensions",
  });
}

/** A legal device name made of the file's: `my-link` becomes `my_link`. */
function deviceName(base: string, kind: Kind): string {
  const name = base
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40);
  return name === "" || verilogKeywords.has(name) ? `${kind}` : name;
}
