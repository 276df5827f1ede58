/** Where the Python modules of the benches are. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LanewrightError } from "../../generator/diagnostics.ts";

/** Modules by name, and the folders that Python finds them in. */
export interface BenchModules {
  readonly names: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Finds modules that are named as Python does (`test_link`, `benches.test_link`), or by path (`examples/test_link.py`).
 * A name is looked for in `paths`, in the working directory and beside the device, there also in `cocotb/`.
 */
export function findModules(
  wanted: readonly string[],
  places: { readonly paths: readonly string[]; readonly device: string; readonly cwd?: string },
): BenchModules {
  const cwd = places.cwd ?? process.cwd();
  const beside = isFolder(resolve(cwd, places.device))
    ? resolve(cwd, places.device)
    : dirname(resolve(cwd, places.device));
  const search = [
    ...places.paths.map((path) => resolve(cwd, path)),
    ...[cwd, beside].flatMap((folder) => [folder, join(folder, "cocotb")]),
  ];
  const found = wanted.map((name) => findModule(name, search, cwd));
  const folders = [...found.map(({ folder }) => folder), ...search.filter(isFolder)];
  return { names: found.map(({ name }) => name), folders: [...new Set(folders)] };
}

function findModule(
  wanted: string,
  search: readonly string[],
  cwd: string,
): { readonly name: string; readonly folder: string } {
  if (wanted.endsWith(".py")) {
    const path = resolve(cwd, wanted);
    if (existsSync(path)) return { name: basename(path, ".py"), folder: dirname(path) };
    throw noModule(`there is no file ${path}`);
  }
  const path = join(...wanted.split("."));
  const folder = search.find((one) => existsSync(join(one, `${path}.py`)) || isFolder(join(one, path)));
  if (folder !== undefined) return { name: wanted, folder };
  throw noModule(`there is no Python module ${wanted} in ${[...new Set(search)].join(", ")}`);
}

function noModule(message: string): LanewrightError {
  const remedy = "give --module the path of the file, or --path the folder that it is in";
  return new LanewrightError({ code: "LW_COCOTB_MODULE", severity: "error", message, remedy });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
