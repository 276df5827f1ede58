import type { MemoryBlock } from "../design/link.ts";
import type { PcsDerivedId, PcsFormat } from "../design/pcs.ts";
import { memoryBlock } from "./memories.ts";
import type { Stage, Stages } from "./pcs-budget.ts";

type Numbers = Readonly<Record<PcsDerivedId, number>>;

const blockBits = 66;

/**
 * Stages in the order in which a column meets them; the way through a FIFO is that of a word that finds it empty. On the
 * receiving side they are those behind the word of the lanes that has the last bit of the column's group.
 */
export function fec91Stages({ groups }: PcsFormat, n: Numbers): Stages {
  const lane = "lane_clk" as const;
  const several = (stage: Stage): Stage[] => (n.groupsPerWord > 1 ? [stage] : []);
  const gather = 1 + (n.groupsPerWord - 1) * Math.ceil(n.codewordClocks / groups);
  return {
    tx: [
      { module: "pcs_encode", what: "64B/66B encode", clock: "clk", cycles: 1 },
      { module: "async_fifo", what: "cross into the lanes' clock", clock: lane, cycles: 4 },
      {
        module: "async_fifo",
        what: "words kept there, as many as it is let fill with",
        clock: lane,
        cycles: Math.ceil(((n.crossingWords / 2) * n.groupsPerWord * n.codewordClocks) / groups),
      },
      ...several({ module: "pcs_tx_cut", what: "cut into four blocks", clock: lane, cycles: 1 }),
      { module: "pcs_scrambler", what: "scramble", clock: lane, cycles: 2 },
      { module: "pcs_tx_markers", what: "256B/257B transcode, markers in", clock: lane, cycles: 1 },
      { module: "pcs_tx_gearbox", what: "cut into words of symbols", clock: lane, cycles: 1 },
      { module: "rs_encoder", what: "parity", clock: lane, cycles: 2 },
      { module: "pcs_tx", what: "distribute to the lanes", clock: lane, cycles: 1 },
    ],
    rx: [
      { module: "pcs_lane_lock", what: "align to the marker", clock: lane, cycles: 3 },
      { module: "pcs_deskew", what: "deskew, reorder", clock: lane, cycles: 3 },
      { module: "rs_decoder", what: "decode", clock: lane, cycles: n.decoderCycles },
      {
        module: "pcs_rx",
        what: "wait for the verdict on the codeword",
        clock: lane,
        cycles: n.codewordClocks,
      },
      { module: "pcs_rx_gearbox", what: "cut into groups, markers out", clock: lane, cycles: 1 },
      { module: "pcs_rx_blocks", what: "reverse transcode", clock: lane, cycles: 1 },
      { module: "pcs_descrambler", what: "descramble", clock: lane, cycles: 1 },
      ...several({ module: "pcs_rx_words", what: "gather a word", clock: lane, cycles: gather }),
      { module: "async_fifo", what: "cross into the device's clock", clock: "clk", cycles: 4 },
      { module: "pcs_decode", what: "64B/66B decode", clock: "clk", cycles: 2 },
    ],
  };
}

/** The memories; `words` counts all instances of a module. */
export function fec91Memories({ pcsLanes }: PcsFormat, n: Numbers): MemoryBlock[] {
  const wordBits = 4 * blockBits * n.groupsPerWord;
  return [
    memoryBlock("async_fifo (transmit)", n.crossingWords, wordBits),
    memoryBlock("pcs_deskew", pcsLanes * n.deskewWords, n.pcsLaneBits),
    memoryBlock("rs_decoder", n.decoderCycles, n.lineBits),
    memoryBlock("pcs_rx", n.codewordClocks, n.lineBits),
    memoryBlock("async_fifo (receive)", n.crossingWords, wordBits + 4 * n.groupsPerWord),
  ];
}
