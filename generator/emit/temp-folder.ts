import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Folders that must not outlive this process, however it ends. */
const open = new Set<string>();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A new folder in `parent` (same file system, so that a rename moves it into place). It is removed when the process
 * exits or is told to by a signal, unless {@link releaseTempFolder} has been called for it.
 */
export function makeTempFolder(parent: string, prefix: string): string {
  const path = join(parent, `${prefix}${process.pid}-${randomBytes(6).toString("hex")}`);
  mkdirSync(path, { recursive: true });
  if (open.size === 0) {
    process.on("exit", removeAll);
    for (const signal of signals) process.on(signal, onSignal);
  }
  open.add(path);
  return path;
}

/** Forgets a folder that was moved into place. */
export function releaseTempFolder(path: string): void {
  if (!open.delete(path) || open.size > 0) return;
  process.off("exit", removeAll);
  for (const signal of signals) process.off(signal, onSignal);
}

/** Removes a folder of {@link makeTempFolder} with all that is in it. */
export function removeTempFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  releaseTempFolder(path);
}

function removeAll(): void {
  for (const path of [...open]) removeTempFolder(path);
}

/** Cleans up, then lets the signal do what it would have done, unless somebody else listens for it. */
function onSignal(signal: NodeJS.Signals): void {
  removeAll();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
