import type { Derived, DerivedId, LinkDesign, MemoryBlock } from "../design/link.ts";
import { protectedBits } from "../math/secded.ts";
import { icrcQueueBeats, icrcQueueEntryBits } from "./icrc-queue.ts";
import { linkCounters } from "./register-counters.ts";

/** Time stamp of a frame, beside its address in the replay index. */
const ageBits = 24;

export function memoryBlock(module: string, words: number, bitsPerWord: number): MemoryBlock {
  return { module, words, bitsPerWord, bits: words * bitsPerWord };
}

/** The memories of a device. What goes along with a beat (valid bytes, end, marks) stands beside its data. */
export function memories(
  link: Pick<LinkDesign, "role" | "datapathBits" | "retry" | "icrc" | "memoryProtection"> & {
    readonly virtualLanes: { readonly data: number };
  },
  derived: Readonly<Record<DerivedId, Derived>>,
): MemoryBlock[] {
  const number = (id: DerivedId) => derived[id].value;
  const lanes = link.virtualLanes.data;
  const secded = link.memoryProtection === "secded";
  const row = (bits: number, firmBits: number) => (secded ? protectedBits(bits, firmBits) : bits);
  const wordIndexBits = Math.max(1, Math.log2(link.datapathBits / 32));
  const bufferBits = row(link.datapathBits + wordIndexBits + 2, 1);
  const buffers = [
    memoryBlock("vl_tx_buffer", lanes * number("txQueueBeats") + number("txQueue15Beats"), bufferBits),
    ...(link.role === "standalone" ? [receiveBuffer(lanes, number, bufferBits)] : []),
    memoryBlock(
      "link_counters",
      2 ** Math.ceil(Math.log2(linkCounters(0, link).length)),
      number("counterBits"),
    ),
  ];
  if (link.icrc === "endpoint")
    buffers.push(memoryBlock("icrc_rx", icrcQueueBeats, icrcQueueEntryBits(link.datapathBits)));
  if (link.retry === "none") return buffers;
  const depth = number("replayDepthBeats");
  const countBits = Math.ceil(Math.log2(number("beatBytes") + 1));
  const addressBits = Math.ceil(Math.log2(depth));
  return [
    memoryBlock("replay_buffer", depth, row(link.datapathBits + countBits + 3, 1)),
    memoryBlock("replay_buffer (index)", depth, row(addressBits + ageBits, addressBits)),
    ...buffers,
  ];
}

/** A port of a switch has none: its packets go into the buffer of the ingress. */
function receiveBuffer(lanes: number, number: (id: DerivedId) => number, bitsPerWord: number): MemoryBlock {
  const words = lanes * number("vlBufferBeats") + number("vl15BufferBeats");
  return memoryBlock("vl_rx_buffer", words, bitsPerWord);
}
