import { elaborateBaseR } from "../../elaborate/base-r.ts";
import type { BaseRHost } from "./base-r-host.ts";
import type { PcsHost } from "./host.ts";

/** Blocks of a group. */
export const groupBlocks = 4;

/** Sizes that the modules share. */
export interface Fec91Sizes {
  /** Symbols and bits of a word of the line, words of a codeword. */
  readonly symbols: number;
  readonly wordBits: number;
  readonly words: number;
  /** Words that are full of symbols of the message, and the message's bits in the one behind them. */
  readonly fullWords: number;
  readonly tailBits: number;
  /** FEC lanes, symbols of one in a word, FEC lanes of a physical lane. */
  readonly lanes: number;
  readonly rows: number;
  readonly mux: number;
  /** Blocks that cross between the clocks together. */
  readonly blocks: number;
}

export function fec91Sizes({ pcs }: PcsHost): Fec91Sizes {
  const { format, derived, lanes } = pcs;
  const symbols = derived.symbolsPerClock.value;
  return {
    symbols,
    wordBits: 10 * symbols,
    words: derived.codewordClocks.value,
    fullWords: Math.floor(format.messageSymbols / symbols),
    tailBits: 10 * (format.messageSymbols % symbols),
    lanes: format.pcsLanes,
    rows: symbols / format.pcsLanes,
    mux: format.pcsLanes / lanes.count,
    blocks: groupBlocks * derived.groupsPerWord.value,
  };
}

/**
 * What the modules of the PCS without FEC are made from, for those that work on words of `blocks` blocks of 66 bits and know
 * nothing of lanes.
 * @param formula where that number comes from
 */
export function blockHost(host: PcsHost, blocks: number, formula: string): BaseRHost {
  const { name, clockMHz, datapathBits, pcs } = host;
  const { rateGbps, pcsLanes } = pcs.format;
  const lanes = { count: pcsLanes, gbps: rateGbps / pcsLanes };
  const plain = elaborateBaseR({ rateGbps, clockMHz, datapathBits, lanes }, { blocksPerWord: blocks });
  if (plain === undefined) throw new RangeError(`there is no PCS of ${rateGbps} Gb/s without FEC`);
  const { blocksPerWord } = plain.derived;
  const derived = { ...plain.derived, blocksPerWord: { ...blocksPerWord, formula, overridden: false } };
  return { name, clockMHz, datapathBits, pcs: { ...plain, derived } };
}
