import { callSite } from "./call-site.ts";
import { setOrigin } from "./origin.ts";
import { sourceOrigin } from "./source-origin.ts";
import type { SwitchDescription, SwitchDescriptionOfKind } from "./switch-description.ts";

/**
 * Describes a switch. Nothing is checked here but by the types: `check` and `elaborate` report every problem with the
 * place in the file that called this function.
 */
export function defineSwitch(description: SwitchDescription): SwitchDescriptionOfKind {
  const result: SwitchDescriptionOfKind = Object.freeze({ ...description, kind: "switch" as const });
  const at = callSite(defineSwitch);
  if (at) setOrigin(result, sourceOrigin(at));
  return result;
}
