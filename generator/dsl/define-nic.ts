import { callSite } from "./call-site.ts";
import type { NicDescription, NicDescriptionOfKind } from "./nic-description.ts";
import { setOrigin } from "./origin.ts";
import { sourceOrigin } from "./source-origin.ts";

/**
 * Describes a network adapter. Nothing is checked here but by the types: `check` and `elaborate` report every problem
 * with the place in the file that called this function.
 */
export function defineNic(description: NicDescription): NicDescriptionOfKind {
  const result: NicDescriptionOfKind = Object.freeze({ ...description, kind: "nic" as const });
  const at = callSite(defineNic);
  if (at) setOrigin(result, sourceOrigin(at));
  return result;
}
