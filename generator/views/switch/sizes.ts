import type { SwitchDesign } from "../../design/switch.ts";
import { bitsFor, indexBits } from "../common.ts";
import { sizes } from "../ranges.ts";

/** Sizes that most modules of a switch share, as numbers. */
export interface SwitchSizes {
  /** Datapath bits. */
  readonly W: number;
  /** Bits of the number of valid 4-byte words of a beat, less one. */
  readonly indexBits: number;
  /** External ports. */
  readonly N: number;
  /** Internal ports: the external ones and port 0. */
  readonly P: number;
  readonly portBits: number;
  /** Data VLs. */
  readonly dataLanes: number;
  /** Lanes with VL15 as the last one. */
  readonly lanes: number;
  readonly laneBits: number;
  /** Beats a page. */
  readonly pageBeats: number;
  readonly pages: number;
  readonly pageBits: number;
  /** Copies of multicast packets that wait at once, of each lane. */
  readonly copies: number;
  /** Bits of a packet's entry in the queues: a page number, or a copy. */
  readonly entryBits: number;
  /** Bits of a row number of the multicast table; at least 1. */
  readonly multicastBits: number;
  /** Bits of a count of beats of a packet. */
  readonly beatBits: number;
}

export function switchSizes(design: SwitchDesign): SwitchSizes {
  const link = sizes(design.port);
  const P = design.ports + 1;
  const pages = design.derived.pagesPerPort.value;
  const copies = design.derived.multicastCopies.value;
  return {
    W: link.W,
    indexBits: indexBits(link.words),
    N: design.ports,
    P,
    portBits: indexBits(P),
    dataLanes: link.N,
    lanes: link.lanes,
    laneBits: link.laneBits,
    pageBeats: design.derived.pageBeats.value,
    pages,
    pageBits: indexBits(pages),
    copies,
    entryBits: indexBits(pages + copies * link.lanes),
    multicastBits: indexBits(Math.max(2, design.tables.multicastEntries)),
    beatBits: bitsFor(design.port.derived.maxPacketBeats.value),
  };
}
