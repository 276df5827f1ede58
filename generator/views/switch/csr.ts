import type { SwitchDesign } from "../../design/switch.ts";
import { ingressRegisters } from "../../elaborate/ingress-registers.ts";
import { switchRegisters } from "../../elaborate/switch-registers.ts";
import type { View } from "../../render/view.ts";
import { countersView } from "../counters.ts";
import { csrView } from "../csr.ts";

/** `switch_csr`: what a switch has once. */
export function switchCsrView(design: SwitchDesign): View {
  return csrView(design, switchRegisters(design));
}

/** `ingress_csr`: the registers of an ingress. */
export function ingressCsrView(design: SwitchDesign): View {
  return csrView(design, ingressRegisters(design));
}

/** `ingress_counters`: the event counters of an ingress. */
export function ingressCountersView(design: SwitchDesign): View {
  return countersView(design, ingressRegisters(design));
}
