import type { DerivedId } from "../design/link.ts";
import type { SchedulerKind, SwitchDerivedId } from "../design/switch.ts";
import type {
  LinkDescription,
  LinkDescriptionOfKind,
  PortPipelineDescription,
  VirtualLanesDescription,
} from "./link-description.ts";
import type { NicDescriptionOfKind } from "./nic-description.ts";

/** The external ports of a switch, all alike. */
export interface SwitchPortsDescription {
  /** How many, 2 … 80; they are numbered from 1. Port 0, for management, is always there beside them. */
  readonly count: number;
  /** Rate of each wire, 10 … 800. */
  readonly rateGbps: number;
  /** Length of the longest cable, 0 … 10000. */
  readonly cableMeters: number;
  /** Latency of one direction through both PHYs (transmit and receive), ns, 0 … 10000; 150 unless given. */
  readonly phyLatencyNs?: number;
  /** What the wire side is; "mii" unless given. */
  readonly phy?: "mii" | "pcs";
  readonly lanes?: LinkDescription["lanes"];
  readonly fec?: LinkDescription["fec"];
}

/** How inputs and outputs are matched, once a cycle. */
export interface SchedulerDescription {
  /** "islip" (round robin, request, grant, accept) unless given. */
  readonly kind?: SchedulerKind;
  /** Rounds of iSLIP within a cycle, 1 … 4; 1 unless given. The wavefront has none. */
  readonly iterations?: number;
}

/** Sizes of the tables that a subnet manager fills in. */
export interface SwitchTablesDescription {
  /** Rows of the linear forwarding table: DLIDs below it; 64 … 49152, a multiple of 64; 1024 unless given. */
  readonly unicastEntries?: number;
  /** Rows of the multicast forwarding table: MLIDs from 0xC000 on; 0 … 16384; 64 unless given. */
  readonly multicastEntries?: number;
  /** Partition keys of each port, 1 … 32; 4 unless given. */
  readonly partitionKeys?: number;
}

/** Register stages of a switch and of its ports, in cycles. */
export interface SwitchPipelineDescription extends PortPipelineDescription {
  /** Between the requests of the inputs and their matching, 0 … 1; 1 unless given. */
  readonly requests?: number;
}

/** A switch as its user describes it. Units stand in the key names; everything optional has a default. */
export interface SwitchDescription {
  /** Name of the device and of its top module: a lower-case Verilog identifier, at most 40 characters. */
  readonly name: string;
  /** Clock of the datapath, 1 … 2000. */
  readonly clockMHz: number;
  /** Width of the datapath and of each MII. */
  readonly datapathBits: LinkDescription["datapathBits"];
  /** Largest payload of a packet, 256 … 10240, a multiple of 4; at most 8064 with InfiniBand framing. */
  readonly mtuBytes: number;
  readonly ports: SwitchPortsDescription;
  /** Virtual lanes and their arbitration, the same on all ports. */
  readonly virtualLanes: VirtualLanesDescription;
  /** When a port passes a packet on; "cut-through" unless given. */
  readonly forwarding?: "cut-through" | "store-and-forward";
  /** Link-level retry; "llr" unless given. */
  readonly retry?: "llr" | "none";
  readonly scheduler?: SchedulerDescription;
  readonly tables?: SwitchTablesDescription;
  /** "secded": the memories correct one wrong bit of a word and find two; "none" unless given. */
  readonly memoryProtection?: "none" | "secded";
  /** Register stages of its ports; each has a default with which the modules are shallow at 512 bits. */
  readonly pipeline?: SwitchPipelineDescription;
  /** Derived numbers of the switch and of its ports to set by hand. */
  readonly derived?: Readonly<Partial<Record<DerivedId | SwitchDerivedId, number>>>;
}

/** A description with its kind, as `defineSwitch` returns it and as a JSON file holds it. */
export interface SwitchDescriptionOfKind extends SwitchDescription {
  readonly kind: "switch";
}

/** What a description file holds. */
export type AnyDescription = LinkDescriptionOfKind | SwitchDescriptionOfKind | NicDescriptionOfKind;
