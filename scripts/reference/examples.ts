import { exampleList } from "../../generator/commands/examples.ts";
import { table } from "./markdown.ts";

/** `examples/README.md`. */
export function examplesPage(): string {
  const rows = exampleList.map(({ kind, file, about }) => [`[\`${file}\`](${file})`, kind, about]);
  return `# Examples

<!-- Written by \`npm run reference\` from generator/commands/examples.ts; do not edit. -->

\`npx lanewright init --list\` shows them, \`npx lanewright init --example NAME\` copies one. Each is checked, elaborated and
rendered by \`test/examples.test.ts\`.

${table(["file", "kind", "what it shows"], rows)}

[\`cocotb/\`](cocotb) holds benches in Python, see [docs/cocotb.md](../docs/cocotb.md).
`;
}
