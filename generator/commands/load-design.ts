import { type Inspection, inspect } from "../check/index.ts";
import { loadDescription, loadLinkDescription } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import type { AnyDesign } from "../design/switch.ts";
import { formatDiagnostics, LanewrightError } from "../diagnostics.ts";

/**
 * The design that a description file stands for. Warnings go to standard error.
 * @throws LanewrightError with every problem of the description when one of them is an error
 */
export async function loadDesign(path: string): Promise<AnyDesign> {
  return settle(inspect(await loadDescription(path)));
}

/** The same for commands that take links only. */
export async function loadLinkDesign(path: string): Promise<LinkDesign> {
  return settle(inspect(await loadLinkDescription(path)));
}

function settle<Design extends AnyDesign>({ design, diagnostics }: Inspection<Design>): Design {
  if (design === undefined) throw new LanewrightError(diagnostics);
  if (diagnostics.length > 0) process.stderr.write(`${formatDiagnostics(diagnostics)}\n\n`);
  return design;
}
