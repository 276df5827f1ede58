/** Ready-made phases of a switch. */
import { readFileSync } from "node:fs";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { readPcap } from "../capture/pcap.ts";
import { parsePacket } from "../reference/packet.ts";
import { laneOf, sampleCapture } from "../run/capture-traffic.ts";
import type { Faults } from "../run/phase.ts";
import { usualCycles, usualFaults } from "../run/phases.ts";
import {
  type ArrivalProcess,
  type DestinationPattern,
  type LaneShare,
  type PatternTraffic,
  packetBytesFor,
  type SizeMix,
} from "../traffic/patterns.ts";
import { captureDemands } from "../traffic/patterns-capture.ts";
import { reframeCapture } from "../traffic/reframe.ts";
import type { SwitchPhase } from "./phase.ts";

const vcrcBytes = 2;

export interface PatternPhaseOptions {
  readonly destinations?: DestinationPattern;
  /** Default: 4 KiB, or the longest packet where that is less. */
  readonly sizes?: SizeMix;
  /** Default: all data VLs alike. */
  readonly lanes?: readonly LaneShare[];
  readonly arrivals?: ArrivalProcess;
  /** Default 0.9. */
  readonly load?: number;
  readonly packets?: number;
  readonly cycles?: number;
  readonly faults?: Faults;
  readonly name?: string;
}

const usualLoad = 0.9;
const usualBytes = 4096;

/** Longest packet on the wire, LRH … VCRC. */
export function longestWireBytes(design: SwitchDesign): number {
  return design.port.derived.maxPacketBytes.value;
}

/** Packets made up by a pattern; uniform unless another one is given. */
export function patternPhase(design: SwitchDesign, options: PatternPhaseOptions = {}): SwitchPhase {
  const { destinations = { kind: "uniform" }, load = usualLoad, arrivals, packets, faults } = options;
  const sizes = options.sizes ?? { kind: "fixed", bytes: Math.min(usualBytes, longestWireBytes(design)) };
  const data = design.port.virtualLanes.data;
  const lanes = options.lanes ?? Array.from({ length: data }, (_, vl) => ({ vl }));
  const cycles = options.cycles ?? (packets === undefined ? usualCycles : undefined);
  const traffic: PatternTraffic = {
    ...{ kind: "pattern", destinations, sizes, lanes, load },
    ...(arrivals !== undefined && { arrivals }),
    ...(packets !== undefined && { packets }),
  };
  const words = [
    patternText(destinations),
    `load ${load}`,
    sizesText(sizes),
    `VL ${lanes.map(({ vl }) => vl).join(" ")}`,
    ...(arrivals === undefined || arrivals.kind === "poisson" ? [] : [arrivalsText(arrivals)]),
    ...faultTexts(faults),
  ];
  return {
    name: options.name ?? (faults === undefined ? destinations.kind : "errors"),
    title: words.join(", "),
    traffic,
    ...(cycles !== undefined && { cycles }),
    ...(faults !== undefined && { faults }),
  };
}

export interface CapturePhaseOptions {
  readonly path?: string;
  readonly load?: number;
  readonly faults?: Faults;
}

/** Packets of a capture, by default of the project's own: each of its hosts has a port. @throws Error about the file */
export function switchCapturePhase(design: SwitchDesign, options: CapturePhaseOptions = {}): SwitchPhase {
  const { path = sampleCapture, load = 1, faults } = options;
  const { data } = design.port.virtualLanes;
  const { packets, malformed, icrcBad } = reframeCapture(readPcap(readFileSync(path)));
  const onLanes = packets.map((packet) => {
    const parsed = parsePacket(packet.packet);
    return { ...packet, vl: parsed === null ? 0 : laneOf(parsed.opcode, parsed.destQp, data) };
  });
  const { demands, left } = captureDemands(onLanes, {
    ports: design.ports,
    lid: (port) => port,
    dataVls: data,
    longestPacketBytes: longestWireBytes(design) - vcrcBytes,
    bytesPerCycle: (design.port.rateGbps * 1000) / 8 / design.clockMHz,
    beatBytes: design.datapathBits / 8,
    load,
    from: 0,
  });
  if (demands.every((list) => list.length === 0))
    throw new Error("it holds no RoCE v2 packet that this switch can carry");
  const notes = [
    malformed + icrcBad.length > 0 ? `${malformed + icrcBad.length} damaged` : "",
    left.tooLong > 0 ? `${left.tooLong} longer than the MTU` : "",
    left.samePort > 0 ? `${left.samePort} between hosts of one port` : "",
  ].filter((note) => note !== "");
  const aside = notes.length > 0 ? ` (left out: ${notes.join(", ")})` : "";
  return {
    name: "capture",
    title: ["captured RDMA traffic as native InfiniBand", ...faultTexts(faults)].join(", ") + aside,
    traffic: { kind: "given", demands },
    ...(faults !== undefined && { faults }),
  };
}

