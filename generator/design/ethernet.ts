/** What an adapter has in the place of the native link when its frames are those of Ethernet. */
import type { Derived } from "./link.ts";

export const ethernetDerivedIds = [
  "frameOverheadBytes",
  "maxIpBytes",
  "maxFrameBytes",
  "goodputBoundGbps",
  "ethernetPacketBeats",
  "transmitBufferBeats",
  "pauseStopCycles",
  "peerPauseQuanta",
  "pauseHeadroomBeats",
  "receiveBufferBeats",
  "pauseXoffBeats",
  "pauseXonBeats",
] as const;

export type EthernetDerivedId = (typeof ethernetDerivedIds)[number];

export interface EthernetDesign {
  /** Longest IP packet that the network takes, bytes. */
  readonly ipMtuBytes: number;
  /** Rows of the table of addresses behind those of the queue pairs, 0 or 2 … 16384, a power of two; 0 without UD. */
  readonly addressHandles: number;
  readonly derived: Readonly<Record<EthernetDerivedId, Derived>>;
}
