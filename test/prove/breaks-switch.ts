import type { Break } from "./break.ts";

type Change = readonly [module: string, property: string, from: string, to: string];

const changes = (proof: string, list: readonly Change[]): readonly Break[] =>
  list.map(([module, property, from, to]) => ({ proof, module, property, from, to, device: "switch" }));

const grant = "assign grant  = pool & ~behind_8 & chosen;";
const asks = ".request (column";

const arbiter: readonly Change[] = [
  ["rr_arbiter", "one_grant", grant, "assign grant  = pool & chosen;"],
  ["rr_arbiter", "only_requested", grant, "assign grant  = ~behind_8 & chosen;"],
  ["rr_arbiter", "first_from_pointer", " ahead      = request & mask;", " ahead = request & ~mask;"],
  ["rr_arbiter", "pointer_behind_grant", "passed | (behind_8 & chosen);", "passed | chosen;"],
  ["rr_arbiter", "comes_closer", "pool     = ahead | (request & ~put_off)", "pool     = request"],
  ["rr_arbiter", "goes_round", "(|group_ahead) ? group_ahead : group_any", "group_ahead"],
];

// two ticks are far apart: the breaks that need them take every cycle for one
const steps = [
  "count_reg    <= tick ? {CB{1'b0}} : count_reg + 1'b1;",
  "snapshot_reg <= (tick ? waiting : snapshot_reg) & ~matched;",
  "starving_reg <= (starving_reg | due) & waiting & ~matched;",
].join("\n        ");
const heard = "assign heard    = urgent | (request & ~{P{held}});\n    assign starving = starving_reg;";

const guard: readonly Change[] = [
  [
    "starvation_guard",
    "starving_after_two_ticks",
    steps,
    "count_reg <= LAST_CYCLE; snapshot_reg <= waiting & ~matched; starving_reg <= due & request & ~matched;",
  ],
  [
    "starvation_guard",
    "snapshot_after_one",
    steps,
    "count_reg <= LAST_CYCLE; snapshot_reg <= request & ~matched; starving_reg <= due & waiting & ~matched;",
  ],
  [
    "starvation_guard",
    "starving_is_heard",
    heard,
    "assign heard = request & ~{P{held}} & {P*P{match_valid[0]}}; assign starving = waiting;",
  ],
  [
    "starvation_guard",
    "only_requested",
    "urgent | (request & ~{P{held}})",
    "urgent | (waiting & ~{P{held}})",
  ],
  ["starvation_guard", "others_are_not_heard", "request & starving_reg", "request & waiting"],
];

const scheduler: readonly Change[] = [
  ["rr_arbiter", "one_output_each", grant, "assign grant  = pool & chosen;"],
  ["rr_arbiter", "one_input_each", grant, "assign grant  = pool & chosen;"],
  ["rr_arbiter", "only_requested", grant, "assign grant  = ~behind_8 & chosen;"],
  ["scheduler", "never_twice", "input_free | done;", "input_free_reg | done;"],
  ["scheduler", "free_is_known", "output_free | freed;", "output_free_reg | freed;"],
  [
    "scheduler",
    "partners_agree",
    "if (match_outputs[port]) begin",
    "if (match_outputs[port] && !match_inputs[0]) begin",
  ],
  ["scheduler", "busy_in_pairs", "if (from[b]) begin", "if (!from[b]) begin"],
  [
    "scheduler",
    "told_to_both",
    "select_valid_reg <= match_outputs;",
    "select_valid_reg <= match_outputs & ~match_inputs;",
  ],
  ["islip_round", "work_is_done", asks, `${asks} & {P{!(&column)}}`],
  [
    "scheduler",
    "pointers_are_masks",
    "grant_mask_reg  <= {P*P{1'b0}};",
    "grant_mask_reg  <= {P*P{1'b0}} + 1'b1;",
  ],
  ["islip_round", "all_matched", asks, `${asks} & {P{o != 0}}`],
];

