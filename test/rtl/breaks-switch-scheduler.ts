/** Single changes of the schedulers and the bench that each one must make fail; for `npm run mutate`. */
import { fileOfModule } from "../../generator/views/files.ts";
import { schedulerModules } from "../../generator/views/switch/schedulers.ts";
import type { Breaks } from "./breaks.ts";
import { type SchedulerShape, schedulerDesign } from "./switch-scheduler-bench.ts";

const rest = { ports: 5, starvationCycles: 64, requestStages: 1 };
const shapes: readonly SchedulerShape[] = [
  { kind: "islip", iterations: 2, ...rest },
  { kind: "wavefront", iterations: 1, ...rest },
];

/** Where the changed text is looked for. */
export const files = shapes.flatMap((shape) => {
  const design = schedulerDesign(shape);
  return schedulerModules(design).map((module) => fileOfModule(design, module));
});

const bench = "switch-scheduler";
const islip = "scheduler: islip, 5 ports";
const wavefront = "scheduler: wavefront, 5 ports";

/** The part that all kinds have; the text is the same in each. */
const common: Breaks["changes"] = [
  ["done[select_port_reg[PB*o +: PB]]", "done[o]"],
  ["input_free | done;", "input_free;"],
  ["input_free | done;", "input_free_reg | done;"],
  ["output_free | freed;", "output_free;"],
  ["output_free | freed;", "output_free_reg | freed;"],
  ["heard_reg    <= guard_heard;", "heard_reg    <= request;"],
  ["starving_reg <= guard_starving;", "starving_reg <= {P*P{1'b0}};"],
  ["match_outputs | match[P*row +: P]", "match[P*row +: P]"],
  ["if (match_inputs[port]) begin", "if (input_free[port]) begin"],
  ["if (match_outputs[port]) begin", "if (output_free[port]) begin"],
  ["if (from[b]) begin", "if (!from[b]) begin"],
  ["INDEX_BIT[P*b +: P]", "INDEX_BIT[0 +: P]"],
  ["input_free_reg   <= {P{1'b1}};", "input_free_reg   <= input_free_reg;"],
  ["output_free_reg  <= {P{1'b1}};", "output_free_reg  <= output_free_reg;"],
];

