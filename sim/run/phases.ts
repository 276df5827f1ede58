/** Ready-made phases. */
import type { AnyPcsDesign } from "../../generator/design/any-pcs.ts";
import type { LinkDesign } from "../../generator/design/link.ts";
import { shortestPacketBytes } from "../reference/tagged.ts";
import { captureTraffic, sampleCapture } from "./capture-traffic.ts";
import type { Faults, Phase } from "./phase.ts";

const vcrcBytes = 2;

/** Cycles of offered load of a phase without end of its own. */
export const usualCycles = 20_000;
const usualPayloadBytes = 4096;

/**
 * Errors of the usual faulty phase: in 20,000 beats of 1024 bits about five single errors and three bursts in each
 * direction, thousands of times what a link with FEC shows.
 */
export const usualFaults: Faults = { ber: 2e-7, burst: { bits: 96, perBeat: 1 / 7000 } };

/**
 * The same for lanes; without FEC nothing is corrected there. With FEC an error rate that is corrected, and bursts that no code corrects, of which none spoils
 * three codewords in a row: the lanes would be aligned anew.
 */
export function usualLaneFaults({ kind, derived }: AnyPcsDesign): Faults {
  if (kind === "base-r") return usualFaults;
  return { ber: 1e-5, burst: { bits: 30 * (derived.correctableSymbols.value + 1), perBeat: 1 / 10_000 } };
}

/** Longest packet on the packet side, LRH … ICRC. */
export function longestPacketBytes(design: LinkDesign): number {
  return design.derived.maxPacketBytes.value - vcrcBytes;
}

export function dataVls(design: LinkDesign): readonly number[] {
  return Array.from({ length: design.virtualLanes.data }, (_, vl) => vl);
}

/** Packets of a capture, by default of the project's own. */
export function capturePhase(design: LinkDesign, path = sampleCapture): Phase {
  const options = { dataVls: design.virtualLanes.data, longestBytes: longestPacketBytes(design) };
  const { traffic, left } = captureTraffic(path, options);
  const notes = [
    left.bad > 0 ? `${left.bad} damaged` : "",
    left.tooLong > 0 ? `${left.tooLong} longer than the MTU` : "",
  ].filter((note) => note !== "");
  const aside = notes.length > 0 ? ` (left out: ${notes.join(", ")})` : "";
  return { name: "capture", title: `captured RDMA traffic as native InfiniBand${aside}`, traffic };
}

export interface LoadPhaseOptions {
  readonly vls?: readonly number[];
  readonly payloadBytes?: number;
  readonly load?: number;
  readonly packets?: number;
  readonly cycles?: number;
  readonly faults?: Faults;
}

/** Packets of one size over the lanes in turn; 4 KiB of payload, or the MTU where it is smaller. */
export function loadPhase(design: LinkDesign, options: LoadPhaseOptions = {}): Phase {
  const payload = options.payloadBytes ?? Math.min(usualPayloadBytes, design.mtuBytes);
  const vls = options.vls ?? dataVls(design);
  const share = options.load ?? 1;
  const cycles = options.cycles ?? (options.packets === undefined ? usualCycles : undefined);
  const how = share < 1 ? `load ${share} of the wire` : "saturating load";
  return {
    name: options.faults === undefined ? "load" : "errors",
    title: `${how}, ${payload} bytes of payload, VL ${vls.join(" ")}${faultText(options.faults)}`,
    traffic: {
      kind: "load",
      vls,
      payloadBytes: [payload],
      ...(share < 1 && { load: share }),
      ...(options.packets !== undefined && { packets: options.packets }),
    },
    ...(cycles !== undefined && { cycles }),
    ...(options.faults !== undefined && { faults: options.faults }),
  };
}

/** Packets of all sizes, clients that pause and clients that are not always ready. */
export function randomPhase(design: LinkDesign, options: LoadPhaseOptions = {}): Phase {
  const base = loadPhase(design, options);
  const vls = options.vls ?? dataVls(design);
  const high = longestPacketBytes(design);
  return {
    ...base,
    name: "random",
    title: `packets of ${shortestPacketBytes} to ${high} bytes, pauses and backpressure, VL ${vls.join(" ")}${faultText(options.faults)}`,
    traffic: {
      kind: "load",
      vls,
      packetBytes: { low: shortestPacketBytes, high },
      ...(options.load !== undefined && options.load < 1 && { load: options.load }),
      ...(options.packets !== undefined && { packets: options.packets }),
    },
    stall: 0.1,
    backpressure: 0.1,
  };
}

export function idlePhase(cycles = usualCycles, faults?: Faults): Phase {
  const title = `no packets${faultText(faults)}`;
  return { name: "idle", title, traffic: { kind: "idle" }, cycles, ...(faults !== undefined && { faults }) };
}

/**
 * What a run consists of unless something else is asked for: captured traffic, saturating load, the same with errors. A
 * link without retry is spared the errors: it would lose packets, as it says.
 */
export function usualPhases(design: LinkDesign, cycles = usualCycles): readonly Phase[] {
  const phases = [capturePhase(design), loadPhase(design, { cycles })];
  const faults = design.pcs === null ? usualFaults : usualLaneFaults(design.pcs);
  return design.retry === "none" ? phases : [...phases, loadPhase(design, { cycles, faults })];
}

function faultText(faults: Faults | undefined): string {
  if (faults === undefined) return "";
  const parts = [
    faults.ber ? `bit error rate ${faults.ber}` : "",
    faults.burst ? `bursts of ${faults.burst.bits} bits` : "",
  ].filter((part) => part !== "");
  return parts.length > 0 ? `; ${parts.join(", ")}` : "";
}
