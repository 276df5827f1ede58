import { Argument, type Command } from "commander";
import { anySchema, linkSchema, nicSchema, regressionSchema, switchSchema } from "../description/index.ts";

const schemas = {
  link: linkSchema,
  switch: switchSchema,
  nic: nicSchema,
  regression: regressionSchema,
} as const;

const help = `
Editors that know the schema complete and check JSON descriptions while they are typed: put
"$schema": "./lanewright.schema.json" into the description. Without a kind the schema takes all of them, by the
description's "kind".

Examples:
  $ lanewright schema > lanewright.schema.json
  $ lanewright schema switch`;

export function register(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of descriptions")
    .addArgument(new Argument("[kind]", "what is described").choices(Object.keys(schemas)))
    .addHelpText("after", help)
    .action((kind?: keyof typeof schemas) => {
      const schema = kind === undefined ? anySchema : schemas[kind];
      process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    });
}
