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
  reach: 8,
  properties: [
    { label: "abr_is_counted", says: "ABR is the sum of the blocks that came, and FCTBS corrects it" },
    { label: "promise_is_legal", says: "never more than 2048 blocks are promised at once" },
    { label: "told_has_room", says: "what was told fits even if nothing more leaves the buffer" },
    { label: "promise_has_room", says: "what is promised fits into the buffer beside what is there" },
    { label: "promise_grows", says: "no promise is taken back" },
    { label: "turn_is_lane", says: "only lanes that are there have their turn" },
    { label: "packet_is_right", says: "a flow-control packet carries the counters as they are now" },
    { label: "due_until_taken", says: "a flow-control packet that is due stays until it is taken" },
    { label: "promise_used_up", says: "all that was promised can come", cover: true },
  ],
};

/** Credit flow control. */
export const creditProofs: ProofList = (design) => {
  const port = design.kind === "switch" ? design.port : design;
  const values = Array.from({ length: port.virtualLanes.data }, (_value, lane) => String(lane));
  const cases = { macro: "F_LANE", values };
  return [creditTx, creditRx].map((proof) => ({ ...proof, cases }));
};