// ticks are far from reset: pairs that starve without one, and are not treated so
const staged = "assign heard    = heard_reg;\n    assign starving = starving_reg;";
const unheard = "assign heard = heard_reg; assign starving = heard_reg & { {P*P-1{1'b0}}, 1'b1 };";
const told = heard.replace("starving_reg;", "waiting;");

const starvation: readonly Change[] = [
  ["scheduler", "starving_heard_only", staged, unheard],
  ["scheduler", "served_where_free", staged, unheard],
  ["scheduler", "waits_for_output", staged, unheard],
  ["scheduler", "waits_for_input", staged, unheard],
  ["scheduler", "served_in_two_turns", staged, unheard],
  ["starvation_guard", "served_is_sated", heard, told],
  ["starvation_guard", "rivals_run_out", heard, told],
];

const vlArbiter: readonly Change[] = [
  ["vl_arbiter", "granted_where_asked", "request15 || high_any || low_any;", "request15 || high_any;"],
  ["vl_arbiter", "granted_lane_asks", "high_ready[g] = |(lane & request);", "high_ready[g] = |lane;"],
  ["vl_arbiter", "one_grant", "!request15 && low_any && !grant_high", "!request15 && low_any"],
  ["vl_arbiter", "vl15_first", "{4{request15}} | high_vl", "{4{request15 && !high_any}} | high_vl"],
  ["vl_arbiter", "low_after_high", "!(limit_used && low_any)", "high_any"],
  ["vl_arbiter", "high_is_counted", "high_count_reg + {6'd0, units}", "high_count_reg + 15'd1"],
  ["vl_arbiter", "limit_followed", "unlimited_reg <= cfg_high_limit == UNLIMITED", "unlimited_reg <= 1'b0"],
  ["vl_arbiter", "limit_is_kept", "!below(high_count_reg, limit_reg)", "below(limit_reg, high_count_reg)"],
];

const turns = (table: string): readonly Change[] => [
  [
    "vl_arbiter",
    `${table}_search_is_mask`,
    `<= ${table}_behind | (${table}_chosen & ${table}_lasts)`,
    `<= (|(${table}_chosen & ${table}_lasts)) ? ${table}_chosen : ${table}_behind`,
  ],
  [
    "vl_arbiter",
    `${table}_turn_counted`,
    `${table}_left_reg <= ${table}_left_next;`,
    `${table}_left_reg <= 8'd1;`,
  ],
  [
    "vl_arbiter",
    `${table}_weight_served`,
    `<= ${table}_behind | (${table}_chosen & ${table}_lasts)`,
    `<= ${table}_behind`,
  ],
  ["vl_arbiter", `${table}_turn_comes`, `= !(|${table}_ahead);`, `= 1'b1;`],
  [
    "vl_arbiter",
    `${table}_rows_followed`,
    `${table}_vl_reg[4*g +: 4] <= cfg_${table}_vl[4*g +: 4];`,
    `${table}_vl_reg[4*g +: 4] <= cfg_${table}_vl[3:0];`,
  ],
];

/** Breaks of the arbiters and schedulers of a switch. */
export const switchBreaks: readonly Break[] = [
  ...changes("rr_arbiter", arbiter),
  ...changes("starvation_guard", guard),
  ...changes("scheduler", scheduler),
  ...changes("scheduler", starvation),
  ...changes("vl_arbiter", vlArbiter),
  ...changes("vl_arbiter", turns("high")),
  ...changes("vl_arbiter", turns("low")),
  {
    ...{ proof: "scheduler", module: "scheduler", property: "start_in_range", device: "waves" },
    from: "start_over[PB] ? start_sum[PB-1:0] : start_over[PB-1:0]",
    to: "start_sum[PB-1:0]",
  },
  {
    ...{ proof: "scheduler", module: "scheduler", property: "served_where_free", device: "waves" },
    ...{ from: staged, to: unheard },
  },
];
