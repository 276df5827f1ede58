import type { View } from "../../render/view.ts";
import { header, localparam, moduleName } from "../common.ts";
import type { ModuleFile } from "../files.ts";
import { pairRanges, type SchedulerDesign, schedulerSizes, schedulerView } from "./scheduler-view.ts";

const counts = ["", "one round", "two rounds", "three rounds", "four rounds"];

/** `switch/islip_scheduler`: as many rounds within the cycle as the design says. */
export function islipView(design: SchedulerDesign): View {
  const { iterations } = design.scheduler;
  const rounds = Array.from({ length: iterations }, (_, at) => at + 1);
  const text = counts[iterations] ?? `${iterations} rounds`;
  return {
    ...schedulerView(design, `Scheduler: iSLIP over ${schedulerSizes(design).P} ports, ${text} in a cycle.`),
    rounds_text: text,
    rounds: rounds.map((n) => roundView(design, n)),
    match: rounds.map((n) => `accept_${n}`).join(" | "),
  };
}

/** One round. Only the first one moves pointers, and nothing comes after the last. */
function roundView(design: SchedulerDesign, n: number): View {
  const goesOn = n < design.scheduler.iterations;
  const counted = n === 1 || goesOn ? "" : "unused_";
  const moves = n === 1 ? "" : "unused_";
  return {
    n: String(n),
    round: moduleName(design, "islip_round"),
    goes_on: goesOn,
    next: String(n + 1),
    left_row: `left_row_${n + 1}`,
    inputs: `${counted}inputs_${n}`,
    outputs: `${counted}outputs_${n}`,
    grant_behind: `${moves}grant_behind_${n}`,
    accept_behind: `${moves}accept_behind_${n}`,
  };
}

/** Up to so many internal ports a second arbiter at each input is little beside what it saves of the path. */
const fewPorts = 8;

/** `switch/islip_round`: request, grant and accept. */
export function islipRoundModule(design: SchedulerDesign): ModuleFile {
  const { P } = schedulerSizes(design);
  const view = {
    header: header(design, `One round of iSLIP over ${P} ports: request, grant, accept.`),
    module: moduleName(design, "islip_round"),
    arbiter: moduleName(design, "rr_arbiter"),
    parallel: P <= fewPorts,
    ...pairRanges(design),
    params: [localparam("P", P, "internal ports")],
  };
  return ["islip_round", "switch/islip_round", view];
}
