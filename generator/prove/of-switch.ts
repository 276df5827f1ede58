import type { AnyDesign } from "../design/switch.ts";
import type { Proof, ProofList, Property } from "./types.ts";

const cover = (label: string, says: string): Property => ({ label, says, cover: true });
const property = (label: string, says: string): Property => ({ label, says });

const rrArbiter: Proof = {
  ...{ name: "rr_arbiter", top: "rr_arbiter", engine: "induction", depth: 1 },
  properties: [
    property("one_grant", "one grant where there is a request, else none"),
    property("only_requested", "only what is requested is granted"),
    property("first_from_pointer", "the first request from the pointer on is granted, or the first of all"),
    property("pointer_behind_grant", "the next search begins behind the grant"),
    property(
      "comes_closer",
      "a request that stays is granted at the latest when all others have been granted once",
    ),
    cover("goes_round", "the search goes on at the first request"),
  ],
};

const starvationGuard: Proof = {
  ...{ name: "starvation_guard", top: "starvation_guard", engine: "induction", depth: 2 },
  properties: [
    property("starving_after_two_ticks", "a pair that has waited for two ticks is starving"),
    property("snapshot_after_one", "after one tick it is in the snapshot, or starves already"),
    property("starving_is_heard", "a request of a starving pair is heard"),
    property("only_requested", "nothing is heard that is not requested"),
    property(
      "others_are_not_heard",
      "an output that a starving pair asks for hears no pair that is not starving",
    ),
  ],
};

const scheduler = (first: readonly Property[]): Proof => ({
  ...{ name: "scheduler", top: "scheduler", engine: "induction", depth: 2, innerProved: true },
  properties: [
    ...first,
    property("one_output_each", "an input is matched with one output at most"),
    property("one_input_each", "an output is matched with one input at most"),
    property("only_requested", "only pairs that ask are matched"),
    property("never_twice", "neither an input nor an output is given away twice"),
    property("free_is_known", "who is free is known rightly"),
    property("partners_agree", "a busy pair knows each other, and stands"),
    property("busy_in_pairs", "a busy output belongs to a busy pair"),
    property("told_to_both", "a match is told to both sides in one cycle"),
    property("work_is_done", "where a request is heard between free ports, something is matched"),
    property("starving_heard_only", "an output that a starving pair asks for hears starving pairs only"),
    property("served_where_free", "where both are free a starving pair that asks is matched, or a rival"),
    property("waits_for_output", "while the output is busy that is one turn of a rival"),
    property("waits_for_input", "while the input is busy that is one turn more"),
    property("served_in_two_turns", "one of the rivals of a starving pair is matched in two turns"),
    property("served_is_sated", "who is matched ceases to starve"),
    property("rivals_run_out", "between two ticks the starving pairs become fewer"),
    cover("all_matched", "all inputs can be matched at once"),
  ],
});

const masks = property("pointers_are_masks", "pointers are masks: ones from one place on, or none");
const waves = property("start_in_range", "the waves begin at one of the outputs");

/** Arbiters and schedulers of a switch. */
export const switchProofs: ProofList = (design: AnyDesign) => {
  if (design.kind !== "switch") return [];
  const islip = design.scheduler.kind === "islip";
  return [...(islip ? [rrArbiter] : []), starvationGuard, scheduler([islip ? masks : waves])];
};

/** Turns of the rows of a table. */
const turns = (table: string): readonly Property[] => [
  property(`${table}_rows_followed`, `the rows searched are those of the ${table} table a cycle before`),
  property(`${table}_search_is_mask`, `the search of the ${table} table begins at one row`),
  property(`${table}_turn_counted`, `what is left of a turn of the ${table} table is counted rightly`),
  property(
    `${table}_weight_served`,
    "a turn ends when its weight has been sent, or when the lane does not ask",
  ),
  property(`${table}_turn_comes`, "a row whose lane asks waits for one turn of each other row at most"),
];

/** The arbiter of a port's virtual lanes. */
export const vlArbiterProofs: ProofList = () => [
  {
    ...{ name: "vl_arbiter", top: "vl_arbiter", engine: "induction", depth: 2 },
    properties: [
      property("granted_where_asked", "where a lane asks that a table serves there is a grant, else none"),
      property("granted_lane_asks", "a lane is granted that asks"),
      property("one_grant", "one grant: VL15, or one row of one table"),
      property("vl15_first", "VL15 goes before all others"),
      property(
        "low_after_high",
        "the low table waits for the high one only, and not when the limit is used up",
      ),
      property("high_is_counted", "what the high table has sent past a waiting low packet is counted"),
      property("limit_followed", "the limit that counts is that of the setting a cycle before"),
      property("limit_is_kept", "above its limit the high table gives way to a low packet that waits"),
      ...turns("high"),
      ...turns("low"),
    ],
  },
];
