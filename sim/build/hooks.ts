import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { BuildOptions } from "./model.ts";

/** What is done to every model that this process builds: mutants are put in, coverage is switched on. */
export interface BuildHooks {
  readonly options?: (options: BuildOptions) => BuildOptions;
  /** Changes the text of a module, by its name. */
  readonly source?: (module: string, text: string) => string;
}

let hooks: BuildHooks = {};

/** Sets what is done to every model from here on; `{}` for nothing. */
export function setBuildHooks(next: BuildHooks): void {
  hooks = next;
}

export function hookedOptions(options: BuildOptions): BuildOptions {
  return hooks.options?.(options) ?? options;
}

/** The bytes of a source file, as the hooks want them. */
export function sourceBytes(path: string): Buffer {
  const bytes = readFileSync(path);
  if (hooks.source === undefined) return bytes;
  return Buffer.from(hooks.source(basename(path, ".v"), bytes.toString("utf8")));
}
