import type { Derived, DerivedId, LinkDesign, MemoryBlock } from "../design/link.ts";

/** The memories of a device. Sideband bits (byte count, start and end of packet) stand beside the data. */
export function memories(
  link: Pick<LinkDesign, "datapathBits" | "retry"> & { readonly virtualLanes: { readonly data: number } },
  derived: Readonly<Record<DerivedId, Derived>>,
): MemoryBlock[] {
  const number = (id: DerivedId) => derived[id].value;
  const lanes = link.virtualLanes.data;
  const bytesBits = Math.ceil(Math.log2(number("beatBytes") + 1));
  const beatBits = link.datapathBits;
  const block = (module: string, words: number, bitsPerWord: number): MemoryBlock => ({
    module,
    words,
    bitsPerWord,
    bits: words * bitsPerWord,
  });
  const buffers = [
    block("vl_buffer (transmit)", lanes * number("txQueueBeats") + number("txQueue15Beats"), beatBits),
    block("vl_buffer (receive)", lanes * number("vlBufferBeats") + number("vl15BufferBeats"), beatBits),
  ];
  if (link.retry === "none") return buffers;
  return [block("replay_buffer", number("replayDepthBeats"), link.datapathBits + bytesBits + 2), ...buffers];
}
