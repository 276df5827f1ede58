import { isNicOnEthernet } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import { anyRow } from "./of-buffers.ts";
import type { Proof, ProofList, Property } from "./types.ts";

const cover = (label: string, says: string): Property => ({ label, says, cover: true });
const property = (label: string, says: string): Property => ({ label, says });

/** A queue of four entries of eight bits: what it does with them does not depend on their size. */
const fifo: Proof = {
  ...{ name: "nic_fifo", top: "nic_fifo", engine: "induction", depth: 2 },
  parameters: { WIDTH: 8, DEPTH: 4 },
  properties: [
    property("rows_suffice", "no more entries wait than there are rows"),
    property("entries_counted", "as many entries are inside as were pushed and not popped"),
    property("entry_waits", "an entry that was pushed waits in its place, unchanged"),
    property("entry_comes_out", "behind those before it, it is offered, unchanged, until it is popped"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("all_rows_taken", "all rows can be taken"),
  ],
};

/** AXI4 towards host memory, reading. */
const readMux: Proof = {
  ...{ name: "nic_axi_read_mux", top: "nic_axi_read_mux", engine: "induction", depth: 2 },
  properties: [
    property("one_is_taken", "no more than one reader is taken at a time"),
    property("id_is_known", "there are three IDs"),
    property("address_is_stable", "an address that host memory has not taken stays offered, unchanged"),
    property("request_passed_on", "what a reader asked is asked of host memory, under its ID"),
    property("turn_comes", "a reader waits for the turns of the two others at most"),
    property("beat_to_its_reader", "a beat goes to the reader of its ID, and to no other"),
    property("beat_stays_whole", "with its data, its response and its mark of the last one"),
    property("always_ready", "nothing that host memory gives is refused"),
    cover("waits_for_two", "all three can ask, one behind the other"),
  ],
};

/** AXI4 towards host memory, writing. */
const dmaWrite: Proof = {
  ...{ name: "nic_dma_write", top: "nic_dma_write", engine: "induction", depth: 2 },
  properties: [
    property("address_is_stable", "an address that host memory has not taken stays offered, unchanged"),
    property("data_is_stable", "so do data, strobes and the mark of the last beat"),
    property("held_behind_another", "a beat is held only behind another one"),
    property("beats_counted", "no beat is dropped or doubled on its way out"),
    property("pieces_have_bytes", "what is to be split has 1 to 4096 bytes"),
    property("bursts_stay_in_page", "no burst leaves its page of 4 KiB"),
    property("length_is_right", "an address says as many beats as the bytes of its burst touch"),
    property("note_is_right", "a note that waits for its data says as many"),
    property("rest_is_right", "and so does what is left of the burst in progress"),
    property("mark_on_its_way", "the mark of the last beat goes with its beat"),
    property("last_beat_at_its_length", "WLAST stands with the last beat of each burst, and no other"),
    cover("last_beat_seen", "a last beat can leave while a note waits"),
  ],
};

/** Keys of memory regions. */
const mrTable: Proof = {
  ...{ name: "nic_mr_table", top: "nic_mr_table", engine: "induction", depth: 2, reach: 24 },
  properties: [
    property("one_at_a_time", "one request is granted at a time"),
    property("answered_once", "each request is answered once"),
    property("row_of_the_key", "the row that is looked at is that of the key"),
    property("valid_row_does_not_wrap", "a region that would end past 2^64 is stored as not valid"),
    property("judged_as_it_is", "what is known of a request that is judged follows from its row"),
    property("granted_with_key", "access is granted with a valid key of its variant"),
    property("granted_in_domain", "in the protection domain of the region"),
    property("granted_with_rights", "with all rights that are asked for"),
    property("granted_in_range", "from the first byte to the last within the region, without a wrap"),
    property("address_of_the_region", "the address lies in host memory as it does in the region"),
    cover("granted", "access can be granted"),
  ],
};

/** With SECDED a row that is read is any row, lost or not: that it is the one written is for the benches. */
const protectedTable: Proof = { ...mrTable, prepare: anyRow, innerProved: true };

/** What an adapter has beside its port. */
export const nicProofs: ProofList = (design: AnyDesign) => {
  if (design.kind !== "nic") return [];
  return [fifo, readMux, dmaWrite, design.memoryProtection === "none" ? mrTable : protectedTable];
};

/** Lists of the modules of a link port, which an adapter on Ethernet does not have. */
export const ofLinkPort =
  (list: ProofList): ProofList =>
  (design) =>
    isNicOnEthernet(design) ? [] : list(design);
