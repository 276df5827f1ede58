import type { AnyDesign } from "../design/switch.ts";
import type { Proof, ProofList } from "./types.ts";

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

/** The retry of a link. */
export const llrProofs: ProofList = (design: AnyDesign) => {
  const retry = design.kind === "link" ? design.retry === "llr" : design.port.retry === "llr";
  return retry ? [llrRx, llrSession, llrControl, llrLoop] : [];
};
