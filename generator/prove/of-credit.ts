import type { Proof, ProofList } from "./types.ts";

const creditTx: Proof = {
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

/** Credit flow control. */
export const creditProofs: ProofList = () => [creditTx];
