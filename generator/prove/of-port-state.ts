import type { ProofList, SolverProof } from "./types.ts";

const portState: SolverProof = {
  name: "port_state",
  top: "port_state",
  engine: "induction",
  depth: 2,
  reach: 9,
  properties: [
    { label: "state_is_known", says: "the state is one of the five" },
    {
      label: "steps_are_legal",
      says: "Down, Initialize, Armed, Active, ActDefer, in this order; from each to Down",
    },
    { label: "held_is_down", says: "a command or a disabled link leads to Down at once" },
    { label: "alone_is_down", says: "without a session the port is Down" },
    { label: "sends_in_active", says: "data is sent in Active only" },
    { label: "accepts_in_session", says: "data is not accepted in Down" },
    { label: "defers", says: "a port comes to ActDefer", cover: true },
  ],
};

/** The state machine of a port. */
export const portStateProofs: ProofList = () => [portState];
