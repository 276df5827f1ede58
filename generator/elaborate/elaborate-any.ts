import type { LinkDesign } from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";
import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import type { LinkDescription, LinkDescriptionOfKind } from "../dsl/link-description.ts";
import type { NicDescriptionOfKind } from "../dsl/nic-description.ts";
import type { AnyDescription, SwitchDescriptionOfKind } from "../dsl/switch-description.ts";
import { elaborateLink, elaborateSwitch } from "./elaborate.ts";
import { elaborateNic } from "./elaborate-nic.ts";

/** Makes the design model of what is described; a description without a kind is a link's. */
export function elaborate(description: LinkDescription | LinkDescriptionOfKind): LinkDesign;
export function elaborate(description: SwitchDescriptionOfKind): SwitchDesign;
export function elaborate(description: NicDescriptionOfKind): NicDesign;
export function elaborate(description: LinkDescription | AnyDescription): AnyDesign;
export function elaborate(description: LinkDescription | AnyDescription): AnyDesign {
  if (!("kind" in description)) return elaborateLink(description);
  if (description.kind === "switch") return elaborateSwitch(description);
  return description.kind === "nic" ? elaborateNic(description) : elaborateLink(description);
}
