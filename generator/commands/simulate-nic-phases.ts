import { depthOf, type NicPhase } from "../../sim/nic/workload-bed.ts";
import { areaBytes } from "../../sim/nic/workload-flow.ts";
import type { NicDesign } from "../design/nic.ts";
import { type Diagnostic, LanewrightError } from "../diagnostics.ts";
import { faultsOf, type NicPattern, nicPatterns, type SimulateOptions } from "./simulate-options.ts";

/** Cycles of load of a phase unless said otherwise; an adapter runs at a tenth of the speed of a small link. */
const usualCycles = 20_000;
const usualMessageBytes = 65_536;
const usualMixedBytes = 4096;
/** Bit errors of the usual faulty phase: some in each direction at every width. */
const usualBer = 2e-7;
/** Queue pairs 0 and 1 are for management. */
const ownQueuePairs = 2;
/** Of simulated host memory that a phase may take on each side. */
const mostBytes = 2 ** 29;

/**
 * The phases that the options ask for.
 * @throws LanewrightError when options do not go together or do not fit the device
 */
export function nicPhasesOf(design: NicDesign, options: SimulateOptions): readonly NicPhase[] {
  const { pattern, payload, packets, qps, ber, burst } = options;
  const chosen = [pattern, payload, packets, qps, ber, burst].some((one) => one !== undefined);
  const phases = chosen ? [phaseOf(options)] : usualPhases(design, options);
  const problems = problemsOf(design, options, phases);
  if (problems.length > 0) throw new LanewrightError(problems);
  return phases;
}

function usualPhases(design: NicDesign, { cycles = usualCycles }: SimulateOptions): readonly NicPhase[] {
  const queuePairs = Math.min(4, design.queuePairs - ownQueuePairs);
  const load = { messageBytes: usualMessageBytes, cycles };
  const small = { messageBytes: Math.min(design.mtuBytes, usualMixedBytes), queuePairs, cycles };
  return [
    { name: "write", title: title("write", load.messageBytes, 1), pattern: "write", queuePairs: 1, ...load },
    { name: "read", title: title("read", load.messageBytes, 1), pattern: "read", queuePairs: 1, ...load },
    { name: "mixed", title: title("mixed", small.messageBytes, queuePairs), pattern: "mixed", ...small },
    {
      ...{ name: "errors", pattern: "mixed", ...small, faults: { ber: usualBer } },
      title: `${title("mixed", small.messageBytes, queuePairs)}, bit errors on the cable`,
    },
  ];
}

function phaseOf(options: SimulateOptions): NicPhase {
  const pattern: NicPattern = nicPatterns.find((one) => one === options.pattern) ?? "mixed";
  const usual = pattern === "atomic" ? 8 : pattern === "mixed" ? usualMixedBytes : usualMessageBytes;
  const { payload: messageBytes = usual, qps: queuePairs = 1, cycles = usualCycles, packets } = options;
  const faults = faultsOf(options);
  return {
    ...{ name: pattern, title: title(pattern, messageBytes, queuePairs), pattern },
    ...{ messageBytes, queuePairs, cycles },
    ...(packets !== undefined && { messages: packets }),
    ...(faults !== undefined && { faults }),
  };
}

function title(pattern: NicPattern, bytes: number, queuePairs: number): string {
  const what = {
    ...{ write: "RDMA WRITE", read: "RDMA READ", send: "SEND", atomic: "atomics" },
    mixed: "WRITE, READ, SEND and atomics at random",
  }[pattern];
  const size = pattern === "atomic" ? "" : `, ${bytes.toLocaleString("en-US")} bytes each`;
  return `${what}${size}, ${queuePairs} queue pair${queuePairs === 1 ? "" : "s"} both ways`;
}

function problemsOf(
  design: NicDesign,
  options: SimulateOptions,
  phases: readonly NicPhase[],
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const complain = (what: Omit<Diagnostic, "code" | "severity">): void => {
    problems.push({ code: "LW_TRAFFIC_OPTIONS", severity: "error", ...what });
  };
  const most = design.queuePairs - ownQueuePairs;
  if (options.qps !== undefined && options.qps > most) {
    complain({
      message: `${design.name} has fewer queue pairs`,
      value: `--qps ${options.qps}`,
      limit: `${most}: 0 and 1 of ${design.queuePairs} are for management`,
      remedy: "take fewer, or give the device more (queuePairs)",
    });
  }
  if (options.payload === 0) {
    complain({
      ...{ message: "a message without bytes leaves nothing to look at", value: "--payload 0" },
      ...{ limit: "1 to 1048576", remedy: "give at least 1" },
    });
  }
  if (options.payload !== undefined && options.pattern === "atomic") {
    complain({
      message: "--payload does not go with --pattern atomic, whose messages have 8 bytes",
      remedy: "leave it out, or choose another pattern",
    });
  }
  for (const phase of phases) {
    const one = { ...phase, depth: depthOf(phase), inlineBytes: 0 };
    const bytes = 2 * phase.queuePairs * areaBytes(one);
    if (phase.messageBytes === 0 || bytes <= mostBytes) continue;
    complain({
      message: "the messages on their way take too much memory of this process",
      value: `${Math.ceil(bytes / 2 ** 20)} MiB on each side`,
      limit: `${mostBytes / 2 ** 20} MiB`,
      remedy: "take fewer queue pairs (--qps) or shorter messages (--payload)",
    });
  }
  if (design.port.pcs !== null) {
    complain({
      message: "adapters are simulated at their MII",
      ...{ value: 'phy: "pcs"', limit: 'phy: "mii"' },
      remedy: "simulate the same adapter with an MII; lanes are simulated with a link of the same port",
    });
  }
  return problems;
}
