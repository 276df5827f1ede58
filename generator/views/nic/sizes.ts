/** Sizes that the modules of an adapter share, as numbers; see {@link nicRanges} for the text form. */
import type { NicDesign } from "../../design/nic.ts";
import { bitsFor, indexBits } from "../common.ts";
import { range } from "../ranges.ts";

/** What the data movers, the parser and the builder need to know of an adapter. */
export type NicStreamDesign = Pick<
  NicDesign,
  "name" | "datapathBits" | "mtuBytes" | "memoryProtection" | "datagrams" | "queuePairs" | "ethernet"
> & {
  readonly host: NicDesign["host"];
  readonly derived: Pick<NicDesign["derived"], "inlineBytes" | "readBurstBeats" | "receivePacketBeats">;
};

/** Bytes of a page, which no AXI4 burst crosses. */
export const pageBytes = 4096;

/** Bytes of the longest header stack, LRH … AtomicETH; a WRITE with immediate has 40. */
export const longestHeaderBytes = 48;

/** Bits of a queue pair's index. */
export const qpBits = (design: Pick<NicDesign, "queuePairs">): number => indexBits(design.queuePairs);

/** Bits of a completion queue's index. */
export const cqBits = (design: Pick<NicDesign, "completionQueues">): number =>
  indexBits(design.completionQueues);

/** Bits of a memory region's index. */
export const mrBits = (design: Pick<NicDesign, "memoryRegions">): number => indexBits(design.memoryRegions);

/** Bits of a shared receive queue's index. */
export const srqBits = (design: Pick<NicDesign, "sharedReceiveQueues">): number =>
  indexBits(design.sharedReceiveQueues);

/** Datagrams come with 40 bytes in front of their payload: an IPv6 header, or zeros and an IPv4 header. */
export const hasGrh = (design: Pick<NicDesign, "ethernet" | "datagrams">): boolean =>
  design.ethernet !== null && design.datagrams;

/** Queues of an Ethernet port of which one may stand still while others go on. */
export const hasLanes = (design: Pick<NicDesign, "ethernet" | "port">): boolean =>
  design.ethernet !== null && design.port.virtualLanes.data > 1;

export interface NicSizes {
  /** Datapath bits, of the wire and of host memory. */
  readonly W: number;
  /** Bytes of a beat. */
  readonly BB: number;
  /** Bits of a byte lane's number. */
  readonly laneBits: number;
  /** 4-byte words of a beat. */
  readonly words: number;
  /** Bits that count 0 … W/32 words. */
  readonly wordBits: number;
  /** Beats of a page: the longest burst. */
  readonly pageBeats: number;
}

export function nicSizes(design: Pick<NicDesign, "datapathBits">): NicSizes {
  const W = design.datapathBits;
  if (W < 128 || W > 1024) throw new RangeError(`an adapter has no datapath of ${W} bits`);
  const BB = W / 8;
  return {
    W,
    BB,
    laneBits: indexBits(BB),
    words: W / 32,
    wordBits: bitsFor(W / 32),
    pageBeats: pageBytes / BB,
  };
}

/** Ranges of ports that depend on the datapath, ready for a template. */
export function nicRanges(design: Pick<NicDesign, "datapathBits">): Readonly<Record<string, string>> {
  const { W, BB, laneBits, wordBits } = nicSizes(design);
  return {
    data: range(W),
    keep: range(BB),
    lane: range(laneBits),
    count: range(laneBits + 1),
    words: range(wordBits),
  };
}
