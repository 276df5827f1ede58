import type { SchedulerKind } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import type { ModuleFile } from "../files.ts";
import { islipRoundModule, islipView } from "./islip.ts";
import { rrArbiterModule } from "./rr-arbiter.ts";
import type { SchedulerDesign } from "./scheduler-view.ts";
import { starvationGuardModule } from "./starvation-guard.ts";
import { wavefrontView } from "./wavefront.ts";

/** A way to match inputs and outputs; all have the ports of `docs/schedulers.md` and become `NAME_scheduler`. */
export interface Scheduler {
  /** Template without its ending. */
  readonly template: string;
  readonly view: (design: SchedulerDesign) => View;
  /** Modules that it is made of. */
  readonly modules: (design: SchedulerDesign) => readonly ModuleFile[];
}

export const schedulers: Readonly<Record<SchedulerKind, Scheduler>> = {
  islip: {
    template: "switch/islip_scheduler",
    view: islipView,
    modules: (design) => [
      starvationGuardModule(design),
      islipRoundModule(design),
      rrArbiterModule(design, design.ports + 1),
    ],
  },
  wavefront: {
    template: "switch/wavefront_scheduler",
    view: wavefrontView,
    modules: (design) => [starvationGuardModule(design)],
  },
};

/** The scheduler of a switch, and behind it the modules that it is made of. */
export function schedulerModules(
  design: SchedulerDesign,
): readonly [scheduler: ModuleFile, ...below: ModuleFile[]] {
  const { template, view, modules } = schedulers[design.scheduler.kind];
  return [["scheduler", template, view(design)], ...modules(design)];
}
