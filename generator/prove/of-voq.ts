import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { voqSizes } from "../views/switch/voq.ts";
import { anyRow } from "./of-buffers.ts";
import type { Proof, ProofList, Property } from "./types.ts";

const cover = (label: string, says: string): Property => ({ label, says, cover: true });
const property = (label: string, says: string): Property => ({ label, says });

/** Free pages of an input buffer; in the smallest one each lane's share is a longest packet. */
const voqPages = (design: SwitchDesign): Proof => ({
  ...{ name: "voq_pages", top: "voq_pages", engine: "induction", depth: 1, hunt: 34 },
  small: { DATA_PAGES: voqSizes(design).longest, VL15_PAGES: voqSizes(design).longest15 },
  properties: [
    property("filled_in_order", "the ring is filled with all pages but the one at the write side"),
    property("open_counted", "the packet being written can be taken back"),
    property("pages_counted", "each page is in the ring, at the write side or out: none is lost"),
    property("shares_kept", "no lane has more than its share"),
    property("out_is_sum", "pages that are out are those of the lanes"),
    property("kept_is_sum", "without those of a packet that is taken back, too"),
    property("out_is_held", "each page that a lane holds is out, or has come back early"),
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
  ],
});

/** Queues of packets as linked lists. */
const voqLists: Proof = {
  ...{ name: "voq_lists", top: "voq_lists", engine: "induction", depth: 1, hunt: 8, reach: 8 },
  properties: [
    property("tickets_counted", "a queue is filled just where it holds a ticket"),
    property("last_is_known", "the place of the last ticket of a queue is known"),
    property("linked", "a ticket is found behind the one in front of it"),
    property("head_is_right", "a ticket that has its turn is the head of its queue, as it was pushed"),
    property("single_is_right", "it is known whether others are behind the head"),
    property("brief_is_right", "it is known whether the head is brief"),
    property("depth_is_told", "the depth of a queue is told rightly"),
    property("never_same_place", "no link of a queue is read while it is written"),
    cover("steps", "a ticket can be reached behind another one"),
  ],
};

/** From a match to the crossbar. */
const voqReader: Proof = {
  ...{ name: "voq_reader", top: "voq_reader", engine: "induction", depth: 1, hunt: 16, reach: 10 },
  properties: [
    property("match_has_place", "a match waits, or its packet is picked or read, until its end is told"),
    property("done_once", "the end of a match is told once, and of nothing else"),
    property("read_is_known", "the packet that is read is known, with its beats and its page"),
    property("reads_to_the_end", "a packet is read to its end before another one"),
    property("arrival_is_known", "whether the packet that is read still arrives is known"),
    property("beat_is_there", "no beat is read before it is in the memory"),
    property("late_is_there", "a queue that is behind its lifetime holds its packet"),
    property("popped_is_picked", "what a queue loses is picked"),
    property("pops_what_is_there", "what a queue loses was there"),
    property("pages_freed", "a packet's pages come back, those of a copy only with the last one"),
    property("page_is_read", "a page comes back when it has been read"),
    property("release_is_sum", "as many pages are told as have come back"),
    property("begins_foretold", "the crossbar hears of a packet one cycle before its first beat"),
    cover("follows_at_once", "a packet can be begun while the last beat of another one is shown"),
  ],
};

/** Copies of multicast packets, and the places for them. */
const multicastCopier: Proof = {
  ...{ name: "multicast_copier", top: "multicast_copier", engine: "induction", depth: 1, hunt: 31 },
  properties: [
    property("filled_in_order", "the ring is filled with all places first"),
    property("shares_kept", "no lane has more places than its share"),
    property("places_counted", "each place is free or taken: none is lost"),
    property("takes_a_free_one", "a copy takes a place that is free"),
    property("place_is_there", "a free place is in the ring"),
    property("no_place_twice", "no place is in the ring twice, or while it is taken"),
    property("members_counted", "members counted and members to be counted are those of the group"),
    property("uses_are_members", "a packet is as many times to be read as its group has members"),
    property("members_split", "members are those with a copy and those that wait for one"),
    property("copied_once", "each member gets one copy"),
    property("all_copied", "no packet is left before all members have got their copy"),
    property("dropped_where_empty", "a packet is dropped only where its group has no member"),
  ],
};

/** Packets between a switch and its own management. */
const managementPort: Proof = {
  ...{ name: "management_port", top: "management_port", engine: "induction", depth: 1, hunt: 8, reach: 6 },
  ...{ prepare: anyRow, innerProved: true },
  properties: [
    property("tx_counted", "a beat that was taken is passed on, once"),
    property("packet_under_way", "the packet that the ingress is being given is known"),
    property("begins_with_room", "a packet begins where the ingress takes one of its lane"),
    property("lane_stays", "a packet stays on its lane"),
    property("one_at_a_time", "a beat is given or a packet taken back, not both"),
    property("no_longer", "a packet is no longer than the longest"),
    property("taken_back_unread", "what has been begun to be read is not taken back"),
    property("rx_counted", "beats in the memory are counted"),
    property("beat_has_place", "a beat is in the memory behind those before it, at the output, or has left"),
    property("row_stays", "a row is not written before it has been read"),
    property("never_same_row", "no row is read and written in one cycle"),
    property("beat_comes_out", "a beat comes out as it went in"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("beat_goes_through", "a beat can go through"),
  ],
};

/** The input buffers and the management port of a switch. */
export const voqProofs: ProofList = (design: AnyDesign) =>
  design.kind === "switch"
    ? [
        voqPages(design),
        voqLists,
        voqReader,
        multicastCopier,
        ...(design.memoryProtection === "none" ? [managementPort] : []),
      ]
    : [];
