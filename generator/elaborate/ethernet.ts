/** Numbers of an Ethernet port: bytes of headers, buffers, thresholds of pause frames. */
import type { NicDesign } from "../design/nic.ts";

/** Bytes of a RoCE v2 frame beside its payload, first to last on the wire. */
export const frameBytes = {
  preamble: 8,
  ethernet: 14,
  tag: 4,
  ipv4: 20,
  ipv6: 40,
  udp: 8,
  bth: 12,
  /** The longest extension headers of a packet with payload: RETH and ImmDt. */
  extension: 20,
  icrc: 4,
  fcs: 4,
  /** Least gap between two frames, on the average. */
  gap: 12,
} as const;

type Sized = Pick<NicDesign, "datapathBits" | "mtuBytes" | "clockMHz" | "port">;

/** Bytes of the longest IP packet that carries `payload` bytes. */
export const longestIpBytes = (payload: number): number =>
  frameBytes.ipv6 + frameBytes.udp + frameBytes.bth + frameBytes.extension + payload + frameBytes.icrc;

/** Bytes of the longest frame that carries `payload` bytes, FCS included. */
export const longestFrameBytes = (payload: number): number =>
  frameBytes.ethernet + frameBytes.tag + longestIpBytes(payload) + frameBytes.fcs;

const nextPow2 = (value: number): number => 2 ** Math.ceil(Math.log2(value));

/** Cycles from the last column of a received pause frame to the last cycle in which a frame can start. */
export const pauseCycles = { receive: 12, transmit: 14 } as const;

export interface EthernetNumbers {
  /** Beats of the longest packet with its LRH. */
  readonly packetBeats: number;
  readonly transmitBeats: number;
  readonly receiveBeats: number;
  /** Beats that may still come after a pause was asked for. */
  readonly headroomBeats: number;
  readonly xoffBeats: number;
  readonly xonBeats: number;
}

/** The numbers of buffers in beats. */
export function ethernetNumbers({ datapathBits, mtuBytes, clockMHz, port }: Sized): EthernetNumbers {
  const beatBytes = datapathBits / 8;
  const packetBeats = Math.ceil((8 + frameBytes.bth + 28 + mtuBytes) / beatBytes);
  const wireBeats = Math.ceil((longestFrameBytes(mtuBytes) + frameBytes.preamble) / beatBytes) + 1;
  const roundTrip = Math.ceil((2 * (port.cableMeters * 5 + port.phyLatencyNs) * clockMHz) / 1000);
  // two longest frames: one that had begun at each end; and what both pipelines hold
  const headroomBeats = 2 * wireBeats + roundTrip + pauseCycles.receive + pauseCycles.transmit;
  const receiveBeats = nextPow2(headroomBeats + 4 * packetBeats);
  const xoffBeats = receiveBeats - headroomBeats;
  return {
    packetBeats,
    transmitBeats: nextPow2(2 * packetBeats + 8),
    receiveBeats,
    headroomBeats,
    xoffBeats,
    xonBeats: xoffBeats - packetBeats,
  };
}
