/** Single changes of the input buffer and of port 0, and the bench that each one must make fail; for `npm run mutate`. */
import { filesOf } from "../../generator/views/index.ts";
import type { Breaks } from "./breaks.ts";
import { benchSwitch } from "./switch-bench.ts";
import { secdedShapes, voqShapes } from "./switch-voq-shapes.ts";

/** Where the changed text is looked for. */
export const files = [...voqShapes, ...secdedShapes].flatMap((shape) => filesOf(benchSwitch(shape)));

/** Pages of eight beats, four lanes, cut-through. */
const paged = "64 bits, 4 ports, 4 data lanes";
/** Pages of one beat, one lane, cut-through. */
const single = "256 bits, 3 ports, 1 data lanes";
const secded = "64 bits, 3 ports, 2 data lanes, secded";
const load = (shape: string): string => `under random load: ${shape}`;

const pages: readonly Breaks[] = [
  {
    bench: "switch-voq-pages",
    only: paged,
    module: "switch/voq_pages",
    changes: [
      ["wr_abort && open_reg ? first_take_reg", "1'b0 ? first_take_reg"],
      ["wr_abort && open_reg ? first_take_reg", "wr_abort ? first_take_reg"],
      ["page_reg     <= first_page_reg;", "page_reg     <= page_reg;"],
      ["wr_valid && (wr_last || beat_reg == LAST_BEAT)", "wr_valid && beat_reg == LAST_BEAT"],
      ["wr_valid && (wr_last || beat_reg == LAST_BEAT)", "wr_valid && wr_last"],
      ["first_page_reg <= page_reg;", "first_page_reg <= next_reg;"],
      ["take_reg == LAST_SLOT ? {SB{1'b0}} : take_reg + 1'b1", "take_reg + 1'b1"],
      ["put_reg <= put_reg == LAST_SLOT ? {SB{1'b0}} : put_reg + 1'b1", "put_reg <= put_reg + 1'b1"],
      ["wr_last ? {UB{1'b0}} : wr_pages_reg + 1'b1", "wr_pages_reg + 1'b1"],
      [
        "page_reg     <= first_page_reg;\n            wr_pages_reg <= {UB{1'b0}};",
        "page_reg     <= first_page_reg;",
      ],
      [
        "wr_pages_reg <= {UB{1'b0}};\n            beat_reg     <= {BIB{1'b0}};\n        end\n",
        "wr_pages_reg <= {UB{1'b0}};\n        end\n",
      ],
      ["used_reg <= LIMIT;", "used_reg < LIMIT;"],
      ["release_valid && release_lane == LANE", "release_valid"],
      ["commit && wr_lane == LANE", "commit"],
      ["wr_size = wr_pages_reg + 1'b1", "wr_size = wr_pages_reg"],
      ["? VL15_PAGES - LONGEST_15 :", "? VL15_PAGES - LONGEST :"],
      ["fill_page_reg <= {PGB{1'b0}} + 1'b1;", "fill_page_reg <= {PGB{1'b0}};"],
      ["put_reg      <= LAST_SLOT;", "put_reg      <= {SB{1'b0}};"],
      ["fill_reg != LAST_SLOT", "fill_reg != LAST_SLOT - 1'b1"],
      ["ring[put_reg] <= free_page", "ring[take_reg] <= free_page"],
    ],
  },
  {
    bench: "switch-voq-pages",
    only: single,
    module: "switch/voq_pages",
    changes: [
      ["page_end  = wr_valid;", "page_end  = wr_valid && wr_last;"],
      ["first_take_reg <= take_reg;", "first_take_reg <= take_next;"],
    ],
  },
];

