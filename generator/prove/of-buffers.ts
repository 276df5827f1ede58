import { portOf } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import { filesOf } from "../views/index.ts";
import type { Proof, ProofList, Property } from "./types.ts";

const cover = (label: string, says: string): Property => ({ label, says, cover: true });
const property = (label: string, says: string): Property => ({ label, says });

/** The crossing between two clocks, of 4 words. */
const asyncFifo: Proof = {
  ...{ name: "async_fifo", top: "async_fifo", engine: "induction", depth: 2, hunt: 30, reach: 20 },
  parameters: { WIDTH: 4, ADDR_BITS: 2 },
  ...{ clocks: "several", replace: { bit_sync: "late_sync" } },
  properties: [
    property("reset_settles", "while both sides are in reset all comes to be 0"),
    property("gray_is_pointer", "what goes to the other clock is the pointer, Gray-coded"),
    property("seen_in_order", "each side sees the other as it was: never ahead of it"),
    property("levels_are_safe", "the levels are on the safe side"),
    property("never_overflows", "nothing is written into a full memory"),
    property("never_underflows", "nothing is read from an empty one"),
    property("words_counted", "as many words are given as were fetched, but for the one at the output"),
    property(
      "word_stays_whole",
      "a word that was written stays, unchanged and in its place, until it is fetched",
    ),
    property("word_comes_out", "a word comes out unchanged, as the word of its number"),
    property("output_is_stable", "what is offered stays offered, unchanged, until it is taken"),
    cover("word_goes_through", "a word can go through"),
  ],
};

/** A row that is read is any row, but for what any_memory_... says: the proofs of the memories show it. */
export const anyRow: readonly string[] = [
  "delete t:$memrd* t:$memwr* t:$meminit*",
  "setundef -undriven -anyseq",
];

/** Lanes' regions in one memory: the transmit queues, the receive buffer. */
const vlBuffer = (name: string, lanes: readonly number[]): Proof => ({
  ...{
    name,
    top: name,
    engine: "induction",
    depth: 1,
    hunt: 8,
    reach: 8,
    prepare: anyRow,
    innerProved: true,
  },
  cases: { macro: "FORMAL_LANE", values: lanes.map(String) },
  properties: [
    property("packets_under_way", "which packet is written and which is read is known rightly"),
    property(
      "pointers_in_region",
      "pointers stay in the region of their lane, as far apart as beats are held",
    ),
    property("used_is_right", "beats that take room are counted rightly and fit: nothing is written over"),
    property("packets_counted", "whole packets are counted rightly"),
    property("rows_in_order", "beats stand in the order in which they were written"),
    property("rows_follow", "a row behind a last beat is of the next packet"),
    property("head_is_next", "the row at the head is of the packet that is next"),
    property("ends_are_marked", "the last beat of a whole packet is marked, none of an unfinished one"),
    property("never_underflows", "nothing is read that was not written"),
    property("never_same_row", "no row is read and written in one cycle"),
    property("read_as_written", "a beat that is read is the next one, as it was written"),
    property("ready_where_there", "a lane is ready where there is something to read, and else not"),
    cover("two_packets", "two packets can be there, one behind the other"),
  ],
});

/** Tables of constants are logic, not memories that may hold anything. */
const asLogic: readonly string[] = ["memory_map -rom-only"];

/** A memory of rows: what any_memory_... says where it is left out. */
const memory = (name: string): Proof => ({
  ...{ name, top: name, engine: "induction", depth: 1, hunt: 6, reach: 6 },
  properties: [
    property("row_stays", "a row stays as it was written last"),
    property("row_as_written", "a row that is read is the row written last, until the next one is read"),
  ],
});

/** The same with SECDED: a wrong bit is put right, two are told. */
const protectedMemory = (name: string): Proof => ({
  ...{ name, top: name, engine: "induction", depth: 1, hunt: 6, reach: 6, innerProved: true },
  prepare: asLogic,
  properties: [
    property("row_stays", "a row stays as it was written last, with its check bits"),
    property("row_is_read", "a row that is read is the row written last, with its check bits"),
    property("row_as_written", "with one wrong bit, or none, what comes out is what was written"),
    property("two_are_told", "two wrong bits are told with the row"),
    property("events_are_right", "what was put right, and what could not be, is counted"),
    cover("one_is_read", "a row with a wrong bit can be read"),
  ],
});

/** The code of the slices of rows, by its number of bits. */
const secdedDecode = (name: string): Proof => ({
  ...{ name, top: name, engine: "induction", depth: 1, hunt: 3, reach: 3, prepare: asLogic },
  properties: [
    property("encoded_is_right", "a word as it was encoded is left alone"),
    property("one_is_corrected", "one wrong bit, whichever it is, is put right"),
    property("two_are_found", "two wrong bits, whichever they are, are found"),
    cover("one_comes", "a word with a wrong bit can be put right"),
  ],
});

/** FIFOs and buffers: nothing lost, nothing invented, everything in order and unchanged. */
export const bufferProofs: ProofList = (design: AnyDesign) => {
  const port = portOf(design);
  const lanes = Array.from({ length: port.virtualLanes.data + 1 }, (_, lane) => lane);
  const onlyLink = design.kind === "switch" ? [] : ["rx"];
  const sides = ["tx", ...onlyLink];
  const memories = [
    ...sides.map((side) => `vl_${side}_memory`),
    ...(port.retry === "llr" ? ["replay_memory", "replay_index"] : []),
    ...(design.kind === "switch" ? ["voq_memory", "management_memory"] : []),
  ];
  const codes = filesOf(design).flatMap(({ path }) => /secded_decode_\d+/u.exec(path)?.[0] ?? []);
  return [
    ...(port.memoryProtection === "none"
      ? [...sides.map((side) => vlBuffer(`vl_${side}_buffer`, lanes)), ...memories.map(memory)]
      : [...codes.map(secdedDecode), ...memories.map(protectedMemory)]),
    ...(port.phy === "pcs" ? [asyncFifo] : []),
  ];
};
