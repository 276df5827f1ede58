import { relative } from "node:path";
import type { Command } from "commander";
import { type EmitResult, generate, isSource } from "../emit/index.ts";
import { loadDesign } from "./load-design.ts";

interface Options {
  readonly out?: string;
  readonly force?: boolean;
  readonly results?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ lanewright generate link.ts                 writes rtl-out/NAME/, NAME as the description says
  $ lanewright generate link.json --out build   writes build/
  $ lanewright generate examples/leaf4.ts       a switch: the same, with the register blocks of all of its ports
  $ lanewright generate link.ts --results out/link_400g   the datasheet shows what simulate and prove found, too
  $ lanewright generate link.ts --json          prints where the files are, for programs

A folder that holds files of others is left alone, unless --force is given; files of others stay even then.
`;

/** Adds the command `generate` to the command line. */
export function register(program: Command): void {
  program
    .command("generate")
    .description("write the Verilog of a device with its datasheet, register documents and scripts for tools")
    .argument("<file>", "description: TypeScript or JSON")
    .option("-o, --out <dir>", "output folder (default: rtl-out/NAME)")
    .option("-f, --force", "replace a folder that holds other files, or files that were changed")
    .option("--results <dir>", "folder that simulate or prove wrote into: its results go into the datasheet")
    .option("--json", "print the result as JSON")
    .addHelpText("after", examples)
    .action(async (file: string, options: Options) => {
      const design = await loadDesign(file);
      const result = generate(design, {
        ...(options.results !== undefined && { results: options.results }),
        ...(options.out !== undefined && { out: options.out }),
        force: options.force === true,
      });
      process.stdout.write(options.json === true ? asJson(result) : asText(result));
    });
}

function asJson({ folder, manifest, changed }: EmitResult): string {
  const { kind, name, top, files } = manifest;
  return `${JSON.stringify({ kind, name, top, folder, changed, files }, null, 2)}\n`;
}

function asText({ folder, manifest, changed }: EmitResult): string {
  const sources = manifest.files.filter((file) => isSource(file.path)).length;
  const place = shortPath(folder);
  const what = changed ? "written" : "unchanged, nothing to write";
  return `${place}: ${sources} Verilog modules and ${manifest.files.length + 1 - sources} other files, ${what}
top module ${manifest.top}, filelist ${place}/${manifest.name}.f
`;
}

function shortPath(folder: string): string {
  const short = relative(process.cwd(), folder);
  return short === "" ? "." : short.startsWith("..") ? folder : short;
}
