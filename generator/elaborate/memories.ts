import type { Derived, DerivedId, LinkDesign, MemoryBlock } from "../design/link.ts";
import { icrcQueueBeats, icrcQueueEntryBits } from "./icrc-queue.ts";
import { linkCounters } from "./register-counters.ts";

/** Time stamp of a frame, beside its address in the replay index. */
const ageBits = 24;

/** The memories of a device. What goes along with a beat (valid bytes, end, marks) stands beside its data. */
export function memories(
  link: Pick<LinkDesign, "datapathBits" | "retry" | "icrc"> & {
    readonly virtualLanes: { readonly data: number };
  },
  derived: Readonly<Record<DerivedId, Derived>>,
): MemoryBlock[] {
  const number = (id: DerivedId) => derived[id].value;
  const lanes = link.virtualLanes.data;
  const block = (module: string, words: number, bitsPerWord: number): MemoryBlock => ({
    module,
    words,
    bitsPerWord,
    bits: words * bitsPerWord,
  });
  const wordIndexBits = Math.max(1, Math.log2(link.datapathBits / 32));
  const bufferBits = link.datapathBits + wordIndexBits + 2;
  const buffers = [
    block("vl_tx_buffer", lanes * number("txQueueBeats") + number("txQueue15Beats"), bufferBits),
    block("vl_rx_buffer", lanes * number("vlBufferBeats") + number("vl15BufferBeats"), bufferBits),
    block("link_counters", 2 ** Math.ceil(Math.log2(linkCounters(0, link).length)), number("counterBits")),
  ];
  if (link.icrc === "endpoint")
    buffers.push(block("icrc_rx", icrcQueueBeats, icrcQueueEntryBits(link.datapathBits)));
  if (link.retry === "none") return buffers;
  const depth = number("replayDepthBeats");
  const countBits = Math.ceil(Math.log2(number("beatBytes") + 1));
  return [
    block("replay_buffer", depth, link.datapathBits + countBits + 3),
    block("replay_buffer (index)", depth, Math.ceil(Math.log2(depth)) + ageBits),
    ...buffers,
  ];
}
