import type { AnyDesign } from "../design/switch.ts";
import type { Proof, ProofList } from "./types.ts";

const llrTx: Proof = {
  name: "llr_tx",
  top: "llr_tx",
  engine: "induction",
  depth: 1,
  hunt: 11,
  // A row read from the replay buffer is any row, but for what any_memory_... says
  prepare: ["delete t:$memrd* t:$memwr* t:$meminit*", "setundef -undriven -anyseq"],
  innerProved: true,
  properties: [
    { label: "no_write_in_replay", says: "nothing is written into the replay buffer while it is replayed" },
    { label: "pointers_in_range", says: "the replay pointer stays in what was sent and is kept" },
    { label: "pending_bounded", says: "frames chosen and not here yet are few enough to be counted" },
    { label: "numbers_consecutive", says: "each frame sent whole takes one number, nothing else takes one" },
    { label: "new_frame_next_number", says: "a frame on its first way out carries the next number" },
    { label: "inside_acknowledges", says: "an ACK or NACK in the window acknowledges up to its number" },
    { label: "outside_changes_nothing", says: "an ACK or NACK outside of the window changes nothing" },
    { label: "index_right", says: "the index gives the first row of the oldest frame" },
    { label: "unacknowledged_kept", says: "a frame not acknowledged is in the replay buffer" },
    { label: "kept_in_order", says: "frames stand in the replay buffer in the order of their numbers" },
    { label: "frames_in_range", says: "frames not acknowledged are never more than the buffer has rows" },
    { label: "whole_grows", says: "beats of whole frames grow by those of the frame that ends" },
    { label: "ended_fits", says: "a frame that ends is no longer than what was reserved for it" },
    { label: "pending_moves", says: "beats reserved move by what is reserved and what has come" },
    { label: "committed_grows", says: "beats held and reserved grow by what is reserved, no more" },
    { label: "reserved_fits", says: "beats held and beats reserved fit into the replay buffer" },
    { label: "never_overflows", says: "the replay buffer is never written when it is full" },
    { label: "within_frame_limit", says: "frames under way stay within the limit of the window in frames" },
    { label: "settings_followed", says: "the limits are those of the settings a cycle before" },
    { label: "bytes_were_within", says: "an open window had room for two longest packets" },
    { label: "within_byte_limit", says: "bytes under way stay within the limit of the window in bytes" },
    { label: "last_rows", says: "the frame under way stands in the last rows of the replay buffer" },
    { label: "rows_follow", says: "rows of the replay buffer follow each other as the beats did" },
    { label: "rows_in_window", says: "rows of whole frames have numbers of the window" },
    { label: "first_row", says: "a frame begins where the index points" },
    { label: "replay_reads_rows", says: "a replay reads row after row, up to the last one sent" },
    { label: "replay_counts_rows", says: "a replay counts numbers and beats as the rows have them" },
    { label: "replay_keeps_number", says: "a replayed frame has the number that it was sent with" },
    { label: "replay_in_window", says: "the number of a replayed frame is one of the last sent" },
    { label: "row_is_beat", says: "a row of the replay buffer holds the beat that was sent" },
    { label: "oldest_soon_known", says: "where the oldest frame stands is known at once" },
    { label: "replay_offers", says: "a replay offers a beat from its second cycle on" },
    { label: "replay_bounded", says: "a replay ends in time" },
    { label: "want_bounded", says: "a replay that is wanted begins in time" },
    { label: "timer_bounded", says: "the replay timer expires in time" },
    { label: "quiet_is_sum", says: "until the oldest frame comes again one of these is under way" },
    { label: "oldest_comes_again", says: "the oldest frame is sent again or acknowledged in time" },
    { label: "replayed_as_sent", says: "a replayed beat is the beat that was sent" },
  ],
};

/** The replay buffer by itself: what llr_tx rests on, for any numbers that follow each other. */
const replayBuffer: Proof = {
  name: "replay_buffer",
  top: "replay_buffer",
  engine: "induction",
  depth: 1,
  hunt: 12,
  reach: 12,
  // A row that is read is any row, but for what any_memory_... says
  prepare: ["delete t:$memrd* t:$memwr* t:$meminit*", "setundef -undriven -anyseq"],
  innerProved: true,
  properties: [
    { label: "beats_counted", says: "the pointers count the beats: no row is left out or written twice" },
    { label: "pointers_in_range", says: "oldest row, frame being written and next row stand in this order" },
    { label: "frame_is_kept", says: "a frame that is not acknowledged is in the rows that are held" },
    { label: "rest_counted", says: "rows and frames from it on are counted" },
    { label: "rows_for_all", says: "it has a row at least, and so has each frame behind it" },
    { label: "kept_in_order", says: "frames stand in the order of their numbers" },
    {
      label: "index_right",
      says: "the index gives the first row of the oldest frame, and since when it is there",
    },
    { label: "room_comes_back", says: "rows are free again when they are acknowledged, and none else" },
    { label: "replay_in_order", says: "a replay shows beat by beat, from the oldest frame to the last beat" },
    { label: "offer_stays", says: "a beat that is offered stays until it is taken" },
    { label: "replayed_as_written", says: "a beat is replayed as it was written" },
    { label: "shows_second", says: "the second frame of a replay can be shown", cover: true },
  ],
};

