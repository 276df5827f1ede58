import { portOf } from "../design/port-of.ts";
import type { Proof, ProofList, Property } from "./types.ts";

const property = (label: string, says: string): Property => ({ label, says });

/** The buffer is left out: what comes from it may be anything. It is proved by itself (`vl_tx_buffer`). */
const withoutBuffer: readonly string[] = ["delete */c:*buffer.*", "setundef -undriven -anyseq"];

const txQueue = (switched: boolean): Proof => ({
  ...{ name: "tx_queue", top: "tx_queue", engine: "induction", depth: 1, hunt: 10, reach: 10 },
  ...{ prepare: withoutBuffer, innerProved: true },
  properties: [
    property("packet_under_way", "the packet that comes is known: lane, length, what is left of it"),
    property("length_in_range", "a packet that is taken is no longer than the longest of its lane"),
    property("heads_counted", "as many heads wait as packets came and were not granted"),
    property("count_in_range", "descriptors stay in their ring, with one free for the packet that comes"),
    property("packets_counted", "whole packets in the buffer wait for a grant, or for their read"),
    property("descriptor_is_kept", "a descriptor is that of its packet, in the order of the packets"),
    property("never_overflows", "no descriptor is written over"),
    property("never_underflows", "no head is granted twice"),
    property("length_as_sent", "the length shown with a grant is that of the packet granted"),
    property("head_stays", "a head stays until it is granted, or its packet taken back"),
    property("beat_as_sent", "what is written is what came, with the VL of the stream"),
    property("words_as_sent", "as many words are valid as came"),
    property("beat_written_once", "a beat that is taken is written once, to its lane"),
    property("good_is_whole", "a packet is good just when it came whole"),
    property("packets_whole", "packets are written whole, one at a time"),
    property("no_longer", "no packet goes on behind its PktLen, or is longer than the longest"),
    property("taken_back_unread", "what has been begun to be read is not taken back"),
    ...(switched ? [] : [property("begins_with_room", "a packet begins where the buffer has room")]),
    property("discard_is_told", "a packet that is not sent is told, and nothing else is"),
    property("room_is_told", "room is told by VL"),
    { label: "two_wait", says: "two packets of a lane can wait", cover: true },
  ],
});

/** The way into the transmit queues. */
export const txQueueProofs: ProofList = (design) => [txQueue(portOf(design).role === "switchPort")];
