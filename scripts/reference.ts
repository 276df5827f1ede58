import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { descriptionsPage } from "./reference/descriptions.ts";
import { errorsPage } from "./reference/errors.ts";

/** The pages that are written from data of the generator, by their path in the project. */
export function referencePages(): Readonly<Record<string, string>> {
  return { "docs/descriptions.md": descriptionsPage(), "docs/errors.md": errorsPage() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(referencePages())) {
    writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
    process.stdout.write(`${path}\n`);
  }
}