const llrRx: Proof = {
  name: "llr_rx",
  top: "llr_rx",
  engine: "induction",
  depth: 2,
  hunt: 8,
  reach: 12,
  properties: [
    { label: "expected_has_number", says: "what counts as expected has the expected number" },
    { label: "takes_only_expected", says: "only the expected frame, good, in its session, is taken" },
    { label: "expected_is_taken", says: "the expected frame, good and in its session, is taken" },
    { label: "delivers_only_taken", says: "nothing is delivered but a frame that is taken" },
    { label: "delivers_only_good", says: "nothing is delivered as good whose VCRC is not" },
    { label: "nothing_of_old_session", says: "a frame begun in the session before is not delivered" },
    { label: "in_order_once", says: "the expected number moves on by one with each frame taken, else not" },
    { label: "acknowledges_taken", says: "an acknowledgement carries the last number taken" },
    { label: "taken_is_acknowledged", says: "what was taken, or came twice, is acknowledged" },
    { label: "one_nack_a_gap", says: "a gap is not asked for a second time until it is filled" },
    { label: "asked_is_waiting", says: "the state tells whether the NACK of a gap has been sent" },
    { label: "gap_asks", says: "a gap is asked for" },
    { label: "nack_needs_gap", says: "nothing is asked for without a gap" },
    { label: "comes_again", says: "what was missing can come again", cover: true },
  ],
};

const llrSession: Proof = {
  name: "llr_session",
  top: "llr_session",
  engine: "induction",
  depth: 2,
  hunt: 11,
  reach: 10,
  properties: [
    { label: "ready_needs_both", says: "ready needs the own echo and the peer's INIT, both of this session" },
    { label: "restart_forgets", says: "a new session has a new word and epoch and is not ready" },
    { label: "word_kept", says: "nothing but a new session changes the own word and the epoch" },
    { label: "peer_word_accepted", says: "the peer's word changes only when its session is accepted" },
    { label: "suspects_last", says: "the word suspected is that of the last INIT" },
    {
      label: "second_init_believed",
      says: "a session that runs is left for the peer at the second INIT only",
    },
    { label: "init_before_echo", says: "the own INIT is sent before an echo is" },
    { label: "valid_is_accepted", says: "the peer's session is not valid before it was accepted" },
    { label: "stopped_is_silent", says: "a session that was stopped is silent" },
    { label: "becomes_ready", says: "a session can be set up", cover: true },
  ],
};

const llrControl: Proof = {
  name: "llr_control",
  top: "llr_control",
  engine: "induction",
  depth: 2,
  hunt: 8,
  properties: [
    { label: "carries_number_taken", says: "an ACK and a NACK carry the last number taken" },
    { label: "carries_session", says: "an INIT carries the own word, an echo the peer's INIT" },
    { label: "sends_what_is_due", says: "only what is due is sent, in the order of what matters" },
    { label: "offers_at_once", says: "what is due is offered in the next cycle" },
    { label: "taken_once", says: "what was taken is not offered again at once" },
    { label: "latest_is_latest", says: "only an ACK of the latest number settles what is due" },
  ],
};

const llrLoop: Proof = {
  name: "llr_loop",
  top: "llr_loop",
  engine: "induction",
  depth: 2,
  hunt: 10,
  reach: 12,
  properties: [
    { label: "expects_the_next", says: "the number expected is that of the frame behind those taken" },
    { label: "nothing_forgotten_early", says: "the sender forgets only what was taken" },
    { label: "frame_in_reach", says: "a frame on the way is one of the window when it was sent" },
    { label: "frame_not_passed", says: "the receiver is never past the window of a frame on the way" },
    { label: "arrives_in_reach", says: "nor past that of a frame that arrives" },
    { label: "ack_in_reach", says: "an ACK or NACK on the way is not behind what is acknowledged" },
    { label: "ack_never_refused", says: "an ACK or NACK that arrives is in the window" },
    { label: "number_is_right", says: "the number of a frame that arrives is that which was sent" },
    { label: "number_is_clear", says: "a number stands for one frame only, modulo 2^20" },
    {
      label: "takes_the_next",
      says: "what is taken is the next frame: none lost, none twice, none out of order",
    },
    { label: "delivers_the_next", says: "what is delivered is the frame just taken" },
    {
      label: "goes_round",
      says: "a frame can be sent, taken, acknowledged, and come once more",
      cover: true,
    },
  ],
};

const llrDelivery: Proof = {
  name: "llr_delivery",
  top: "llr_delivery",
  engine: "induction",
  depth: 1,
  hunt: 20,
  reach: 14,
  properties: [
    { label: "times_in_range", says: "times are within their limits" },
    { label: "more_is_bounded", says: "an ACK and a NACK cost time once" },
    { label: "left_is_rest", says: "what is left of the time and what is gone is what there was" },
    { label: "limit_is_sum", says: "what was added is what was lost, and for an ACK and a NACK" },
    { label: "left_for_all", says: "as long as ACKs and NACKs of before come there is time for all" },
    { label: "passes_in_time", says: "the frame that is expected is tried in time, until it is not lost" },
    { label: "more_is_within", says: "an ACK and a NACK cost less than a period" },
    {
      label: "limit_is_bounded",
      says: "the limit is two periods, a replay, a way, and a period for each try in vain",
    },
    { label: "delivered_in_time", says: "the frame that is expected is taken within the bound" },
    { label: "taken_later", says: "it can be taken behind a try in vain", cover: true },
  ],
};

/** The retry of a link. */
export const llrProofs: ProofList = (design: AnyDesign) => {
  const retry = design.kind === "link" ? design.retry === "llr" : design.port.retry === "llr";
  const rowsMayBeLost = design.memoryProtection === "secded";
  return retry
    ? [...(rowsMayBeLost ? [] : [replayBuffer, llrTx]), llrRx, llrSession, llrControl, llrLoop, llrDelivery]
    : [];
};
