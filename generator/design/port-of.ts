import type { LinkDesign } from "./link.ts";
import type { AnyDesign } from "./switch.ts";

/** The link port of a device: a link itself, or what each port of a switch and the port of an adapter is. */
export function portOf(design: AnyDesign): LinkDesign {
  return design.kind === "link" ? design : design.port;
}

/** Whether the wire of a device is Ethernet: it has no link port then, and `port` says only what both have in common. */
export function isNicOnEthernet(design: AnyDesign): boolean {
  return design.kind === "nic" && design.ethernet !== null;
}
