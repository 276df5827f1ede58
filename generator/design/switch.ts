/** The design model of a switch: N like link ports, a management port, and what stands between them. */

import type { AnyPcsDerivedId } from "./any-pcs.ts";
import type { EthernetDerivedId } from "./ethernet.ts";
import type { Derived, DerivedId, LatencyStage, LinkDesign, MemoryBlock, MemoryProtection } from "./link.ts";
import type { NicDerivedId, NicDesign } from "./nic.ts";

export const switchDerivedIds = [
  "internalPorts",
  "portBits",
  "crossbarStages",
  "portToPortCycles",
  "flightBeats",
  "starvationCycles",
  "voqHeadroomPackets",
  "pageBeats",
  "pagesPerPort",
  "managementPages",
  "multicastCopies",
  "aggregateGbps",
  "packetMemoryBits",
] as const;

export type SwitchDerivedId = (typeof switchDerivedIds)[number];

/** A derived number of a switch, of an adapter, of one of their ports, or of a PCS. */
export type AnyDerivedId = DerivedId | SwitchDerivedId | NicDerivedId | EthernetDerivedId | AnyPcsDerivedId;

/** How inputs and outputs are matched; each kind is one template and one view. */
export const schedulerKinds = ["islip", "wavefront"] as const;

export type SchedulerKind = (typeof schedulerKinds)[number];

/** Register stages that a description chooses, in cycles: each cuts a long path and costs its cycles of latency. */
export interface SwitchPipeline {
  /** Between the requests and their matching, 0 … 1. */
  readonly requests: number;
}

/** A switch with everything decided. */
export interface SwitchDesign {
  readonly kind: "switch";
  readonly name: string;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly mtuBytes: number;
  /** External ports, 2 … 80, numbered from 1; port 0 is the management port (InfiniBand vol. 1, switches). */
  readonly ports: number;
  readonly scheduler: {
    readonly kind: SchedulerKind;
    /** Rounds of request, grant and accept within a cycle, 1 … 4; the wavefront has none (1). */
    readonly iterations: number;
  };
  readonly tables: {
    /** Rows of the linear forwarding table, 64 … 49152, a multiple of 64: DLIDs 0 … rows - 1. */
    readonly unicastEntries: number;
    /** Rows of the multicast forwarding table, 0 … 16384: MLIDs from 0xC000 on. */
    readonly multicastEntries: number;
    /** Keys of each port, 1 … 32. */
    readonly partitionKeys: number;
  };
  readonly memoryProtection: MemoryProtection;
  readonly pipeline: SwitchPipeline;
  /** The link port that each external port is an instance of. */
  readonly port: LinkDesign;
  readonly derived: Readonly<Record<SwitchDerivedId, Derived>>;
  readonly latencyBudget: { readonly portToPort: readonly LatencyStage[] };
  /** Memories of the whole device, one entry a kind; `words` counts all of its instances. */
  readonly memories: readonly MemoryBlock[];
}

/** Whatever can be emitted, with everything decided. */
export type AnyDesign = LinkDesign | SwitchDesign | NicDesign;
