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

/** Packets out of the receive buffer. */
const rxEgress: Proof = {
  ...{ name: "rx_egress", top: "rx_egress", engine: "induction", depth: 1, hunt: 6, reach: 6 },
  properties: [
    property("packet_under_way", "whether there is more of the packet is known, and of which lane it is"),
    property("reads_what_is_ready", "what is read is there"),
    property("reads_to_the_end", "a packet is read to its end before another one"),
    property("begins_where_taken", "a packet begins where the client takes its lane"),
    property("beats_counted", "a beat that was read is offered once: none is dropped, none comes twice"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    property("lane_is_told", "each beat is told with the lane that it was read from"),
    property("bytes_are_told", "each beat is told with the bytes that it has"),
    cover("follows_at_once", "a packet can begin while the last beat of another one leaves"),
  ],
};

/** Any CRC will do: what it is belongs to the proofs of codes. */
const anyCrc: readonly string[] = ["cutpoint w:*state_end w:*state_next"];

/** Packets that get a CRC, whatever it is: `vcrc_gen` and `icrc_gen` as proofs of codes say what. */
const crcGen = (kind: "vcrc" | "icrc"): Proof => ({
  ...{ name: `${kind}_gen_stream`, top: `${kind}_gen`, engine: "induction", depth: 1, hunt: 9, reach: 9 },
  prepare: anyCrc,
  properties: [
    property("beats_counted", "as many beats are inside as were taken, or appended, and not given"),
    property("ends_counted", "each packet ends once"),
    property("full_before_end", "beats before the last one are full"),
    property("beat_in_place", "a beat goes from stage to stage as it came"),
    property("beat_comes_out", "it comes out so: its words, its end, its mark"),
    property("appended_ends", "a beat of the CRC alone is the end of its packet"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("append_waits", "a beat of the CRC alone can wait while the next packet is inside"),
  ],
});

/** Packets from the client, their ICRC behind them; `icrc_gen` is inside. */
const icrcTx: Proof = {
  ...{ name: "icrc_tx", top: "icrc_tx", engine: "induction", depth: 1, hunt: 9, reach: 9, innerFirst: true },
  prepare: anyCrc,
  properties: [
    property("packet_under_way", "whether a packet has begun is known, and whether it is a raw one"),
    property("bad_is_marked", "a packet with an error, or bytes that are not whole words, is marked"),
    property("bytes_are_told", "bytes are told from the first one on, all of them before the last beat"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("goes_through", "a packet can come out with its ICRC"),
  ],
};

/** Packets to the client, their ICRC taken off. */
const icrcRx: Proof = {
  ...{ name: "icrc_rx", top: "icrc_rx", engine: "induction", depth: 2, hunt: 12, reach: 10 },
  properties: [
    property("checker_takes_two", "a beat is two cycles in the checker"),
    property("beats_counted", "a beat that was taken is in the checker or in the queue: none is dropped"),
    property("queue_counted", "the queue holds as many beats as its pointers tell"),
    property("never_overflows", "what leaves the checker has a place in the queue"),
    property("beat_has_place", "a beat is in the queue, at the output, or has left"),
    property("beat_stays_whole", "a beat stays unchanged from the checker to the output"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("waits", "a beat can wait in the queue behind another one"),
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
    return [registerDemux, csr("switch_csr"), csr("ingress_csr"), csr("link_csr"), crcGen("vcrc")];
  const icrc = design.kind === "link" && design.icrc === "endpoint" ? [crcGen("icrc"), icrcTx, icrcRx] : [];
  if (design.kind === "link") return [axisRegister, crcGen("vcrc"), rxEgress, ...icrc, csr("link_csr")];
  const port = isNicOnEthernet(design) ? [csr("eth_csr")] : [axisRegister, csr("link_csr"), crcGen("vcrc")];
  return [registerDemux, csr("nic_csr"), ...port];
};
