import type { SwitchDesign } from "../../design/switch.ts";
import { ingressRegisters } from "../../elaborate/ingress-registers.ts";
import { switchRegisters } from "../../elaborate/switch-registers.ts";
import type { View } from "../../render/view.ts";
import { countersView } from "../counters.ts";
import { csrView } from "../csr.ts";
import type { ModuleFile } from "../files.ts";
import { registerDemuxView } from "./register-demux.ts";

/** The register blocks of a switch beside those of its links, each after what it instantiates. */
export function switchRegisterModules(design: SwitchDesign): readonly ModuleFile[] {
  return [
    ["switch_csr", "common/csr", switchCsrView(design)],
    ["ingress_counters", "common/counters", ingressCountersView(design)],
    ["ingress_csr", "common/csr", ingressCsrView(design)],
    ["register_demux", "switch/register_demux", registerDemuxView(design)],
  ];
}

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
