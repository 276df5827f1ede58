import type { AnyDesign } from "../design/switch.ts";
import { affineProofs } from "./affine.ts";
import { bufferProofs } from "./of-buffers.ts";
import { creditProofs } from "./of-credit.ts";
import { llrProofs } from "./of-llr.ts";
import { nicProofs, ofLinkPort } from "./of-nic.ts";
import { portStateProofs } from "./of-port-state.ts";
import { streamProofs } from "./of-streams.ts";
import { switchProofs, vlArbiterProofs } from "./of-switch.ts";
import { txQueueProofs } from "./of-tx-queue.ts";
import { voqProofs } from "./of-voq.ts";
import type { Proof, ProofList } from "./types.ts";

/** What is proved, each list in its file; docs/proofs.md says how one is added. */
const lists: readonly ProofList[] = [
  ...[creditProofs, portStateProofs, affineProofs, llrProofs].map(ofLinkPort),
  streamProofs,
  ofLinkPort(vlArbiterProofs),
  switchProofs,
  voqProofs,
  ...[bufferProofs, txQueueProofs].map(ofLinkPort),
  nicProofs,
];

/** The proofs of a design, in the order in which they are shown. */
export function proofsOf(design: AnyDesign): readonly Proof[] {
  return lists.flatMap((list) => list(design));
}
