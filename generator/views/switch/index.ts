import type { SwitchDesign } from "../../design/switch.ts";
import { type FileOfDesign, fileOfModule, type ModuleFile } from "../files.ts";
import { linkModulesOf } from "../link-files.ts";
import { crossbarModules } from "./crossbar.ts";
import { ingressCountersView, ingressCsrView, switchCsrView } from "./csr.ts";
import { ingressView, managementMemory, managementPortView, switchPortView, switchTopView } from "./ports.ts";
import { registerDemuxView } from "./register-demux.ts";
import { routeLookupModules } from "./route-lookup.ts";
import { schedulerModules } from "./schedulers.ts";
import {
  multicastCopierView,
  voqBufferView,
  voqChoiceView,
  voqListsView,
  voqMemory,
  voqPagesView,
  voqReaderView,
} from "./voq.ts";

/** The modules between the ports, each after those that it instantiates. */
function switchModulesOf(design: SwitchDesign): readonly ModuleFile[] {
  return [
    ...[...routeLookupModules(design)].reverse(),
    ["voq_pages", "switch/voq_pages", voqPagesView(design)],
    ["voq_lists", "switch/voq_lists", voqListsView(design)],
    ["voq_choice", "switch/voq_choice", voqChoiceView(design)],
    ["multicast_copier", "switch/multicast_copier", multicastCopierView(design)],
    ["voq_reader", "switch/voq_reader", voqReaderView(design)],
    ["voq_buffer", "switch/voq_buffer", voqBufferView(design)],
    ["ingress_counters", "common/counters", ingressCountersView(design)],
    ["ingress_csr", "common/csr", ingressCsrView(design)],
    ["ingress", "switch/ingress", ingressView(design)],
    ["switch_port", "switch/switch_port", switchPortView(design)],
    ["management_port", "switch/management_port", managementPortView(design)],
    ...[...schedulerModules(design)].reverse(),
    ...crossbarModules(design),
    ["switch_csr", "common/csr", switchCsrView(design)],
    ["register_demux", "switch/register_demux", registerDemuxView(design)],
  ];
}

/** Every Verilog file of a switch, the top module last. */
export function switchFilesOf(design: SwitchDesign): readonly FileOfDesign[] {
  const memories = { voq_memory: voqMemory(design), management_memory: managementMemory(design) };
  return [
    ...[...linkModulesOf(design.port, memories), ...switchModulesOf(design)].map((one) =>
      fileOfModule(design, one),
    ),
    { path: `rtl/${design.name}.v`, template: "top/switch.v.hbs", view: switchTopView(design) },
  ];
}