const lists: readonly Breaks[] = [
  {
    bench: "switch-voq-lists",
    only: paged,
    module: "switch/voq_lists",
    changes: [
      ["head_stepped ? step_mem[head_queue]", "1'b0 ? step_mem[head_queue]"],
      ["step_tail == step_entry;", "1'b0;"],
      ["step_tail == step_entry;", "1'b1;"],
      ["= step_brief ? brief_reg | stepping : brief_reg & ~stepping;", "= brief_reg;"],
      ["push_brief ? brief_stepped | new_head : brief_stepped & ~new_head;", "brief_stepped;"],
      ["(single_stepped & ~pushed) | new_head;", "single_stepped & ~pushed;"],
      ["pushed & (~filled_reg | emptied);", "pushed & ~filled_reg;"],
      ["was_empty || (same && head_single)", "was_empty"],
      ["was_empty || (same && head_single)", "was_empty || same"],
      ["push && pop && push_queue == head_queue", "push && pop"],
      ["was_empty ? {DB{1'b0}} : number_mem[push_queue]", "{DB{1'b0}}"],
      ["was_empty ? {DB{1'b0}} + 1'b1 : number_mem[push_queue]", "number_mem[push_queue]"],
      ["step_reg       <= pop && !head_single;", "step_reg       <= pop;"],
      ["(stepped_reg | stepping) & ~new_head;", "stepped_reg | stepping;"],
      ["(filled_reg & ~emptied) | pushed;", "(filled_reg & ~popped) | pushed;"],
      ["(stepped_reg | stepping) & ~new_head;", "stepped_reg & ~new_head;"],
      ["if (push && !to_head) begin", "if (push) begin"],
      ["next_reg <= next_mem[head_entry]", "next_reg <= next_mem[push_entry]"],
      ["tail_mem[push_queue]   <= push_entry", "tail_mem[push_queue]   <= push_tail"],
      ["number_mem[head_queue] - head_number", "head_number"],
      ["filled_reg <= {QUEUES{1'b0}};", "filled_reg <= filled_reg;"],
    ],
  },
];

