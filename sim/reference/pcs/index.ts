/** Reference model of the PCS with FEC: IEEE Std 802.3 clause 119 and what it refers to. Shares nothing with the generator. */
export * from "./bits.ts";
export * from "./blocks.ts";
export * from "./distribution.ts";
export * from "./format.ts";
export * from "./gf.ts";
export * from "./lane-lock.ts";
export * from "./markers.ts";
export * from "./prbs9.ts";
export * from "./receiver.ts";
export * from "./reed-solomon.ts";
export * from "./scrambler.ts";
export * from "./transcode.ts";
export * from "./transmitter.ts";
