import type { LinkDesign } from "../design/link.ts";
import { linkRegisters } from "../elaborate/registers.ts";
import type { View } from "../render/view.ts";
import { countersView } from "./counters.ts";
import { csrView } from "./csr.ts";

/** `link_csr`: the registers of a link port. */
export function linkCsrView(design: LinkDesign): View {
  return csrView(design, linkRegisters(design));
}

/** `link_counters`: the event counters of a link port. */
export function linkCountersView(design: LinkDesign): View {
  return countersView(design, linkRegisters(design));
}