const reader: readonly Breaks[] = [
  {
    bench: "switch-voq",
    only: load(single),
    module: "switch/voq_reader",
    changes: [
      ["pick_queue && idle_next && from_brief", "pick_queue && idle_next"],
      ["pick_queue && idle_next && from_brief", "pick_queue && from_brief"],
    ],
  },
  {
    bench: "switch-voq",
    only: load(paged),
    module: "switch/voq_reader",
    changes: [
      ["held_reg   <= match && !pick && !cancel;", "held_reg   <= 1'b0;"],
      [
        "end else if (take) begin\n            next_reg        <= 1'b0;",
        "end else if (1'b0) begin\n            next_reg        <= 1'b0;",
      ],
      ["!next_reg && (filled_drop || late_reg)", "!next_reg && filled_drop"],
      ["free && match && !dropping;", "free && match;"],
      ["from_direct && !direct_hold", "from_direct"],
      ["slot_free     = popped_reg && next_copy_reg", "slot_free     = next_copy_reg"],
      ["!arriving || beats_reg != direct_beats", "1'b1"],
      ["= direct_reg && direct_open;", "= 1'b0;"],
      ["!next_done_reg && !next_direct_reg && next", "!next_direct_reg && next"],
      ["!next_done_reg && !next_direct_reg && next", "!next_done_reg && next"],
      ["more && !done_reg && !arriving && left", "more && !done_reg && left"],
      ["ended && !done_reg;", "1'b0;"],
      ["done = cancel || done_pick", "done = done_pick"],
      ["done_reg   <= done_reg || done_read;", "done_reg   <= done_reg;"],
      ["page_end  = rd_last || beat_reg == LAST_BEAT", "page_end  = beat_reg == LAST_BEAT"],
      ["{turn_page ? rd_next : page_reg,", "{page_reg,"],
      ["page_reg <= turn_page ? rd_next : page_reg;", "page_reg <= page_reg;"],
      ["!copy_reg || uses == LAST_USE", "1'b1"],
      ["!copy_reg || uses == LAST_USE", "!copy_reg"],
      ["used_once     = first_reg && copy_reg", "used_once     = valid_reg && copy_reg"],
      ["slot_free     = popped_reg && next_copy_reg", "slot_free     = popped_reg"],
      ["slot_lane     = next_in_reg", "slot_lane     = next_out_reg"],
      ["release_valid = ended && frees", "release_valid = ended"],
      ["release_lane  = in_reg", "release_lane  = out_reg"],
      ["release_pages = pages_reg + 1'b1", "release_pages = pages_reg"],
      ["valid_reg && page_end && frees", "page_end && frees"],
      ["start   = take && !next_drop_reg", "start   = take"],
      ["x_valid = valid_reg && !drop_reg", "x_valid = valid_reg"],
      ["x_error = rd_last && (rd_error ||", "x_error = rd_last && ("],
      ["(period ? filled & seen_reg : expired_reg)", "(period ? filled : expired_reg)"],
      ["(period ? filled : seen_reg) & ~popped", "(period ? filled : seen_reg)"],
      ["(period ? filled & seen_reg : expired_reg) & ~popped", "(period ? filled & seen_reg : expired_reg)"],
      ["period ? {cfg_lifetime, 10'd0}", "period ? {cfg_lifetime, 10'd1}"],
      ["scan_reg == LAST_OUTPUT_QUEUE ?", "1'b0 ?"],
      ["next_marks_reg && |cfg_fecn_threshold", "|cfg_fecn_threshold"],
      ["from_queue && lane != LAST_LANE;", "from_queue;"],
      [">= cfg_fecn_threshold", "> cfg_fecn_threshold"],
      ["first_reg <= take;", "first_reg <= rd_en;"],
    ],
  },
  {
    bench: "switch-voq",
    only: load(single),
    module: "switch/voq_reader",
    changes: [
      ["!next_reg || (take && !next_drop_reg)", "!next_reg || take"],
      ["direct_reg <= direct_reg && !direct_pick;", "direct_reg <= direct_reg;"],
      ["take ? next_page_reg : rd_next", "take ? next_page_reg : page_reg"],
    ],
  },
  {
    bench: "switch-voq",
    only: load(secded),
    module: "switch/voq_reader",
    changes: [
      ["broken_reg || (valid_reg && rd_broken)", "broken_reg"],
      ["(rd_error || rd_broken || broken_reg)", "(rd_error || broken_reg)"],
      ["broken_reg <= 1'b0;", "broken_reg <= broken_reg;"],
      ["x_error = rd_last && (", "x_error = ("],
    ],
  },
  {
    bench: "switch-voq-cases",
    only: paged,
    module: "switch/voq_reader",
    changes: [
      ["age_reg == 34'd0 || age_reg[33:10] > cfg_lifetime", "age_reg == 34'd0"],
      ["dropping    = !next_reg && (filled_drop || late_reg)", "dropping    = (filled_drop || late_reg)"],
    ],
  },
  {
    bench: "switch-voq-cases",
    only: single,
    module: "switch/voq_reader",
    changes: [["(filled_drop || late_reg) && !(match && passed_reg);", "(filled_drop || late_reg);"]],
  },
];

const choice: readonly Breaks[] = [
  {
    bench: "switch-voq",
    only: load(paged),
    module: "switch/voq_choice",
    changes: [
      ["if (pick && matched && lane_reg != LAST_LANE) begin", "if (pick && matched) begin"],
      ["if (pick && matched && lane_reg != LAST_LANE) begin", "if (matched && lane_reg != LAST_LANE) begin"],
      ["= |ahead ? ahead : asked;", "= asked;"],
      ["present & room & ~taken", "present & ~taken"],
      ["= |present;", "= |wanted;"],
      ["present & room & ~taken", "present & room"],
      ["| ~queued;", ";"],
      ["single[STRIDE*o +: LANES] | ~queued", "~queued"],
      ["if (asked[LANES-1]) begin", "if (1'b0) begin"],
      ["if (!matched) begin", "if (1'b1) begin"],
      ["asked <= wanted;", "asked <= present & room;"],
      ["direct_there[match_port] && !queued_there[match_port]", "direct_there[match_port]"],
      ["single_there[match_port];", "1'b0;"],
    ],
  },
];

