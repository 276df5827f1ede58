export { drawChart, type LoadPoint } from "../../generator/views/pictures/load-chart.ts";
export { dropCounters, SwitchControl } from "./control.ts";
export { diagnose, type Stall, StallWatch, stallText } from "./deadlock.ts";
export { endDesign, endDevice } from "./end-device.ts";
export { FlowBoard, type FlowBoardResult, type FlowVerdict } from "./flow-board.ts";
export { FlowPacket } from "./flow-packet.ts";
export { Host } from "./host.ts";
export { type NetworkOptions, SwitchNetwork } from "./network.ts";
export { drain, isDrained, offer, sourceContext, stopOffering } from "./offer.ts";
export { type OpenNetworkOptions, openNetwork, openSwitchBench, switchDesignOf } from "./open.ts";
export type { SwitchPhase, SwitchTraffic } from "./phase.ts";
export * from "./phases.ts";
export { recordWaves, recordWires, wavePaths } from "./recording.ts";
export type {
  LatencySummaryNs,
  SwitchFigures,
  SwitchPhaseResult,
  SwitchPortResult,
  SwitchRunResult,
} from "./results.ts";
export { leadToHosts, type RunSwitchOptions, runSwitchPhases } from "./run.ts";
export { runSwitchPhase } from "./run-phase.ts";
export type { PortPlace, Route, Topology } from "./topology.ts";
