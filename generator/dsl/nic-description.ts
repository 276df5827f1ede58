import type { DerivedId } from "../design/link.ts";
import type {
  LinkDescription,
  PortPipelineDescription,
  VirtualLanesDescription,
} from "./link-description.ts";

/** The wire of an adapter. */
export interface NicPortDescription {
  /** Rate of the wire, 10 … 800. */
  readonly rateGbps: number;
  /** Length of the cable, 0 … 10000. */
  readonly cableMeters: number;
  /** Latency of one direction through both PHYs (transmit and receive), ns, 0 … 10000; 150 unless given. */
  readonly phyLatencyNs?: number;
  /** What the wire side is; "mii" unless given. */
  readonly phy?: "mii" | "pcs";
  readonly lanes?: LinkDescription["lanes"];
  readonly fec?: LinkDescription["fec"];
}

/** A network adapter as its user describes it. Units stand in the key names; everything optional has a default. */
export interface NicDescription {
  /** Name of the device and of its top module: a lower-case Verilog identifier, at most 40 characters. */
  readonly name: string;
  /** Clock of the datapath, 1 … 2000. */
  readonly clockMHz: number;
  /** Width of the datapath, of the MII and of host memory. */
  readonly datapathBits: 128 | 256 | 512 | 1024;
  /** Largest path MTU. */
  readonly mtuBytes: 256 | 512 | 1024 | 2048 | 4096;
  /** Queue pairs, numbered from 0: 16 … 16384, a power of two; 0 and 1 are for management. */
  readonly queuePairs: number;
  /** Completion queues, 2 … 16384, a power of two. */
  readonly completionQueues: number;
  /** Memory regions at a time, 2 … 65536, a power of two; index 0 stays unused. */
  readonly memoryRegions: number;
  /** Shared receive queues: 2 … 4096, a power of two, or 0; 0 unless given. */
  readonly sharedReceiveQueues?: number;
  /** "ud": UD queue pairs and QP1 beside those of reliable connections; "none" unless given. */
  readonly datagrams?: "none" | "ud";
  /** "window": packets of VL15, for queue pair 0, are received and sent through registers; "none" unless given. */
  readonly management?: "none" | "window";
  readonly host?: {
    /** Width of the AXI4 master, 128 … 1024 bits; that of the datapath unless given. */
    readonly dataBits?: number;
    /** Read bursts on their way at a time, 1 … 64, a power of two; 16 unless given. */
    readonly outstandingReads?: number;
  };
  readonly requester?: {
    /** READs and atomics on their way of one queue pair, 1 … 128, a power of two; 16 unless given. */
    readonly outstandingReads?: number;
    /** Work requests of one queue pair sent and not complete, 2 … 256, a power of two; derived unless given. */
    readonly outstandingRequests?: number;
    /** Pieces of local memory of a work request; 2 unless given. */
    readonly scatterGather?: 2 | 6;
    /** Bytes of a work request that can come with its doorbell, through registers; 0 unless given. */
    readonly pushBytes?: 0 | 64 | 128;
  };
  readonly responder?: {
    /** READs and atomics of a peer kept for its repeats, 1 … 128, a power of two; 16 unless given. */
    readonly outstandingReads?: number;
  };
  readonly port: NicPortDescription;
  /** Virtual lanes and their arbitration. */
  readonly virtualLanes: VirtualLanesDescription;
  /** Link-level retry; "llr" unless given. */
  readonly retry?: "llr" | "none";
  /** Framing of the packets; "infiniband" unless given. */
  readonly frame?: "infiniband" | "ethernet";
  /** "dcqcn": marks of congestion are answered, and queue pairs keep to rates; unless given with Ethernet frames only. */
  readonly congestion?: "none" | "dcqcn";
  /** Only with `frame: "ethernet"`. */
  readonly ethernet?: {
    /** Longest IP packet that the network takes, bytes, 576 … 9600; 9000 unless given. */
    readonly ipMtuBytes?: number;
    /** Address handles: peers that UD queue pairs can send to, 0 or 2 … 16384, a power of two; 64 with `datagrams: "ud"` unless given. */
    readonly addressHandles?: number;
  };
  /** "secded": the memories correct one wrong bit of a word and find two; "none" unless given. */
  readonly memoryProtection?: "none" | "secded";
  /** Register stages of the port; each has a default with which the modules are shallow at 512 bits. */
  readonly pipeline?: PortPipelineDescription;
  /** Derived numbers of the port to set by hand. */
  readonly derived?: Readonly<Partial<Record<DerivedId, number>>>;
}

/** A description with its kind, as `defineNic` returns it and as a JSON file holds it. */
export interface NicDescriptionOfKind extends NicDescription {
  readonly kind: "nic";
}
