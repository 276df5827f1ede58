import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { type Command, Option } from "commander";
import { verilogKeywords } from "../design/verilog-names.ts";
import { LanewrightError } from "../diagnostics.ts";
import { exampleJson, exampleScript } from "./init-example.ts";
import { switchJson, switchScript } from "./init-switch.ts";

const examples = {
  link: { script: exampleScript, json: exampleJson },
  switch: { script: switchScript, json: switchJson },
} as const;

type Kind = keyof typeof examples;

const help = `
The file's extension decides: .ts gives commented TypeScript, .json the same device in JSON.

Examples:
  $ lanewright init                          writes link.ts
  $ lanewright init --kind switch            writes switch.ts
  $ lanewright init my_link.json
  $ lanewright init links/uplink.ts --force`;

export function register(program: Command): void {
  program
    .command("init")
    .description("write a commented example description")
    .argument("[file]", "where to write it (default: KIND.ts)")
    .addOption(new Option("--kind <kind>", "what to describe").choices(["link", "switch"]).default("link"))
    .option("--force", "overwrite the file if it is there")
    .addHelpText("after", help)
    .action(run);
}

function run(given: string | undefined, options: { readonly force?: true; readonly kind: Kind }): void {
  const file = given ?? `${options.kind}.ts`;
  const text = exampleFor(file, options.kind);
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
