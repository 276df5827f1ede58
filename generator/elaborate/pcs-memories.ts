import type { MemoryBlock } from "../design/link.ts";
import type { PcsDerivedId, PcsFormat } from "../design/pcs.ts";
import { memoryBlock } from "./memories.ts";

/** Bits of a 257-bit group. */
const groupBits = 257;

/** The memories of a PCS; `words` counts all instances of a module. */
export function pcsMemories(
  { pcsLanes, codewords }: PcsFormat,
  n: Readonly<Record<PcsDerivedId, number>>,
): MemoryBlock[] {
  const codewordBits = n.lineBits / codewords;
  return [
    memoryBlock("async_fifo (transmit)", n.crossingWords, groupBits * n.groupsPerWord),
    memoryBlock("pcs_deskew", pcsLanes * n.deskewWords, n.pcsLaneBits),
    memoryBlock("rs_decoder", codewords * n.decoderCycles, codewordBits),
    memoryBlock("pcs_rx", n.codewordClocks, n.lineBits),
    memoryBlock("async_fifo (receive)", n.crossingWords, (groupBits + 1) * n.groupsPerWord),
  ];
}
