import { readFileSync } from "node:fs";
import { basename } from "node:path";

/**
 * Those of `files` that the module `top` is made of, itself included, in their order. One module is one file of the same
 * name, so that a module's bench is built anew only when one of its own files changes.
 */
export function filesBelowModule(top: string, files: readonly string[]): readonly string[] {
  const byModule = new Map(files.map((file) => [basename(file, ".v"), file]));
  if (!byModule.has(top)) {
    throw new RangeError(`there is no module ${top}; there are ${[...byModule.keys()].join(", ")}`);
  }
  const needed = new Set<string>();
  const open = [top];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    if (needed.has(module)) continue;
    needed.add(module);
    const words = new Set(readFileSync(byModule.get(module) ?? "", "utf8").match(/\b[A-Za-z_]\w*\b/gu));
    open.push(...[...byModule.keys()].filter((name) => words.has(name)));
  }
  return files.filter((file) => needed.has(basename(file, ".v")));
}
