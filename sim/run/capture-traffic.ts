/** The traffic of a capture as two clients send it: native InfiniBand packets, each host's at a port of its own. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AxisPacket } from "../bfm/axis.ts";
import { readPcap } from "../capture/pcap.ts";
import { parsePacket } from "../reference/packet.ts";
import { reframeCapture } from "../traffic/reframe.ts";
import type { ListTraffic } from "./phase.ts";

/** The project's own capture: soft RoCE between two hosts. */
export const sampleCapture = fileURLToPath(new URL("../data/rxe-samples.pcap", import.meta.url));

export interface CaptureTraffic {
  readonly traffic: ListTraffic;
  /** Frames that are no RoCE v2, that are cut off or whose ICRC is wrong, and packets longer than the device takes. */
  readonly left: { readonly other: number; readonly bad: number; readonly tooLong: number };
}

export interface CaptureOptions {
  readonly dataVls: number;
  /** Longest packet, LRH … ICRC. */
  readonly longestBytes: number;
}

/**
 * Lane of a packet: `(2 * destination QP + answer) mod lanes`, an answer being a READ response or any acknowledge
 * (operations 13 … 18). So the two directions of a queue pair's traffic, and neighbouring queue pairs, use lanes of
 * their own, and packets of one kind and queue pair stay in order.
 */
export function laneOf(opcode: number, destQp: number, dataVls: number): number {
  const operation = opcode & 31;
  const answer = operation >= 13 && operation <= 18 ? 1 : 0;
  return (2 * destQp + answer) % dataVls;
}

/**
 * Reads a capture. Port 0 sends what the host with the lowest LID of all sent, port 1 what everybody else did; the order
 * is kept, the pauses are not.
 * @throws Error that says what is wrong with the file
 */
export function captureTraffic(path: string, { dataVls, longestBytes }: CaptureOptions): CaptureTraffic {
  const capture = readPcap(readFileSync(path));
  const lanes = new Map<number, number>();
  for (const { packet, frame } of reframeCapture(capture).packets) {
    const parsed = parsePacket(packet);
    lanes.set(frame, parsed === null ? 0 : laneOf(parsed.opcode, parsed.destQp, dataVls));
  }
  const reframed = reframeCapture(capture, { vl: (_frame, number) => lanes.get(number) ?? 0 });
  const fitting = reframed.packets.filter(({ packet }) => packet.length <= longestBytes);
  if (fitting.length === 0) throw new Error("it holds no RoCE v2 packet that this device can carry");
  const first = Math.min(...fitting.map(({ slid }) => slid));
  const packets: [AxisPacket[], AxisPacket[]] = [[], []];
  for (const { packet, vl, slid } of fitting) packets[slid === first ? 0 : 1].push({ bytes: packet, vl });
  return {
    traffic: { kind: "list", packets },
    left: {
      other: reframed.skipped,
      bad: reframed.malformed + reframed.icrcBad.length,
      tooLong: reframed.packets.length - fitting.length,
    },
  };
}
