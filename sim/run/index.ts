export { captureTraffic, laneOf, sampleCapture } from "./capture-traffic.ts";
export { type Counters, countedBetween, readCounters } from "./counters.ts";
export { limitsOf, type PairLimits } from "./limits.ts";
export { LinkPair, openLinkPair, type PairOptions, type TraceWindow } from "./link-pair.ts";
export type { Faults, Phase, Traffic, Withhold } from "./phase.ts";
export * from "./phases.ts";
export type { Figures, PhaseResult, PortResult, RunResult } from "./results.ts";
export { BringUpError, type RunPhasesOptions, runPhases } from "./run.ts";
export { bringUp, type RunOptions, runPhase } from "./run-phase.ts";