const copier: readonly Breaks[] = [
  {
    bench: "switch-voq",
    only: load(paged),
    module: "switch/multicast_copier",
    changes: [
      ["filled & begins & {LANES{", "filled & {LANES{"],
      ["state_reg == TAKE && !hold", "state_reg == TAKE"],
      ["pool   = |behind ? behind : wanted", "pool   = wanted"],
      ["all_seen && !used_once", "all_seen"],
      ["uses_mem[used_page] <= uses - 1'b1", "uses_mem[used_page] <= uses"],
      ["mask_reg  <= copy_mask;\n", "mask_reg  <= mask_reg;\n"],
      ["slot_ring[slot_put_reg] <= slot;", "slot_ring[slot_put_reg] <= slot_put_reg;"],
      ["else if (free_here && !taken_here)", "else if (free_here)"],
      ["if (taken_here && !free_here)", "if (taken_here)"],
      ["lane_reg == LAST_LANE ? LAST_LANE : copy_lane", "copy_lane"],
      ["(copy_lane_drop && lane_reg != LAST_LANE)", "copy_lane_drop"],
      ["state_reg == NONE || (copy_lane_drop", "(copy_lane_drop"],
      ["evt_unmapped  <= taken && push_drop", "evt_unmapped  <= pushed && push_drop"],
      ["evt_copy      <= taken && !push_drop", "evt_copy      <= taken"],
      ["members_reg <= members_reg + 1'b1", "members_reg <= {FB{1'b0}} + 1'b1"],
      ["slot_take_reg <= slot_take_reg == LAST_SLOT ?", "slot_take_reg <= 1'b0 ?"],
      ["state_reg <= mask_left == {P{1'b0}} ? IDLE : MEMBER", "state_reg <= IDLE"],
      ["group_mem[store_page] <= {store_sl, store_index}", "group_mem[store_page] <= {4'd0, store_index}"],
      ["pushed    = push && push_ready", "pushed    = push"],
    ],
  },
  {
    bench: "switch-voq",
    only: load(secded),
    module: "switch/multicast_copier",
    changes: [["(state_reg == PUSH && quota[lane_reg])", "state_reg == PUSH"]],
  },
];

const buffer: readonly Breaks[] = [
  {
    bench: "switch-voq",
    only: "under random load",
    module: "switch/voq_buffer",
    changes: [["direct_page_reg  <= k_page", "direct_page_reg  <= wr_first"]],
  },
  {
    bench: "switch-voq",
    only: load(paged),
    module: "switch/voq_buffer",
    changes: [
      ["routed_reg <= !route_drop && !route_multicast", "routed_reg <= !route_drop"],
      ["routed_reg <= !route_drop && !route_multicast", "routed_reg <= !route_multicast"],
      ["!begun_reg && !killed_reg;", "!begun_reg;"],
      ["(written && wr_ending) || k_last;", "k_last;"],
      ["(written && wr_ending) || k_last;", "written && wr_ending;"],
      ["{LANES{written && begun_reg}}", "{LANES{begun_reg}}"],
      ["wr_open_reg && direct_id_reg == wr_id_reg", "wr_open_reg"],
      ["k_last && !begun_reg;", "k_last;"],
      ["open_reg <= written;", "open_reg <= 1'b0;"],
      ["(wr_pktlen + 11'd1)", "(wr_pktlen + 11'd0)"],
      [".push_ready     (!join_valid)", ".push_ready     (1'b1)"],
      ["first_lnh == 2'd2 && at == 3'd1", "first_lnh == 2'd2 && at == 3'd2"],
      ["first_lnh == 2'd3 && at == 3'd6", "first_lnh == 2'd3 && at == 3'd5"],
      ["at == 3'd7 ? 3'd7 : at + 3'd1", "at + 3'd1"],
      ["x_first ? rd_data[9:8] : lnh_reg", "rd_data[9:8]"],
      ["evt_dropped <= k_last && drop;", "evt_dropped <= k_last && drop_reg;"],
      ["evt_dropped <= k_last && drop;", "evt_dropped <= (k_last || k_abort) && drop;"],
      ["evt_lane_packet[i]         <= here && x_first;", "evt_lane_packet[i]         <= here;"],
      ["|lane_filled && !here", "|lane_filled"],
      ["killed_reg <= (killed_reg && !k_abort) || ", "killed_reg <= "],
      ["direct_in_reg    <= k_lane", "direct_in_reg    <= wr_lane"],
      ["wr_id_reg + 2'd1 : wr_id_reg", "wr_id_reg : wr_id_reg"],
      ["wr_sop ? wr_page : wr_first_reg", "wr_page"],
      ["route_valid ? route_lane : lane_reg", "lane_reg"],
      ["route_valid ? route_index : index_reg", "route_index"],
      ["matching ? match_queue : other_queue", "match_queue"],
      [
        "if (k_last || k_abort) begin\n            routed_reg <= 1'b0;",
        "if (k_last || k_abort) begin\n            routed_reg <= routed_reg;",
      ],
      ["wr_last && wr_error, wr_last", "1'b0, wr_last"],
    ],
  },
];

