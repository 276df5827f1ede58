/** Captured packets as traffic of a switch: each host of the capture has a port, and its packets go where they went. */
import { lnh, writeUint16 } from "../reference/headers.ts";
import { sealIcrc } from "../reference/packet.ts";
import type { Demand } from "./patterns.ts";
import { framedBytes } from "./patterns-sizes.ts";
import type { ReframedPacket } from "./reframe.ts";

export interface CaptureReplay {
  /** Demands of each port: entry 0 is that of port 1. */
  readonly demands: readonly (readonly Demand[])[];
  /** LIDs of the capture in the order in which they came, and the port that stands for each. */
  readonly hosts: readonly { readonly lid: number; readonly port: number }[];
  /** Packets left out: longer than the device takes, or of two hosts that share a port. */
  readonly left: { readonly tooLong: number; readonly samePort: number };
}

export interface CaptureReplayOptions {
  readonly ports: number;
  readonly lid: (port: number) => number;
  readonly dataVls: number;
  readonly longestPacketBytes: number;
  readonly bytesPerCycle: number;
  readonly beatBytes: number;
  /** Part of each source's wire time; the order of a host's packets is that of the capture, its pauses are not. */
  readonly load: number;
  readonly from: number;
}

/** Gives each host a port, in turn, and writes the LIDs of these ports into its packets. */
export function captureDemands(
  packets: readonly ReframedPacket[],
  options: CaptureReplayOptions,
): CaptureReplay {
  const { ports, lid, dataVls, longestPacketBytes, bytesPerCycle, beatBytes, load, from } = options;
  const hosts = new Map<number, number>();
  const portOf = (host: number): number => {
    const known = hosts.get(host) ?? (hosts.size % ports) + 1;
    hosts.set(host, known);
    return known;
  };
  const demands: Demand[][] = Array.from({ length: ports }, () => []);
  const free = new Float64Array(ports + 1).fill(from);
  let tooLong = 0;
  let samePort = 0;
  for (const { packet, slid, dlid, vl } of packets) {
    const [source, target] = [portOf(slid), portOf(dlid)];
    if (packet.length > longestPacketBytes) tooLong++;
    else if (source === target) samePort++;
    else {
      const bytes = readdressed(packet, lid(source), lid(target));
      const at = free[source]!;
      free[source] = at + framedBytes(bytes.length, beatBytes) / (bytesPerCycle * load);
      const lane = vl % dataVls;
      demands[source - 1]!.push({
        at,
        dlid: lid(target),
        vl: lane,
        sl: bytes[1]! >> 4,
        packetBytes: bytes.length,
        bytes,
      });
    }
  }
  const list = [...hosts].map(([host, port]) => ({ lid: host, port }));
  return { demands, hosts: list, left: { tooLong, samePort } };
}

/** The same packet between other LIDs. */
function readdressed(packet: Uint8Array, slid: number, dlid: number): Uint8Array {
  const bytes = packet.slice();
  writeUint16(bytes, 2, dlid);
  writeUint16(bytes, 6, slid);
  if ((bytes[1]! & 3) >= lnh.local) sealIcrc(bytes);
  return bytes;
}
