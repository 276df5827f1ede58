import { existsSync, readFileSync } from "node:fs";
import { diagnosticCodes } from "../../generator/diagnostic-codes.ts";

const intro = `# Diagnostics

<!-- Written by \`npm run reference\` from generator/diagnostic-codes.ts and test/errors/; do not edit. -->

Every problem has a stable code, and where a file is to blame its line and column there. All problems of a description
are reported at once. Errors end a command with exit code 2 (wrong input), 1 (the work found a failure) or 3 (a tool is
missing); warnings do not. With \`--json\` the same comes as data: \`{ "ok": false, "diagnostics": [...] }\`.

In the examples \`input.ts\` and \`input.json\` are descriptions, \`uplink.json\` is one given on a command line.
`;

/** `docs/errors.md`. */
export function errorsPage(): string {
  const sections = Object.entries(diagnosticCodes).map(([code, meaning]) => {
    const example = exampleOf(code);
    return `## ${code}\n\n${meaning}\n${example === undefined ? "" : `\n\`\`\`text\n${example}\n\`\`\`\n`}`;
  });
  return `${intro}\n${sections.join("\n")}`;
}

/** The first message of that code in its golden file. */
function exampleOf(code: string): string | undefined {
  const file = new URL(`../../test/errors/${code}/expected.txt`, import.meta.url);
  if (!existsSync(file)) return undefined;
  const messages = readFileSync(file, "utf8").trim().split("\n\n");
  return messages.find((message) => message.includes(` ${code}: `));
}
