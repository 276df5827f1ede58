import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * What `exports` of package.json leads to: modules that plain Node imports. They load the TypeScript of the package
 * through tsx and name everything that it exports. `npm run api` writes them.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const entries = { index: "generator/index.ts", sim: "sim/index.ts" } as const;

/** Text of the modules by their path. */
export async function apiFiles(): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const [name, source] of Object.entries(entries)) {
    const names = Object.keys(await import(pathToFileURL(join(root, source)).href)).sort();
    files[`lib/${name}.mjs`] =
      `// Written by \`npm run api\`; do not edit. ${source} for plain Node, loaded through tsx.
import { register } from "tsx/esm/api";

register();
export const {
${names.map((one) => `  ${one},`).join("\n")}
} = await import("../${source}");
`;
    files[`lib/${name}.d.mts`] = `export * from "../${source}";\n`;
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await apiFiles())) {
    writeFileSync(join(root, path), text);
    process.stdout.write(`${path}\n`);
  }
}
