import { inspect } from "../check/index.ts";
import { loadDescription } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import { formatDiagnostics, LanewrightError } from "../diagnostics.ts";

/**
 * The design that a description file stands for. Warnings go to standard error.
 * @throws LanewrightError with every problem of the description when one of them is an error
 */
export async function loadDesign(path: string): Promise<LinkDesign> {
  const { design, diagnostics } = inspect(await loadDescription(path));
  if (design === undefined) throw new LanewrightError(diagnostics);
  if (diagnostics.length > 0) process.stderr.write(`${formatDiagnostics(diagnostics)}\n\n`);
  return design;
}
