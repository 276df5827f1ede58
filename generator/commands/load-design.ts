import { type Inspection, inspect } from "../check/index.ts";
import { loadDescription, loadLinkDescription } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { formatDiagnostics, LanewrightError } from "../diagnostics.ts";
import { originOf } from "../dsl/origin.ts";

/**
 * The design that a description file stands for. Warnings go to standard error.
 * @throws LanewrightError with every problem of the description when one of them is an error
 */
export async function loadDesign(path: string): Promise<AnyDesign> {
  return settle(inspect(await loadDescription(path)));
}

/**
 * The same for commands that take links and switches only.
 * @throws LanewrightError LW_NIC_COMMAND for an adapter
 */
export async function loadFabricDesign(path: string): Promise<LinkDesign | SwitchDesign> {
  const design = await loadDesign(path);
  if (design.kind !== "nic") return design;
  const at = originOf(design)?.locate(["kind"], "value");
  throw new LanewrightError({
    code: "LW_NIC_COMMAND",
    severity: "error",
    message: "this command does not take adapters yet",
    value: '"nic"',
    limit: '"link", "switch"',
    remedy: "use check, explain, generate, lint, synth, simulate, diff or view",
    ...(at && { at }),
  });
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
