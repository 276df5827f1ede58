import type { AnyPcsDerivedId } from "../design/any-pcs.ts";
import type { DerivedId } from "../design/link.ts";
import type { FecKind, Lanes } from "../design/pcs.ts";

/** One row of an arbitration table: a data VL and its weight in units of 64 bytes, 0 … 255 (0 = skipped). */
export interface ArbitrationRow {
  readonly vl: number;
  readonly weight: number;
}

/** What a user says about the virtual lanes of a link. */
export interface VirtualLanesDescription {
  /** Number of data VLs, 1 … 15: VL0 … VL(data-1). VL15 is always there beside them. */
  readonly data: number;
  readonly arbitration?: {
    /** High-priority table, up to 64 rows; empty unless given. */
    readonly high?: readonly ArbitrationRow[];
    /** Low-priority table, up to 64 rows; every data VL with weight 64 unless given. */
    readonly low?: readonly ArbitrationRow[];
    /** LimitOfHighPriority, 0 … 255 in units of 4096 bytes, 255 = unlimited; 255 unless given. */
    readonly highLimit?: number;
  };
}

/** Register stages of a port, in cycles: each cuts a long path of logic and costs its cycles of latency. */
export interface PortPipelineDescription {
  /** In front of the alignment of `mac_tx`, 0 … 1; 1 unless given. */
  readonly macTx?: number;
}

/** A link as its user describes it. Units stand in the key names; everything optional has a default. */
export interface LinkDescription {
  /** Name of the device and of its top module: a lower-case Verilog identifier, at most 40 characters. */
  readonly name: string;
  /** Clock of the datapath, 1 … 2000. */
  readonly clockMHz: number;
  /** Width of the datapath and of the MII. */
  readonly datapathBits: 64 | 128 | 256 | 512 | 1024 | 2048;
  /** Rate of the wire, 10 … 800. */
  readonly rateGbps: number;
  /** Largest payload of a packet, 256 … 10240, a multiple of 4; at most 8064 with InfiniBand framing. */
  readonly mtuBytes: number;
  /** Length of the cable, 0 … 10000. */
  readonly cableMeters: number;
  /** What the wire side is: an MII (unless given), or lanes with coding and FEC. */
  readonly phy?: "mii" | "pcs";
  /** With `phy: "pcs"`: the physical lanes, for example 4 of 100 Gb/s. */
  readonly lanes?: Lanes;
  /** With `phy: "pcs"`: the FEC; unless given "rs544" from 200 Gb/s on, else "none". */
  readonly fec?: FecKind;
  /** Framing of the packets; "infiniband" unless given. */
  readonly frame?: "infiniband";
  /** Credit scheme; "ib" (FCTBS, ABR, FCCL) unless given. */
  readonly flowControl?: "ib";
  /** Link-level retry; "llr" unless given. */
  readonly retry?: "llr" | "none";
  /** When the receiver passes a packet on; "cut-through" unless given. */
  readonly forwarding?: "cut-through" | "store-and-forward";
  /**
   * "pass" (unless given): the ICRC is part of the client's packets. "endpoint": clients give and get packets without it,
   * though PktLen counts it; the port appends it, checks it (a bad one marks the packet as an error) and takes it off.
   */
  readonly icrc?: "pass" | "endpoint";
  /** "secded": the memories correct one wrong bit of a word and find two; "none" unless given. */
  readonly memoryProtection?: "none" | "secded";
  /** Latency of one direction through both PHYs (transmit and receive), ns, 0 … 10000; 150 unless given, with a PCS derived. */
  readonly phyLatencyNs?: number;
  /** Register stages; each has a default with which the modules are shallow at 512 bits. */
  readonly pipeline?: PortPipelineDescription;
  readonly virtualLanes: VirtualLanesDescription;
  /** Derived numbers to set by hand: what breaks losslessness is refused, what costs rate is a warning. */
  readonly derived?: Readonly<Partial<Record<DerivedId | AnyPcsDerivedId, number>>>;
}

/** A description with its kind, as `defineLink` returns it and as a JSON file holds it. */
export interface LinkDescriptionOfKind extends LinkDescription {
  readonly kind: "link";
}
