/** Rows of an adapter's tables, and the memories that they make. */
import type { MemoryBlock } from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";
import { protectedBits } from "../math/secded.ts";
import { memoryBlock } from "./memories.ts";
import { nicCounters } from "./nic-registers.ts";

/** Bits of a memory region: variant 8, valid, may be invalidated, rights 4, domain 16, iova 64, its end 65, address 64. */
export const regionRowBits = 8 + 1 + 1 + 4 + 16 + 64 + 65 + 64;

/** Bits of a completion queue: settings (ring 58, size 4, moderation 16 + 16) and state (16 + 16 + 2 + 1 + 1 + 16 + 18). */
export const completionRowBits = 58 + 4 + 16 + 16 + 16 + 16 + 2 + 1 + 1 + 16 + 18;

/** Bits of a queue pair in the tables of the receiving side, and copies of its state: one for each that reads it. */
export const contextBits = {
  state: 3,
  stateCopies: 5,
  settings: 146,
  responder: 301,
  receiveWqe: 512,
} as const;

/** Memories of an adapter's tables, beside those of its port. */
export function nicMemories(design: Omit<NicDesign, "memories" | "latencyBudget">): MemoryBlock[] {
  const { queuePairs, completionQueues, memoryRegions, memoryProtection, port } = design;
  const row = (bits: number) => (memoryProtection === "secded" ? protectedBits(bits) : bits);
  const numberBits = Math.ceil(Math.log2(queuePairs));
  const counters = nicCounters(design).length;
  return [
    memoryBlock("nic_mr_memory", memoryRegions, row(regionRowBits)),
    memoryBlock("nic_cq_memory", completionQueues, row(completionRowBits)),
    memoryBlock("nic_qp_state_memory", contextBits.stateCopies * queuePairs, row(contextBits.state)),
    memoryBlock("nic_fifo (queue pairs that failed)", queuePairs, numberBits),
    memoryBlock("nic_rq_settings", queuePairs, row(contextBits.settings)),
    memoryBlock("nic_rq_context", queuePairs, row(contextBits.responder)),
    memoryBlock("nic_rq_wqe", queuePairs, row(contextBits.receiveWqe)),
    memoryBlock("nic_counters", 2 ** Math.ceil(Math.log2(counters)), port.derived.counterBits.value),
    ...port.memories,
  ];
}
