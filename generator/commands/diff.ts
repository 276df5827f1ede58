import type { Command } from "commander";
import { exitCodes } from "../diagnostics.ts";
import { compare, readSide } from "../diff/index.ts";
import { diffText } from "./diff-text.ts";
import { loadDesign } from "./load-design.ts";

const help = `
Each side is a description (TypeScript or JSON), an output folder that generate wrote, or the manifest.json of one.
Compared are what is described, derived numbers with formula and the inputs that changed, ports of the top module,
registers with their fields, and files line by line; not the datasheet, which shows results of runs, too.

Exit codes, as those of diff(1): 0 the same, 1 they differ, 2 wrong input.

Examples:
  $ lanewright diff link.ts link-500m.ts
  $ lanewright diff rtl-out/link_400g link.ts           what generating it again would change
  $ lanewright diff old/manifest.json new/manifest.json --json`;

export function register(program: Command): void {
  program
    .command("diff")
    .description("show what changed between two designs")
    .argument("<a>", "description, output folder or manifest")
    .argument("<b>", "the other one")
    .option("--json", "print the differences as JSON")
    .addHelpText("after", help)
    .action(run);
}

async function run(first: string, second: string, options: { readonly json?: true }): Promise<void> {
  const a = await readSide(first, loadDesign);
  const b = await readSide(second, loadDesign);
  const difference = compare(a, b);
  const about = (side: typeof a) => ({ path: side.path, kind: side.design.kind, name: side.design.name });
  const text = options.json
    ? JSON.stringify({ a: about(a), b: about(b), ...difference }, null, 2)
    : diffText([first, second], difference);
  process.stdout.write(`${text}\n`);
  process.exitCode = difference.same ? exitCodes.done : exitCodes.workFailed;
}
