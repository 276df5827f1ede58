import type { AnyDesign } from "../design/switch.ts";
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

/** FIFOs and buffers: nothing lost, nothing invented, everything in order and unchanged. */
export const bufferProofs: ProofList = (design: AnyDesign) => {
  const port = design.kind === "switch" ? design.port : design;
  return [...(port.phy === "pcs" ? [asyncFifo] : [])];
};
