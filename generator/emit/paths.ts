import { LanewrightError } from "../diagnostics.ts";

const segment = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/u;

/**
 * Refuses a list of files of which one would land outside of the output folder, or two in one place (also on file
 * systems that do not tell upper from lower case). Paths are relative, with `/` between plain names.
 */
export function checkPaths(paths: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of paths) {
    if (path.length > 200 || !path.split("/").every((part) => segment.test(part) && !part.endsWith("."))) {
      refuse(path, "is no path within the output folder");
    }
    const folded = path.toLowerCase();
    if (seen.has(folded)) refuse(path, "stands for two files of the output");
    seen.add(folded);
  }
}

function refuse(path: string, why: string): never {
  throw new LanewrightError({
    code: "LW_OUTPUT_PATH",
    severity: "error",
    message: `${JSON.stringify(path)} ${why}`,
    remedy: "use a name of letters, digits and underscores for the device",
  });
}
