import type { Break } from "./break.ts";

type Change = readonly [property: string, from: string, to: string];

const changes = (proof: string, list: readonly Change[]): readonly Break[] =>
  list.map(([property, from, to]) => ({ proof, module: proof, property, from, to, device: "switch" }));

const pages = "localparam PAGES = (LANES - 1) * DATA_PAGES + VL15_PAGES + SPARE_PAGES;";
const round = "put_reg == LAST_SLOT ? {SB{1'b0}} : put_reg + 1'b1";

const voqPages: readonly Change[] = [
  ["filled_in_order", "put_reg      <= LAST_SLOT;", "put_reg <= {SB{1'b0}};"],
  ["open_counted", "wr_last ? {UB{1'b0}} : wr_pages_reg + 1'b1", "wr_pages_reg + 1'b1"],
  ["pages_counted", round, "put_reg + 1'b1"],
  ["shares_kept", "used_reg <= LIMIT;", "used_reg <= LIMIT + 1'b1;"],
  ["out_is_sum", "page_end  = wr_valid", "page_end  = 1'b1"],
  ["kept_is_sum", "wr_last ? {UB{1'b0}} : wr_pages_reg + 1'b1", "wr_pages_reg + 1'b1"],
  ["out_is_held", "(commit_here ? wr_size : {UB{1'b0}})", "(commit_here ? wr_pages_reg : {UB{1'b0}})"],
  ["two_left", pages, "localparam PAGES = 2;"],
  ["slots_in_order", pages, "localparam PAGES = 2;"],
  ["never_same_slot", pages, "localparam PAGES = 2;"],
  ["next_is_first", "next_reg <= ring[take_next];", "next_reg <= ring[take_reg];"],
  [
    "slot_of_page",
    "filling   = fill_reg != LAST_SLOT;",
    "filling   = fill_reg != LAST_SLOT || take_reg == {SB{1'b0}} + 1'b1;",
  ],
  ["place_is_known", "open_reg <= !wr_last;", "open_reg <= 1'b0;"],
  ["slot_in_ring", "{SB{1'b0}} : take_reg + 1'b1;", "{SB{1'b0}} : take_reg + 2'd2;"],
  ["page_is_there", "page_reg     <= next_reg;", "page_reg     <= page_reg;"],
  ["first_is_known", "first_page_reg <= page_reg;", "first_page_reg <= next_reg;"],
  ["no_page_twice", "ring[put_reg] <= free_page;", "ring[put_reg] <= page_reg;"],
];

const goes = "!sop || first_bad || (wr_ready && wr_room[first_lane]);";
const rows = "read_reg == LAST_ROW ? {AW{1'b0}} : read_reg + 1'b1";

const managementPort: readonly Change[] = [
  ["tx_counted", "held_reg <= tx_tvalid;", "held_reg <= tx_tvalid && !tx_tlast;"],
  ["packet_under_way", "swallow_reg <= swallow || closes;", "swallow_reg <= swallow;"],
  ["begins_with_room", goes, "!sop || first_bad || wr_ready;"],
  ["lane_stays", "wr_lane   = lane;", "wr_lane   = first_lane;"],
  ["one_at_a_time", "accept && ends && !proper && !begun;", "accept && ends && !proper;"],
  ["no_longer", "(first_is15 ? first_length > MAX_LENGTH_15", "(first_is15 ? 1'b0"],
  ["taken_back_unread", "accept && ends && !proper && !begun;", "accept && ends && !proper;"],
  ["rx_counted", rows, "read_reg + 2'd2"],
  ["beat_has_place", "valid_reg <= rd_en;", "valid_reg <= 1'b0;"],
  ["row_stays", "write_reg == LAST_ROW ? {AW{1'b0}} : write_reg + 1'b1", "write_reg"],
  ["never_same_row", "advance && used_reg != {AW{1'b0}};", "advance;"],
  ["beat_comes_out", "valid_reg <= rd_en;", "valid_reg <= rd_en && out_valid;"],
  ["output_is_stable", "= !valid_reg || rx_tready;", "= 1'b1;"],
  ["beat_goes_through", "valid_reg <= rd_en;", "valid_reg <= 1'b0;"],
];

const put = "slot_put_reg == LAST_SLOT ? {SB{1'b0}} : slot_put_reg + 1'b1";
const left = "= mask_reg & ~(one << member);";

