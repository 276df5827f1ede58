import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { Position } from "../diagnostics.ts";
import { originOf } from "../dsl/origin.ts";

/** What the loading thread reports. */
export type LoadReport =
  | { readonly kind: "loaded"; readonly description: unknown; readonly at?: Position }
  | { readonly kind: "no-default" }
  | { readonly kind: "failed"; readonly name: string; readonly message: string; readonly stack: string };

/** Imports the description whose path the thread was given and reports its default export as plain data. */
async function load(path: string): Promise<LoadReport> {
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
    if (!("default" in module)) return { kind: "no-default" };
    const value = await module.default;
    const call = typeof value === "object" && value !== null ? originOf(value)?.call : undefined;
    return { kind: "loaded", description: plain(value), ...(call ? { at: call } : {}) };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { kind: "failed", name: error.name, message: error.message, stack: error.stack ?? "" };
  }
}

/** Takes out what cannot cross to another thread, so that the schema reports it as a wrong type. */
function plain(value: unknown, seen = new Set<unknown>()): unknown {
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return "[circular]";
  const inside = new Set(seen).add(value);
  if (Array.isArray(value)) return value.map((one) => plain(one, inside));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, inside)]));
}

if (parentPort) parentPort.postMessage(await load((workerData as { readonly path: string }).path));
