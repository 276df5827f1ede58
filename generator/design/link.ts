/**
 * The design model of a link: what `elaborate/` makes of a description, and all that checks, views and emitters see.
 * Every number that a user did not write is a {@link Derived} with its formula.
 */
import type { AnyPcsDesign } from "./any-pcs.ts";
import type { FecKind, Lanes } from "./pcs.ts";

/** One derived number: how it came about, in words that `lanewright explain` prints. */
export interface Derived {
  readonly id: string;
  readonly value: number;
  /** What the formula gives for these inputs; differs from `value` only when overridden. */
  readonly computed: number;
  /** Unit of `value`: "bytes", "ns", "cycles", "beats", "blocks", "bits", "columns", "packets", "percent" … */
  readonly unit: string;
  /** The formula over the names in `inputs`. */
  readonly formula: string;
  readonly inputs: Readonly<Record<string, { readonly value: number; readonly unit: string }>>;
  /** Standard and clause, paper, or own reasoning that the formula rests on. */
  readonly source: string;
  /** True when the description set the number itself. */
  readonly overridden: boolean;
}

/** One row of a VL arbitration table (InfiniBand vol. 1, VL arbitration): weight in units of 64 bytes, 0 … 255. */
export interface ArbitrationEntry {
  readonly vl: number;
  readonly weight: number;
}

/** One stage of the latency budget of a direction. */
export interface LatencyStage {
  readonly module: string;
  readonly what: string;
  readonly cycles: number;
  readonly ns: number;
}

/** What the chosen width and clock carry at one packet size. */
export interface LineRatePoint {
  /** Packet bytes, LRH through VCRC. */
  readonly packetBytes: number;
  readonly achievableGbps: number;
  /** Of the rate that the wire itself allows at this size. */
  readonly percent: number;
}

/** One memory of the device. */
export interface MemoryBlock {
  readonly module: string;
  readonly words: number;
  readonly bitsPerWord: number;
  readonly bits: number;
}

export const derivedIds = [
  "columnsPerBeat",
  "beatBytes",
  "maxPacketBytes",
  "maxPacketBeats",
  "vl15PacketBytes",
  "controlSpacingBytes",
  "controlSpacingBeats",
  "txPipelineCycles",
  "rxPipelineCycles",
  "handlingNs",
  "cableNs",
  "ackRoundTripNs",
  "ackRoundTripCycles",
  "replayDepthBeats",
  "replayBytes",
  "replayEntries",
  "sequenceBits",
  "outstandingSeqMax",
  "outstandingDataMax",
  "replayTimerCycles",
  "replayCountMax",
  "dataAgeCycles",
  "linkLostCycles",
  "initIntervalCycles",
  "creditBlockBytes",
  "maxPacketBlocks",
  "creditUpdateBlocks",
  "creditLoopBytes",
  "creditsPerVl",
  "beatsPerBlock",
  "vlBufferBeats",
  "vl15BufferBeats",
  "txQueueBeats",
  "txQueue15Beats",
  "txRoomBeats",
  "txRoom15Beats",
  "queueDescriptors",
  "creditRefreshCycles",
  "creditWatchdogCycles",
  "counterBits",
  "linkEfficiencyPercent",
] as const;

export type DerivedId = (typeof derivedIds)[number];

/** What a port is part of: a device of its own, with packet streams, or one of a switch's ports, with a crossbar. */
export type LinkRole = "standalone" | "switchPort";

/** Whether memories correct one wrong bit of a word and find two (SECDED). */
export const memoryProtections = ["none", "secded"] as const;

export type MemoryProtection = (typeof memoryProtections)[number];

/** Register stages that a description chooses, in cycles: each cuts a long path and costs its cycles of latency. */
export interface LinkPipeline {
  /** In front of the alignment of `mac_tx`, 0 … 1. */
  readonly macTx: number;
}

/** A link port with everything decided. Units stand in the key names; see `docs/wire-format.md` for the wire. */
export interface LinkDesign {
  readonly kind: "link";
  /** The elaborator's, not the user's: `switchPort` within a switch's design. */
  readonly role: LinkRole;
  readonly name: string;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly rateGbps: number;
  readonly mtuBytes: number;
  readonly cableMeters: number;
  /** Latency of one direction through both PHYs, ns. */
  readonly phyLatencyNs: number;
  /** What the wire side is: columns of an MII, or the lanes behind a PCS. */
  readonly phy: "mii" | "pcs";
  /** The physical lanes and the FEC on them; null with an MII. */
  readonly lanes: Lanes | null;
  readonly fec: FecKind | null;
  readonly frame: "infiniband";
  readonly flowControl: "ib";
  readonly retry: "llr" | "none";
  readonly forwarding: "cut-through" | "store-and-forward";
  readonly icrc: "pass" | "endpoint";
  readonly memoryProtection: MemoryProtection;
  readonly pipeline: LinkPipeline;
  readonly virtualLanes: {
    /** Data lanes VL0 … VL(data-1); VL15 is always there beside them. */
    readonly data: number;
    readonly high: readonly ArbitrationEntry[];
    readonly low: readonly ArbitrationEntry[];
    /** LimitOfHighPriority, units of 4096 bytes, 255 = unlimited. */
    readonly highLimit: number;
  };
  readonly derived: Readonly<Record<DerivedId, Derived>>;
  readonly latencyBudget: { readonly tx: readonly LatencyStage[]; readonly rx: readonly LatencyStage[] };
  readonly lineRateCoverage: readonly LineRatePoint[];
  readonly memories: readonly MemoryBlock[];
  /** Null with an MII, and where no format fits what is described. */
  readonly pcs: AnyPcsDesign | null;
}