const served = "mask_reg  <= mask_left;";

const multicastCopier: readonly Change[] = [
  ["filled_in_order", "{LANES{ready_reg}};", "{LANES{1'b1}};"],
  ["shares_kept", "used_reg <= used_reg + 1'b1;", "used_reg <= used_reg;"],
  ["places_counted", put, "slot_put_reg + 1'b1"],
  ["takes_a_free_one", "SLOTS     = 18;", "SLOTS     = 2;"],
  ["place_is_there", "slot_ring[slot_put_reg] <= slot_put_reg;", "slot_ring[slot_put_reg] <= {SB{1'b0}};"],
  ["no_place_twice", "slot_ring[slot_put_reg] <= slot_put_reg;", "slot_ring[slot_put_reg] <= {SB{1'b0}};"],
  ["members_counted", "members_reg <= members_reg + 1'b1;", "members_reg <= members_reg;"],
  ["uses_are_members", "all_seen && !used_once;", "!used_once;"],
  ["members_split", served, "mask_reg  <= mask_reg;"],
  ["copied_once", served, "mask_reg  <= mask_reg;"],
  ["all_copied", left, "= {P{1'b0}};"],
  ["dropped_where_empty", "members_reg == {FB{1'b0}}) begin", "members_reg != {FB{1'b0}}) begin"],
];

const voqLists: readonly Change[] = [
  ["tickets_counted", "(filled_reg & ~emptied) | pushed;", "(filled_reg & ~popped) | pushed;"],
  ["last_is_known", "tail_mem[push_queue]   <= push_entry;", "tail_mem[push_queue]   <= push_tail;"],
  ["linked", "next_mem[push_tail] <= push_row;", "next_mem[push_entry] <= push_row;"],
  ["head_is_right", "(stepped_reg | stepping) & ~new_head;", "stepped_reg & ~new_head;"],
  ["single_is_right", "step_tail == step_entry;", "step_tail != step_entry;"],
  ["brief_is_right", "push_brief ? brief_stepped | new_head", "!push_brief ? brief_stepped | new_head"],
  ["depth_is_told", "<= following;", "<= number;"],
  ["never_same_place", "= was_empty || (same && head_single);", "= was_empty;"],
  ["steps", "<= pop && !head_single;", "<= 1'b0;"],
];

const late = "(filled_drop || late_reg) && !(match";

const voqReader: readonly Change[] = [
  ["done_once", "done_end  = ended && !done_reg;", "done_end  = ended;"],
  ["match_has_place", "match && !pick && !cancel;", "match && !pick;"],
  ["read_is_known", "beats_reg <= beats_reg + 1'b1;", "beats_reg <= beats_reg + 2'd2;"],
  ["reads_to_the_end", "take      = next_reg && !more;", "take      = next_reg;"],
  ["arrival_is_known", "direct_reg <= direct_reg && !direct_pick;", "direct_reg <= direct_reg;"],
  ["beat_is_there", "here     = !arriving || beats_reg != direct_beats;", "here     = 1'b1;"],
  ["late_is_there", "late_queue_reg   <= scan_reg;", "late_queue_reg   <= {QB{1'b0}};"],
  ["popped_is_picked", "next_reg        <= dropping || pick;", "next_reg        <= pick;"],
  ["pops_what_is_there", `!next_reg && ${late}`, late],
  ["pages_freed", "valid_reg && page_end && frees;", "valid_reg && page_end;"],
  ["page_is_read", "free_page     = page_reg;", "free_page     = next_page_reg;"],
  ["release_is_sum", "release_pages = pages_reg + 1'b1;", "release_pages = pages_reg;"],
  ["begins_foretold", "start   = take && !next_drop_reg;", "start   = take;"],
  ["follows_at_once", "take      = next_reg && !more;", "take      = next_reg && !open_reg;"],
];

/** Breaks of the input buffers and the management port of a switch. */
export const voqBreaks: readonly Break[] = [
  ...changes("voq_pages", voqPages).map((one) => ({ ...one, long: true })),
  ...changes("voq_lists", voqLists),
  ...changes("voq_reader", voqReader),
  ...changes("multicast_copier", multicastCopier),
  ...changes("management_port", managementPort),
];
