import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, contentKey } from "../../generator/cache.ts";
import { makeTempFolder } from "../../generator/emit/temp-folder.ts";

/** What the objects of Verilator's runtime depend on: versions of the tools, and every flag of the compiler. */
export type RuntimeKey = readonly string[];

/** Places the objects of Verilator's runtime, compiled for an earlier model, where `make` finds them up to date. */
export function takeRuntime(object: string, key: RuntimeKey): void {
  const kept = folderOf(key);
  for (const name of namesIn(object)) {
    const from = join(kept, name);
    if (existsSync(from)) copyFileSync(from, join(object, name));
  }
}

/** Keeps the objects of Verilator's runtime for the next model: they are the same for all with the same flags. */
export function keepRuntime(object: string, key: RuntimeKey): void {
  const kept = folderOf(key);
  const names = namesIn(object).filter((name) => !existsSync(join(kept, name)));
  if (names.length === 0) return;
  mkdirSync(kept, { recursive: true });
  const temp = makeTempFolder(kept, ".new-");
  for (const name of names) {
    copyFileSync(join(object, name), join(temp, name));
    renameSync(join(temp, name), join(kept, name));
  }
  rmSync(temp, { recursive: true });
}

function folderOf(key: RuntimeKey): string {
  return join(cacheFolder(), "runtime", contentKey(key));
}

/** Names of the runtime's objects, as Verilator lists them for `make`. */
function namesIn(object: string): string[] {
  const text = readFileSync(join(object, "Vtop_classes.mk"), "utf8");
  const lists = text.matchAll(/^VM_GLOBAL_(?:FAST|SLOW) \+= \\\n((?:\t.*\\\n)*)/gmu);
  return [...lists]
    .flatMap(([, names]) => (names ?? "").split(/[\s\\]+/u).filter((name) => name !== ""))
    .map((name) => `${name}.o`);
}
