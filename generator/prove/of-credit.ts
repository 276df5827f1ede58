import { portOf } from "../design/port-of.ts";
import type { ProofList, SolverProof } from "./types.ts";

const creditTx: SolverProof = {
  name: "credit_tx",
  top: "credit_tx",
  engine: "induction",
  depth: 2,
  reach: 5,
  properties: [
    { label: "never_beyond_credit", says: "no lane sends more blocks than were promised to it" },
    { label: "blocks_counted_once", says: "FCTBS is the sum of the blocks sent in this session" },
    { label: "promise_is_kept", says: "CL is ahead of FCTBS by just what may still be sent" },
    { label: "gate_is_exact", says: "a packet may go exactly when its blocks fit into what is promised" },
    { label: "shut_before_promise", says: "nothing may go before the first promise of a session" },
    { label: "credit_used_up", says: "all credit can be used up", cover: true },
  ],
};

const creditRx: SolverProof = {
  name: "credit_rx",
  top: "credit_rx",
  engine: "induction",
  depth: 2,
  hunt: 10,
  reach: 12,
  properties: [
    { label: "abr_is_counted", says: "ABR is the sum of the blocks that came, and FCTBS corrects it" },
    { label: "promise_is_legal", says: "never more than 2048 blocks are promised at once" },
    { label: "told_has_room", says: "what was told fits even if nothing more leaves the buffer" },
    { label: "promise_has_room", says: "what is promised fits into the buffer beside what is there" },
    { label: "promise_is_room", says: "what is promised is all the room there is: no credit leaks" },
    { label: "promise_grows", says: "no promise is taken back" },
    { label: "turn_is_lane", says: "only lanes that are there have their turn" },
    { label: "packet_is_right", says: "a flow-control packet carries the counters as they are now" },
    { label: "due_until_taken", says: "a flow-control packet that is due stays until it is taken" },
    { label: "promise_used_up", says: "all that was promised can come", cover: true },
  ],
};

const txScheduler: SolverProof = {
  name: "tx_scheduler",
  top: "tx_scheduler",
  engine: "induction",
  depth: 1,
  hunt: 4,
  reach: 4,
  innerProved: true,
  // What the arbiter expects of its tables, its order and weights rest on; a grant of what asks does not
  prepare: ["delete */c:arbiter.tables_stand */c:arbiter.packets_have_size"],
  properties: [
    { label: "consumes_with_credit", says: "a data packet goes only where there is credit for it" },
    { label: "consumes_its_blocks", says: "what it consumes are the blocks of that packet" },
    { label: "reserves_in_window", says: "nothing is sent but in a session, with the window open" },
    { label: "flow_when_due", says: "a flow-control packet goes only when it is due, in a session" },
    { label: "one_choice", says: "one choice at a time, and none without its place in the window" },
    { label: "data_goes", says: "a data packet can go", cover: true },
  ],
};

const creditLoop: SolverProof = {
  name: "credit_loop",
  top: "credit_loop",
  engine: "induction",
  innerFirst: true,
  depth: 2,
  hunt: 10,
  reach: 20,
  properties: [
    { label: "begins_empty", says: "a session begins with nothing promised" },
    { label: "conserved_on", says: "from cycle to cycle no block promised appears or vanishes" },
    {
      label: "credits_conserved",
      says: "each block promised is a promise on its way, with the sender, on the way as data, or lost",
    },
    { label: "receiver_agrees_on", says: "the receiver goes on to know what is promised" },
    { label: "receiver_agrees", says: "what the receiver knows to be promised is just that" },
    { label: "sender_agrees_on", says: "the sender goes on to know what it may send" },
    { label: "sender_agrees", says: "what the sender may send is just that" },
    { label: "told_is_promise_on", says: "FCCL as told goes on to be ahead of ABR by what is promised" },
    { label: "told_is_promise", says: "FCCL as told is ahead of ABR by what is promised" },
    { label: "heard_is_ahead", says: "CL is ahead of FCTBS by what may still be sent" },
    { label: "sent_is_ahead_on", says: "FCTBS goes on to be ahead of the cable's head" },
    { label: "sent_is_ahead", says: "FCTBS is ahead of the cable's head by what is on the way" },
    { label: "lost_is_ahead", says: "the cable's head is ahead of ABR by what was lost" },
    { label: "told_is_ahead", says: "FCCL as told is ahead of CL by the promises on their way" },
    { label: "room_within", says: "what is promised, and what may be sent, stays within 2048 blocks" },
    { label: "fly_within", says: "what is on the way stays within 2048 blocks" },
    { label: "lost_within", says: "what is lost and not made up for stays within 2048 blocks" },
    { label: "all_within", says: "nothing on the way or lost is negative or beyond 2048 blocks" },
    { label: "back_positive", says: "promises on their way are never negative" },
    { label: "back_within", says: "promises on their way stay within 2048 blocks" },
    { label: "promise_adds", says: "what is told adds to what is promised" },
    { label: "promise_heard", says: "a promise heard adds just its blocks to what may be sent" },
    { label: "mark_in_order", says: "FCTBS on its way counts what was sent before it" },
    { label: "sync_makes_up", says: "FCTBS that comes is ahead of ABR by just what was lost before it" },
    { label: "buffer_grows", says: "the blocks in the buffer grow by those that come, no more" },
    { label: "buffer_never_overflows", says: "all that may still come has room in the buffer" },
    { label: "lost_credit_returns", says: "credit that was lost comes back by FCTBS", cover: true },
  ],
};

/** Credit flow control. */
export const creditProofs: ProofList = (design) => {
  const port = portOf(design);
  const values = Array.from({ length: port.virtualLanes.data }, (_value, lane) => String(lane));
  const cases = { macro: "F_LANE", values };
  return [...[creditTx, creditRx, creditLoop].map((proof) => ({ ...proof, cases })), txScheduler];
};
