import type { Break } from "./break.ts";

const pop = "wire pop_here  = pop_select[i] && waiting[i];";

/** Changes of the way into the transmit queues that its proof must find; the first is tried in every run. */
const changes: readonly (readonly [property: string, from: string, to: string])[] = [
  ["beat_as_sent", "sop ? first_vl : s_tdata[7:4]", "first_vl"],
  ["packet_under_way", "left_reg <= left - WORDS_PER_BEAT;", "left_reg <= left_reg - WORDS_PER_BEAT;"],
  ["length_in_range", "first_length > MAX_LENGTH)", "first_length > MAX_LENGTH + 11'd4)"],
  ["heads_counted", pop, "wire pop_here  = pop_select[i] && waiting[i] && !push_here;"],
  ["count_in_range", pop, "wire pop_here  = pop_select[i];"],
  ["packets_counted", "complete && !granted;", "complete;"],
  ["descriptor_is_kept", "length_mem[write_reg] <= packet_length;", "length_mem[read_reg] <= packet_length;"],
  ["never_overflows", "count_reg <= count_reg - 1'b1;", "count_reg <= count_reg - DESCRIPTORS - 1'b1;"],
  ["never_underflows", "partial_reg && !granted_reg ? one", "partial_reg ? one"],
  ["length_as_sent", "length_mem[read_reg] : partial", "length_mem[write_reg] : partial"],
  ["head_stays", "length_mem[read_reg] : partial", "partial_length_reg : partial"],
  ["words_as_sent", "words[IW-1:0] - 1'b1;", "words[IW-1:0];"],
  ["beat_written_once", "= accept && (!ends ||", "= beat && (!ends ||"],
  ["good_is_whole", "keep_whole && !holed && !s_tuser[4];", "keep_whole && !s_tuser[4];"],
  ["packets_whole", "= sop ? first_lane : lane_reg;", "= first_lane;"],
  ["no_longer", "= left <= WORDS_PER_BEAT;", "= s_tlast;"],
  ["taken_back_unread", "granted = granted_reg || partial_pop;", "granted = partial_pop;"],
  ["begins_with_room", "(lane_room[first_lane] && queue_room[first_lane])", "queue_room[first_lane]"],
  ["discard_is_told", "evt_discard <= wr_abort ||", "evt_discard <= !wr_abort &&"],
  ["room_is_told", "= lane_room & queue_room;", "= lane_room | queue_room;"],
  ["two_wait", "count_reg <= count_reg + 1'b1;", "count_reg <= {QB+1{1'b0}} + 1'b1;"],
];

/** Breaks of the transmit queues' ingress. */
export const txQueueBreaks: readonly Break[] = changes.map(([property, from, to]) => ({
  ...{ proof: "tx_queue", module: "tx_queue", property, from, to },
}));
