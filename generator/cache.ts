import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LanewrightError } from "./diagnostics.ts";

/**
 * Where built models and generated RTL are kept: `$LANEWRIGHT_CACHE`, else `.cache/` of a clone, else the user's
 * cache folder (`$XDG_CACHE_HOME` or `~/.cache`) when Lanewright is installed as a package.
 * @throws LanewrightError LW_OUTPUT_UNWRITABLE when nothing can be kept there
 */
export function cacheFolder(): string {
  const folder = chosenFolder();
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const message = `${folder}, where built models and lint results are kept, cannot be written`;
    const remedy = "set LANEWRIGHT_CACHE to a folder that you may write to";
    throw new LanewrightError(
      { code: "LW_OUTPUT_UNWRITABLE", severity: "error", message, remedy },
      { cause },
    );
  }
  return folder;
}

function chosenFolder(): string {
  const chosen = process.env.LANEWRIGHT_CACHE;
  if (chosen !== undefined && chosen !== "") return chosen;
  const root = fileURLToPath(new URL("../", import.meta.url));
  if (!root.includes(`${sep}node_modules${sep}`) && isWritable(root)) return join(root, ".cache");
  const user = process.env.XDG_CACHE_HOME;
  return join(user !== undefined && user !== "" ? user : join(homedir(), ".cache"), "lanewright");
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Key of a piece of work: the hash of everything that its result depends on, each part with its length. */
export function contentKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 32);
}

/**
 * Runs `work` while no other process runs work under the same `path`. Whoever waits looks again afterwards whether the
 * result is there already. A lock whose process is gone is taken over.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  while (!takeLock(lock)) await sleep(100);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  mkdirSync(join(lock, ".."), { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "EEXIST") throw cause;
  }
  if (existsSync(lock) && !ownerLives(lock)) rmSync(lock, { force: true });
  return false;
}

function ownerLives(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    if (!Number.isSafeInteger(owner) || owner <= 0) return true; // being written at this moment
    process.kill(owner, 0);
    return true;
  } catch (cause) {
    return !(
      cause instanceof Error &&
      "code" in cause &&
      (cause.code === "ESRCH" || cause.code === "ENOENT")
    );
  }
}
