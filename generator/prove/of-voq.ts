import type { AnyDesign } from "../design/switch.ts";
import type { Proof, ProofList, Property } from "./types.ts";

const cover = (label: string, says: string): Property => ({ label, says, cover: true });
const property = (label: string, says: string): Property => ({ label, says });

/** Free pages of an input buffer, of a small one: shares of six pages, and of five for VL15. */
const voqPages: Proof = {
  ...{ name: "voq_pages", top: "voq_pages", engine: "induction", depth: 1, hunt: 34, reach: 31 },
  parameters: { DATA_PAGES: 6, VL15_PAGES: 5 },
  properties: [
    property("filled_in_order", "the ring is filled with all pages but the one at the write side"),
    property("open_counted", "the packet being written can be taken back"),
    property("pages_counted", "each page is in the ring, at the write side or out: none is lost"),
    property("shares_kept", "no lane has more than its share"),
    property("out_is_held", "what is out is held by a lane"),
    property("two_left", "the ring never runs empty"),
    property("slots_in_order", "slots kept for the packet being written stand in front of the free ones"),
    property("never_same_slot", "no slot of the ring is read while it is written"),
    property("next_is_first", "what is offered as the next page is the first one of the ring"),
    property("slot_of_page", "while the ring is filled each page has its slot"),
    property("place_is_known", "each page is in the ring, at the write side or out"),
    property("slot_in_ring", "a page in the ring is among the free ones, or among those kept for a packet"),
    property("page_is_there", "each page is where it is said to be"),
    property("first_is_known", "the first page of the packet being written is known"),
    property("no_page_twice", "no page is in two places: none is given out twice"),
    cover("goes_round", "a page can be taken, and given back when its packet is taken back"),
  ],
};

/** The input buffers of a switch. */
export const voqProofs: ProofList = (design: AnyDesign) => (design.kind === "switch" ? [voqPages] : []);
