import { inspect } from "../check/index.ts";
import { loadDescription } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import { type Diagnostic, formatDiagnostics, LanewrightError } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";

/** A design that may be worked with, and what was warned of. */
export interface OpenDesign {
  readonly design: LinkDesign;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Loads and checks the description in `file`; shows progress when that takes a while.
 * @throws LanewrightError with every problem, warnings too, when one of them is an error
 */
export async function openDesign(file: string): Promise<OpenDesign> {
  const description = await withProgress(`loading ${file}`, loadDescription(file));
  const { design, diagnostics } = inspect(description);
  if (!design) throw new LanewrightError(diagnostics);
  return { design, warnings: diagnostics };
}

/** The same for commands that go on in spite of warnings: those are printed on standard error. */
export async function openDesignAloud(file: string): Promise<LinkDesign> {
  const { design, warnings } = await openDesign(file);
  if (warnings.length > 0) process.stderr.write(`${formatDiagnostics(warnings)}\n\n`);
  return design;
}
