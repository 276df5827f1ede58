import type { LinkDesign } from "./link.ts";
import type { AnyDesign } from "./switch.ts";

/** The link port of a device: a link itself, or what each port of a switch and the port of an adapter is. */
export function portOf(design: AnyDesign): LinkDesign {
  return design.kind === "link" ? design : design.port;
}
