import { callSite } from "./call-site.ts";
import type { LinkDescription, LinkDescriptionOfKind } from "./link-description.ts";
import { setOrigin } from "./origin.ts";
import { sourceOrigin } from "./source-origin.ts";

/**
 * Describes a link port. Nothing is checked here but by the types: `check` and `elaborate` report every problem with
 * the place in the file that called this function.
 */
export function defineLink(description: LinkDescription): LinkDescriptionOfKind {
  const result: LinkDescriptionOfKind = Object.freeze({ ...description, kind: "link" as const });
  const at = callSite(defineLink);
  if (at) setOrigin(result, sourceOrigin(at));
  return result;
}
