import { isNicOnEthernet } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import type { Proof, ProofList, Property, SolverProof } from "./types.ts";

const cover = (label: string, says: string): Property => ({ label, says, cover: true });
const property = (label: string, says: string): Property => ({ label, says });

/** A register slice of a stream. */
const axisRegister: Proof = {
  ...{ name: "axis_register", top: "axis_register", engine: "induction", depth: 2 },
  properties: [
    property("beats_counted", "as many beats are inside as were taken and not given"),
    property("held_behind_another", "a beat is held only behind another one"),
    property(
      "beat_stays_whole",
      "a beat that was taken is inside, unchanged and in its place, until it is given",
    ),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("both_places_taken", "both places can be taken"),
  ],
};

/** The AXI4-Lite side of a module of registers. */
const csr = (top: string): SolverProof => ({
  ...{ name: top, top, engine: "induction", depth: 2 },
  properties: [
    property(
      "addresses_counted",
      "a write address that was taken waits inside or is being answered: each once",
    ),
    property("datas_counted", "so with write data"),
    property("ready_where_free", "ready only where nothing is held"),
    property(
      "write_answered_at_once",
      "a write is answered in the cycle behind that in which both parts are there",
    ),
    property("write_answer_stable", "a write's answer stays, unchanged, until it is taken"),
    property("reads_counted", "one read at a time, each answered once"),
    property("answer_in_last_state", "the answer of a read is there in the last state, and in no other"),
    property("read_answer_stable", "a read's answer stays, unchanged, until it is taken"),
    cover("two_writes_inside", "a second write can wait behind the answer of the first"),
    cover("read_answered", "a read can be answered"),
  ],
});

const registerDemux: Proof = {
  ...{ name: "register_demux", top: "register_demux", engine: "induction", depth: 2, hunt: 10 },
  properties: [
    property("write_in_step", "a write waits for the page that was asked, and takes its answer"),
    property("read_in_step", "so does a read"),
    property("write_counted", "a write is taken as a whole, one at a time, and answered once"),
    property("ready_where_free", "ready only where nothing is held"),
    property("both_parts_first", "both parts of a write are there before a page is asked"),
    property("read_counted", "one read at a time, each answered once"),
    property("answers_in_last_state", "answers are there in the last state, and in no other"),
    property("answers_are_stable", "answers stay, unchanged, until they are taken"),
    property("requests_are_stable", "a page that is asked sees the request, unchanged, until it takes it"),
    property("only_the_chosen_page", "only the page that was chosen is asked, and only its answer is taken"),
    property("one_page_chosen", "no more than one page is chosen"),
    property("answer_taken_when_there", "a page's answer is taken when it is there, and only then"),
    cover("write_and_read_answered", "a write and a read can be answered by a page"),
  ],
};

/** AXI4-Stream and AXI4-Lite at the boundaries of a device. */
export const streamProofs: ProofList = (design: AnyDesign) => {
  if (design.kind === "switch")
    return [registerDemux, csr("switch_csr"), csr("ingress_csr"), csr("link_csr")];
  if (design.kind === "link") return [axisRegister, csr("link_csr")];
  const port = isNicOnEthernet(design) ? [csr("eth_csr")] : [axisRegister, csr("link_csr")];
  return [registerDemux, csr("nic_csr"), ...port];
};