export function switchIdlePhase(cycles = usualCycles, faults?: Faults): SwitchPhase {
  const title = ["no packets", ...faultTexts(faults)].join(", ");
  return { name: "idle", title, traffic: { kind: "idle" }, cycles, ...(faults !== undefined && { faults }) };
}

/**
 * What a run consists of unless something else is asked for: captured traffic, uniform load, everybody to one, uniform
 * load with errors (not without retry, which would lose packets, as it says).
 */
export function usualSwitchPhases(design: SwitchDesign, cycles = usualCycles): readonly SwitchPhase[] {
  const incast = { kind: "hotspot", target: 1 } as const;
  const phases = [
    switchCapturePhase(design),
    patternPhase(design, { cycles }),
    patternPhase(design, { cycles, destinations: incast, load: Math.min(1, 1.5 / (design.ports - 1)) }),
  ];
  if (design.port.retry === "none") return phases;
  return [...phases, patternPhase(design, { cycles, faults: usualFaults })];
}

/** The same traffic at one load after the other, from low to high. */
export function sweepPhases(
  design: SwitchDesign,
  loads: readonly number[],
  options: PatternPhaseOptions = {},
): readonly SwitchPhase[] {
  return loads.map((load) => patternPhase(design, { ...options, load, name: `load ${load}` }));
}

/** Multicast groups drawn so that each has about half of the ports, two or more. */
export function drawGroups(
  ports: number,
  count: number,
  chance: () => boolean,
): readonly { mlid: number; members: readonly number[] }[] {
  return Array.from({ length: count }, (_, index) => {
    const members = Array.from({ length: ports }, (_, port) => port + 1).filter(chance);
    const enough = [...new Set([...members, 1 + (index % ports), 1 + ((index + 1) % ports)])];
    return { mlid: 0xc000 + index, members: enough.sort((a, b) => a - b) };
  });
}

function patternText(pattern: DestinationPattern): string {
  switch (pattern.kind) {
    case "uniform":
      return "uniform random destinations";
    case "permutation":
      return "a random permutation";
    case "hotspot":
      return pattern.share === undefined || pattern.share >= 1
        ? `all to port ${pattern.target}`
        : `${Math.round(100 * pattern.share)} % to port ${pattern.target}`;
    case "shift":
      return `all to all, ${pattern.packets} packets a phase`;
    case "multicast":
      return `multicast to ${pattern.groups.length} groups`;
    case "flows":
      return "given flows";
  }
}

function sizesText(sizes: SizeMix): string {
  const actual = (bytes: number): number => packetBytesFor(bytes) + vcrcBytes;
  if (sizes.kind === "fixed") return `${actual(sizes.bytes)} bytes`;
  if (sizes.kind === "uniform") return `${actual(sizes.low)} to ${actual(sizes.high)} bytes`;
  return sizes.parts
    .map(({ bytes, weight }) => `${weight} x ${actual(bytes)}`)
    .join(" + ")
    .concat(" bytes");
}

function arrivalsText(arrivals: ArrivalProcess): string {
  return arrivals.kind === "bursty" ? `bursts of ${arrivals.meanPackets} packets` : "evenly spaced";
}

function faultTexts(faults: Faults | undefined): readonly string[] {
  return [
    ...(faults?.ber ? [`bit error rate ${faults.ber}`] : []),
    ...(faults?.burst ? [`error bursts of ${faults.burst.bits} bits`] : []),
  ];
}
