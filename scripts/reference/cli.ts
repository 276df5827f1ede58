import { availableParallelism } from "node:os";
import { Command, type Option } from "commander";
import { wholeProgram } from "../../generator/cli.ts";
import { configure } from "../../sim/cocotb/command.ts";
import { table } from "./markdown.ts";

const intro = `# Commands

<!-- Written by \`npm run reference\` from the commands themselves; do not edit. -->

\`npx lanewright VERB\` in a clone and in a project that has the package. \`--help\` behind any of them says what stands here.

Exit codes: 0 done; 1 the work found a failure (lint, test, simulation, proof), or \`diff\` a difference; 2 wrong input; 3 a
tool is missing, which the message names together with the command that installs it; 130 interrupted. What goes wrong is
reported as [errors.md](errors.md) has it; with \`--json\` as JSON on standard output.
`;

/** `docs/cli.md`. */
export async function cliPage(): Promise<string> {
  const { commands } = await wholeProgram();
  const index = table(
    ["command", "does"],
    commands.map((command) => [`[\`${command.name()}\`](#${command.name()})`, command.description()]),
  );
  const sections = commands.map((command) => section(command, `lanewright ${command.name()}`));
  const runner = section(
    configure(
      new Command("cocotb-runner-cli").description(
        "runs Python benches with cocotb against a generated device",
      ),
    ),
    "cocotb-runner-cli",
  );
  return `${[intro, index, ...sections, runner]
    .join("\n\n")
    .replace(/\n{3,}/gu, "\n\n")
    .trimEnd()}\n`;
}

function section(command: Command, call: string): string {
  const { registeredArguments: given, options } = command;
  const words = given.map((one) => {
    const name = one.variadic ? `${one.name()}...` : one.name();
    return one.required ? `<${name}>` : `[${name}]`;
  });
  const named = given.filter(({ description }) => description !== "");
  return [
    `## ${command.name()}`,
    "",
    `\`\`\`text\n${[call, ...words, "[options]"].join(" ")}\n\`\`\``,
    "",
    `${capital(command.description())}.`,
    "",
    ...(named.length === 0
      ? []
      : [
          table(
            ["argument", ""],
            named.map((one) => [`\`${one.name()}\``, one.description]),
          ),
          "",
        ]),
    table(["option", "does", "default"], options.filter(({ hidden }) => !hidden).map(optionRow)),
    "",
    ...afterHelp(command),
  ].join("\n");
}

function optionRow(option: Option): readonly string[] {
  const choices = option.argChoices === undefined ? "" : ` (${option.argChoices.join(", ")})`;
  return [`\`${option.flags}\``, `${option.description}${choices}`, defaultOf(option)];
}

/** What the help says of a default; of one that depends on the machine, what it is. */
function defaultOf({ long, defaultValue, defaultValueDescription, negate }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (defaultValue === undefined || defaultValue === false || negate) return "";
  if (long === "--jobs" && defaultValue === availableParallelism()) return "cores of the machine";
  return Array.isArray(defaultValue) ? defaultValue.join(" ") : `\`${String(defaultValue)}\``;
}

/** What stands behind the options in the help. */
function afterHelp(command: Command): readonly string[] {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHasColors: () => false,
    getOutHelpWidth: () => 400,
  });
  command.outputHelp();
  const own = text
    .slice(text.lastIndexOf("display help for command") + "display help for command".length)
    .trim();
  return own === "" ? [] : [`\`\`\`text\n${own}\n\`\`\``];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
