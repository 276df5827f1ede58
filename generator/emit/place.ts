import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type EmittedFile, filesBelow, manifestName, resultFiles } from "./manifest.ts";
import { makeTempFolder, removeTempFolder } from "./temp-folder.ts";

/**
 * Puts `files` into `target`, all of them or none: they are written to a folder beside it, which then takes its place.
 * Files of `keep` (paths in the target) stay as they are. Of what else is in the target nothing stays.
 *
 * Where the folder itself cannot be moved (it is the working directory, or a mount point), the finished files are moved
 * into it one by one, the manifest last.
 */
export function placeFiles(target: string, files: readonly EmittedFile[], keep: readonly string[]): void {
  const folder = existsSync(target) ? realpathSync(target) : resolve(target);
  const exists = existsSync(folder);
  if (exists && holdsWorkingDirectory(folder)) {
    fill(folder, files, keep);
    return;
  }
  try {
    exchange(folder, exists, files, keep);
  } catch (cause) {
    if (!exists || !immovable.has(errorCode(cause))) throw cause;
    fill(folder, files, keep);
  }
}

/** What the system says when it is the folder that cannot be moved: a mount point, a parent that is not ours. */
const immovable: ReadonlySet<string> = new Set(["EBUSY", "EXDEV", "EACCES", "EPERM", "EROFS"]);

/** The code of an error of the operating system, `ENOENT` and the like; empty for any other error. */
export function errorCode(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}

function exchange(
  folder: string,
  exists: boolean,
  files: readonly EmittedFile[],
  keep: readonly string[],
): void {
  mkdirSync(dirname(folder), { recursive: true });
  const temp = makeTempFolder(dirname(folder), `.${basename(folder)}.new-`);
  try {
    writeAll(temp, files);
    for (const path of keep) copyInto(temp, folder, path);
    if (exists) swap(temp, folder);
    else renameSync(temp, folder);
  } finally {
    removeTempFolder(temp);
  }
}

/** Moves the old folder aside and the new one into its place; back again if that fails. */
function swap(fresh: string, folder: string): void {
  const aside = makeTempFolder(dirname(folder), `.${basename(folder)}.old-`);
  try {
    const old = join(aside, "old");
    renameSync(folder, old);
    try {
      renameSync(fresh, folder);
    } catch (cause) {
      renameSync(old, folder);
      throw cause;
    }
  } finally {
    removeTempFolder(aside);
  }
}

function fill(folder: string, files: readonly EmittedFile[], keep: readonly string[]): void {
  const stay = new Set([...keep, ...files.map((file) => file.path)]);
  const stale = filesBelow(folder).filter((path) => !stay.has(path));
  const temp = makeTempFolder(folder, ".lanewright.new-");
  try {
    writeAll(temp, files);
    const order = [...files].sort(
      (a, b) => Number(a.path === manifestName) - Number(b.path === manifestName),
    );
    for (const path of stale) rmSync(join(folder, path), { force: true });
    for (const { path } of order) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(join(temp, path), join(folder, path));
    }
  } finally {
    removeTempFolder(temp);
  }
}

function writeAll(folder: string, files: readonly EmittedFile[]): void {
  for (const { path, text } of files) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
}

function copyInto(temp: string, folder: string, path: string): void {
  const full = join(temp, path);
  if (existsSync(full)) return;
  mkdirSync(dirname(full), { recursive: true });
  cpSync(join(folder, path), full, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function holdsWorkingDirectory(folder: string): boolean {
  const path = relative(folder, realpathSync(process.cwd()));
  return path === "" || !path.startsWith("..");
}

/** True when `folder` holds exactly `files`, byte for byte, results of other commands aside. */
export function isUpToDate(folder: string, files: readonly EmittedFile[]): boolean {
  const wanted = new Map(files.map((file) => [file.path, file.text]));
  const there = filesBelow(folder).filter((path) => wanted.has(path) || !resultFiles.has(path));
  if (there.length !== wanted.size) return false;
  return there.every((path) => {
    const text = wanted.get(path);
    return text !== undefined && readFileSync(join(folder, path)).equals(Buffer.from(text, "utf8"));
  });
}