const management: readonly Breaks[] = [
  {
    bench: "switch-management",
    only: paged.replace("4 ports", "3 ports"),
    module: "switch/management_port",
    changes: [
      ["closes && left == {", "closes && left >= {"],
      ["!holed && !user_reg[4]", "!user_reg[4]"],
      ["!holed && !user_reg[4]", "!holed"],
      ["keep_reg[4*word] && !keep_reg[4*word-4]", "1'b0"],
      ["keep_reg[4*word +: 4] != 4'h0 && keep_reg[4*word +: 4] != 4'hf", "1'b0"],
      ["swallow || closes", "swallow"],
      ["(!ends || proper || begun)", "(!ends || proper)"],
      ["ends && !proper && !begun", "ends && !proper"],
      ["sop ? first_vl : data_reg[7:4]", "data_reg[7:4]"],
      ["first_length < MIN_LENGTH", "first_length < 11'd4"],
      ["? first_length > MAX_LENGTH_15", "? first_length > MAX_LENGTH"],
      ["!first_is15 && first_vl >= DATA_VLS", "!first_is15 && first_vl > DATA_VLS"],
      ["wr_ready && wr_room[first_lane]", "wr_room[first_lane]"],
      ["wr_ready && wr_room[first_lane]", "wr_ready"],
      ["!sop || first_bad || (wr_ready", "!sop || (wr_ready"],
      ["!held_reg || go;", "!held_reg;"],
      ["mgmt_dest = dest_reg", "mgmt_dest = tx_tdest"],
      ["open_reg    <= !last_reg", "open_reg    <= !ends"],
      ["!(keep_whole && words[WB-1])", "!keep_whole"],
      ["last_reg || closes;", "last_reg;"],
      ["left_reg    <= left - WORDS_PER_BEAT", "left_reg    <= first_length - WORDS_PER_BEAT"],
      ["write_reg == LAST_ROW ?", "1'b0 ?"],
      ["read_reg == LAST_ROW ?", "1'b0 ?"],
      ["first_reg ? out_vl : out_data[7:4]", "out_vl"],
      ["first_reg <= out_last;", "first_reg <= 1'b0;"],
      ["used_reg <= ROOM_LIMIT", "used_reg < ROOM_LIMIT"],
      ["if (out_valid && !rd_en) begin", "if (out_valid) begin"],
      ["rd_words >= INDEX", "rd_words > INDEX"],
      ["!rx_tlast || rd_words", "rd_words"],
      ["!valid_reg || rx_tready", "rx_tready"],
      ["advance && used_reg != {AW{1'b0}}", "used_reg != {AW{1'b0}}"],
      ["first_reg  <= 1'b1;", "first_reg  <= first_reg;"],
      ["open_reg <= 1'b0;", "open_reg <= open_reg;"],
    ],
  },
  {
    bench: "switch-management",
    only: "8 data lanes, secded",
    module: "switch/management_port",
    changes: [
      ["!rx_tlast && (broken_reg || rd_broken)", "broken_reg || rd_broken"],
      ["!rx_tlast && (broken_reg || rd_broken)", "!rx_tlast && rd_broken"],
      ["rd_error || rd_broken || broken_reg", "rd_error || broken_reg"],
      ["if (valid_reg && rx_tready) begin", "if (valid_reg) begin"],
    ],
  },
];

export const breaks: readonly Breaks[] = [
  ...[pages, lists, reader, choice].flat(),
  ...[copier, buffer, management].flat(),
];
