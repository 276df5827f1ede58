import {
  drawGroups,
  longestWireBytes,
  type PatternPhaseOptions,
  patternPhase,
  type SwitchPhase,
  sweepPhases,
  switchCapturePhase,
  switchIdlePhase,
  usualSwitchPhases,
} from "../../sim/switch/index.ts";
import type { DestinationPattern } from "../../sim/traffic/patterns.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import type { SwitchDesign } from "../design/switch.ts";
import { type Diagnostic, LanewrightError } from "../diagnostics.ts";
import { faultsOf, type SimulateOptions, type SwitchPattern, switchPatterns } from "./simulate-options.ts";
import { fromCapture } from "./simulate-run.ts";

const usualGroups = 4;
const usualShift = 4;

/**
 * The phases that the options ask for.
 * @throws LanewrightError when options do not go together or do not fit the device, or the capture cannot be used
 */
export function switchPhasesOf(
  design: SwitchDesign,
  options: SimulateOptions,
  seed: number,
): readonly SwitchPhase[] {
  if (!choosesTraffic(options)) return usualSwitchPhases(design, options.cycles);
  const chosen = switchPatterns.find((name) => name === options.pattern);
  const pattern = chosen ?? (options.pcap === undefined ? "uniform" : "capture");
  const problems = problemsOf(design, options, pattern);
  if (problems.length > 0) throw new LanewrightError(problems);
  const { cycles, load, sweep, pcap } = options;
  const faults = faultsOf(options);
  if (pattern === "idle" || load === 0) return [switchIdlePhase(cycles, faults)];
  if (pattern === "capture") {
    const capture = {
      ...(pcap !== undefined && { path: pcap }),
      ...(load !== undefined && { load }),
      ...(faults !== undefined && { faults }),
    };
    const phase = fromCapture(pcap, () => switchCapturePhase(design, capture));
    return [{ ...phase, ...(cycles !== undefined && { cycles }) }];
  }
  const { size, vls, arrivals, packets } = options;
  const phase: PatternPhaseOptions = {
    destinations: destinationsOf(design, options, pattern, seed),
    ...(size !== undefined && { sizes: size }),
    ...(vls !== undefined && { lanes: vls.map((vl) => ({ vl })) }),
    ...(arrivals !== undefined && { arrivals }),
    ...(packets !== undefined && { packets }),
    ...(cycles !== undefined && { cycles }),
    ...(faults !== undefined && { faults }),
  };
  if (sweep !== undefined) return sweepPhases(design, sweep, phase);
  return [patternPhase(design, { ...phase, ...(load !== undefined && { load }) })];
}

function choosesTraffic(options: SimulateOptions): boolean {
  const { pcap, pattern, load, ber, burst, packets, vls, size, sweep, arrivals } = options;
  const { hotspot, share, shift, groups } = options;
  return [
    ...[pcap, pattern, load, ber, burst, packets, vls, size, sweep, arrivals],
    ...[hotspot, share, shift, groups],
  ].some((option) => option !== undefined);
}

function destinationsOf(
  design: SwitchDesign,
  { hotspot = 1, share, shift = usualShift, groups = usualGroups }: SimulateOptions,
  pattern: Exclude<SwitchPattern, "capture" | "idle">,
  seed: number,
): DestinationPattern {
  switch (pattern) {
    case "hotspot":
      return {
        ...{ kind: "hotspot", target: hotspot },
        ...(share !== undefined && { share, background: true }),
      };
    case "shift":
      return { kind: "shift", packets: shift };
    case "multicast": {
      const rng = new Rng(seed).fork("groups");
      return { kind: "multicast", groups: drawGroups(design.ports, groups, () => rng.chance(0.5)) };
    }
    default:
      return { kind: pattern };
  }
}

/** Options that go with one pattern only. */
const ofPatterns = { hotspot: "hotspot", share: "hotspot", shift: "shift", groups: "multicast" } as const;

function problemsOf(
  design: SwitchDesign,
  options: SimulateOptions,
  pattern: SwitchPattern,
): readonly Diagnostic[] {
  const { data } = design.port.virtualLanes;
  const problems: Diagnostic[] = [];
  const complain = (what: Omit<Diagnostic, "code" | "severity">): void => {
    problems.push({ code: "LW_TRAFFIC_OPTIONS", severity: "error", ...what });
  };
  const missing = (options.vls ?? []).filter((vl) => vl >= data && vl !== 15);
  if (missing.length > 0) {
    complain({
      message: `${design.name} has no VL ${missing.join(", ")}`,
      value: `--vls ${options.vls?.join(",")}`,
      limit: data === 1 ? "VL 0 and 15" : `VL 0 to ${data - 1}, and 15`,
      remedy: "leave it out, or give the device more lanes (virtualLanes.data)",
    });
  }
  const longest = longestWireBytes(design);
  const { size } = options;
  const largest = size?.kind === "fixed" ? size.bytes : size?.kind === "uniform" ? size.high : 0;
  if (largest > longest) {
    complain({
      message: "packets of this size are longer than the device carries",
      value: `--size ${largest}`,
      limit: `${longest} bytes, LRH through VCRC, at mtuBytes ${design.mtuBytes}`,
      remedy: "take a smaller size, or give the device a larger MTU",
    });
  }
  for (const [key, own] of Object.entries(ofPatterns) as [keyof typeof ofPatterns, SwitchPattern][]) {
    if (options[key] === undefined || pattern === own) continue;
    complain({
      message: `--${key} does not go with --pattern ${pattern}`,
      remedy: `leave it out, or choose --pattern ${own}`,
    });
  }
  if (options.hotspot !== undefined && options.hotspot > design.ports) {
    complain({
      message: `${design.name} has no port ${options.hotspot}`,
      value: `--hotspot ${options.hotspot}`,
      limit: `1 to ${design.ports}`,
      remedy: "choose one of its ports",
    });
  }
  for (const port of options.tracePorts ?? []) {
    if (port <= design.ports) continue;
    complain({
      message: `${design.name} has no port ${port}`,
      value: `--trace-ports ${options.tracePorts?.join(",")}`,
      limit: `1 to ${design.ports}`,
      remedy: "choose from its ports",
    });
  }
  if (pattern === "multicast" && (options.groups ?? usualGroups) > design.tables.multicastEntries) {
    complain({
      message: "there are more groups than rows in the multicast table",
      value: `--groups ${options.groups ?? usualGroups}`,
      limit: `tables.multicastEntries ${design.tables.multicastEntries}`,
      remedy: "take fewer groups, or give the device more rows",
    });
  }
  if (options.pcap !== undefined && pattern !== "capture") {
    complain({
      message: `--pcap does not go with --pattern ${pattern}`,
      remedy: "leave --pattern out, or make it --pattern capture",
    });
  }
  const made = ["size", "packets", "vls", "arrivals", "sweep"] as const;
  const ofCapture = [...made, ...(pattern === "idle" ? (["load"] as const) : [])];
  const unusable = ofCapture.filter((key) => options[key] !== undefined);
  if ((pattern === "capture" || pattern === "idle") && unusable.length > 0) {
    complain({
      message: `--${unusable.join(", --")} does not go with --pattern ${pattern}, whose packets are given`,
      remedy: "leave it out, or choose another pattern",
    });
  }
  if (options.sweep !== undefined && options.load !== undefined) {
    complain({ message: "--load does not go with --sweep", remedy: "leave one of them out" });
  }
  return problems;
}