export const breaks: readonly Breaks[] = [
  {
    ...{ bench: `${bench}-arbiter`, only: "rr_arbiter of 81 requests", module: "common/rr_arbiter" },
    changes: [
      ["= request & mask;", "= request;"],
      ["(|group_ahead) ? group_ahead : group_any", "group_ahead"],
      ["(|group_ahead) ? group_ahead : group_any", "group_any"],
      ["behind_first | (behind_first << step)", "behind_first"],
      ["step < GROUPS", "step < 1"],
      ["group_pool & ~group_behind", "group_pool"],
      ["ahead | (request & ~put_off)", "ahead | request"],
      ["ahead | (request & ~put_off)", "request"],
      ["((behind_1 << 1) & NOT_1)", "(behind_1 << 1)"],
      ["((behind_2 << 2) & NOT_2)", "(behind_2 << 2)"],
      ["((behind_4 << 4) & NOT_4)", "(behind_4 << 4)"],
      ["behind_4 | ((behind_4 << 4) & NOT_4)", "behind_4"],
      ["pool & ~behind_8 & chosen", "pool & ~behind_8"],
      ["pool & ~behind_8 & chosen", "pool & chosen"],
      ["passed | (behind_8 & chosen)", "behind_8 & chosen"],
      ["passed | (behind_8 & chosen)", "passed | behind_8"],
      ["passed | (behind_8 & chosen)", "passed"],
    ],
  },
  {
    ...{ bench, only: islip, module: "switch/islip_round" },
    changes: [
      ["(|urgent) ? first : any;", "any;"],
      ["(|urgent) ? first : any;", "first;"],
      ["(|urgent) ? first_behind : any_behind;", "any_behind;"],
      ["offers & starving[P*i +: P]", "offers & starving[0 +: P]"],
      ["inputs | grant[P*port +: P]", "inputs"],
      ["outputs | accept[P*port +: P]", "outputs | {P{|accept[P*port +: P]}}"],
      [".mask    (accept_mask[P*i +: P])", ".mask    (grant_mask[P*i +: P])"],
    ],
  },
  {
    ...{ bench, only: islip, module: "switch/islip_scheduler" },
    changes: [
      // a pointer that moves with a grant that nobody accepted
      ["if (outputs_1[pointer]) begin", "if (|grant_behind_1[P*pointer +: P]) begin"],
      ["if (inputs_1[pointer]) begin", "if (1'b0) begin"],
      ["if (outputs_1[pointer]) begin", "if (1'b0) begin"],
      // pointers that move with the second round too
      ["if (outputs_1[pointer]) begin", "if (match_outputs[pointer]) begin"],
      ["heard[P*i +: P] & output_free & {P{input_free[i]}}", "heard[P*i +: P] & {P{input_free[i]}}"],
      ["heard[P*i +: P] & output_free & {P{input_free[i]}}", "heard[P*i +: P] & output_free"],
      ["& ~outputs_1 & ~{P{", "& ~{P{"],
      ["& ~outputs_1 & ~{P{", "& ~outputs_1 | {P{"],
      ["accept_1 | accept_2", "accept_1"],
      ["grant_mask_reg  <= {P*P{1'b0}};", "grant_mask_reg  <= grant_mask_reg;"],
      ["accept_mask_reg <= {P*P{1'b0}};", "accept_mask_reg <= accept_mask_reg;"],
      ...common,
    ],
  },
  {
    ...{ bench, only: wavefront, module: "switch/wavefront_scheduler" },
    changes: [
      ["{outputs_left[0], outputs_left[P-1:1]}", "{outputs_left[P-2:0], outputs_left[P-1]}"],
      ["inputs_left & ~found", "inputs_left"],
      ["outputs_left & ~found", "outputs_left"],
      ["(|urgent) ? urgent : open", "open"],
      ["heard[P*i +: P] & output_free", "heard[P*i +: P]"],
      ["pairs & input_free", "pairs"],
      ["turned[P*i + (i + k) % P]", "turned[P*i + (i + P - k) % P]"],
      ["row[(i + k) % P]", "row[k]"],
      // waves that begin one further each time are not fair to the one behind a gap
      ["+ {1'b0, first} + 1'b1", "+ 1'b1"],
      ["+ {1'b0, first} + 1'b1", "+ {1'b0, first}"],
      ["start_over[PB] ? start_sum", "!start_over[PB] ? start_sum"],
      ["PORTS[PB-1:0] - start_reg", "start_reg"],
      ["if (|wave_any) begin", "if (1'b1) begin"],
      ["start_reg <= {PB{1'b0}};", "start_reg <= start_reg;"],
      ...common,
    ],
  },
  ...[islip, wavefront].map((only) => ({
    ...{ bench, only, module: "switch/starvation_guard" },
    changes: [
      // no guard at all
      ["urgent | (request & ~{P{held}})", "request"],
      ["request & starving_reg", "starving_reg"],
      ["held | urgent[P*input_port +: P]", "held"],
      ["(tick ? waiting : snapshot_reg) & ~matched", "tick ? waiting : snapshot_reg"],
      ["(tick ? waiting : snapshot_reg) & ~matched", "snapshot_reg & ~matched"],
      ["(starving_reg | due) & waiting & ~matched", "(starving_reg | due) & waiting"],
      ["(starving_reg | due) & waiting & ~matched", "(starving_reg | due) & ~matched"],
      ["(starving_reg | due) & waiting & ~matched", "due & waiting & ~matched"],
      ["tick ? snapshot_reg : {P*P{1'b0}}", "snapshot_reg"],
      ["count_reg == LAST_CYCLE", "count_reg == LAST_CYCLE - 1'b1"],
      ["one << match_port[PB*i +: PB]", "one << match_port[0 +: PB]"],
      ["count_reg    <= {CB{1'b0}};", "count_reg    <= count_reg;"],
      ["snapshot_reg <= {P*P{1'b0}};", "snapshot_reg <= snapshot_reg;"],
      ["starving_reg <= {P*P{1'b0}};", "starving_reg <= starving_reg;"],
    ] as const,
  })),
];
