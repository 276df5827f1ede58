import type { Command } from "commander";
import { linkSchema } from "../description/index.ts";

const help = `
Editors that know the schema complete and check JSON descriptions while they are typed: put
"$schema": "./lanewright.schema.json" into the description.

Example:
  $ lanewright schema > lanewright.schema.json`;

export function register(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of descriptions")
    .addHelpText("after", help)
    .action(() => {
      process.stdout.write(`${JSON.stringify(linkSchema, null, 2)}\n`);
    });
}
