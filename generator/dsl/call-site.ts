import { fileURLToPath } from "node:url";
import type { Position } from "../diagnostics.ts";

const frame = /^\s*at (?:.*? \()?(?:async )?((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/;

/**
 * The place that called `callee`, from the stack of this moment; source maps that the loader has installed apply.
 * Undefined when the engine gives no usable stack.
 */
export function callSite(callee: (...args: never[]) => unknown): Position | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callee);
  for (const line of holder.stack?.split("\n") ?? []) {
    const match = frame.exec(line);
    if (!match?.[1]) continue;
    const name = match[1].replace(/\?.*$/, "");
    const file = name.startsWith("file:") ? fileURLToPath(name) : name;
    return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}
