import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cliPage } from "./reference/cli.ts";
import { descriptionsPage } from "./reference/descriptions.ts";
import { errorsPage } from "./reference/errors.ts";
import { examplesPage } from "./reference/examples.ts";

/** The pages that are written from data of the generator, by their path in the project. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/cli.md": await cliPage(),
    "docs/descriptions.md": descriptionsPage(),
    "docs/errors.md": errorsPage(),
    "examples/README.md": examplesPage(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await referencePages())) {
    writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
    process.stdout.write(`${path}\n`);
  }
}
