import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DeviceFiles } from "./types.ts";

/** Verilog files that a proof reads, with the modules behind them. */
type Source = DeviceFiles["files"][number];

/**
 * The files that `top` is made of, itself included. One module is one file of the same name; `replace` puts the text of
 * one module's file in the place of another's, under the name of that.
 * @param top and names in `replace` are the modules' names behind the device's
 */
export function sourcesOf(
  device: DeviceFiles,
  top: string,
  replace: Readonly<Record<string, string>> = {},
): readonly Source[] {
  const verilog = device.files.filter((file) => file.path.endsWith(".v"));
  const byModule = new Map(verilog.map((file) => [basename(file.path, ".v"), file]));
  for (const [module, by] of Object.entries(replace)) {
    const [from, to] = [`${device.name}_${by}`, `${device.name}_${module}`];
    const file = byModule.get(from);
    if (file === undefined) throw new Error(`there is no module ${from} to take the place of ${to}`);
    byModule.set(to, { path: file.path, text: file.text.replaceAll(from, to) });
  }
  const needed = new Map<string, Source>();
  const open = [`${device.name}_${top}`];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    if (needed.has(module)) continue;
    const file = byModule.get(module);
    if (file === undefined) throw new Error(`there is no module ${module}`);
    needed.set(module, file);
    const code = file.text.replace(/\/\/.*$/gmu, ""); // comments name the device, which is a module, too
    const words = new Set(code.match(/\b[A-Za-z_]\w*\b/gu));
    open.push(...[...byModule.keys()].filter((name) => words.has(name)));
  }
  return [...needed].map(([module, { text }]) => ({ path: `${module}.v`, text }));
}

/** Writes sources into a folder; gives their names there. */
export function writeSources(sources: readonly Source[], folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  for (const { path, text } of sources) writeFileSync(join(folder, path), text);
  return sources.map(({ path }) => path);
}
