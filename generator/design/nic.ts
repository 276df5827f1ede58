/** The design model of a network adapter: one link port, and the transport engines between it and host memory. */
import type { EthernetDesign } from "./ethernet.ts";
import type { Derived, LatencyStage, LinkDesign, MemoryBlock, MemoryProtection } from "./link.ts";

export const nicDerivedIds = [
  "wqeBytes",
  "inlineBytes",
  "outstandingRequests",
  "readBurstBeats",
  "receivePacketBeats",
  "contextBitsPerQp",
] as const;

export type NicDerivedId = (typeof nicDerivedIds)[number];

/** An adapter with everything decided. */
export interface NicDesign {
  readonly kind: "nic";
  readonly name: string;
  readonly clockMHz: number;
  readonly datapathBits: number;
  /** Largest path MTU, bytes: 256, 512, 1024, 2048 or 4096. */
  readonly mtuBytes: number;
  /** 16 … 16384, a power of two; queue pair numbers 0 … queuePairs - 1, of which 0 and 1 are for management. */
  readonly queuePairs: number;
  /** 1 … 16384, a power of two. */
  readonly completionQueues: number;
  /** 1 … 65536, a power of two: indices of keys. */
  readonly memoryRegions: number;
  /** 2 … 4096, a power of two; 0: none, and nothing of them is emitted. */
  readonly sharedReceiveQueues: number;
  /** UD queue pairs and QP1; false: nothing of them is emitted. */
  readonly datagrams: boolean;
  /** Packets of VL15 pass through registers; false: nothing of them is emitted, and they are dropped. */
  readonly managementWindow: boolean;
  readonly host: {
    /** Width of the AXI4 master; equal to `datapathBits`. */
    readonly dataBits: number;
    /** Read bursts on their way at a time, 1 … 64, a power of two. */
    readonly outstandingReads: number;
  };
  readonly requester: {
    /** READs and atomics on their way of one queue pair, 1 … 128, a power of two. */
    readonly outstandingReads: number;
    /** Work requests of one queue pair that are sent and not complete, 2 … 256, a power of two. */
    readonly outstandingRequests: number;
    /** Scatter/gather entries of a work request: 2 or 6 (WQE of 64 or 128 bytes). */
    readonly scatterGather: 2 | 6;
    /** Bytes of a work request that can come with its doorbell, through registers; 0: none, and nothing of it is emitted. */
    readonly pushBytes: 0 | 64 | 128;
  };
  readonly responder: {
    /** READs and atomics of a peer that are kept for its repeats, 1 … 128, a power of two. */
    readonly outstandingReads: number;
  };
  readonly memoryProtection: MemoryProtection;
  /** Rates of queue pairs under congestion. */
  readonly congestion: "none" | "dcqcn";
  /** Null: native frames. */
  readonly ethernet: EthernetDesign | null;
  readonly port: LinkDesign;
  readonly derived: Readonly<Record<NicDerivedId, Derived>>;
  readonly latencyBudget: {
    readonly doorbellToWire: readonly LatencyStage[];
    readonly wireToMemory: readonly LatencyStage[];
  };
  readonly memories: readonly MemoryBlock[];
}
