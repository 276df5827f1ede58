import {
  capturePhase,
  idlePhase,
  type LoadPhaseOptions,
  loadPhase,
  type Phase,
  randomPhase,
  usualPhases,
} from "../../sim/run/index.ts";
import type { LinkDesign } from "../design/link.ts";
import { type Diagnostic, LanewrightError } from "../diagnostics.ts";
import { faultsOf, type LinkPattern, linkPatterns, type SimulateOptions } from "./simulate-options.ts";
import { fromCapture } from "./simulate-run.ts";

/**
 * The phases that the options ask for.
 * @throws LanewrightError when options do not go together or do not fit the device, or the capture cannot be used
 */
export function phasesOf(design: LinkDesign, options: SimulateOptions): readonly Phase[] {
  if (!choosesTraffic(options)) return usualPhases(design, options.cycles);
  const chosen = linkPatterns.find((name) => name === options.pattern);
  const pattern = chosen ?? (options.pcap === undefined ? "saturate" : "capture");
  const problems = problemsOf(design, options, pattern);
  if (problems.length > 0) throw new LanewrightError(problems);
  return [phaseOf(design, options, pattern)];
}

/** Whether the options choose traffic, so that one phase with it takes the place of the usual ones. */
function choosesTraffic(options: SimulateOptions): boolean {
  const { pcap, pattern, load, ber, burst, packets, payload, vls } = options;
  return [pcap, pattern, load, ber, burst, packets, payload, vls].some((option) => option !== undefined);
}

function phaseOf(design: LinkDesign, options: SimulateOptions, pattern: LinkPattern): Phase {
  const { vls, payload, load, packets, cycles } = options;
  const faults = faultsOf(options);
  if (pattern === "idle" || load === 0) return idlePhase(cycles, faults);
  if (pattern === "capture") {
    return {
      ...fromCapture(options.pcap, () => capturePhase(design, options.pcap)),
      ...(cycles !== undefined && { cycles }),
      ...(faults !== undefined && { faults }),
    };
  }
  const chosen: LoadPhaseOptions = {
    ...(vls !== undefined && { vls }),
    ...(payload !== undefined && { payloadBytes: payload }),
    ...(load !== undefined && { load }),
    ...(packets !== undefined && { packets }),
    ...(cycles !== undefined && { cycles }),
    ...(faults !== undefined && { faults }),
  };
  return pattern === "random" ? randomPhase(design, chosen) : loadPhase(design, chosen);
}

function problemsOf(
  design: LinkDesign,
  options: SimulateOptions,
  pattern: LinkPattern,
): readonly Diagnostic[] {
  const { data } = design.virtualLanes;
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
  if (options.payload !== undefined && options.payload > design.mtuBytes) {
    complain({
      message: "the payload is longer than the MTU",
      value: `--payload ${options.payload}`,
      limit: `mtuBytes ${design.mtuBytes}`,
      remedy: "take a shorter payload, or give the device a larger MTU",
    });
  }
  if (options.pcap !== undefined && pattern !== "capture") {
    complain({
      message: `--pcap does not go with --pattern ${pattern}`,
      remedy: "leave --pattern out, or make it --pattern capture",
    });
  }
  const unusable = (["load", "payload", "packets", "vls"] as const).filter(
    (key) => options[key] !== undefined,
  );
  if ((pattern === "capture" || pattern === "idle") && unusable.length > 0) {
    complain({
      message: `--${unusable.join(", --")} does not go with --pattern ${pattern}, whose packets are given`,
      remedy: "leave it out, or choose --pattern saturate or random",
    });
  }
  if (pattern === "random" && options.payload !== undefined) {
    complain({
      message: "--payload does not go with --pattern random, which draws the sizes itself",
      remedy: "leave it out, or choose --pattern saturate",
    });
  }
  return problems;
}
